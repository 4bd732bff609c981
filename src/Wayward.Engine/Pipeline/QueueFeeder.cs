using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Detection;
using Wayward.Engine.Loops;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>Claims what waits in the ledger and hands it to the workers, each source in turn so that a long backlog starves no other source.</summary>
/// <param name="setAside">Told of an object that is quarantined without being read.</param>
internal sealed class QueueFeeder(
    IReadOnlyList<SourceState> sources, ISourceObjectStore ledger, InFlight inFlight, KnownObjects known, LeaseTerms terms, IDetectionTrigger detection, IngestOptions options, LoopHealth health,
    TimeProvider time, ILogger log, Action<WorkItem, Fault> setAside) : IDisposable
{
    private const int LiveQuantum = 128;
    /// <summary>What is live waits for no more objects of a backfill than this.</summary>
    private const int BackfillQuantum = 32;
    private static readonly TimeSpan ClaimAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    /// <summary>Attempts counted in one transaction: more would be counted for objects that are not read for long, fewer would cost a synced write for each few objects.</summary>
    private const int AttemptsAtOnce = 64;
    private static readonly TimeSpan AloneCheck = TimeSpan.FromMilliseconds(20);

    private readonly Channel<WorkItem> _work = Channel.CreateBounded<WorkItem>(options.EffectiveWorkers * 2);
    private readonly WakeSignal _wake = new();
    private readonly Lock _gate = new();
    private volatile bool _feeding;
    private DateTimeOffset _nextDue = DateTimeOffset.MaxValue;

    /// <summary>What is to be read now. Completed when the feeder ends.</summary>
    public ChannelReader<WorkItem> Work => _work.Reader;

    /// <summary>There may be something to claim.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Claims again at this time at the latest: a retry comes due then.</summary>
    public void TryAgainAt(DateTimeOffset due)
    {
        lock (_gate) _nextDue = due < _nextDue ? due : _nextDue;
        Wake();
    }

    /// <summary>Every source and backfill is asked at the next turn.</summary>
    public void AllMayHaveWork(IReadOnlyList<BackfillLane> lanes)
    {
        foreach (var state in sources) state.MayHaveWork = true;
        foreach (var lane in lanes) lane.MayHaveWork = true;
    }

    /// <summary>Nothing is being read, fed or committed, and nothing is known to wait. Retries that are not due do not count.</summary>
    public bool IsQuiet(BackfillService backfills) => !sources.Any(s => s.MayHaveWork && !s.Resting) && !backfills.Busy && !_feeding && inFlight.Active == 0;

    public async Task RunAsync(BackfillService backfills, CancellationToken cancellation)
    {
        try
        {
            // Nothing is read before it is known which sources are paused.
            await backfills.FirstPollAsync(cancellation);
            var loop = new PollLoop("queue", health, time, log) { LongestPause = ClaimAgain };
            await loop.RunAsync(c => FeedAllAsync(backfills, c), cancellation, _wake);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The end.
        }
        finally
        {
            _work.Writer.TryComplete();
        }
    }

    /// <returns>How long to wait for something to read.</returns>
    private async Task<TimeSpan> FeedAllAsync(BackfillService backfills, CancellationToken cancellation)
    {
        bool fed = true;
        while (fed)
        {
            AskAgainWhenDue(backfills);
            fed = false;
            foreach (var state in sources)
            {
                if (!state.MayHaveWork || state.Resting) continue;
                fed |= await FeedFromAsync(state, null, cancellation);
            }
            // A little of each backfill, and then again what is live.
            foreach (var lane in backfills.Lanes)
            {
                if (!lane.MayHaveWork || lane.Source.Resting) continue;
                fed |= await FeedFromAsync(lane.Source, lane, cancellation);
            }
        }
        if (IsQuiet(backfills)) detection.Calm();
        return UntilDue();
    }

    private void AskAgainWhenDue(BackfillService backfills)
    {
        lock (_gate)
        {
            if (time.GetUtcNow() < _nextDue) return;
            _nextDue = DateTimeOffset.MaxValue;
        }
        AllMayHaveWork(backfills.Lanes);
    }

    /// <param name="lane">Null = what is live.</param>
    private async Task<bool> FeedFromAsync(SourceState state, BackfillLane? lane, CancellationToken cancellation)
    {
        _feeding = true;
        try
        {
            if (lane is null) state.MayHaveWork = false;
            else lane.MayHaveWork = false;
            inFlight.ForgetSettled();
            // What is leased here is nobody else's, so no more is taken than is soon read.
            int take = ledger.Leases ? options.EffectiveWorkers * 4 : (lane is null ? LiveQuantum : BackfillQuantum) + inFlight.Count;
            var waiting = await ledger.ClaimAsync(lane?.Queue ?? new QueueLane(state.Source.Name, state.Source.NewestFirst), take, terms, cancellation);
            List<OfferedObject> taken = [.. waiting.Where(inFlight.TryAdd)];
            if (taken.Count == 0)
            {
                // Other processes offer objects too, and the leases of dead ones end.
                if (ledger.Leases) lock (_gate) _nextDue = Min(_nextDue, time.GetUtcNow() + ClaimAgain);
                return false;
            }
            if (lane is null)
            {
                state.MayHaveWork = true;
                state.Found(taken.Count(o => known.Add(o.ObjectId)));
            }
            else
            {
                lane.MayHaveWork = true;
            }
            await HandOutAsync(state, taken, live: lane is null, cancellation);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The source or backfill is asked again: what it has was not handed out.
            if (lane is null) state.MayHaveWork = true;
            else lane.MayHaveWork = true;
            throw;
        }
        finally
        {
            _feeding = false;
        }
    }

    /// <summary>
    /// The ledger counts the attempt of each object before a worker can open it, so that an object which ends the process is known after the restart. What was in work when a process died
    /// is then read alone, one object after the other: the next death names the object that is to blame, and that one is set aside.
    /// </summary>
    private async Task HandOutAsync(SourceState state, List<OfferedObject> taken, bool live, CancellationToken cancellation)
    {
        var open = new HashSet<long>(taken.Select(o => o.ObjectId));
        try
        {
            foreach (var item in taken.Where(o => o.Interrupted != Interruption.None))
            {
                if (item.Interrupted == Interruption.Alone && await SetAsideAsync(state, item, live, cancellation))
                {
                    open.Remove(item.ObjectId);
                    continue;
                }
                await OthersSettledAsync(open.Count, cancellation);
                await HandOutAsync(state, [item], alone: true, live, open, cancellation);
                await OthersSettledAsync(open.Count, cancellation);
            }
            foreach (var group in taken.Where(o => o.Interrupted == Interruption.None).Chunk(AttemptsAtOnce)) await HandOutAsync(state, group, alone: false, live, open, cancellation);
        }
        catch
        {
            // What was not handed out is not in work; it is claimed again.
            foreach (long id in open) inFlight.Settle(id);
            throw;
        }
    }

    private async Task HandOutAsync(SourceState state, OfferedObject[] items, bool alone, bool live, HashSet<long> open, CancellationToken cancellation)
    {
        await ledger.BeginReadingAsync(items, alone, cancellation);
        foreach (var item in items)
        {
            await _work.Writer.WriteAsync(new WorkItem(state, item, live), cancellation);
            open.Remove(item.ObjectId);
        }
    }

    /// <summary>Waits until nothing is in work but the <paramref name="claimed"/> objects that are not handed out yet.</summary>
    private async Task OthersSettledAsync(int claimed, CancellationToken cancellation)
    {
        while (inFlight.Active > claimed) await Task.Delay(AloneCheck, cancellation);
    }

    /// <returns>False = it has tries left.</returns>
    private async Task<bool> SetAsideAsync(SourceState state, OfferedObject item, bool live, CancellationToken cancellation)
    {
        if (await ledger.FindAsync(item.ObjectId, cancellation) is not { } row || row.Attempts < options.InterruptedTries) return false;
        var fault = new Fault(FaultVerdict.Quarantine, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the program ended {row.Attempts} times while this object was read, the last time alone"), default);
        await ledger.MarkQuarantinedAsync(item, fault.Reason, cancellation);
        setAside(new WorkItem(state, item, live), fault);
        return true;
    }

    private TimeSpan UntilDue()
    {
        DateTimeOffset due;
        lock (_gate) due = _nextDue;
        var wait = due - time.GetUtcNow();
        return wait <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : wait > LongestWait ? LongestWait : wait;
    }

    public void Dispose() => _wake.Dispose();

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
