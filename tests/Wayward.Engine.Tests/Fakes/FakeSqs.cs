using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Wayward.Engine.Tests.Fakes;

/// <summary>One queue over the JSON protocol: receive, delete, visibility.</summary>
public sealed class FakeSqs
{
    private readonly List<Message> _messages = [];
    private int _receipts;

    /// <summary>Messages that were deleted, in order, with the moment.</summary>
    public List<(string Body, DateTimeOffset At)> Deleted { get; } = [];

    /// <summary>Called with each message that is deleted.</summary>
    public Action<string>? OnDelete { get; set; }

    /// <summary>The body behind every receipt ever given out, so that a receipt seen on the wire can be told apart.</summary>
    public ConcurrentDictionary<string, string> Receipts { get; } = new(StringComparer.Ordinal);

    public int Extended { get; private set; }

    public int Count { get { lock (_messages) return _messages.Count; } }

    public void Send(string body)
    {
        lock (_messages) _messages.Add(new Message(body));
    }

    public void Clear()
    {
        lock (_messages) _messages.Clear();
    }

    /// <summary>Everything received but not deleted shows up again at once: what the service does when a visibility ends.</summary>
    public void EndVisibility()
    {
        lock (_messages)
            foreach (var message in _messages) message.VisibleAt = DateTimeOffset.MinValue;
    }

    internal async Task HandleAsync(HttpContext context, string operation)
    {
        using var document = await JsonDocument.ParseAsync(context.Request.Body);
        var request = document.RootElement;
        string answer = operation switch
        {
            "ReceiveMessage" => await ReceiveAsync(request, context.RequestAborted),
            "CreateQueue" => JsonSerializer.Serialize(new { QueueUrl = $"{context.Request.Scheme}://{context.Request.Host}/111122223333/{request.GetProperty("QueueName").GetString()}" }),
            "SendMessage" => Sent(request.GetProperty("MessageBody").GetString()!),
            "DeleteMessageBatch" => Each(request, (m, _) =>
            {
                _messages.Remove(m);
                Deleted.Add((m.Body, DateTimeOffset.UtcNow));
                OnDelete?.Invoke(m.Body);
            }),
            "ChangeMessageVisibilityBatch" => Each(request, (m, entry) =>
            {
                m.VisibleAt = DateTimeOffset.UtcNow.AddSeconds(entry.GetProperty("VisibilityTimeout").GetInt32());
                Extended++;
            }),
            _ => throw new InvalidOperationException($"The fake queue does not know {operation}"),
        };
        context.Response.ContentType = "application/x-amz-json-1.0";
        await context.Response.WriteAsync(answer);
    }

    private string Sent(string body)
    {
        Send(body);
        return JsonSerializer.Serialize(new { MessageId = Guid.NewGuid().ToString(), MD5OfMessageBody = FakeAws.Md5(Encoding.UTF8.GetBytes(body)) });
    }

    private async Task<string> ReceiveAsync(JsonElement request, CancellationToken aborted)
    {
        int max = request.TryGetProperty("MaxNumberOfMessages", out var m) ? m.GetInt32() : 1;
        int visibility = request.TryGetProperty("VisibilityTimeout", out var v) ? v.GetInt32() : 30;
        int wait = request.TryGetProperty("WaitTimeSeconds", out var w) ? w.GetInt32() : 0;
        // Waits are a tenth as long as asked, so that tests are not.
        var until = DateTimeOffset.UtcNow.AddSeconds(wait / 10.0);
        while (true)
        {
            lock (_messages)
            {
                var now = DateTimeOffset.UtcNow;
                var taken = _messages.Where(x => x.VisibleAt <= now).Take(Math.Min(max, 10)).ToList();
                if (taken.Count > 0 || now >= until)
                {
                    foreach (var message in taken)
                    {
                        message.VisibleAt = now.AddSeconds(visibility);
                        message.Receipt = string.Create(CultureInfo.InvariantCulture, $"receipt-{++_receipts}");
                        Receipts[message.Receipt] = message.Body;
                    }
                    return JsonSerializer.Serialize(new
                    {
                        Messages = taken.Select(x => new { MessageId = x.Id, ReceiptHandle = x.Receipt, Body = x.Body, MD5OfBody = FakeAws.Md5(Encoding.UTF8.GetBytes(x.Body)) }),
                    });
                }
            }
            await Task.Delay(20, aborted);
        }
    }

    private string Each(JsonElement request, Action<Message, JsonElement> act)
    {
        List<object> done = [], failed = [];
        lock (_messages)
        {
            foreach (var entry in request.GetProperty("Entries").EnumerateArray())
            {
                string id = entry.GetProperty("Id").GetString()!;
                string receipt = entry.GetProperty("ReceiptHandle").GetString()!;
                // As in the service: an old receipt may no longer delete once the message was received again.
                if (_messages.Find(m => m.Receipt == receipt) is { } message)
                {
                    act(message, entry);
                    done.Add(new { Id = id });
                }
                else failed.Add(new { Id = id, SenderFault = true, Code = "ReceiptHandleIsInvalid", Message = "planted" });
            }
        }
        return JsonSerializer.Serialize(new { Successful = done, Failed = failed });
    }

    private sealed class Message(string body)
    {
        public string Id { get; } = Guid.NewGuid().ToString();
        public string Body { get; } = body;
        public DateTimeOffset VisibleAt { get; set; }
        public string Receipt { get; set; } = "";
    }
}
