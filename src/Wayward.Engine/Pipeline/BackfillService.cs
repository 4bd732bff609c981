using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>The queue of one backfill, as this process reads from it.</summary>
internal sealed class BackfillLane(int id, SourceState source, bool newestFirst)
{
    public int Id => id;
    public SourceState Source => source;
    public QueueLane Queue { get; } = new(source.Source.Name, newestFirst, id);
    public volatile bool MayHaveWork = true;
}

/// <summary>
/// Carries out, beside what is live, what the store says of this process's sources: which of them are paused, and which of them are to be back-filled. Any process may have written
/// it, so it is looked at again and again. For each backfill one process lists and counts; all read.
/// </summary>
internal sealed class BackfillService(
    IBackfillStore backfills, ISourceDirectory directory, ISourceObjectStore ledger, IReadOnlyList<SourceState> sources, LeaseTerms terms, IngestOptions options, TimeProvider time, ILogger log,
    Action wake, Action changed) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Announce = TimeSpan.FromMinutes(1);
    /// <summary>Counting a long lane takes a part of the time no larger than one in so many.</summary>
    private const int CountShare = 10;

    private readonly ConcurrentDictionary<int, Task> _listings = new();
    private readonly ConcurrentDictionary<int, DateTimeOffset> _notBefore = new();
    private readonly Dictionary<int, (DateTimeOffset NextCount, RateMeter Rate, long Settled)> _counted = [];
    private readonly TaskCompletionSource _firstLook = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _soon = new(0, 1);
    private DateTimeOffset _announced = DateTimeOffset.MinValue;
    private string _seen = "";
    private long _looksBegun, _looksEnded;
    private bool _failed;

    /// <summary>Of backfills that run now, for sources of this process.</summary>
    public IReadOnlyList<BackfillLane> Lanes { get; private set; } = [];

    /// <summary>Something is to be listed, read or counted for a backfill here.</summary>
    public bool Busy { get; private set; }

    public long LooksBegun => Interlocked.Read(ref _looksBegun);
    /// <summary>The number of the last look that ended.</summary>
    public long LooksEnded => Interlocked.Read(ref _looksEnded);

    /// <summary>Completes when it is known which sources are paused: nothing is read before.</summary>
    public Task FirstLookAsync(CancellationToken cancellation) => _firstLook.Task.WaitAsync(cancellation);

    public void Soon()
    {
        try
        {
            if (_soon.CurrentCount == 0) _soon.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another call was quicker.
        }
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            long number = Interlocked.Increment(ref _looksBegun);
            try
            {
                await LookAsync(cancellation);
                Interlocked.Exchange(ref _looksEnded, number);
                _failed = false;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                if (!_failed) log.LogWarning("It cannot be seen which sources are paused and what is to be back-filled ({Problem}); trying again", e.Message);
                _failed = true;
            }
            catch (OperationCanceledException)
            {
                break;
            }
            // Paced by the machine's clock: it only says when to look again.
            await ((Task)_soon.WaitAsync(Look, cancellation)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(_listings.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        if (sources.Count == 0)
        {
            _firstLook.TrySetResult();
            return;
        }
        await ObeyPausesAsync(cancellation);
        _firstLook.TrySetResult();
        await TryAnnounceAsync();

        var mine = sources.ToDictionary(s => s.Source.Name, StringComparer.Ordinal);
        List<BackfillRow> active = [.. (await backfills.ActiveAsync(cancellation)).Where(b => mine.ContainsKey(b.Range.Source))];
        var before = Lanes.ToDictionary(l => l.Id);
        Lanes = [.. active.Where(b => b.State == BackfillState.Running).Select(b => before.GetValueOrDefault(b.Id) ?? new BackfillLane(b.Id, mine[b.Range.Source], b.Range.NewestFirst))];
        foreach (int gone in _counted.Keys.Except(active.Select(b => b.Id)).ToList()) _counted.Remove(gone);
        // Others offer too, retries come due, leases end.
        foreach (var lane in Lanes) lane.MayHaveWork = true;
        if (Lanes.Count > 0) wake();
        bool busy = false;
        foreach (var row in active)
        {
            bool open = true;
            if (await backfills.KeepAsync(row.Id, terms, cancellation))
            {
                if (row.State == BackfillState.Surveying || !row.Listed) BeginListing(row, mine[row.Range.Source], cancellation);
                if (row.State == BackfillState.Running) open = !(await CountAsync(row, cancellation)).AtRest;
            }
            busy |= open && !mine[row.Range.Source].Held;
        }
        Busy = busy;
        string seen = string.Join('\n', active.Select(b => $"{b}"));
        if (seen != _seen) changed();
        _seen = seen;

        async Task TryAnnounceAsync()
        {
            if (time.GetUtcNow() - _announced < Announce) return;
            await directory.AnnounceAsync([.. sources.Select(s => (s.Source.Name, s.Source.CanListRange))], cancellation);
            _announced = time.GetUtcNow();
        }
    }

    private async Task ObeyPausesAsync(CancellationToken cancellation)
    {
        var paused = (await directory.ListAsync(cancellation)).Where(s => s.PausedBy is not null).Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var state in sources)
        {
            bool hold = paused.Contains(state.Source.Name);
            if (state.Held == hold) continue;
            state.Held = hold;
            wake();
            changed();
        }
    }

    private void BeginListing(BackfillRow row, SourceState state, CancellationToken cancellation)
    {
        if (_notBefore.TryGetValue(row.Id, out var at) && time.GetUtcNow() < at) return;
        // A paused source is looked at, but a backfill's looking is part of its work.
        if (state.Held && row.State == BackfillState.Running) return;
        if (_listings.TryGetValue(row.Id, out var running) && !running.IsCompleted) return;
        _listings[row.Id] = Task.Run(async () =>
        {
            try
            {
                await (row.State == BackfillState.Surveying ? BackfillSurvey.RunAsync(backfills, ledger, state.Source, row, time, cancellation) : ListAsync(row, state, cancellation));
                _notBefore.TryRemove(row.Id, out _);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // The end; the next process that keeps it lists it from the beginning, and the ledger knows what it has.
            }
            catch (Exception e)
            {
                log.LogWarning(e, "Backfill {Id} of {Source} cannot be listed", row.Id, state.Source.Name);
                _notBefore[row.Id] = time.GetUtcNow() + options.PollInterval;
                await TryTellAsync(row.Id, e.Message, cancellation);
            }
            Soon();
        }, CancellationToken.None);
    }

    private async Task TryTellAsync(int id, string problem, CancellationToken cancellation)
    {
        try
        {
            await backfills.SetProblemAsync(id, problem, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogWarning("The trouble of backfill {Id} could not be written down: {Problem}", id, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task ListAsync(BackfillRow row, SourceState state, CancellationToken cancellation)
    {
        await foreach (var batch in state.Source.ListRangeAsync(row.Range, cancellation))
        {
            if (state.Held || !await backfills.OfferAsync(row.Id, batch, cancellation)) return;
            if (Lanes.FirstOrDefault(l => l.Id == row.Id) is { } lane) lane.MayHaveWork = true;
            wake();
        }
        await backfills.ListedAsync(row.Id, cancellation);
    }

    /// <summary>Not more often than is cheap.</summary>
    /// <returns>The row, as of this count or as it was.</returns>
    private async Task<BackfillRow> CountAsync(BackfillRow row, CancellationToken cancellation)
    {
        var last = _counted.GetValueOrDefault(row.Id);
        if (time.GetUtcNow() < last.NextCount) return row;
        var rate = last.Rate ?? new RateMeter(time);
        long began = Stopwatch.GetTimestamp();
        var now = await backfills.CountAsync(row.Id, rate.PerSecond, cancellation);
        if (last.Rate is not null && now is not null) rate.Add(Math.Max(0, now.Settled - last.Settled));
        _counted[row.Id] = (time.GetUtcNow() + Stopwatch.GetElapsedTime(began) * CountShare, rate, now?.Settled ?? last.Settled);
        if (now?.AtRest == true) log.LogInformation("Backfill {Id} of {Source} is done: {Objects} objects", row.Id, row.Range.Source, now.Objects);
        return now ?? row;
    }

    public void Dispose() => _soon.Dispose();
}
