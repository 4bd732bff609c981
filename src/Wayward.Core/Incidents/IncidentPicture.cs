using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Timeline;

namespace Wayward.Core.Incidents;

/// <summary>Contacts of a lane in one cell.</summary>
/// <param name="From">Unix seconds.</param>
public readonly record struct IncidentCell(long From, long Bytes, bool Blocked);

/// <summary>One finding of an incident over time.</summary>
/// <param name="Subject">Foreign text.</param>
/// <param name="Target">Operator or address, and transport. Foreign text.</param>
/// <param name="Cells">Cells with contacts of the finding's targets; empty when the history is gone.</param>
/// <param name="Missing">Spans without logs, Unix seconds, half-open.</param>
public sealed record IncidentLane(
    string FindingId, string Subject, string Target, int Severity, LaneClass Class, long First, long Last, IReadOnlyList<IncidentCell> Cells, IReadOnlyList<(long From, long To)> Missing);

/// <summary>The findings of an incident on one axis of time, a lane each.</summary>
/// <param name="From">Unix seconds, a whole hour.</param>
/// <param name="Lanes">Ascending by first contact.</param>
/// <param name="Hidden">Findings beyond the lanes drawn.</param>
public sealed record IncidentPicture(long From, long To, long CellSeconds, IReadOnlyList<IncidentLane> Lanes, int Hidden)
{
    public const int MaxLanes = 24, MaxCells = 360;
    private const long Before = 3 * UnixTime.DaySeconds, After = UnixTime.DaySeconds;

    /// <summary>The span that shows all findings, with three days before the first contact and a day after the last.</summary>
    public static (long From, long To) Span(IReadOnlyCollection<(long First, long Last)> findings) =>
        findings.Count == 0 ? (0, UnixTime.DaySeconds) : (Hour(findings.Min(f => f.First) - Before), Hour(findings.Max(f => f.Last) + After + UnixTime.HourSeconds - 1));

    /// <summary>A lane from the timeline of the finding's instance over the span of the picture; without one, the lane has only its first and last contact.</summary>
    public static IncidentLane Lane(Finding finding, string subject, string target, InstanceTimeline? timeline)
    {
        var lanes = timeline?.Lanes.Where(l => l.Destination.Transport == finding.Transport && finding.Addresses.Any(a => a.Address == l.Destination.Address)).ToList() ?? [];
        var cells = lanes.SelectMany(l => l.Cells).GroupBy(c => c.Index).OrderBy(g => g.Key).Select(g => new IncidentCell(timeline!.CellStart(g.Key), g.Sum(c => c.Bytes), g.All(c => c.Blocked)));
        return new(finding.Id, subject, target, finding.Severity, lanes.Count > 0 ? lanes[0].Class : LaneClass.Uncatalogued, finding.First, finding.Last, [.. cells], timeline is null ? [] : Gaps(timeline));
    }

    private static List<(long From, long To)> Gaps(InstanceTimeline timeline)
    {
        List<(long From, long To)> gaps = [];
        for (int i = 0; i < timeline.Coverage.Count; i++)
        {
            if (timeline.Coverage[i].State != CoverageState.Missing) continue;
            int start = i;
            while (i < timeline.Coverage.Count && timeline.Coverage[i].State == CoverageState.Missing) i++;
            gaps.Add((timeline.CellStart(start), timeline.CellStart(i)));
        }
        return gaps;
    }

    private static long Hour(long at) => at - (at % UnixTime.HourSeconds + UnixTime.HourSeconds) % UnixTime.HourSeconds;
}
