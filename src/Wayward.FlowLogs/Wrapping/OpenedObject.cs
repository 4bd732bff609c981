using Wayward.FlowLogs.Text;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// An object with its wrappings taken off, each told by content, never by name: gzip or zstd (one in the other where a subscription's gzip was compressed again), then JSON,
/// comma-separated or parquet records, which become lines.
/// </summary>
internal sealed class OpenedObject : IDisposable
{
    private const int Deepest = 3;
    private static ReadOnlySpan<byte> ZstdMagic => [0x28, 0xB5, 0x2F, 0xFD];
    private static ReadOnlySpan<byte> TestObject => "Permission Check Successful"u8;
    private readonly ByteSource _expanding;
    private readonly LineSource? _lines;
    private readonly List<string> _wrappings;

    private OpenedObject(SourceWindow window, ByteSource expanding, LineSource? lines, ParquetObject? parquet, List<string> wrappings)
    {
        Window = window;
        _expanding = expanding;
        _lines = lines;
        Parquet = parquet;
        _wrappings = wrappings;
    }

    /// <summary>The innermost bytes: lines, unless the object is <see cref="Parquet"/>.</summary>
    public SourceWindow Window { get; }
    /// <summary>The object as parquet, when it is.</summary>
    public ParquetObject? Parquet { get; }
    /// <summary>How many bytes came out of the last decompression so far.</summary>
    public long Expanded => Parquet?.Expanded ?? _expanding.Total;
    /// <summary>Such as <c>, in JSON, gzip</c>.</summary>
    public string Description => string.Concat(_wrappings.Select(w => ", " + w));
    public string Form => Parquet?.Form ?? "text";
    /// <summary>The first line is a header whatever its words are.</summary>
    public bool BeginsWithHeader => Parquet is not null || _lines is { BeginsWithHeader: true };
    /// <summary>Lines come from several senders: what is no flow-log record is set aside, wherever it stands.</summary>
    public bool IsMixed => _lines is { IsMixed: true };
    /// <summary>See <see cref="LineSource.MadeHeader"/>.</summary>
    public string? MadeHeader => _lines?.MadeHeader;
    /// <summary>CloudWatch Logs writes this object, <c>aws-logs-write-test</c>, before an export to S3 to see whether it may.</summary>
    public bool IsTestObject { get; private init; }

    public static OpenedObject Open(ObjectSource stored, ReadContext context, RecordTally tally)
    {
        int chunk = context.Tuning.Chunk, maximum = Math.Max(context.Limits.MaxLineBytes, JsonLineSource.LongestValue) + 2 * chunk + 1024;
        ByteSource source = stored;
        var window = new SourceWindow(stored, chunk, maximum);
        var wrappings = new List<string>();
        for (int depth = 0; ; depth++)
        {
            window.Ensure(4);
            if (depth == 0 && window.Length == 0) throw context.Refuse("the object is empty", retryable: true);
            if (IsGzip(window.Unread))
            {
                source = new GzipSource(window, context, () => stored.Total);
                wrappings.Insert(0, "gzip");
            }
            else if (window.Unread.StartsWith(ZstdMagic) || IsZstdSkippable(window.Unread))
            {
                source = new ZstdSource(window, context, () => stored.Total);
                wrappings.Insert(0, "zstd");
            }
            else break;
            if (depth == Deepest) throw context.Refuse($"compressed more than {Deepest} times over");
            window = new SourceWindow(source, chunk, maximum);
        }

        if (ParquetObject.Begins(window.Unread)) return new OpenedObject(window, source, null, new ParquetObject(window, context, () => stored.Total), wrappings);
        if (window.Unread.StartsWith(TestObject) && !window.Ensure(TestObject.Length + 8) && window.Unread.TrimEnd("\r\n"u8).SequenceEqual(TestObject))
        {
            window.Start = window.End;
            return new OpenedObject(window, source, null, null, wrappings) { IsTestObject = true };
        }
        var lines = Unwrap(ref window, context, tally);
        if (lines is not null)
        {
            wrappings.Insert(0, lines.Name);
            window = new SourceWindow(lines, chunk, maximum);
        }
        return new OpenedObject(window, source, lines, null, wrappings);
    }

    private static bool IsGzip(ReadOnlySpan<byte> begin) => begin.Length > 0 && begin[0] == 0x1F && (begin.Length == 1 || begin[1] == 0x8B);

    private static bool IsZstdSkippable(ReadOnlySpan<byte> begin) => begin.Length >= 4 && (begin[0] & 0xF0) == 0x50 && begin[1..4].SequenceEqual("\x2A\x4D\x18"u8);

    private static LineSource? Unwrap(ref SourceWindow window, ReadContext context, RecordTally tally)
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
            return new JsonLineSource(window, context, tally);
        }
        int end;
        while ((end = window.Unread[first..].IndexOfAny((byte)'\n', (byte)'\r')) < 0 || window.Length == first + end + 1)
            if (window.Length > context.Limits.MaxLineBytes || !window.Fill()) break;
        var line = end < 0 ? window.Unread[first..] : window.Unread.Slice(first, end);
        bool csv = CsvLineSource.IsHeader(line);
        // Lines that end in CR alone, as old spreadsheets write them: the first one tells.
        if (end >= 0 && window.Unread[first + end] == '\r' && (window.Length == first + end + 1 || window.Unread[first + end + 1] is not ((byte)'\n' or (byte)'\r')))
        {
            if (csv) window.Start += first;
            window = new SourceWindow(new CarriageReturnSource(window), context.Tuning.Chunk, context.Limits.MaxLineBytes + 2 * context.Tuning.Chunk + 1024);
        }
        else if (csv) window.Start += first;
        return csv ? new CsvLineSource(window, context) : null;
    }

    public void Dispose()
    {
        Parquet?.Dispose();
        Window.Dispose();
    }
}
