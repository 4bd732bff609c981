using Wayward.Storage.Contacts;

namespace Wayward.Engine.Pipeline;

/// <summary>What this process has read since it started, and how fast. Thread-safe.</summary>
internal sealed class IngestTotals(TimeProvider time)
{
    private readonly RateMeter _recordRate = new(time), _objectRate = new(time);
    private long _done, _failed, _bytes, _records;

    public long Done => Interlocked.Read(ref _done);
    public long Failed => Interlocked.Read(ref _failed);
    public long Bytes => Interlocked.Read(ref _bytes);
    public long Records => Interlocked.Read(ref _records);
    public double RecordsPerSecond => _recordRate.PerSecond;
    public double ObjectsPerSecond => _objectRate.PerSecond;
    public DateTimeOffset? LastCommit { get; private set; }

    public void Committed(IReadOnlyList<ObjectContribution> objects)
    {
        foreach (var read in objects.Select(o => o.Object))
        {
            Interlocked.Increment(ref _done);
            Interlocked.Add(ref _bytes, read.ObjectBytes);
            Interlocked.Add(ref _records, read.Records);
            _recordRate.Add(read.Records);
        }
        _objectRate.Add(objects.Count);
        LastCommit = time.GetUtcNow();
    }

    public void SetAside() => Interlocked.Increment(ref _failed);
}
