using System.Collections.Concurrent;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>Which objects are in the pipeline now. Thread-safe.</summary>
internal sealed class InFlight
{
    private readonly ConcurrentDictionary<long, OfferedObject> _ids = new();
    private readonly ConcurrentQueue<long> _settled = new();
    private int _active;

    public int Active => Volatile.Read(ref _active);

    public bool TryAdd(OfferedObject item)
    {
        if (!_ids.TryAdd(item.ObjectId, item)) return false;
        Interlocked.Increment(ref _active);
        return true;
    }

    /// <summary>
    /// The ledger has it. The id is forgotten only at the next <see cref="ForgetSettled"/>: an answer of the ledger that was under way when the object was
    /// committed still lists it as waiting, and it would be read a second time.
    /// </summary>
    public void Settle(long objectId)
    {
        _settled.Enqueue(objectId);
        Interlocked.Decrement(ref _active);
    }

    /// <summary>Called right before the ledger is asked what waits.</summary>
    public void ForgetSettled()
    {
        while (_settled.TryDequeue(out long id)) _ids.TryRemove(id, out _);
    }

    public int Count => _ids.Count;

    /// <summary>All in the pipeline, and those settled that are not forgotten yet.</summary>
    public IReadOnlyList<OfferedObject> All => [.. _ids.Values];
}
