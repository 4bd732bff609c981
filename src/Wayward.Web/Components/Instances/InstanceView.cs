using Wayward.Core.Contacts;
using Wayward.Core.Timeline;
using Wayward.Storage.Findings;
using Wayward.Storage.Instances;

namespace Wayward.Web.Components.Instances;

/// <summary>The span that a timeline shows, as the URL holds it; null bounds mean all there is.</summary>
internal sealed record TimelineSpan
{
    public long? From { get; init; }
    public long? To { get; init; }
    /// <summary>Null = the finest that fits.</summary>
    public TimelineResolution? Resolution { get; init; }
    /// <summary>First contact of the finding that the span is drawn around; null without one.</summary>
    public long? Moment { get; init; }
    /// <summary>The period of the same length before is wanted too.</summary>
    public bool WithBefore { get; init; }
    /// <summary>The resolver states over the span are wanted too.</summary>
    public bool WithStates { get; init; }
}

/// <summary>An instance's lanes with the history they were made from.</summary>
/// <param name="DataFrom">First and last moment that has data at all.</param>
public sealed record TimelineView(InstanceTimeline Timeline, InstanceHistory History, long DataFrom, long DataTo)
{
    /// <summary>The period of the same length before; null when it was not asked for, or has no data.</summary>
    public InstanceTimeline? Before { get; init; }

    /// <summary>By day, whatever the cells of the timeline are; null when they were not asked for.</summary>
    public ResolverStates? States { get; init; }

    /// <summary>The hours of one lane inside a cell, ascending.</summary>
    public IReadOnlyList<ContactHour> HoursOf(TimelineLane lane, int index)
    {
        int from = UnixTime.Hour(Timeline.CellStart(index)), to = from + (int)Timeline.Resolution;
        return [.. PairsOf(lane).SelectMany(p => p.Value).Where(h => h.Hour >= from && h.Hour < to).OrderBy(h => h.Hour)];
    }

    /// <summary>All hours of a lane inside the span shown, ascending.</summary>
    public IReadOnlyList<ContactHour> HoursOf(TimelineLane lane)
    {
        int from = UnixTime.Hour(Timeline.From), to = UnixTime.Hour(Timeline.To);
        return [.. PairsOf(lane).SelectMany(p => p.Value).Where(h => h.Hour >= from && h.Hour < to).OrderBy(h => h.Hour)];
    }

    private IEnumerable<KeyValuePair<Core.Contacts.Endpoint, List<ContactHour>>> PairsOf(TimelineLane lane) =>
        History.Pairs.Where(p => p.Key.Address == lane.Destination.Address && lane.Ports.Contains((p.Key.Protocol, p.Key.Port)));
}

/// <summary>One page of the list of instances.</summary>
/// <param name="DataEnd">End of the data of the whole fleet, Unix seconds.</param>
internal sealed record InstancesView(IReadOnlyList<InstanceRow> Rows, int Total, int Number, long DataEnd);

/// <summary>What the instance's page shows.</summary>
/// <param name="Role">What its traffic proves, in words; null when it proves no role.</param>
internal sealed record InstanceView(InstanceRow Row, IReadOnlyList<InstanceFact> Facts, IReadOnlyList<FindingRow> Findings, TimelineView? Timeline, string? Role);
