using Wayward.Core.Resolvers;

namespace Wayward.Core.Timeline;

/// <summary>How an instance resolves names at a time, as far as flow logs show it. They never show queries to the resolver that Amazon provides.</summary>
public enum ResolverState : byte
{
    /// <summary>Nothing was logged: nothing is known.</summary>
    NoData = 0,
    /// <summary>Logged, and no DNS contact: Amazon's resolver is presumed, or no name was asked for.</summary>
    Presumed = 1,
    /// <summary>Only destinations that are in use since learning, for longer than the learning time, or that a rule expects.</summary>
    Known = 2,
    /// <summary>Only encrypted DNS, to destinations that are not new.</summary>
    EncryptedOnly = 3,
    /// <summary>At least one destination whose first contact is at most the learning time ago, and that no rule expects.</summary>
    New = 4,
}

/// <param name="From">Unix seconds, included.</param>
/// <param name="To">Unix seconds, not included.</param>
public readonly record struct ResolverStretch(long From, long To, ResolverState State);

/// <summary>From one state to another.</summary>
/// <param name="At">Unix seconds: the start of the first cell in the new state.</param>
/// <param name="Because">The destinations that brought the new state; empty for a state without DNS.</param>
public sealed record ResolverSwitch(long At, ResolverState Before, ResolverState After, IReadOnlyList<TimelineLane> Because);

/// <summary>
/// The states of an instance over a timeline, and where they change. A change to encrypted DNS or to a new destination is what evasion looks like; so is a resolver that is no longer asked.
/// </summary>
/// <param name="Stretches">From the start of the timeline to its end, without a gap.</param>
public sealed record ResolverStates(IReadOnlyList<ResolverStretch> Stretches, IReadOnlyList<ResolverSwitch> Switches)
{
    /// <param name="learning">Learning time in seconds.</param>
    public static ResolverStates Of(InstanceTimeline timeline, long learning)
    {
        var contacts = new List<TimelineLane>?[timeline.CellCount];
        foreach (var lane in timeline.Lanes)
            foreach (var cell in lane.Cells)
                if (cell.Out.Records > 0) (contacts[cell.Index] ??= []).Add(lane);
        var stretches = new List<ResolverStretch>();
        var switches = new List<ResolverSwitch>();
        ResolverState? known = null;
        for (int i = 0; i < timeline.CellCount; i++)
        {
            long start = timeline.CellStart(i), end = start + timeline.CellSeconds;
            var (state, because) = StateOf(timeline, i, contacts[i], learning);
            if (stretches.Count > 0 && stretches[^1].State == state) stretches[^1] = stretches[^1] with { To = end };
            else stretches.Add(new(start, end, state));
            // A gap in the data is no change of behaviour.
            if (state == ResolverState.NoData) continue;
            if (known is { } before && before != state) switches.Add(new(start, before, state, because));
            known = state;
        }
        return new(stretches, switches);
    }

    private static (ResolverState, IReadOnlyList<TimelineLane>) StateOf(InstanceTimeline timeline, int index, List<TimelineLane>? contacts, long learning)
    {
        if (contacts is null) return (timeline.Coverage[index].State is CoverageState.Missing or CoverageState.Outside ? ResolverState.NoData : ResolverState.Presumed, []);
        var fresh = contacts.Where(l => IsNew(timeline, l, index, learning)).ToList();
        if (fresh.Count > 0) return (ResolverState.New, fresh);
        return (contacts.TrueForAll(l => l.Destination.Transport.IsEncrypted()) ? ResolverState.EncryptedOnly : ResolverState.Known, contacts);
    }

    private static bool IsNew(InstanceTimeline timeline, TimelineLane lane, int index, long learning)
    {
        if (lane.First is not { } first || lane.Tier.IsAuthoritative()) return false;
        if (timeline.CellStart(index) - first >= learning || timeline.Learned.Any(s => first >= s.From && first < s.To)) return false;
        return lane.Cells.First(c => c.Index == index).Expected is null;
    }
}
