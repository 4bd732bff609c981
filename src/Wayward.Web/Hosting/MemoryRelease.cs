namespace Wayward.Web.Hosting;

/// <summary>
/// Gives memory back to the system once the work that needed it is over. The runtime collects when it allocates, so a process that rests would keep whatever its largest object took.
/// </summary>
/// <remarks>A collection in the background first tells how much is in use. Only if most of what is held is not, the heap is compacted, which stops all threads for about a second per gigabyte in use.</remarks>
internal sealed class MemoryRelease(TimeProvider time, ILogger<MemoryRelease> log) : BackgroundService
{
    /// <summary>Allocated in one period, bytes: less counts as rest.</summary>
    internal const long Rest = 32L << 20;
    /// <summary>Bytes that are worth a collection.</summary>
    internal const long Worth = 256L << 20;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    private long _allocated, _released;
    private bool _counted;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            switch (Next(GC.GetTotalAllocatedBytes(), GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes, InUse))
            {
                case ReleaseStep.Count:
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false);
                    break;
                case ReleaseStep.Release:
                    long before = Environment.WorkingSet;
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                    log.LogInformation("Gave {Mebibytes} MiB back to the system", Math.Max(0, before - Environment.WorkingSet) >> 20);
                    break;
                default:
                    break;
            }
        }
    }

    /// <param name="allocated">Since the start, bytes.</param>
    /// <param name="held">From the system, bytes.</param>
    /// <param name="inUse">What the last whole collection left, bytes.</param>
    internal ReleaseStep Next(long allocated, long held, Func<long> inUse)
    {
        bool rests = allocated - _allocated < Rest;
        _allocated = allocated;
        if (!rests || allocated - _released < Worth || held < Worth)
        {
            _counted = false;
            return ReleaseStep.Nothing;
        }
        if (!_counted)
        {
            _counted = true;
            return ReleaseStep.Count;
        }
        _counted = false;
        _released = allocated;
        return inUse() is var live && held - live > Worth && held > 2 * live ? ReleaseStep.Release : ReleaseStep.Nothing;
    }

    private static long InUse()
    {
        var info = GC.GetGCMemoryInfo(GCKind.Background);
        if (info.Index == 0) info = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        return info.HeapSizeBytes - info.FragmentedBytes;
    }
}

/// <summary>What <see cref="MemoryRelease"/> does next.</summary>
internal enum ReleaseStep { Nothing, Count, Release }
