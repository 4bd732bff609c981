using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Text;

/// <summary>Counts and samples of one object, whatever its format.</summary>
internal sealed class RecordTally
{
    private readonly List<QuarantinedLine> _quarantined = [];
    private readonly FlowReadLimits _limits;

    public RecordTally(ReadContext context)
    {
        _limits = context.Limits;
        EarliestStart = _limits.EarliestStart;
        LatestStart = context.Info.LastModified is { } at ? at + _limits.FutureTolerance : long.MaxValue;
        LongestInterval = _limits.MaxInterval;
    }

    public readonly long EarliestStart, LatestStart, LongestInterval;
    public long Records, NoData, SkipData, TransitGateway, Quarantined;
    public long FirstStart = long.MaxValue, LastEnd;

    public void Quarantine(long line, FaultKind kind, string? column = null, ReadOnlySpan<byte> value = default, string? detail = null)
    {
        if (Quarantined++ < _limits.QuarantineSamples) _quarantined.Add(Fault.Describe(line, kind, column, value, detail));
    }

    public FlowReadResult ToResult(string sha256, long objectBytes, long expandedBytes, string format, IReadOnlyList<string> columns) => new()
    {
        Records = Records,
        NoData = NoData,
        SkipData = SkipData,
        TransitGateway = TransitGateway,
        QuarantinedCount = Quarantined,
        Quarantined = _quarantined,
        ObjectBytes = objectBytes,
        ExpandedBytes = expandedBytes,
        Sha256 = sha256,
        FirstStart = Records == 0 ? 0 : FirstStart,
        LastEnd = LastEnd,
        Columns = columns,
        Format = format,
    };
}
