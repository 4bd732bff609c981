using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.FlowLogs;
using Wayward.Storage.Contacts;

namespace Wayward.Engine.Inventories;

/// <summary>
/// The stored ledger as the inventory sees it: what stands under a bare interface is read under the instance that it belonged to, and groups, images and names are added. The store keeps what the logs
/// said, so another inventory only has to be read with.
/// </summary>
public sealed class InventoryView
{
    private const int AtOnce = 500;

    private readonly ILedgerSnapshot _ledger;
    private readonly Inventory _inventory;
    private readonly ILookup<InstanceKey, InstanceKey> _taught;

    public InventoryView(ILedgerSnapshot ledger, Inventory inventory, LedgerLessons lessons)
    {
        (_ledger, _inventory) = (ledger, inventory.With(lessons.Interfaces));
        _taught = lessons.Interfaces.ToLookup(t => new InstanceKey(t.InstanceId!), t => new InstanceKey(t.InterfaceId!));
        OwnNetworks = Core.Contacts.OwnNetworks.Of(lessons.OwnNetworks, inventory);
    }

    public static async Task<InventoryView> OpenAsync(ILedgerSnapshot ledger, Inventory inventory, CancellationToken cancellation) => new(ledger, inventory, await LedgerLessons.ReadAsync(ledger, cancellation));

    /// <summary>IPv6 networks of the fleet.</summary>
    public IReadOnlySet<IpAddress> OwnNetworks { get; }

    public Inventory Inventory => _inventory;

    /// <summary>Largest record start of the whole data set.</summary>
    public long MaxStart => _ledger.MaxStart;

    /// <summary>These instances, whole; unknown ones are left out.</summary>
    public async Task<ContactLedger> LoadAsync(IReadOnlySet<InstanceKey> instances, CancellationToken cancellation)
    {
        var part = _inventory.IsEmpty
            ? await _ledger.LoadAsync(instances, cancellation) : _inventory.Apply(await _ledger.LoadAsync(instances.SelectMany(_inventory.SourcesOf).ToHashSet(), cancellation));
        foreach (var history in part.Instances.Values) Finish(history);
        return part;
    }

    /// <summary>See <see cref="ILedgerSnapshot.LoadPartAsync"/>; null also where the inventory puts one of them together of several.</summary>
    public async Task<ContactLedger?> LoadPartAsync(IReadOnlySet<InstanceKey> instances, IReadOnlySet<IpAddress> addresses, CancellationToken cancellation)
    {
        if (!_inventory.IsEmpty || await _ledger.LoadPartAsync(instances, addresses, cancellation) is not { } part) return null;
        foreach (var history in part.Instances.Values) Finish(history);
        return part;
    }

    public async Task ForEachAsync(Action<InstanceHistory> take, CancellationToken cancellation)
    {
        var mapped = new HashSet<InstanceKey>();
        await _ledger.ForEachAsync(history =>
        {
            if (IsMapped(history.Key)) mapped.UnionWith(_inventory.KeysOf(history.Key));
            else take(Applied(history));
        }, cancellation);
        // Those whose records may stand under several keys are put together from all of these.
        await TakeAsync(mapped, take, cancellation);
    }

    private async Task TakeAsync(HashSet<InstanceKey> keys, Action<InstanceHistory> take, CancellationToken cancellation)
    {
        foreach (var chunk in keys.Order().Chunk(AtOnce))
        {
            var part = await LoadAsync(chunk.ToHashSet(), cancellation);
            foreach (var key in chunk)
                if (part.Find(key) is { } history) take(history);
        }
    }

    /// <summary>
    /// Gives every instance with the summary that was kept of it (<see cref="ILedgerSnapshot.ForEachSummaryAsync"/>), and those of which none is, or of which it is no good, whole.
    /// </summary>
    /// <param name="kept">Key, summary, and the largest end of its records unless it was touched since.</param>
    /// <returns>How many summaries were damaged; null = none was kept that could be used, and nothing was given.</returns>
    public async Task<int?> ForEachSummaryAsync(string with, Func<InstanceKey, byte[], long?, SavedSummary> kept, Action<InstanceHistory> take, CancellationToken cancellation)
    {
        var touched = await _ledger.TouchedAsync(cancellation);
        var whole = new HashSet<InstanceKey>();
        int damaged = 0;
        bool any = await _ledger.ForEachSummaryAsync(with, (key, content, lastSeen) =>
        {
            if (IsMapped(key)) whole.UnionWith(_inventory.KeysOf(key));
            else if (content is null) whole.Add(key);
            else if (kept(key, content, touched.ContainsKey(key) ? null : lastSeen) is not SavedSummary.Taken and var why)
            {
                whole.Add(key);
                if (why == SavedSummary.Damaged) damaged++;
            }
        }, cancellation);
        if (!any) return null;
        await TakeAsync(whole, take, cancellation);
        return damaged;
    }

    /// <summary>Gives some instances by what was kept of them, and whole where nothing was or that is not enough.</summary>
    /// <param name="kept">Key, summary, largest end of its records; false = give it whole.</param>
    public async Task EachAsync(string with, IEnumerable<InstanceKey> instances, Func<InstanceKey, byte[], long, bool> kept, Action<InstanceHistory> take, CancellationToken cancellation)
    {
        foreach (var chunk in instances.Order().Chunk(AtOnce))
        {
            var whole = chunk.ToHashSet();
            foreach (var (key, summary) in await _ledger.SummariesAsync(with, whole.Where(k => !IsMapped(k)).ToHashSet(), cancellation))
                if (kept(key, summary.Content, summary.LastSeen)) whole.Remove(key);
            await TakeAsync(whole, take, cancellation);
        }
    }

    /// <summary>See <see cref="ILedgerSnapshot.LoadTargetsAsync"/>; as the inventory sees it, and not for those it puts together of several.</summary>
    public async Task<IReadOnlyList<InstanceHistory>?> LoadTargetsAsync(IReadOnlySet<InstanceKey> instances, Func<Endpoint, bool> which, CancellationToken cancellation) =>
        await _ledger.LoadTargetsAsync(instances, which, cancellation) is { } part ? [.. part.Instances.Values.Select(Applied)] : null;

    /// <summary>Flow logs that log the same interfaces at the same time.</summary>
    public async Task<IReadOnlyList<FlowLogOverlap>> OverlapsAsync(CancellationToken cancellation) => FlowLogOverlaps.Of(await _ledger.FactsAsync(InstanceAttribute.FlowLog, cancellation));

    /// <summary>Coverage from a day on (since the epoch), of everyone who has some.</summary>
    public async Task<IReadOnlyDictionary<InstanceKey, List<CoverageDay>>> CoverageAsync(int fromDay, CancellationToken cancellation)
    {
        var stored = await _ledger.CoverageAsync(fromDay, cancellation);
        if (_inventory.IsEmpty) return stored;
        var mapped = new Dictionary<InstanceKey, List<CoverageDay>>();
        foreach (var (key, day) in stored.SelectMany(s => s.Value, (s, day) => (s.Key, day)))
        {
            var at = _inventory.KeyAt(key, day.FirstStart);
            if (!mapped.TryGetValue(at, out var days)) mapped.Add(at, days = []);
            if (days.Find(d => d.Day == day.Day) is { } known) known.Merge(day);
            else days.Add(day);
        }
        return mapped;
    }

    /// <summary>Members of cohorts, by what makes these.</summary>
    public async Task<IReadOnlySet<InstanceKey>> MembersAsync(IEnumerable<(InstanceAttribute Attribute, string Value)> cohorts, CancellationToken cancellation)
    {
        var members = new HashSet<InstanceKey>();
        foreach (var cohort in cohorts.GroupBy(c => c.Attribute, c => c.Value))
        {
            members.UnionWith((await _ledger.WithFactAsync(cohort.Key, [.. cohort], cancellation)).SelectMany(_inventory.KeysOf));
            members.UnionWith(_inventory.WithFact(cohort.Key, cohort.ToHashSet()).SelectMany(_inventory.KeysOf));
        }
        return members;
    }

    /// <summary>Adds whoever may look different: touched, or seen where being seen is not enough to know; with the hour before which nothing of it changed, 0 when that cannot be said.</summary>
    /// <param name="saw">Told of the others; false = that is not enough.</param>
    public async Task TouchedAsync(Dictionary<InstanceKey, int> into, Func<InstanceKey, long, bool> saw, CancellationToken cancellation)
    {
        foreach (var (key, hour) in await _ledger.TouchedAsync(cancellation))
        {
            if (!IsMapped(key)) into.TryAdd(key, hour);
            else
                foreach (var mapped in Concerned(key)) into[mapped] = 0;
        }
        foreach (var (key, end) in await _ledger.SeenAsync(cancellation))
        {
            if (IsMapped(key))
                foreach (var mapped in Concerned(key)) into[mapped] = 0;
            else if (!into.ContainsKey(key) && !saw(key, end)) into.Add(key, 0);
        }
    }

    /// <summary>Adds whoever contacted a network that became one of the fleet's own, or is none any more.</summary>
    /// <param name="before">The networks at the last evaluation; null = unknown, so those of the touched instances count as new.</param>
    public async Task TouchedByNetworksAsync(Dictionary<InstanceKey, int> into, IReadOnlySet<IpAddress>? before, CancellationToken cancellation)
    {
        var changed = before is null ? await NetworksOfAsync(into.Keys.ToHashSet(), cancellation) : OwnNetworks.Where(n => !before.Contains(n)).Concat(before.Where(n => !OwnNetworks.Contains(n))).ToHashSet();
        if (changed.Count == 0) return;
        foreach (var key in await UsersAsync(e => !e.Address.IsIPv4 && changed.Contains(Core.Contacts.OwnNetworks.Of(e.Address)), cancellation)) into[key] = 0;
    }

    private async Task<HashSet<IpAddress>> NetworksOfAsync(HashSet<InstanceKey> instances, CancellationToken cancellation)
    {
        if (OwnNetworks.Count == 0 || await _ledger.LoadTargetsAsync(instances, _ => false, cancellation) is not { } facts) return [];
        return [.. Core.Contacts.OwnNetworks.Of(facts, Inventory.Empty)];
    }

    /// <summary>What is new of touched instances, as the inventory sees it; of those it puts together of several, nothing.</summary>
    public async Task<IReadOnlyList<HistoryTail>> TailsAsync(IReadOnlyDictionary<InstanceKey, HistoryStart> from, CancellationToken cancellation)
    {
        var own = from.Where(f => !IsMapped(f.Key)).ToDictionary(f => f.Key, f => f.Value);
        return [.. (await _ledger.TailsAsync(own, cancellation)).Select(t => t with { Part = Applied(t.Part) })];
    }

    /// <summary>Is it put together of several by the inventory, or does part of it go elsewhere?</summary>
    public static bool IsPutTogether(Inventory inventory, InstanceKey key) => inventory.KeysOf(key).Skip(1).Any() || inventory.SourcesOf(key).Skip(1).Any();

    public async Task<IEnumerable<InstanceKey>> UsersAsync(Func<Endpoint, bool> which, CancellationToken cancellation) => (await _ledger.UsersAsync(which, cancellation)).SelectMany(_inventory.KeysOf);

    private bool IsMapped(InstanceKey stored) => IsPutTogether(_inventory, stored);

    /// <summary>Whoever looks different when records of a key were added: an instance that tells whose an interface is takes hours away from that interface.</summary>
    private IEnumerable<InstanceKey> Concerned(InstanceKey stored) => _inventory.KeysOf(stored).Concat(_taught[stored]);

    private InstanceHistory Applied(InstanceHistory history)
    {
        if (_inventory.Knows(history.Key))
        {
            var one = new ContactLedger { MaxStart = _ledger.MaxStart };
            one.Put(history);
            history = _inventory.Apply(one).Instances[history.Key];
        }
        Finish(history);
        return history;
    }

    private void Finish(InstanceHistory history)
    {
        FlowLogOverlaps.Resolve(history);
        history.OwnNetworks = OwnNetworks;
    }
}
