using System.Collections.Concurrent;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>An object on its way: fed from the ledger, not yet settled in it.</summary>
/// <param name="Live">Not of a backfill: it counts among what its source has waiting.</param>
internal sealed record WorkItem(SourceState Source, OfferedObject Object, bool Live = true);

/// <summary>What became of it: a contribution, or the error.</summary>
internal sealed record FinishedItem(WorkItem Work, Storage.Contacts.ObjectContribution? Contribution, Exception? Error);

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

/// <summary>
/// Objects that the ledger is known to have, so that listing a source again costs the ledger nothing. 63-bit hashes only: about 30 MB for a million.
/// </summary>
internal sealed class KnownObjects
{
    private const int Limit = 1_000_000;
    private readonly HashSet<long> _ids = [];
    private readonly Lock _gate = new();

    /// <returns>True when it was not known.</returns>
    public bool Add(long objectId)
    {
        lock (_gate)
        {
            if (_ids.Count >= Limit) _ids.Clear();
            return _ids.Add(objectId);
        }
    }

    public void Remove(long objectId)
    {
        lock (_gate) _ids.Remove(objectId);
    }
}

/// <summary>A rate over the last ten seconds.</summary>
internal sealed class RateMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly Queue<(long At, long Count)> _samples = new();
    private readonly Lock _gate = new();
    private long _sum;

    public void Add(long count)
    {
        lock (_gate)
        {
            _samples.Enqueue((time.GetTimestamp(), count));
            _sum += count;
            Trim();
        }
    }

    public double PerSecond
    {
        get
        {
            lock (_gate)
            {
                Trim();
                if (_samples.Count == 0) return 0;
                double seconds = time.GetElapsedTime(_samples.Peek().At).TotalSeconds;
                return _sum / Math.Max(seconds, 1);
            }
        }
    }

    private void Trim()
    {
        while (_samples.Count > 0 && time.GetElapsedTime(_samples.Peek().At) > Window) _sum -= _samples.Dequeue().Count;
    }
}
