using Wayward.FlowLogs.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs;

/// <summary>Takes a line without its line end. The bytes are valid only during the call.</summary>
/// <param name="line">1-based, as <see cref="FlowIdentity.Line"/>.</param>
public delegate void FlowLineTaker(long line, ReadOnlySpan<byte> text);

/// <summary>Reads chosen lines of an object as they stand, with the wrappings taken off but nothing parsed.</summary>
public static class FlowLogLines
{
    /// <param name="source">The object's bytes as stored; not disposed.</param>
    /// <param name="wanted">Line numbers.</param>
    /// <returns>False when the object has no lines because it is parquet.</returns>
    /// <exception cref="FlowObjectException">The object is refused.</exception>
    public static bool Read(Stream source, FlowObjectInfo info, IReadOnlySet<long> wanted, FlowLineTaker take, FlowReadLimits? limits = null, CancellationToken cancellation = default)
    {
        var context = new ReadContext(info, limits ?? FlowReadLimits.Default, ReadTuning.Default, cancellation);
        using var stored = new ObjectSource(source, context);
        using var opened = OpenedObject.Open(stored, context, new RecordTally(context));
        if (opened.Parquet is not null) return false;
        var window = opened.Window;
        long line = 1;
        bool skipping = false;
        while (true)
        {
            int feed = window.Unread.IndexOf((byte)'\n');
            if (feed < 0)
            {
                if (skipping || window.Length > context.Limits.MaxLineBytes) (skipping, window.Start) = (true, window.End);
                if (window.Fill()) continue;
                if (!skipping && window.Length > 0 && wanted.Contains(line)) take(line, window.Unread.TrimEnd((byte)'\r'));
                return true;
            }
            if (!skipping && wanted.Contains(line)) take(line, window.Unread[..feed].TrimEnd((byte)'\r'));
            window.Start += feed + 1;
            skipping = false;
            line++;
        }
    }
}
