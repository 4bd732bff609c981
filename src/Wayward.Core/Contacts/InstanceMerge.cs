namespace Wayward.Core.Contacts;

/// <summary>What the ledger keeps in an instance's row: derived from its coverage and pairs. Times are Unix seconds.</summary>
/// <param name="FirstSeen">Smallest start of any record.</param>
/// <param name="LastSeen">Largest end of any record; 0 when there is none.</param>
/// <param name="ObservedSince">Start of the present observation epoch.</param>
/// <param name="LastContact">Largest end of a contact; 0 when there is none.</param>
/// <param name="Destinations">Distinct destinations with a contact.</param>
public readonly record struct InstanceState(long FirstSeen, long LastSeen, long ObservedSince, long LastContact, int Destinations)
{
    /// <summary>Of an instance that nothing is known of yet.</summary>
    public static readonly InstanceState None = new(long.MaxValue, 0, long.MaxValue, 0, 0);
}

/// <summary>First and last contact of an instance with an endpoint: <see cref="long.MaxValue"/> and 0 when there are only records that are no contacts.</summary>
public readonly record struct PairSpan(long First, long Last);

/// <summary>What becomes of a stored pair.</summary>
public enum PairWrite : byte
{
    /// <summary>The stored span holds the new one.</summary>
    None,
    /// <summary>Only the last contact moves: the usual case, which leaves the index on the first contact alone.</summary>
    Advance,
    /// <summary>A new pair, or an earlier first contact.</summary>
    Upsert,
}

/// <param name="FirstContact">The instance has never contacted the endpoint before.</param>
public readonly record struct PairChange(PairWrite Write, bool FirstContact);

/// <param name="Upserts">Facts that are new or wider than stored, by attribute and value; to be united with what is stored.</param>
/// <param name="Latest">The latest values, when these may have changed; else null.</param>
public sealed record FactChanges(IReadOnlyList<InstanceFact> Upserts, InstanceFactSummary? Latest);

/// <summary>Lines to delete and to insert.</summary>
public sealed record EvidenceChanges(IReadOnlyList<EvidenceLine> Removed, IReadOnlyList<EvidenceLine> Added)
{
    public static readonly EvidenceChanges None = new([], []);
}

/// <summary>
/// Decides what a commit changes of one instance, from what is stored and the instance's share of the commit. The writer of each database reads what is asked for, calls the methods in the order
/// coverage, facts, pairs, evidence, and executes what they return. Nothing here reads or writes anything.
/// </summary>
/// <param name="share">Stays as it is.</param>
/// <param name="stored">Null for an instance that is not stored yet.</param>
/// <param name="historyWindow">H in seconds.</param>
public sealed class InstanceMerge(InstanceContribution share, InstanceState? stored, long historyWindow)
{
    private readonly InstanceState _before = stored ?? InstanceState.None;

    public InstanceContribution Share => share;
    public bool IsNew => stored is null;

    /// <summary>The row as it becomes.</summary>
    public InstanceState State { get; private set; } = stored ?? InstanceState.None;

    /// <summary>Columns that lists sort by, and that so have an index, differ from what is stored.</summary>
    public bool ListOrderChanged =>
        (State.FirstSeen, State.ObservedSince, State.Destinations) != (_before.FirstSeen, _before.ObservedSince, _before.Destinations);

    /// <summary>The evaluation of the instance may change.</summary>
    public bool IsTouched { get; private set; } = stored is null;

    /// <summary>Set by <see cref="MergeCoverage"/>: <see cref="SetObservedSince"/> must be called with what follows from all stored coverage, that of the share included.</summary>
    public bool NeedsEpoch { get; private set; }

    /// <summary>Set by <see cref="MergePair"/>: <see cref="SetDestinations"/> must be called with what follows from all stored pairs, those of the share included.</summary>
    public bool NeedsDestinations { get; private set; }

    public void MergeCoverage()
    {
        long start = long.MaxValue, end = 0;
        foreach (var day in share.Coverage.Values)
        {
            start = Math.Min(start, day.FirstStart);
            end = Math.Max(end, day.LastEnd);
        }
        if (end == 0) return;
        NeedsEpoch = IsNew || !ObservationEpoch.Continues(State, start, end, historyWindow);
        // Records that are not later than the last contact change what was known when that was evaluated: observed hours and lost records count by the hour.
        bool isLate = UnixTime.Hour(start) <= UnixTime.Hour(State.LastContact);
        IsTouched |= NeedsEpoch || isLate;
        State = State with { FirstSeen = Math.Min(State.FirstSeen, start), LastSeen = Math.Max(State.LastSeen, end) };
    }

    public void SetObservedSince(long start) => State = State with { ObservedSince = start };

    /// <param name="known">All stored facts of the instance; one for each attribute and value.</param>
    /// <param name="facts">Those of the share; one for each attribute and value.</param>
    public FactChanges MergeFacts(IReadOnlyCollection<InstanceFact> known, IReadOnlyCollection<InstanceFact> facts)
    {
        var merged = new List<InstanceFact>(known);
        var upserts = new List<InstanceFact>();
        bool latestMayChange = false;
        foreach (var fact in facts)
        {
            int at = InstanceHistory.Find(merged, fact);
            if (at < 0)
            {
                merged.Add(fact);
                IsTouched = latestMayChange = true;
            }
            else
            {
                var old = merged[at];
                var union = old.Union(fact);
                if (ReferenceEquals(union, old)) continue;
                merged[at] = union;
                IsTouched |= fact.First < old.First;
                // A later end changes which value is the latest only where there are several.
                latestMayChange |= fact.Last > old.Last && IsOneOfSeveral(merged, fact.Attribute);
            }
            upserts.Add(fact);
        }
        return new(upserts, latestMayChange ? new InstanceFactSummary(merged) : null);
    }

    /// <param name="known">Null for a pair that is not stored yet.</param>
    /// <param name="span">Of the share's cells of this pair.</param>
    public PairChange MergePair(PairSpan? known, PairSpan span)
    {
        IsTouched = true;
        bool firstContact = span.Last > 0 && known is not { Last: > 0 };
        NeedsDestinations |= firstContact;
        State = State with { LastContact = Math.Max(State.LastContact, span.Last) };
        var write = known is not { } old || span.First < old.First ? PairWrite.Upsert : span.Last > old.Last ? PairWrite.Advance : PairWrite.None;
        return new(write, firstContact);
    }

    public void SetDestinations(int count) => State = State with { Destinations = count };

    /// <param name="known">What is stored of the pair; the text need not be read.</param>
    /// <param name="lines">Those of the share.</param>
    public static EvidenceChanges MergeEvidence(IReadOnlyList<EvidenceLine> known, IReadOnlyList<EvidenceLine> lines)
    {
        var kept = new List<EvidenceLine>(EvidenceLine.PerPair);
        foreach (var line in known) EvidenceLine.Keep(kept, line);
        // Objects come nearly in order, so mostly the earliest lines are stored already.
        if (kept.Count == EvidenceLine.PerPair && AllLater(lines, kept[^1])) return EvidenceChanges.None;
        foreach (var line in lines) EvidenceLine.Keep(kept, line);
        return new([.. known.Where(l => !Contains(kept, l))], [.. kept.Where(l => !Contains(known, l))]);
    }

    private static bool AllLater(IReadOnlyList<EvidenceLine> lines, EvidenceLine last)
    {
        for (int i = 0; i < lines.Count; i++)
            if (EvidenceLine.Order(lines[i], last) <= 0) return false;
        return true;
    }

    /// <summary>By position: texts are not compared.</summary>
    private static bool Contains(IReadOnlyList<EvidenceLine> lines, EvidenceLine line)
    {
        for (int i = 0; i < lines.Count; i++)
            if (EvidenceLine.Order(lines[i], line) == 0) return true;
        return false;
    }

    private static bool IsOneOfSeveral(List<InstanceFact> facts, InstanceAttribute attribute)
    {
        int count = 0;
        foreach (var fact in facts)
            if (fact.Attribute == attribute) count++;
        return count > 1;
    }
}

/// <summary>What a commit changes of an endpoint's prevalence: to be united with the stored first and last contact, and added to the number of instances.</summary>
public sealed class EndpointChange
{
    public long First { get; private set; } = long.MaxValue;
    public long Last { get; private set; }
    /// <summary>Instances that contact it for the first time.</summary>
    public int NewInstances { get; private set; }

    public void Add(PairSpan span, in PairChange change)
    {
        First = Math.Min(First, span.First);
        Last = Math.Max(Last, span.Last);
        if (change.FirstContact) NewInstances++;
    }
}
