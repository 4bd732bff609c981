using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Amazon.SQS.Model;
using Wayward.Core.Text;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Sources.Aws;

/// <summary>
/// A queue of notifications. A message stays ours, by extending its visibility, while its objects are in work, and is deleted only after the ledger has all of them on disk for
/// good. Whatever goes wrong, the message comes again and finds the ledger's rows: nothing is lost, nothing is doubled. A message that is not ours, or not ours alone, is never deleted: it is
/// given back to the queue, counted and shown.
/// </summary>
internal sealed class SqsSource : ISource, IDisposable
{
    private const int BatchLimit = 10;
    private const int LongPollSeconds = 20;
    /// <summary>Messages held at once; beyond, no more are taken until some are settled.</summary>
    private const int MaxHeld = 500;
    /// <summary>How long a message that is not ours stays hidden after it was given back. Not zero: this process would receive it again at once.</summary>
    private const int GivenBackSeconds = 30;
    /// <summary>The service's own limit on how long a message can be hidden.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromHours(11.5);

    private readonly SourceOptions _source;
    private readonly AwsClients _clients;
    private readonly S3ObjectOpener _opener;
    private readonly TimeProvider _time;
    private readonly ITimer _extender;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, List<HeldMessage>> _byObject = [];
    private readonly HashSet<HeldMessage> _held = [];
    private readonly ConcurrentQueue<Message> _received = new();
    private readonly Channel<bool> _room = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _foreign, _others;

    public SqsSource(SourceOptions source, AwsClients clients, AwsClientSettings settings, TimeProvider time)
    {
        (_source, _clients, _time) = (source, clients, time);
        _opener = new S3ObjectOpener(clients, source, settings);
        Name = source.Name;
        var period = TimeSpan.FromSeconds(source.VisibilitySeconds / 2.0);
        _extender = time.CreateTimer(_ => _ = ExtendAsync(), null, period, period);
    }

    public string Name { get; }

    public string? FormatHeader => _source.FormatHeader;

    public bool WantsSettled => true;

    public bool Settled => _received.IsEmpty;

    public string? Notice
    {
        get
        {
            List<string> notes = [];
            if (Interlocked.Read(ref _foreign) is var foreign and > 0) notes.Add($"{Plural.Of(foreign, "message is no object notification and was", "messages are no object notifications and were")} left in the queue");
            if (Interlocked.Read(ref _others) is var others and > 0)
                notes.Add($"{Plural.Of(others, "message announces objects that are no flow logs, or none of this source, and was", "messages announce objects that are no flow logs, or none of this source, and were")} left in the queue");
            return notes.Count == 0 ? null : string.Join("; ", notes);
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            List<Message> messages = [];
            while (messages.Count < BatchLimit && _received.TryDequeue(out var early)) messages.Add(early);
            if (messages.Count == 0)
            {
                if (IsFull) yield break;
                // One second, not none: a short poll asks only some of the service's servers.
                messages = await ReceiveAsync(1, cancellation);
                if (messages.Count == 0) yield break;
            }
            var (offered, empty, foreign, held) = Hold(messages);
            bool taken = false;
            try
            {
                await DeleteAsync(empty, cancellation);
                await LeaveAsync(foreign, cancellation);
                if (offered.Count > 0) yield return offered;
                taken = true;
            }
            finally
            {
                // The ledger did not take them. Held any longer they would be kept from everybody, us included, for as long as their visibility can be extended.
                if (!taken) GiveBack(held);
            }
        }
    }

    public Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation) => _opener.OpenAsync(item, cancellation);

    /// <inheritdoc/>
    public async Task SettledAsync(IReadOnlyList<OfferedObject> items, CancellationToken cancellation)
    {
        List<HeldMessage> complete = [];
        lock (_gate)
        {
            foreach (var item in items)
            {
                if (!_byObject.Remove(item.ObjectId, out var messages)) continue;
                foreach (var message in messages)
                    if (message.Open.Remove(item.ObjectId) && message.Open.Count == 0 && _held.Remove(message)) complete.Add(message);
            }
        }
        if (complete.Count == 0) return;
        _room.Writer.TryWrite(true);
        await DeleteAsync([.. complete.Where(m => !m.Foreign)], cancellation);
        await LeaveAsync([.. complete.Where(m => m.Foreign)], cancellation);
    }

    public async Task WaitForChangeAsync(CancellationToken cancellation)
    {
        if (IsFull)
        {
            await _room.Reader.ReadAsync(cancellation);
            return;
        }
        foreach (var message in await ReceiveAsync(LongPollSeconds, cancellation)) _received.Enqueue(message);
    }

    public void Dispose()
    {
        _extender.Dispose();
        _clients.Dispose();
    }

    private bool IsFull { get { lock (_gate) return _held.Count >= MaxHeld; } }

    private async Task<List<Message>> ReceiveAsync(int waitSeconds, CancellationToken cancellation)
    {
        try
        {
            var response = await _clients.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest
            {
                QueueUrl = _source.QueueUrl, MaxNumberOfMessages = BatchLimit, WaitTimeSeconds = waitSeconds, VisibilityTimeout = _source.VisibilitySeconds,
            }, cancellation);
            return response.Messages ?? [];
        }
        catch (Exception e) when (AwsFaults.Translate(e, $"receive from {_source.QueueUrl}") is var translated && !ReferenceEquals(translated, e))
        {
            throw translated;
        }
    }

    /// <summary>Notes which objects each message waits for. A message that says of itself that it creates nothing is complete at once.</summary>
    private (List<OfferedObject> Offered, List<HeldMessage> Empty, List<HeldMessage> Foreign, List<(HeldMessage, Message)> All) Hold(List<Message> messages)
    {
        List<OfferedObject> offered = [];
        List<HeldMessage> empty = [], foreign = [];
        List<(HeldMessage, Message)> all = [];
        foreach (var message in messages)
        {
            var content = S3Notification.Parse(message.Body ?? "");
            var held = new HeldMessage(message.ReceiptHandle, _time.GetUtcNow()) { Foreign = !content.Understood };
            if (held.Foreign) Interlocked.Increment(ref _foreign);
            all.Add((held, message));
            lock (_gate)
            {
                foreach (var announced in content.Created)
                {
                    if (IsEmpty(announced)) continue;
                    if (!IsWanted(announced))
                    {
                        if (!held.Foreign) Interlocked.Increment(ref _others);
                        held.Foreign = true;
                        continue;
                    }
                    var item = new OfferedObject(Name, announced.Bucket, announced.Key, announced.ETag, announced.Bytes ?? OfferedObject.UnknownBytes, announced.At) { Turn = S3Layout.Turn(announced.Key, announced.At) };
                    if (!held.Open.Add(item.ObjectId)) continue;
                    if (!_byObject.TryGetValue(item.ObjectId, out var list)) _byObject.Add(item.ObjectId, list = []);
                    list.Add(held);
                    offered.Add(item);
                }
                if (held.Open.Count > 0) _held.Add(held);
                else if (held.Foreign) foreign.Add(held);
                else empty.Add(held);
            }
        }
        return (offered, empty, foreign, all);
    }

    /// <summary>Empty objects and folder markers hold no records.</summary>
    private static bool IsEmpty(AnnouncedObject item) => item.Bytes == 0 || item.Key.EndsWith('/');

    private bool IsWanted(AnnouncedObject item) =>
        item.Key.StartsWith(_source.KeyPrefix, StringComparison.Ordinal) && S3Layout.MayHoldFlowLogs(item.Key)
        && (_source.Start is not { } start || item.At == 0 || item.At >= new DateTimeOffset(start, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds());

    private async Task DeleteAsync(IReadOnlyList<HeldMessage> messages, CancellationToken cancellation)
    {
        foreach (var chunk in messages.Chunk(BatchLimit))
        {
            try
            {
                await _clients.Sqs.DeleteMessageBatchAsync(new DeleteMessageBatchRequest
                {
                    QueueUrl = _source.QueueUrl,
                    Entries = [.. chunk.Select((m, i) => new DeleteMessageBatchRequestEntry(i.ToString(CultureInfo.InvariantCulture), m.Handle))],
                }, cancellation);
            }
            catch (Exception e) when (AwsFaults.Translate(e, $"delete from {_source.QueueUrl}") is var translated && !ReferenceEquals(translated, e))
            {
                throw translated;
            }
        }
    }

    /// <summary>Others may read the queue too: what is not ours is theirs soon, and in time it lands in the dead-letter queue.</summary>
    private async Task LeaveAsync(IReadOnlyList<HeldMessage> messages, CancellationToken cancellation)
    {
        foreach (var chunk in messages.Chunk(BatchLimit))
        {
            try
            {
                await SetVisibilityAsync(chunk, GivenBackSeconds, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // It shows up by itself when its visibility ends.
                return;
            }
        }
    }

    private async Task SetVisibilityAsync(HeldMessage[] messages, int seconds, CancellationToken cancellation) => await _clients.Sqs.ChangeMessageVisibilityBatchAsync(
        new ChangeMessageVisibilityBatchRequest
        {
            QueueUrl = _source.QueueUrl,
            Entries = [.. messages.Select((m, i) => new ChangeMessageVisibilityBatchRequestEntry(i.ToString(CultureInfo.InvariantCulture), m.Handle) { VisibilityTimeout = seconds })],
        },
        cancellation);

    private async Task ExtendAsync()
    {
        HeldMessage[] held;
        lock (_gate)
        {
            // The service refuses to hide one for longer than twelve hours: then it comes again, to whoever asks first.
            var oldest = _time.GetUtcNow() - LongestHold;
            foreach (var old in _held.Where(h => h.Since < oldest).ToList()) Forget(old);
            held = [.. _held];
        }
        foreach (var chunk in held.Chunk(BatchLimit))
        {
            try
            {
                await SetVisibilityAsync(chunk, _source.VisibilitySeconds, CancellationToken.None);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The next period tries again; at worst the message comes twice, which the ledger bears.
                return;
            }
        }
    }

    /// <summary>The next listing begins with these messages.</summary>
    private void GiveBack(List<(HeldMessage Held, Message Message)> all)
    {
        lock (_gate)
            foreach (var (held, _) in all) Forget(held);
        foreach (var (_, message) in all) _received.Enqueue(message);
    }

    private void Forget(HeldMessage message)
    {
        _held.Remove(message);
        foreach (long id in message.Open)
            if (_byObject.TryGetValue(id, out var list) && list.Remove(message) && list.Count == 0) _byObject.Remove(id);
    }

    /// <summary>A message in our hands and the objects it still waits for.</summary>
    private sealed class HeldMessage(string handle, DateTimeOffset since)
    {
        public string Handle { get; } = handle;
        public DateTimeOffset Since { get; } = since;
        public HashSet<long> Open { get; } = [];
        /// <summary>It also says something that is not ours: it is never deleted.</summary>
        public bool Foreign { get; set; }
    }
}
