namespace Wayward.Core.Contacts;

/// <summary>One line of an inventory: an interface, an instance, or both, and what is known of them for a span of time.</summary>
public sealed record InventoryItem
{
    /// <summary><c>eni-…</c>, or null when the line is about the instance alone.</summary>
    public string? InterfaceId { get; init; }
    /// <summary><c>i-…</c>, or null when the interface belongs to no instance.</summary>
    public string? InstanceId { get; init; }
    /// <summary>Unix seconds; null = since ever.</summary>
    public long? From { get; init; }
    /// <summary>Exclusive; null = until now.</summary>
    public long? To { get; init; }
    public IReadOnlyDictionary<InstanceAttribute, string> Attributes { get; init; } = new Dictionary<InstanceAttribute, string>();

    internal bool Holds(long at) => at >= (From ?? long.MinValue) && at < (To ?? long.MaxValue);
}

/// <summary>
/// What an inventory adds to flow logs that do not say it themselves: which instance an interface belonged to at a time, and the group, image, subnet, name or role of an instance.
/// What the log says stays; the inventory only adds.
/// </summary>
public sealed class Inventory
{
    private const long EndOfTime = 253_402_300_799;

    private readonly Dictionary<string, List<InventoryItem>> _byInterface = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<InventoryItem>> _byInstance = new(StringComparer.Ordinal);

    public Inventory(IEnumerable<InventoryItem> items)
    {
        foreach (var item in items)
        {
            Count++;
            if (item.InterfaceId is { } eni) Add(_byInterface, eni, item);
            if (item.InstanceId is { } instance) Add(_byInstance, instance, item);
        }
        foreach (var list in _byInterface.Values.Concat(_byInstance.Values)) list.Sort((a, b) => (a.From ?? long.MinValue).CompareTo(b.From ?? long.MinValue));
    }

    public int Count { get; }

    /// <summary>The instance that an interface belonged to, or null.</summary>
    public string? InstanceOf(string interfaceId, long at) => _byInterface.GetValueOrDefault(interfaceId)?.LastOrDefault(i => i.InstanceId is not null && i.Holds(at))?.InstanceId;

    /// <summary>
    /// The ledger as the inventory sees it: what stood under a bare interface goes to its instance, hour by hour (coverage day by day, by its first record), and facts are added.
    /// The given ledger is used up.
    /// </summary>
    public ContactLedger Apply(ContactLedger ledger)
    {
        var result = new ContactLedger { MaxStart = ledger.MaxStart };
        foreach (var (key, history) in ledger.Instances)
        {
            var batch = new ContactBatch { MaxStart = ledger.MaxStart };
            foreach (var (endpoint, cells) in history.Pairs)
                foreach (var cell in cells) Share(batch, KeyAt(key, cell.Hour * UnixTime.HourSeconds)).Cells.Add((endpoint, cell.Hour), cell);
            foreach (var (day, coverage) in history.Coverage) Share(batch, KeyAt(key, coverage.FirstStart)).Coverage.Add(day, coverage);
            foreach (var (endpoint, lines) in history.Evidence)
                foreach (var line in lines) Lines(Share(batch, KeyAt(key, line.Start)), endpoint).Add(line);
            foreach (var fact in history.Facts) Share(batch, KeyAt(key, fact.First)).Facts[(fact.Attribute, fact.Value)] = fact;
            result.Add(batch);
        }
        foreach (var key in result.Instances.Keys.ToList()) AddFacts(result, key);
        return result;
    }

    private InstanceKey KeyAt(InstanceKey key, long at) => key.Kind == InstanceKind.Interface && InstanceOf(key.Id, at) is { } instance ? new(instance) : key;

    private void AddFacts(ContactLedger ledger, InstanceKey key)
    {
        if ((_byInstance.GetValueOrDefault(key.Id) ?? _byInterface.GetValueOrDefault(key.Id)) is not { } items) return;
        var batch = new ContactBatch { MaxStart = ledger.MaxStart };
        var share = Share(batch, key);
        foreach (var item in items)
        {
            foreach (var (attribute, value) in item.Attributes)
            {
                long first = Math.Max(item.From ?? 0, 0), last = Math.Min(item.To ?? EndOfTime, EndOfTime);
                share.Facts[(attribute, value)] = share.Facts.TryGetValue((attribute, value), out var known)
                    ? new(attribute, value, Math.Min(known.First, first), Math.Max(known.Last, last)) : new(attribute, value, first, last);
            }
        }
        ledger.Add(batch);
    }

    private static InstanceContribution Share(ContactBatch batch, InstanceKey key)
    {
        if (!batch.Instances.TryGetValue(key, out var share)) batch.Instances.Add(key, share = new InstanceContribution());
        return share;
    }

    private static List<EvidenceLine> Lines(InstanceContribution share, Endpoint endpoint)
    {
        if (!share.Evidence.TryGetValue(endpoint, out var lines)) share.Evidence.Add(endpoint, lines = []);
        return lines;
    }

    private static void Add(Dictionary<string, List<InventoryItem>> index, string id, InventoryItem item)
    {
        if (!index.TryGetValue(id, out var list)) index.Add(id, list = []);
        list.Add(item);
    }
}
