using Wayward.Core.Contacts;
using Wayward.Core.Detection;

namespace Wayward.Core.Timeline;

/// <summary>The few lanes of a timeline that a finding is understood by.</summary>
public static class LaneExcerpt
{
    /// <summary>
    /// Half of the lanes are the finding's own, a quarter began within a day of its first contact, the rest are those that were in use before, the busiest first. Places that one kind does not need go to
    /// the usual lanes.
    /// </summary>
    /// <param name="most">Lanes at most.</param>
    public static InstanceTimeline Of(InstanceTimeline timeline, Finding finding, int most)
    {
        if (timeline.Lanes.Count <= most) return timeline;
        var addresses = finding.Addresses.Select(a => a.Address).ToHashSet();
        bool Own(TimelineLane lane) => lane.Destination.Transport == finding.Transport && addresses.Contains(lane.Destination.Address);
        var own = timeline.Lanes.Where(Own).OrderBy(l => l.First ?? long.MaxValue).ToList();
        var chosen = own.Take(most / 2).ToHashSet();
        chosen.UnionWith(timeline.Lanes.Where(l => !Own(l) && l.First is { } first && Math.Abs(first - finding.First) < UnixTime.DaySeconds).OrderBy(l => Math.Abs(l.First!.Value - finding.First)).Take(most / 4));
        chosen.UnionWith(timeline.Lanes.Where(l => !chosen.Contains(l) && !Own(l) && l.First < finding.First).OrderByDescending(l => l.Cells.Count).Take(most - chosen.Count));
        chosen.UnionWith(own.Where(l => !chosen.Contains(l)).Take(most - chosen.Count));
        return timeline with { Lanes = [.. timeline.Lanes.Where(chosen.Contains)], LanesLeft = timeline.Lanes.Count - chosen.Count };
    }
}
