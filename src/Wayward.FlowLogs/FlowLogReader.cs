using Wayward.FlowLogs.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs;

/// <summary>
/// Reads one flow-log object, whatever its wrapping and column order, and pushes its records into a sink.
/// The object's content decides the format, never its name.
/// </summary>
public static class FlowLogReader
{
    /// <summary>
    /// Reads the object to its proven end (trailer seen, checks passed, length equal). Whoever folds records must not commit anything before this returns.
    /// </summary>
    /// <param name="source">The object's bytes as stored; read once, front to back; not disposed.</param>
    /// <exception cref="FlowObjectException">The object is refused: truncated, damaged, no usable header, over a limit.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static FlowReadResult Read<TSink>(Stream source, FlowObjectInfo info, ref TSink sink, FlowReadLimits? limits = null, CancellationToken cancellation = default)
        where TSink : IFlowRecordSink
        => Read(source, info, ref sink, limits ?? FlowReadLimits.Default, ReadTuning.Default, cancellation);

    internal static FlowReadResult Read<TSink>(Stream source, FlowObjectInfo info, ref TSink sink, FlowReadLimits limits, ReadTuning tuning, CancellationToken cancellation)
        where TSink : IFlowRecordSink
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(info);
        var context = new ReadContext(info, limits, tuning, cancellation);
        var tally = new RecordTally(context);
        using var stored = new ObjectSource(source, context);
        using var opened = OpenedObject.Open(stored, context, tally);
        using var text = new TextRecords(context, tally, opened);
        if (opened.Parquet is { } parquet) parquet.Read(tally, text, ref sink);
        else text.Read(opened.Window, ref sink);
        string sha256 = stored.Finish();
        string format = opened.IsTestObject ? "test object of a CloudWatch Logs export" : $"{opened.Form} {text.Plan?.Description ?? text.OtherRecords}{opened.Description}";
        return tally.ToResult(sha256, stored.Total, opened.Expanded, format, text.Plan?.Names ?? []);
    }
}
