using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Wayward.FlowLogs;

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
    /// <summary>The interface's own addresses: they tell the side of a record whose format does not.</summary>
    public IReadOnlyList<IpAddress> Addresses { get; init; } = [];

    /// <summary>All of it in one line: equal when equal.</summary>
    internal string Text => string.Create(CultureInfo.InvariantCulture,
        $"{InterfaceId}|{InstanceId}|{From}|{To}|{string.Join(',', Attributes.OrderBy(a => a.Key).Select(a => $"{a.Key}={a.Value}"))}|{string.Join(',', Addresses.Order())}");

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

    public static readonly Inventory Empty = new([]);

    public Inventory(IEnumerable<InventoryItem> items)
    {
        Items = [.. items];
        foreach (var item in Items)
        {
            if (item.InterfaceId is { } eni) Add(_byInterface, eni, item);
            if (item.InstanceId is { } instance) Add(_byInstance, instance, item);
        }
        foreach (var list in _byInterface.Values.Concat(_byInstance.Values)) list.Sort((a, b) => (a.From ?? long.MinValue).CompareTo(b.From ?? long.MinValue));
    }

    public IReadOnlyList<InventoryItem> Items { get; private init; }
    public int Count => Items.Count;
    /// <summary>It says nothing, and flow logs taught it nothing.</summary>
    public bool IsEmpty => _byInterface.Count + _byInstance.Count == 0;

    /// <summary>This inventory and what flow logs say of interfaces, which comes first. <see cref="Items"/> and <see cref="Hash"/> stay the operator's own.</summary>
    public Inventory With(IReadOnlyCollection<InventoryItem> taught) => taught.Count == 0 ? this : new Inventory([.. Items, .. taught]) { Items = Items };

    /// <summary>32 hex digits over all items, in whatever order; empty for an empty inventory.</summary>
    public string Hash => Count == 0 ? ""
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Items.Select(i => i.Text).Order(StringComparer.Ordinal)))).AsSpan(0, 16));

    /// <summary>Does it say anything of this instance or interface?</summary>
    public bool Knows(InstanceKey key) => _byInstance.ContainsKey(key.Id) || _byInterface.ContainsKey(key.Id);

    /// <summary>Whoever it ever gives such a value of an attribute.</summary>
    public IEnumerable<InstanceKey> WithFact(InstanceAttribute attribute, IReadOnlySet<string> values) =>
        Items.Where(i => i.Attributes.TryGetValue(attribute, out string? value) && values.Contains(value)).SelectMany(i => new[] { i.InterfaceId, i.InstanceId }).OfType<string>().Select(id => new InstanceKey(id));

    /// <summary>Does the address belong to the interface at that time?</summary>
    public bool IsOwn(string interfaceId, IpAddress address, long at) =>
        _byInterface.TryGetValue(interfaceId, out var items) && items.Exists(i => i.Holds(at) && i.Addresses.Contains(address));

    /// <summary>Under which keys the records of a key may stand once the inventory is applied: its own, and of an interface all instances that it ever belonged to.</summary>
    public IEnumerable<InstanceKey> KeysOf(InstanceKey stored) => stored.Kind == InstanceKind.Interface && _byInterface.TryGetValue(stored.Id, out var items)
        ? items.Where(i => i.InstanceId is not null).Select(i => new InstanceKey(i.InstanceId!)).Append(stored).Distinct() : [stored];

    /// <summary>The keys whose records may stand under a key: the inverse of <see cref="KeysOf"/>.</summary>
    public IEnumerable<InstanceKey> SourcesOf(InstanceKey key) => key.Kind == InstanceKind.Instance && _byInstance.TryGetValue(key.Id, out var items)
        ? items.Where(i => i.InterfaceId is not null).Select(i => new InstanceKey(i.InterfaceId!)).Append(key).Distinct() : [key];

    /// <summary>Interfaces and instances of which the two inventories do not say the same.</summary>
    public IReadOnlySet<InstanceKey> Differing(Inventory other)
    {
        var differing = Items.ToLookup(i => i.Text);
        var theirs = other.Items.ToLookup(i => i.Text);
        return Items.Where(i => !theirs.Contains(i.Text)).Concat(other.Items.Where(i => !differing.Contains(i.Text)))
            .SelectMany(i => new[] { i.InterfaceId, i.InstanceId }).OfType<string>().Select(id => new InstanceKey(id)).ToHashSet();
    }

    /// <summary>The instance that an interface belonged to, or null.</summary>
    public string? InstanceOf(string interfaceId, long at) => _byInterface.GetValueOrDefault(interfaceId)?.LastOrDefault(i => i.InstanceId is not null && i.Holds(at))?.InstanceId;

    /// <summary>
    /// The ledger as the inventory sees it: what stood under a bare interface goes to its instance, hour by hour (coverage day by day, by its first record), and facts are added.
    /// The given ledger is used up.
    /// </summary>
    public ContactLedger Apply(ContactLedger ledger)
    {
        var result = new ContactLedger { MaxStart = ledger.MaxStart, Blind = ledger.Blind };
        foreach (var (key, history) in ledger.Instances)
        {
            var batch = new ContactBatch { MaxStart = ledger.MaxStart };
            foreach (var (endpoint, cells) in history.Pairs)
                foreach (var cell in cells) Share(batch, KeyAt(key, cell.Hour * UnixTime.HourSeconds)).Cells.Add(new CellKey(endpoint, cell.Hour, cell.Log), cell);
            foreach (var (day, coverage) in history.Coverage) Share(batch, KeyAt(key, coverage.FirstStart)).Coverage.Add(day, coverage);
            foreach (var (endpoint, lines) in history.Evidence)
                foreach (var line in lines) Lines(Share(batch, KeyAt(key, line.Start)), endpoint).Add(line);
            foreach (var fact in history.Facts) Share(batch, KeyAt(key, fact.First)).Facts[new FactKey(fact.Attribute, fact.Value)] = fact;
            result.Add(batch);
        }
        foreach (var key in result.Instances.Keys.ToList()) AddFacts(result, key);
        return result;
    }

    /// <summary>The instance that an interface belonged to; any other key, and an interface of which that is not known, itself.</summary>
    public InstanceKey KeyAt(InstanceKey key, long at) => key.Kind == InstanceKind.Interface && InstanceOf(key.Id, at) is { } instance ? new(instance) : key;

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
                var fact = new FactKey(attribute, value);
                share.Facts[fact] = share.Facts.TryGetValue(fact, out var known)
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
