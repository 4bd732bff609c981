namespace Wayward.Core.Contacts;

/// <summary>
/// The contact ledger in memory: all of it for a scan, or the part a judgement needs when it is loaded from the store.
/// Deterministic enumeration: instances by id, pairs by endpoint, cells by hour.
/// </summary>
public sealed class ContactLedger
{
    private readonly SortedDictionary<InstanceKey, InstanceHistory> _instances = [];

    public IReadOnlyDictionary<InstanceKey, InstanceHistory> Instances => _instances;

    /// <summary>Largest record start seen in the whole data set (not only the loaded part).</summary>
    public long MaxStart { get; set; }

    public InstanceHistory GetOrAdd(InstanceKey key)
    {
        if (!_instances.TryGetValue(key, out var history)) _instances.Add(key, history = new InstanceHistory { Key = key });
        return history;
    }

    /// <summary>Folds a batch in.</summary>
    public void Add(ContactBatch batch) => throw new NotSupportedException();
}

/// <summary>All that is known of one instance.</summary>
public sealed class InstanceHistory
{
    public required InstanceKey Key { get; init; }
    /// <summary>By endpoint, each list ascending by hour.</summary>
    public SortedDictionary<Endpoint, List<ContactHour>> Pairs { get; } = [];
    /// <summary>By day.</summary>
    public SortedDictionary<int, CoverageDay> Coverage { get; } = [];
    public List<InstanceFact> Facts { get; } = [];
    public SortedDictionary<Endpoint, List<EvidenceLine>> Evidence { get; } = [];

    /// <summary>The value of an attribute as of a time: the one whose span covers it, else the latest before, else the earliest after; ties by ordinal value. Null when never seen.</summary>
    public string? Fact(InstanceAttribute attribute, long at) => throw new NotSupportedException();
}
