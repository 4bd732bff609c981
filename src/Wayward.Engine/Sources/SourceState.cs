using System.Globalization;
using Wayward.Core.Text;
using Wayward.Engine.Loops;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Sources;

/// <summary>One source at work: its counters and what it says of its health. Thread-safe.</summary>
internal sealed class SourceState(ISource source, IngestOptions options, TimeProvider time) : IDisposable
{
    /// <summary>A source without a success for this many polls is failing.</summary>
    private const int SilentPolls = 3;
    private const int PauseAfter = 3;

    private readonly Lock _gate = new();
    private DateTimeOffset? _lastSuccess;
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private DateTimeOffset? _restsUntil;
    private string? _error, _readError, _refused;
    private bool _needsOperator, _readNeedsOperator;
    private int _failures, _readFailures;
    private long _waiting, _done, _failed, _quarantined;

    private long _listingsBegun, _listingsEnded;

    public ISource Source { get; } = source;

    /// <summary>Set = list the source now.</summary>
    public WakeSignal Wake { get; } = new();

    /// <summary>Listings begun, and the number of the last one that ended (those that the source failed included, those that the ledger could not take not), so that somebody can wait for one that began after a moment.</summary>
    public long ListingsBegun => Interlocked.Read(ref _listingsBegun);
    public long ListingsEnded => Interlocked.Read(ref _listingsEnded);
    public void ListingBegins() => Interlocked.Increment(ref _listingsBegun);
    public void ListingEnds() => Interlocked.Exchange(ref _listingsEnded, ListingsBegun);

    /// <summary>When the oldest object that waits was first seen, as of the last listing.</summary>
    public DateTimeOffset? OldestWaiting { get; set; }

    /// <summary>May hold objects to read; cleared by the feeder when it finds none.</summary>
    public volatile bool MayHaveWork = true;

    public long Waiting => Interlocked.Read(ref _waiting);
    public bool Failing { get { lock (_gate) return _failures > 0; } }

    public void Found(long count) => Interlocked.Add(ref _waiting, count);

    /// <param name="live">It was counted as waiting; what a backfill has waiting is its own matter.</param>
    public void Finished(bool done, bool live)
    {
        if (live) Interlocked.Decrement(ref _waiting);
        Interlocked.Increment(ref done ? ref _done : ref _failed);
        if (!done) Interlocked.Increment(ref _quarantined);
        lock (_gate)
        {
            _readFailures = 0;
            _readError = null;
            _restsUntil = null;
        }
    }

    /// <summary>
    /// An object was read. Where more of its lines were refused than understood, most likely the format has changed: each line is counted and told, yet the
    /// object is done and nothing waits, so the source itself has to say it, until an object comes that is understood again.
    /// </summary>
    public void Read(string name, long records, long refused)
    {
        lock (_gate) _refused = refused > records ? string.Create(CultureInfo.InvariantCulture, $"{name}: {refused:#,0} of {refused + records:#,0} lines were not understood; the object's row tells why") : null;
    }

    public void Succeeded()
    {
        lock (_gate)
        {
            _lastSuccess = time.GetUtcNow();
            _failures = 0;
            _error = null;
            _needsOperator = false;
        }
    }

    /// <summary>Listing the source failed.</summary>
    /// <returns>Failures in a row, this one included.</returns>
    public int ListingFailed(string message, bool needsOperator)
    {
        lock (_gate)
        {
            _error = message;
            _needsOperator = needsOperator;
            return ++_failures;
        }
    }

    /// <summary>
    /// An object could not be fetched although the object is not to blame. One such object must not hold up others; several in a row without a success
    /// mean that the source is in trouble, and then its objects wait instead of being tried one by one.
    /// </summary>
    /// <returns>Until when the source rests; null = it goes on.</returns>
    public DateTimeOffset? ReadFailed(string message, bool needsOperator, Func<int, TimeSpan> delay)
    {
        lock (_gate)
        {
            _readError = message;
            _readNeedsOperator = needsOperator;
            return ++_readFailures >= PauseAfter ? _restsUntil = time.GetUtcNow() + delay(_readFailures - PauseAfter) : null;
        }
    }

    /// <summary>By an operator.</summary>
    public volatile bool Paused;

    /// <summary>Nothing of it is read now.</summary>
    public bool Resting => Paused || BackingOff;

    private bool BackingOff { get { lock (_gate) return _restsUntil is { } until && time.GetUtcNow() < until; } }

    /// <summary>An operator put an object back. One in retry was waiting already.</summary>
    public void Requeued(SourceObjectState was)
    {
        if (was is not (SourceObjectState.Retry or SourceObjectState.Seen)) Interlocked.Increment(ref _waiting);
        if (was == SourceObjectState.Quarantined) InterlockedDecrementToZero(ref _quarantined);
        MayHaveWork = true;
    }

    /// <summary>An operator set an object aside.</summary>
    public void Skipped(SourceObjectState was)
    {
        if (was is SourceObjectState.Retry or SourceObjectState.Seen) Interlocked.Decrement(ref _waiting);
        if (was == SourceObjectState.Quarantined) InterlockedDecrementToZero(ref _quarantined);
    }

    /// <summary>What earlier runs left in the ledger, so that its numbers do not start at zero with each start of the program. Called before anything is read.</summary>
    public void SetCounts(long done, long quarantined)
    {
        Interlocked.Exchange(ref _done, done);
        Interlocked.Exchange(ref _failed, quarantined);
        Interlocked.Exchange(ref _quarantined, quarantined);
    }

    public SourceStatus Status()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var silent = now - (_lastSuccess ?? _started);
            long aside = Interlocked.Read(ref _quarantined);
            var (health, message) =
                _needsOperator || _failures >= SilentPolls || (_failures > 0 && silent > SilentPolls * options.PollInterval) ? (SourceHealth.Failing, _error)
                : _readFailures >= PauseAfter || (_readFailures > 0 && _readNeedsOperator) ? (SourceHealth.Failing, _readError)
                : _failures > 0 ? (SourceHealth.Degraded, _error)
                : _readFailures > 0 ? (SourceHealth.Degraded, _readError)
                : OldestWaiting is { } oldest && now - oldest > options.BacklogAlarm && !Paused
                    ? (SourceHealth.Degraded, string.Create(CultureInfo.InvariantCulture, $"objects wait since {oldest.UtcDateTime:yyyy-MM-dd HH:mm} UTC: reading does not keep up"))
                : _lastSuccess is null ? (SourceHealth.Starting, null)
                : aside > 0 ? (SourceHealth.Degraded, $"{Plural.Of(aside, "object was", "objects were")} set aside: look at the reasons on the Ingest page, then retry or skip {(aside == 1 ? "it" : "them")}")
                : _refused is not null ? (SourceHealth.Degraded, _refused)
                : (SourceHealth.Healthy, Source.Notice);
            return new SourceStatus(Source.Name, health, message, _lastSuccess, Math.Max(0, Waiting), Interlocked.Read(ref _done), Interlocked.Read(ref _failed)) { Paused = Paused };
        }
    }

    public void Dispose() => Wake.Dispose();

    private static void InterlockedDecrementToZero(ref long value)
    {
        long seen;
        do
        {
            seen = Interlocked.Read(ref value);
            if (seen == 0) return;
        }
        while (Interlocked.CompareExchange(ref value, seen - 1, seen) != seen);
    }
}
