namespace Wayward.FlowLogs.Wrapping;

/// <summary>An object with its wrappings taken off, told by content: gzip (twice where a subscription's gzip was compressed again).</summary>
internal sealed class OpenedObject : IDisposable
{
    private const int Deepest = 3;
    private readonly Func<long> _expanded;
    private readonly Func<string> _description;

    private OpenedObject(SourceWindow window, Func<long> expanded, Func<string> description)
    {
        Window = window;
        _expanded = expanded;
        _description = description;
    }

    /// <summary>The innermost bytes.</summary>
    public SourceWindow Window { get; }
    /// <summary>How many of them there were so far.</summary>
    public long Expanded => _expanded();
    /// <summary>Such as <c>, gzip (16 members)</c>.</summary>
    public string Description => _description();

    public static OpenedObject Open(ObjectSource stored, ReadContext context)
    {
        int chunk = context.Tuning.Chunk, maximum = context.Limits.MaxLineBytes + 2 * chunk + 1024;
        ByteSource source = stored;
        var window = new SourceWindow(stored, chunk, maximum);
        Func<string> description = () => "";
        for (int depth = 0; depth < Deepest; depth++)
        {
            window.Ensure(4);
            if (depth == 0 && window.Length == 0) throw context.Refuse("the object is empty", retryable: true);
            var begin = window.Unread;
            if (begin.Length == 0 || begin[0] != 0x1F || begin.Length > 1 && begin[1] != 0x8B) break;
            var gzip = new GzipSource(window, context, () => stored.Total);
            var outer = description;
            description = () => outer() + (gzip.Members == 1 ? ", gzip" : $", gzip ({gzip.Members} members)");
            source = gzip;
            window = new SourceWindow(gzip, chunk, maximum);
        }
        return new OpenedObject(window, () => source.Total, description);
    }

    public void Dispose() => Window.Dispose();
}
