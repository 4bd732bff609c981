using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Loops;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>
/// Carries out, beside what is live, what the store says of this process's sources: which of them are paused, and which of them are to be back-filled. Any process may have written
/// it, so the store is polled. For each backfill one process lists and counts; all read.
/// </summary>
internal sealed class BackfillService(
    IBackfillStore backfills, ISourceDirectory directory, ISourceObjectStore ledger, IReadOnlyList<SourceState> sources, LeaseTerms terms, IngestOptions options, LoopHealth health, TimeProvider time, ILogger log,
    Action wake, Action changed) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Announce = TimeSpan.FromMinutes(1);
    /// <summary>Counting a long lane takes a part of the time no larger than one in so many.</summary>
    private const int CountShare = 10;

    private readonly ConcurrentDictionary<int, Task> _listings = new();
    private readonly ConcurrentDictionary<int, DateTimeOffset> _notBefore = new();
    private readonly Dictionary<int, (DateTimeOffset NextCount, RateMeter Rate, long Settled)> _counted = [];
    private readonly TaskCompletionSource _firstPoll = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WakeSignal _wake = new();
    private DateTimeOffset _announced = DateTimeOffset.MinValue;
    private string _seen = "";
    private long _pollsBegun, _pollsEnded;

    /// <summary>Of backfills that run now, for sources of this process.</summary>
    public IReadOnlyList<BackfillLane> Lanes { get; private set; } = [];

    /// <summary>Something is to be listed, read or counted for a backfill here.</summary>
    public bool Busy { get; private set; }

    public long PollsBegun => Interlocked.Read(ref _pollsBegun);
    /// <summary>The number of the last poll that ended.</summary>
    public long PollsEnded => Interlocked.Read(ref _pollsEnded);

    /// <summary>Completes when it is known which sources are paused: nothing is read before.</summary>
    public Task FirstPollAsync(CancellationToken cancellation) => _firstPoll.Task.WaitAsync(cancellation);

    /// <summary>Polls now instead of at the end of the interval.</summary>
    public void ScanNow() => _wake.Set();

    public async Task RunAsync(CancellationToken cancellation)
    {
        // Paced by the machine's clock: it only says when to poll again.
        var loop = new PollLoop("backfills and pauses", health, TimeProvider.System, log) { LongestPause = TimeSpan.FromSeconds(5) };
        await loop.RunAsync(
            async c =>
            {
                long number = Interlocked.Increment(ref _pollsBegun);
                await PollAsync(c);
                Interlocked.Exchange(ref _pollsEnded, number);
            },
            Poll, cancellation, _wake);
        await Task.WhenAll(_listings.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task PollAsync(CancellationToken cancellation)
    {
        if (sources.Count == 0)
        {
            _firstPoll.TrySetResult();
            return;
        }
        await ObeyPausesAsync(cancellation);
        _firstPoll.TrySetResult();
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
            if (await backfills.RenewLeaseAsync(row.Id, terms, cancellation))
            {
                if (row.State == BackfillState.Surveying || !row.Listed) BeginListing(row, mine[row.Range.Source], cancellation);
                if (row.State == BackfillState.Running) open = !(await CountAsync(row, cancellation)).AtRest;
            }
            busy |= open && !mine[row.Range.Source].Paused;
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
            bool pause = paused.Contains(state.Source.Name);
            if (state.Paused == pause) continue;
            state.Paused = pause;
            wake();
            changed();
        }
    }

    private void BeginListing(BackfillRow row, SourceState state, CancellationToken cancellation)
    {
        if (_notBefore.TryGetValue(row.Id, out var at) && time.GetUtcNow() < at) return;
        // A paused source is still listed, but the listing of a backfill is part of its work.
        if (state.Paused && row.State == BackfillState.Running) return;
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
            ScanNow();
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
            if (state.Paused || !await backfills.OfferAsync(row.Id, batch, cancellation)) return;
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

    public void Dispose() => _wake.Dispose();
}
