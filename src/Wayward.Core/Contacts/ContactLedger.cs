namespace Wayward.Core.Contacts;

/// <summary>
/// The contact ledger in memory: all of it for a scan, or the part an evaluation needs when it is loaded from the store.
/// Deterministic enumeration: instances by id, pairs by endpoint, cells by hour.
/// </summary>
public sealed class ContactLedger
{
    private readonly LedgerMap<InstanceKey, InstanceHistory> _instances = new();

    public LedgerMap<InstanceKey, InstanceHistory> Instances => _instances;

    /// <summary>Largest record start seen in the whole data set (not only the loaded part).</summary>
    public long MaxStart { get; set; }

    /// <summary>See <see cref="ContactBatch.Blind"/>; empty when the ledger was loaded from a store.</summary>
    public Dictionary<BlindKey, uint> Blind { get; init; } = [];

    public InstanceHistory GetOrAdd(InstanceKey key)
    {
        ref var history = ref _instances.GetValueRefOrAddDefault(key);
        return history ??= new InstanceHistory { Key = key };
    }

    /// <summary>Takes a whole history in, in place of what was known of its instance.</summary>
    public void Put(InstanceHistory history) => _instances[history.Key] = history;

    /// <summary>Null when unknown.</summary>
    public InstanceHistory? Find(InstanceKey key) => _instances.TryGetValue(key, out var history) ? history : null;

    /// <summary>Folds a batch in; the batch stays as it is.</summary>
    public void Add(ContactBatch batch)
    {
        foreach (var (key, contribution) in batch.Instances.InOrderOfArrival) GetOrAdd(key).Add(contribution);
        MaxStart = Math.Max(MaxStart, batch.MaxStart);
        foreach (var (key, hours) in batch.Blind) System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Blind, key, out _) |= hours;
    }
}

/// <summary>All that is known of one instance.</summary>
public sealed class InstanceHistory
{
    public required InstanceKey Key { get; init; }
    /// <summary>By endpoint, each list ascending by hour, and one cell an hour once <see cref="FlowLogOverlaps.Resolve(InstanceHistory)"/> has been called.</summary>
    public LedgerMap<Endpoint, List<ContactHour>> Pairs { get; } = new();
    /// <summary>By day.</summary>
    public LedgerMap<int, CoverageDay> Coverage { get; } = new();
    public List<InstanceFact> Facts { get; } = [];
    /// <summary>IPv6 networks of the whole fleet, see <see cref="Contacts.OwnNetworks"/>; empty when nothing but this instance is known.</summary>
    public IReadOnlySet<FlowLogs.IpAddress> OwnNetworks { get; set; } = System.Collections.Frozen.FrozenSet<FlowLogs.IpAddress>.Empty;
    public LedgerMap<Endpoint, List<EvidenceLine>> Evidence { get; } = new();

    /// <summary>The value of an attribute as of a time: the one whose span covers it, else the latest before, else the earliest after; ties by ordinal value. Null when never seen.</summary>
    public string? Fact(InstanceAttribute attribute, long at)
    {
        InstanceFact? best = null;
        foreach (var fact in Facts)
        {
            if (fact.Attribute == attribute && (best is null || Rank(fact, best, at) < 0)) best = fact;
        }
        return best?.Value;
    }

    /// <summary>Folds one instance's share of a batch in.</summary>
    internal void Add(InstanceContribution contribution)
    {
        foreach (var ((endpoint, hour, log), cell) in contribution.Cells.InOrderOfArrival)
        {
            if (!Pairs.TryGetValue(endpoint, out var cells)) Pairs.Add(endpoint, cells = []);
            int at = Find(cells, hour, log);
            if (at >= 0) cells[at].Merge(cell);
            else cells.Insert(~at, cell.Copy());
        }
        foreach (var (day, coverage) in contribution.Coverage.InOrderOfArrival)
        {
            if (Coverage.TryGetValue(day, out var mine)) mine.Merge(coverage);
            else Coverage.Add(day, coverage.Copy());
        }
        foreach (var (_, fact) in contribution.Facts.InOrderOfArrival)
        {
            int at = Find(Facts, fact);
            if (at >= 0) Facts[at] = Facts[at].Union(fact);
            else Facts.Add(fact);
        }
        foreach (var (endpoint, lines) in contribution.Evidence.InOrderOfArrival)
        {
            if (!Evidence.TryGetValue(endpoint, out var mine)) Evidence.Add(endpoint, mine = []);
            foreach (var line in lines) EvidenceLine.Keep(mine, line);
        }
    }

    /// <summary>Index of the fact of this attribute and value, or -1. No lambda: it would be an object for every fact of every instance of every object read.</summary>
    internal static int Find(List<InstanceFact> facts, InstanceFact fact)
    {
        for (int i = 0; i < facts.Count; i++)
            if (facts[i].Attribute == fact.Attribute && facts[i].Value == fact.Value) return i;
        return -1;
    }

    /// <summary>Index of the hour, or the complement of where it belongs. New hours are mostly the latest, so the end is tried first.</summary>
    private static int Find(List<ContactHour> cells, int hour, int log)
    {
        int low = 0, high = cells.Count - 1;
        if (high < 0 || cells[high].Hour < hour) return ~(high + 1);
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = cells[middle].Hour != hour ? cells[middle].Hour.CompareTo(hour) : cells[middle].Log.CompareTo(log);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return ~low;
    }

    private static int Rank(InstanceFact a, InstanceFact b, long at)
    {
        var (groupA, distanceA) = Distance(a, at);
        var (groupB, distanceB) = Distance(b, at);
        return groupA != groupB ? groupA.CompareTo(groupB)
            : distanceA != distanceB ? distanceA.CompareTo(distanceB)
            : string.CompareOrdinal(a.Value, b.Value);
    }

    private static (int Group, long Distance) Distance(InstanceFact fact, long at) =>
        at > fact.Last ? (1, at - fact.Last) : at < fact.First ? (2, fact.First - at) : (0, 0);
}
