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
        where TSink : IFlowRecordSink, allows ref struct
        => throw new NotSupportedException("The reader is not written yet.");
}
