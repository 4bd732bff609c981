namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// An object with its wrappings taken off, each told by content, never by name: gzip or zstd (one in the other where a subscription's gzip was compressed again), then JSON,
/// comma-separated or parquet records, which become lines.
/// </summary>
internal sealed class OpenedObject : IDisposable
{
    private const int Deepest = 3;
    private static ReadOnlySpan<byte> ZstdMagic => [0x28, 0xB5, 0x2F, 0xFD];
    private readonly ByteSource _expanding;
    private readonly LineSource? _lines;
    private readonly List<Func<string>> _wrappings;

    private OpenedObject(SourceWindow window, ByteSource expanding, LineSource? lines, List<Func<string>> wrappings)
    {
        Window = window;
        _expanding = expanding;
        _lines = lines;
        _wrappings = wrappings;
    }

    /// <summary>The innermost bytes: lines.</summary>
    public SourceWindow Window { get; }
    /// <summary>How many bytes came out of the last decompression so far.</summary>
    public long Expanded => _lines is { IsTable: true } ? _lines.Total : _expanding.Total;
    /// <summary>Such as <c>, gzip (16 members)</c>.</summary>
    public string Description => string.Concat(_wrappings.Select(w => w()).Where(w => w.Length > 0).Select(w => ", " + w));
    public string Form => _lines?.Form ?? "text";
    public bool IsTable => _lines is { IsTable: true };
    /// <summary>The object as parquet, when it is.</summary>
    public ParquetLineSource? Parquet => _lines as ParquetLineSource;
    public bool BeginsWithHeader => _lines is { BeginsWithHeader: true };

    /// <param name="ports">Ports of interest: of other rows in a table not everything is decoded.</param>
    public static OpenedObject Open(ObjectSource stored, ReadContext context, PortSet ports)
    {
        int chunk = context.Tuning.Chunk, maximum = context.Limits.MaxLineBytes + 2 * chunk + 1024;
        ByteSource source = stored;
        var window = new SourceWindow(stored, chunk, maximum);
        var wrappings = new List<Func<string>>();
        for (int depth = 0; ; depth++)
        {
            window.Ensure(4);
            if (depth == 0 && window.Length == 0) throw context.Refuse("the object is empty", retryable: true);
            if (IsGzip(window.Unread))
            {
                var gzip = new GzipSource(window, context, () => stored.Total);
                wrappings.Insert(0, () => gzip.Members == 1 ? "gzip" : $"gzip ({gzip.Members} members)");
                source = gzip;
            }
            else if (window.Unread.StartsWith(ZstdMagic) || IsZstdSkippable(window.Unread))
            {
                source = new ZstdSource(window, context, () => stored.Total);
                wrappings.Insert(0, () => "zstd");
            }
            else break;
            if (depth == Deepest) throw context.Refuse($"compressed more than {Deepest} times over");
            window = new SourceWindow(source, chunk, maximum);
        }

        var lines = ParquetLineSource.Begins(window.Unread) ? new ParquetLineSource(window, context, ports, () => stored.Total) : Unwrap(window, context);
        if (lines is not null)
        {
            wrappings.Insert(0, () => lines.Name);
            window = new SourceWindow(lines, chunk, maximum);
        }
        return new OpenedObject(window, source, lines, wrappings);
    }

    private static bool IsGzip(ReadOnlySpan<byte> begin) => begin.Length > 0 && begin[0] == 0x1F && (begin.Length == 1 || begin[1] == 0x8B);

    private static bool IsZstdSkippable(ReadOnlySpan<byte> begin) => begin.Length >= 4 && (begin[0] & 0xF0) == 0x50 && begin[1..4].SequenceEqual("\x2A\x4D\x18"u8);

    private static LineSource? Unwrap(SourceWindow window, ReadContext context)
    {
        if (window.Length >= 2 && window.Unread[..2] is [0xFF, 0xFE] or [0xFE, 0xFF]) throw context.Refuse("UTF-16 text; flow logs are UTF-8");
        int mark = window.Unread.StartsWith("\uFEFF"u8) ? 3 : 0;
        int first;
        while ((first = window.Unread[mark..].IndexOfAnyExcept(" \t\r\n"u8)) < 0)
            if (window.Length > context.Limits.MaxLineBytes || !window.Fill()) return null;
        first += mark;
        if (window.Unread[first] is (byte)'{' or (byte)'[')
        {
            window.Start += first;
            return new JsonLineSource(window, context);
        }
        int end;
        while ((end = window.Unread[first..].IndexOf((byte)'\n')) < 0)
            if (window.Length > context.Limits.MaxLineBytes || !window.Fill()) break;
        var line = end < 0 ? window.Unread[first..] : window.Unread.Slice(first, end);
        if (!CsvLineSource.IsHeader(line)) return null;
        window.Start += first;
        return new CsvLineSource(window, context);
    }

    public void Dispose() => Window.Dispose();
}
