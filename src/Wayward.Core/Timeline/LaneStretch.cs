namespace Wayward.Core.Timeline;

/// <summary>
/// A stretch of a timeline in the table that stands for its drawing: one cell with traffic, or neighbouring cells without traffic whose coverage is the same.
/// </summary>
/// <param name="From">Unix seconds, included.</param>
/// <param name="To">Unix seconds, not included.</param>
/// <param name="Cell">Null without traffic.</param>
/// <param name="Coverage">Hours are summed over the stretch.</param>
public sealed record LaneStretch(long From, long To, TimelineCell? Cell, CoverageCell Coverage)
{
    /// <summary>The whole timeline from its start to its end, without a gap.</summary>
    /// <param name="lane">Null: the coverage alone.</param>
    public static IReadOnlyList<LaneStretch> Of(InstanceTimeline timeline, TimelineLane? lane)
    {
        var cells = lane?.Cells.ToDictionary(c => c.Index) ?? [];
        var stretches = new List<LaneStretch>();
        for (int i = 0; i < timeline.CellCount; i++)
        {
            TimelineCell? cell = cells.TryGetValue(i, out var found) ? found : null;
            var coverage = timeline.Coverage[i];
            long start = timeline.CellStart(i), end = start + timeline.CellSeconds;
            if (cell is null && stretches.Count > 0 && stretches[^1] is { Cell: null } last && last.Coverage.State == coverage.State)
            {
                var sum = last.Coverage;
                stretches[^1] = last with { To = end, Coverage = new(sum.State, sum.LoggedHours + coverage.LoggedHours, sum.SkipHours + coverage.SkipHours, sum.Hours + coverage.Hours) };
            }
            else stretches.Add(new(start, end, cell, coverage));
        }
        return stretches;
    }
}
