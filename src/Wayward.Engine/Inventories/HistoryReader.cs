using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Engine.Inventories;

/// <summary>
/// The one way to instances' histories: the stored ledger as of one moment, as the inventory in force sees it. Evaluations, pages and reports all read through it, so that a finding and the timeline beside
/// it speak of the same records.
/// </summary>
public interface IHistoryReader
{
    /// <summary>The whole history of an instance. An interface whose records the inventory gives to an instance is answered with that instance, and the history's key says so.</summary>
    /// <returns>Null when no record is of it.</returns>
    Task<InstanceHistory?> FindAsync(InstanceKey key, CancellationToken cancellation);

    /// <summary>The instance that what is stored under a key belongs to at a time (Unix seconds); the key itself when the inventory does not say otherwise.</summary>
    InstanceKey KeyAt(InstanceKey stored, long at);

    /// <summary>Reads that all see one moment of the ledger and the same inventory.</summary>
    Task<T> ReadAsync<T>(Func<InventoryView, CancellationToken, Task<T>> work, CancellationToken cancellation);
}

/// <inheritdoc cref="IHistoryReader"/>
public sealed class HistoryReader(IContactStore contacts, IInventoryProvider inventories) : IHistoryReader
{
    /// <summary>As of a commit: pages ask far more often than it changes.</summary>
    private sealed record Known(long CommitNumber, LedgerLessons Lessons);

    private volatile Known? _known;

    public Task<InstanceHistory?> FindAsync(InstanceKey key, CancellationToken cancellation) => ReadAsync(async (view, c) =>
    {
        if ((await view.LoadAsync(new HashSet<InstanceKey> { key }, c)).Find(key) is { } history) return history;
        // Nothing is left under the interface itself: its latest instance.
        var instances = view.Inventory.KeysOf(key).Where(k => k != key).ToHashSet();
        return instances.Count == 0 ? null : (await view.LoadAsync(instances, c)).Instances.Values.Where(h => instances.Contains(h.Key)).MaxBy(LastSeen);
    }, cancellation);

    public InstanceKey KeyAt(InstanceKey stored, long at) => inventories.Current.With(_known?.Lessons.Interfaces ?? []).KeyAt(stored, at);

    public Task<T> ReadAsync<T>(Func<InventoryView, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        var inventory = inventories.Current;
        return contacts.ReadAsync(async (ledger, c) =>
        {
            var known = _known is { } last && last.CommitNumber == ledger.CommitNumber ? last : _known = new(ledger.CommitNumber, await LedgerLessons.ReadAsync(ledger, c));
            return await work(new InventoryView(ledger, inventory, known.Lessons), c);
        }, cancellation);
    }

    private static long LastSeen(InstanceHistory history) => history.Coverage.Values.Select(d => d.LastEnd).DefaultIfEmpty().Max();
}
