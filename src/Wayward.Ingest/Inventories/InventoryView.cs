using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Ingest.Inventories;

/// <summary>
/// The stored ledger as the inventory sees it: what stands under a bare interface is read under the instance that it belonged to, and groups, images and names are added. The store keeps what the logs
/// said, so another inventory only has to be read with.
/// </summary>
internal sealed class InventoryView(ILedgerSnapshot ledger, Inventory inventory)
{
    private const int AtOnce = 500;

    /// <summary>These instances, whole; unknown ones are left out.</summary>
    public async Task<ContactLedger> LoadAsync(IReadOnlySet<InstanceKey> instances, CancellationToken cancellation) => inventory.Count == 0
        ? await ledger.LoadAsync(instances, cancellation) : inventory.Apply(await ledger.LoadAsync(instances.SelectMany(inventory.SourcesOf).ToHashSet(), cancellation));

    public async Task ForEachAsync(Action<InstanceHistory> take, CancellationToken cancellation)
    {
        var mapped = new HashSet<InstanceKey>();
        await ledger.ForEachAsync(history =>
        {
            if (IsMapped(history.Key)) mapped.UnionWith(inventory.KeysOf(history.Key));
            else take(inventory.Knows(history.Key) ? Applied(history) : history);
        }, cancellation);
        // Those whose records may stand under several keys are put together from all of these.
        foreach (var chunk in mapped.Order().Chunk(AtOnce))
        {
            var part = await LoadAsync(chunk.ToHashSet(), cancellation);
            foreach (var key in chunk)
                if (part.Find(key) is { } history) take(history);
        }
    }

    /// <summary>Adds whoever may look different: touched, or seen where being seen is not enough to know.</summary>
    /// <param name="saw">Told of the others; false = that is not enough.</param>
    public async Task TouchedAsync(HashSet<InstanceKey> into, Func<InstanceKey, long, bool> saw, CancellationToken cancellation)
    {
        into.UnionWith((await ledger.TouchedAsync(cancellation)).SelectMany(inventory.KeysOf));
        foreach (var (key, end) in await ledger.SeenAsync(cancellation))
        {
            if (IsMapped(key)) into.UnionWith(inventory.KeysOf(key));
            else if (!into.Contains(key) && !saw(key, end)) into.Add(key);
        }
    }

    public async Task<IEnumerable<InstanceKey>> UsersAsync(Func<Endpoint, bool> which, CancellationToken cancellation) => (await ledger.UsersAsync(which, cancellation)).SelectMany(inventory.KeysOf);

    private bool IsMapped(InstanceKey stored) => inventory.KeysOf(stored).Skip(1).Any() || inventory.SourcesOf(stored).Skip(1).Any();

    private InstanceHistory Applied(InstanceHistory history)
    {
        var one = new ContactLedger { MaxStart = ledger.MaxStart };
        one.Put(history);
        return inventory.Apply(one).Instances[history.Key];
    }
}
