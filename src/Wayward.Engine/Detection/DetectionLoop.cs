using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Storage;

namespace Wayward.Engine.Detection;

/// <summary>
/// Runs <see cref="IDetectionService.RunBatchAsync"/> after commits, a little later so that a burst is evaluated once, and now and then unasked, for what others committed to the same store.
/// </summary>
public sealed class DetectionLoop(IDetectionService detection, IngestOptions options, TimeProvider time, ILogger<DetectionLoop> log)
    : BackgroundService, IDetectionTrigger
{
    private const int LongestDelays = 10;
    /// <summary>While commits go on, this many times as long as the last evaluation took is left to them, so that a backlog spends a fifth of the time on being evaluated at most.</summary>
    private const int RestAfter = 4;
    /// <summary>An evaluation of everything may take minutes; what comes after it must not wait for as long.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    /// <summary>Also how late it notices that a full disk has space again.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _signal = new(0, 1), _calm = new(0, 1);
    private long _signalled = 1, _evaluated, _calmAt;
    private TimeSpan _lastTook;

    public bool CaughtUp => Volatile.Read(ref _evaluated) >= Volatile.Read(ref _signalled);

    public DateTimeOffset? LastRun { get; private set; }

    /// <inheritdoc/>
    public string? StoreProblem { get; private set; }

    public void Signal()
    {
        Interlocked.Increment(ref _signalled);
        Release(_signal);
    }

    /// <inheritdoc/>
    public void Calm()
    {
        long now = Volatile.Read(ref _signalled);
        if (Interlocked.Exchange(ref _calmAt, now) != now) Release(_calm);
    }

    private static void Release(SemaphoreSlim one)
    {
        try
        {
            if (one.CurrentCount == 0) one.Release();
        }
        catch (SemaphoreFullException)
        {
            // Twice at once: one is enough.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The first signal is the constructor's: what was pending when the process ended last time.
        var pause = FirstPause;
        bool first = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!first) await DebounceAsync(stoppingToken);
                long upTo = Volatile.Read(ref _signalled);
                long began = time.GetTimestamp();
                await detection.RunBatchAsync(stoppingToken);
                _lastTook = time.GetElapsedTime(began);
                first = false;
                Volatile.Write(ref _evaluated, upTo);
                LastRun = time.GetUtcNow();
                StoreProblem = null;
                pause = FirstPause;
                if (CaughtUp) await _signal.WaitAsync(options.PollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                StoreProblem = (e as StorageUnavailableException)?.Message;
                if (StoreProblem is null) log.LogError(e, "Evaluation failed; trying again in {Pause}", pause);
                else log.LogWarning("Evaluation cannot be stored ({Problem}); trying again in {Pause}", StoreProblem, pause);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Waits until commits pause or end, but not for ever.</summary>
    private async Task DebounceAsync(CancellationToken cancellation)
    {
        var rest = RestAfter * _lastTook;
        if (rest > LongestRest) rest = LongestRest;
        var longest = LongestDelays * options.DetectionDelay;
        if (rest > longest) longest = rest;
        long began = time.GetTimestamp();
        do
        {
            long before = Volatile.Read(ref _signalled);
            if (IsCalm)
            {
                // Objects that come one by one, each with a calm behind it, are not evaluated one by one either.
                await Task.Delay(_lastTook < options.DetectionDelay ? _lastTook : options.DetectionDelay, time, cancellation);
                return;
            }
            await _calm.WaitAsync(options.DetectionDelay, cancellation);
            if (!IsCalm && Volatile.Read(ref _signalled) == before && time.GetElapsedTime(began) >= rest) return;
        }
        while (time.GetElapsedTime(began) < longest);
    }

    private bool IsCalm => Volatile.Read(ref _calmAt) >= Volatile.Read(ref _signalled);
}
