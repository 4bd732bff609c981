using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wayward.Web.Tests.Hosting;

/// <summary>
/// The client's side of an interactive page without a browser: the hub protocol of Blazor Server (<c>blazorpack</c>, MessagePack in frames with a length). It acknowledges what is drawn, answers calls of
/// scripts with nothing, and navigates. Sources: ASP.NET Core repository, <c>HubProtocol.md</c> (messages and their numbers), <c>ComponentHub.cs</c> (methods of the hub).
/// </summary>
internal sealed partial class HubClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<object?>> _calls = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Uri _host;
    private readonly HttpClient _http;
    private TaskCompletionSource _drawn = New();
    private Task _reading = Task.CompletedTask;
    private int _calledLast, _objects;
    private long _batches;

    private HubClient(Uri host, HttpClient http) => (_host, _http) = (host, http);

    public string CircuitId { get; private set; } = "";
    public long Batches => Interlocked.Read(ref _batches);
    public bool IsOpen => _socket.State == WebSocketState.Open;
    /// <summary>What the server said when it gave the circuit up.</summary>
    public string? Error { get; private set; }

    /// <summary>Opens a page as a browser does: its HTML, the socket, the circuit, the components that the HTML names.</summary>
    public static async Task<HubClient> OpenAsync(TestHost host, string path, CancellationToken cancellation, bool awaitDrawn = true)
    {
        var client = await ConnectAsync(host, cancellation);
        string html = await host.Client.GetStringAsync(path, cancellation);
        Uri page = new(host.Url, path);
        client.CircuitId = await client.CallAsync("StartCircuit", cancellation, host.Url.ToString(), page.ToString(), "[]", State().Match(html) is { Success: true } state ? state.Groups[1].Value : "") as string ?? throw new InvalidOperationException("No circuit: " + client.Error);
        var operations = Markers().Matches(html).Select((m, i) => JsonSerializer.Deserialize<JsonElement>(m.Groups[1].Value)).Where(m => m.TryGetProperty("type", out var type) && type.GetString() == "server")
            .Select((marker, i) => new { type = "add", ssrComponentId = i + 1, marker }).ToList();
        if (operations.Count == 0) throw new InvalidOperationException("The page has no interactive component.");
        var drawn = client._drawn.Task;
        await client.SendAsync("UpdateRootComponents", cancellation, JsonSerializer.Serialize(new { batchId = 1, operations }), "");
        if (awaitDrawn) await drawn.WaitAsync(TimeSpan.FromSeconds(30), cancellation);
        return client;
    }

    /// <summary>The socket alone, after its handshake.</summary>
    public static async Task<HubClient> ConnectAsync(TestHost host, CancellationToken cancellation)
    {
        var client = new HubClient(host.Url, host.Client);
        client._socket.Options.Cookies = host.Cookies;
        client._socket.Options.SetRequestHeader("Origin", host.Url.GetLeftPart(UriPartial.Authority));
        await client._socket.ConnectAsync(new UriBuilder(host.Url) { Scheme = "ws", Path = "/_blazor" }.Uri, cancellation);
        await client._socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, cancellation);
        byte[] answer = new byte[256];
        await client._socket.ReceiveAsync(answer.AsMemory(), cancellation);
        client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>Follows a link of the page.</summary>
    /// <returns>How long until something was drawn.</returns>
    public async Task<TimeSpan> NavigateAsync(string path, CancellationToken cancellation)
    {
        var drawn = _drawn.Task;
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        await SendAsync("OnLocationChanged", cancellation, new Uri(_host, path).ToString(), null, false);
        await drawn.WaitAsync(TimeSpan.FromSeconds(30), cancellation);
        return System.Diagnostics.Stopwatch.GetElapsedTime(began);
    }

    /// <summary>The window is gone without a word.</summary>
    public void Abort() => _socket.Abort();

    public async Task<object?> CallAsync(string target, CancellationToken cancellation, params object?[] arguments)
    {
        string id = Interlocked.Increment(ref _calledLast).ToString(CultureInfo.InvariantCulture);
        var answered = _calls[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendFrameAsync(Invocation(id, target, arguments), cancellation);
        return await answered.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellation);
    }

    public Task SendAsync(string target, CancellationToken cancellation, params object?[] arguments) => SendFrameAsync(Invocation(null, target, arguments), cancellation);

    /// <summary>Bytes as they are, with their length before them.</summary>
    public async Task SendFrameAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var frame = new ArrayBufferWriter<byte>(message.Length + 5);
        int length = message.Length;
        do
        {
            frame.GetSpan(1)[0] = (byte)((length & 0x7F) | (length > 0x7F ? 0x80 : 0));
            frame.Advance(1);
            length >>= 7;
        }
        while (length > 0);
        frame.Write(message.Span);
        await SendRawAsync(frame.WrittenMemory, cancellation);
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await _socket.SendAsync(bytes, WebSocketMessageType.Binary, true, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    public static byte[] Invocation(string? id, string target, params object?[] arguments)
    {
        var to = new ArrayBufferWriter<byte>();
        Write(to, new object?[] { 1, new Dictionary<string, string>(), id, target, arguments, Array.Empty<object?>() });
        return to.WrittenSpan.ToArray();
    }

    private async Task ReadAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        try
        {
            while (_socket.State == WebSocketState.Open)
            {
                var got = await _socket.ReceiveAsync(buffer.GetMemory(16 * 1024), _ending.Token);
                if (got.MessageType == WebSocketMessageType.Close) break;
                buffer.Advance(got.Count);
                if (!got.EndOfMessage) continue;
                var rest = buffer.WrittenMemory;
                while (rest.Length > 0)
                {
                    int length = 0, used = 0;
                    do length |= (rest.Span[used] & 0x7F) << (7 * used);
                    while (rest.Span[used++] > 0x7F);
                    await TakeAsync(rest.Slice(used, length));
                    rest = rest[(used + length)..];
                }
                buffer.ResetWrittenCount();
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The window was closed, by either side.
        }
        Error ??= "closed";
        foreach (var call in _calls.Values) call.TrySetException(new InvalidOperationException(Error));
        _drawn.TrySetException(new InvalidOperationException(Error));
        _ = _drawn.Task.Exception;
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> message)
    {
        int at = 0;
        var parts = (object?[])Read(message.Span, ref at)!;
        switch (Convert.ToInt32(parts[0], CultureInfo.InvariantCulture))
        {
            case 1 when parts[3] is "JS.RenderBatch":
                await SendAsync("OnRenderCompleted", _ending.Token, ((object?[])parts[4]!)[0], null);
                Interlocked.Increment(ref _batches);
                Interlocked.Exchange(ref _drawn, New()).TrySetResult();
                break;
            case 1 when parts[3] is "JS.BeginInvokeJS":
                var arguments = (object?[])parts[4]!;
                string result = arguments[1] is "import" ? $$"""{"__jsObjectId":{{Interlocked.Increment(ref _objects)}}}""" : "null";
                await SendAsync("EndInvokeJSFromDotNet", _ending.Token, arguments[0], true, $"[{arguments[0]},true,{result}]");
                break;
            case 1 when parts[3] is "JS.Error":
                Error = ((object?[])parts[4]!)[0] as string;
                break;
            case 3 when _calls.TryRemove((string)parts[2]!, out var call):
                if (Convert.ToInt32(parts[3], CultureInfo.InvariantCulture) == 1) call.TrySetException(new InvalidOperationException(parts[4] as string));
                else call.TrySetResult(parts.Length > 4 ? parts[4] : null);
                break;
            case 6:
                await SendFrameAsync(new byte[] { 0x91, 6 }, _ending.Token);
                break;
            case 7:
                Error ??= parts.Length > 1 ? parts[1] as string : null;
                break;
        }
    }

    private static void Write(ArrayBufferWriter<byte> to, object? value)
    {
        switch (value)
        {
            case null: Add(to, 0xC0); break;
            case bool flag: Add(to, flag ? (byte)0xC3 : (byte)0xC2); break;
            case int or long:
                Add(to, 0xD3);
                BinaryPrimitives.WriteInt64BigEndian(to.GetSpan(8), Convert.ToInt64(value, CultureInfo.InvariantCulture));
                to.Advance(8);
                break;
            case string text:
                Add(to, 0xDB);
                BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(4), Encoding.UTF8.GetByteCount(text));
                to.Advance(4);
                to.Write(Encoding.UTF8.GetBytes(text));
                break;
            case byte[] bytes:
                Add(to, 0xC6);
                BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(4), bytes.Length);
                to.Advance(4);
                to.Write(bytes);
                break;
            case object?[] items:
                Add(to, (byte)(0x90 | items.Length));
                foreach (object? item in items) Write(to, item);
                break;
            case Dictionary<string, string>: Add(to, 0x80); break;
            default: throw new ArgumentException($"{value.GetType()} has no form in blazorpack.", nameof(value));
        }
    }

    private static void Add(ArrayBufferWriter<byte> to, byte kind)
    {
        to.GetSpan(1)[0] = kind;
        to.Advance(1);
    }

    private static object? Read(ReadOnlySpan<byte> from, ref int at)
    {
        byte kind = from[at++];
        switch (kind)
        {
            case <= 0x7F: return (long)kind;
            case >= 0xE0: return (long)(sbyte)kind;
            case >= 0x80 and <= 0x8F: return Map(from, ref at, kind & 15);
            case >= 0x90 and <= 0x9F: return Items(from, ref at, kind & 15);
            case >= 0xA0 and <= 0xBF: return Text(from, ref at, kind & 31);
            case 0xC0: return null;
            case 0xC2 or 0xC3: return kind == 0xC3;
            case 0xC4 or 0xC5 or 0xC6:
                int bytes = (int)Number(from, ref at, 1 << (kind - 0xC4));
                at += bytes;
                return from.Slice(at - bytes, bytes).ToArray();
            case 0xCA: at += 4; return 0.0;
            case 0xCB: at += 8; return 0.0;
            case >= 0xCC and <= 0xCF: return Number(from, ref at, 1 << (kind - 0xCC));
            case >= 0xD0 and <= 0xD3: return Number(from, ref at, 1 << (kind - 0xD0));
            case 0xD9 or 0xDA or 0xDB: return Text(from, ref at, (int)Number(from, ref at, 1 << (kind - 0xD9)));
            case 0xDC: return Items(from, ref at, (int)Number(from, ref at, 2));
            default: throw new InvalidDataException($"0x{kind:x2} in a message of the hub.");
        }
    }

    private static long Number(ReadOnlySpan<byte> from, ref int at, int size)
    {
        long value = 0;
        for (int i = 0; i < size; i++) value = value << 8 | from[at++];
        return value;
    }

    private static string Text(ReadOnlySpan<byte> from, ref int at, int length) => Encoding.UTF8.GetString(from.Slice((at += length) - length, length));

    private static object?[] Items(ReadOnlySpan<byte> from, ref int at, int count)
    {
        var items = new object?[count];
        for (int i = 0; i < count; i++) items[i] = Read(from, ref at);
        return items;
    }

    private static object? Map(ReadOnlySpan<byte> from, ref int at, int count)
    {
        for (int i = 0; i < 2 * count; i++) Read(from, ref at);
        return null;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Closes the window as a browser does, which tells the server that nobody will come back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (CircuitId.Length > 0)
        {
            using var form = new FormUrlEncodedContent([new("circuitId", CircuitId)]);
            using var told = await _http.PostAsync("/_blazor/disconnect", form);
        }
        await _ending.CancelAsync();
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
        _ending.Dispose();
    }

    [GeneratedRegex("<!--Blazor:(\\{.*?\\})-->")]
    private static partial Regex Markers();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();
}
