using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Engine.Notifications;
using Wayward.Engine.Sources;
using Wayward.Storage;
using Wayward.Storage.Audit;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>
/// Sources offer to the ledger; the ledger is the queue; workers read; one writer commits. What is in memory is bounded by the workers and the
/// commit queue, whatever the number of objects. No cursor anywhere: a crash replays what the ledger does not call done.
/// </summary>
public sealed class IngestPipeline : IIngestControl, IDisposable
{
    private const int FeedQuantum = 128;
    /// <summary>What is live waits for no more of a backfill than this.</summary>
    private const int BackfillQuantum = 32;
    private static readonly TimeSpan LastCommits = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClaimAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromMilliseconds(15);

    private readonly ISourceObjectStore _ledger;
    private readonly IAuditStore _audit;
    private readonly ICatalogProvider _catalog;
    private readonly AddressSpace _addresses;
    private readonly IDetectionTrigger _detection;
    private readonly IChangeNotifier _notifier;
    private readonly IngestOptions _options;
    private readonly FlowReadLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger<IngestPipeline> _log;
    private readonly IngestFaultPolicy _policy;
    private readonly CommitLoop _commits;
    private readonly IReadOnlyList<SourceState> _sources;
    private readonly InFlight _inFlight = new();
    private readonly IInventoryProvider _inventories;
    private readonly KnownObjects _known = new();
    private readonly RateMeter _recordRate, _objectRate;
    private readonly Channel<WorkItem> _work;
    private readonly Channel<FinishedItem> _finished;
    private readonly Settlement _settlement;
    private readonly SourceLister _lister;
    private readonly LeaseRenewal _leases;
    private readonly ISourceDirectory _directory;
    private readonly BackfillService _backfills;
    private readonly SemaphoreSlim _feed = new(0, 1);
    private readonly Lock _gate = new();
    private volatile bool _feeding;
    private DateTimeOffset _nextDue = DateTimeOffset.MaxValue;
    private DateTimeOffset? _lastCommit;
    private long _done, _failed, _bytes, _records;

    public IngestPipeline(
        SourceRegistry sources, ISourceObjectStore ledger, IContactStore contacts, IAuditStore audit, ICatalogProvider catalog, AddressSpace addresses,
        IDetectionTrigger detection, IChangeNotifier notifier, IngestOptions options, FlowReadLimits limits, IInventoryProvider inventories, IBackfillStore backfills, ISourceDirectory directory,
        TimeProvider time, ILogger<IngestPipeline> log)
    {
        _inventories = inventories;
        (_ledger, _audit, _catalog, _addresses, _detection, _notifier) = (ledger, audit, catalog, addresses, detection, notifier);
        (_options, _limits, _time, _log) = (options, limits, time, log);
        _policy = new IngestFaultPolicy(options);
        _sources = [.. sources.All.Select(s => new SourceState(s, options, time))];
        _recordRate = new RateMeter(time);
        _objectRate = new RateMeter(time);
        _work = Channel.CreateBounded<WorkItem>(options.EffectiveWorkers * 2);
        _finished = Channel.CreateBounded<FinishedItem>(new BoundedChannelOptions(options.CommitObjects) { SingleReader = true });
        _commits = new CommitLoop(ledger, contacts, _policy, options, time, log, OnCommittedAsync, OnFailed, OnLost);
        _settlement = new Settlement(_sources, ledger, log);
        _lister = new SourceLister(ledger, _known, _settlement, notifier, options, time, log, Wake);
        _leases = new LeaseRenewal(ledger, _inFlight, _settlement, options, time, log);
        _directory = directory;
        _backfills = new BackfillService(backfills, directory, ledger, _sources, _leases.Terms, options, time, log, Wake, () => notifier.Publish(ChangeKinds.Ingest));
    }

    public IReadOnlyList<SourceStatus> Sources => [.. _sources.Select(s => s.Status())];

    public IngestProgress Progress
    {
        get
        {
            long done = Interlocked.Read(ref _done), failed = Interlocked.Read(ref _failed);
            long waiting = _sources.Sum(s => Math.Max(0, s.Waiting));
            double rate = _objectRate.PerSecond;
            return new IngestProgress(
                done, done + failed + waiting, Interlocked.Read(ref _bytes), Interlocked.Read(ref _records), _recordRate.PerSecond,
                IsQuiet() && _detection.CaughtUp, _lastCommit, _detection.LastRun)
            {
                InFlight = _inFlight.Active,
                CommitQueue = _finished.Reader.Count,
                CommitQueueLimit = _options.CommitObjects,
                StoreProblem = _commits.StoreProblem ?? _detection.StoreProblem,
                TimeLeft = waiting > 0 && rate > 0 ? TimeSpan.FromSeconds(waiting / rate) : null,
            };
        }
    }

    /// <summary>Runs until cancelled; then commits what is already read, and returns.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await RememberAsync(cancellation);
        // What is read is worth committing, but a database that cannot be written must not hold up the end: it is read again next time.
        // The workers wait for the writer, so this cannot wait for the workers.
        using var abandon = new CancellationTokenSource();
        await using var end = cancellation.Register(() => abandon.CancelAfter(LastCommits));
        var writer = Task.Run(() => _commits.RunAsync(_finished.Reader, abandon.Token), CancellationToken.None);
        List<Task> loops = [Task.Run(() => FeedAsync(cancellation), CancellationToken.None)];
        foreach (var source in _sources) loops.Add(Task.Run(() => _lister.RunAsync(source, cancellation), CancellationToken.None));
        loops.Add(Task.Run(() => _leases.RunAsync(cancellation), CancellationToken.None));
        loops.Add(Task.Run(() => _backfills.RunAsync(cancellation), CancellationToken.None));
        for (int i = 0; i < _options.EffectiveWorkers; i++) loops.Add(Task.Run(() => WorkAsync(abandon.Token, cancellation), CancellationToken.None));
        await Task.WhenAll(loops);
        _finished.Writer.Complete();
        try
        {
            await writer;
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            _log.LogWarning("The database could not be written at the end; uncommitted objects are read again at the next start");
        }
        await _leases.ReleaseAsync();
    }

    /// <summary>We stood still for longer than a lease, and someone else has these objects now.</summary>
    private void OnLost(IReadOnlyList<WorkItem> items)
    {
        foreach (var work in items)
        {
            _log.LogWarning("{Object} was given to another process while it was read here; what was read here is dropped", ObjectIngestor.DisplayName(work.Object));
            _inFlight.Settle(work.Object.ObjectId);
        }
        Wake();
    }

    public void Poke()
    {
        _lister.Poke();
        _backfills.Soon();
    }

    public async Task WhenIdleAsync(CancellationToken cancellation)
    {
        // Only a look that began after this call counts: one under way may have passed over what the caller just put there.
        long[] begun = [.. _sources.Select(s => s.LooksBegun)];
        long looked = _backfills.LooksBegun;
        Poke();
        while (true)
        {
            if (_sources.Select((s, i) => s.LooksEnded > begun[i] && s.Source.Settled).All(ok => ok) && _backfills.LooksEnded > looked && IsQuiet() && _detection.CaughtUp && IsQuiet()) return;
            await Task.Delay(IdlePoll, cancellation);
        }
    }

    public async Task<bool> RetryAsync(long objectId, string actor, CancellationToken cancellation)
    {
        if (await _ledger.FindAsync(objectId, cancellation) is not { } row || !await _ledger.RequeueAsync(objectId, cancellation)) return false;
        await AuditAsync("object.retry", row, actor, "put back in the queue", cancellation);
        if (_sources.FirstOrDefault(s => s.Source.Name == row.Source) is { } source) source.Requeued(row.State);
        Wake();
        _notifier.Publish(ChangeKinds.Ingest);
        return true;
    }

    public async Task<bool> SkipAsync(long objectId, string actor, CancellationToken cancellation)
    {
        if (await _ledger.FindAsync(objectId, cancellation) is not { } row || !await _ledger.SkipAsync(objectId, cancellation)) return false;
        await AuditAsync("object.skip", row, actor, "set aside", cancellation);
        if (_sources.FirstOrDefault(s => s.Source.Name == row.Source) is { } source) source.Skipped(row.State);
        _notifier.Publish(ChangeKinds.Ingest);
        return true;
    }

    public async Task<bool> PauseAsync(string source, bool paused, string actor, CancellationToken cancellation)
    {
        var state = _sources.FirstOrDefault(s => s.Source.Name == source);
        // It may be asked before the first look has named our sources to the store.
        if (state is not null && (await _directory.ListAsync(cancellation)).All(s => s.Name != source)) await _directory.AnnounceAsync([(source, state.Source.CanListRange)], cancellation);
        if (!await _directory.PauseAsync(source, paused, actor, cancellation)) return false;
        // Other processes see it at their next look.
        if (state is not null) state.Held = paused;
        Wake();
        _notifier.Publish(ChangeKinds.Ingest);
        return true;
    }

    private Task<long> AuditAsync(string verb, SourceObjectRow row, string actor, string what, CancellationToken cancellation) =>
        _audit.AppendAsync(actor, verb, row.ObjectId.ToString(CultureInfo.InvariantCulture), $"{row.Container}/{row.Key} {what}, was {row.State.ToString().ToLowerInvariant()}", null, null, cancellation);

    /// <summary>Takes what waits from the ledger, each source in turn so that a long backlog starves nobody.</summary>
    private async Task FeedAsync(CancellationToken cancellation)
    {
        try
        {
            await _backfills.FirstLookAsync(cancellation);
            while (true)
            {
                bool fed = false;
                foreach (var state in _sources)
                {
                    if (!state.MayHaveWork || state.Resting) continue;
                    fed |= await FeedFromAsync(state, null, cancellation);
                }
                // A little of each, and then again what is live.
                foreach (var lane in _backfills.Lanes)
                {
                    if (!lane.MayHaveWork || lane.Source.Resting) continue;
                    fed |= await FeedFromAsync(lane.Source, lane, cancellation);
                }
                if (!fed)
                {
                    if (IsQuiet()) _detection.Calm();
                    await _feed.WaitAsync(UntilDue(), cancellation);
                }
                if (_time.GetUtcNow() < _nextDue) continue;
                lock (_gate) _nextDue = DateTimeOffset.MaxValue;
                AllMayHaveWork();
            }
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

    /// <param name="lane">Null = what is live.</param>
    private async Task<bool> FeedFromAsync(SourceState state, BackfillLane? lane, CancellationToken cancellation)
    {
        _feeding = true;
        try
        {
            if (lane is null) state.MayHaveWork = false;
            else lane.MayHaveWork = false;
            _inFlight.ForgetSettled();
            // What is leased here is nobody else's, so no more is taken than is soon read.
            int take = _ledger.Leases ? _options.EffectiveWorkers * 4 : (lane is null ? FeedQuantum : BackfillQuantum) + _inFlight.Count;
            var waiting = await _ledger.ClaimAsync(lane?.Queue ?? new QueueLane(state.Source.Name, state.Source.NewestFirst), take, _leases.Terms, cancellation);
            List<OfferedObject> taken = [.. waiting.Where(_inFlight.TryAdd)];
            if (taken.Count == 0)
            {
                // Others offer objects too, and the leases of dead ones end.
                if (_ledger.Leases) lock (_gate) _nextDue = Min(_nextDue, _time.GetUtcNow() + ClaimAgain);
                return false;
            }
            if (lane is null)
            {
                state.MayHaveWork = true;
                state.Found(taken.Count(o => _known.Add(o.ObjectId)));
            }
            else
            {
                lane.MayHaveWork = true;
            }
            foreach (var item in taken) await _work.Writer.WriteAsync(new WorkItem(state, item, Live: lane is null), cancellation);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.LogError(e, "The ledger cannot be asked what waits");
            lock (_gate) _nextDue = Min(_nextDue, _time.GetUtcNow() + TimeSpan.FromSeconds(1));
            return false;
        }
        finally
        {
            _feeding = false;
        }
    }

    /// <param name="abandon">Until then, what is read is handed to the writer even after <paramref name="cancellation"/>.</param>
    private async Task WorkAsync(CancellationToken abandon, CancellationToken cancellation)
    {
        var ingestor = new ObjectIngestor(_addresses, _limits, _inventories);
        try
        {
            await foreach (var item in _work.Reader.ReadAllAsync(cancellation))
            {
                FinishedItem result;
                try
                {
                    result = new FinishedItem(item, await ingestor.ReadAsync(item.Source.Source, item.Object, _catalog.Current, cancellation), null);
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception e)
                {
                    result = new FinishedItem(item, null, e);
                }
                await _finished.Writer.WriteAsync(result, abandon);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task OnCommittedAsync(IReadOnlyList<WorkItem> items, IReadOnlyList<ObjectContribution> objects)
    {
        // Before they count as settled: whoever waits until all is read and evaluated must not find a moment in which neither is to be done.
        // A changed object sends the objects beside it back to the queue, of whichever source.
        AllMayHaveWork();
        _detection.Signal();
        for (int i = 0; i < items.Count; i++)
        {
            _inFlight.Settle(items[i].Object.ObjectId);
            var read = objects[i].Object;
            items[i].Source.Finished(done: true, items[i].Live);
            items[i].Source.Read(read.Key, read.Records, read.Quarantined);
            Interlocked.Increment(ref _done);
            Interlocked.Add(ref _bytes, read.ObjectBytes);
            Interlocked.Add(ref _records, read.Records);
            _recordRate.Add(read.Records);
        }
        _objectRate.Add(items.Count);
        AllMayHaveWork();
        Wake();
        _lastCommit = _time.GetUtcNow();
        _notifier.Publish(ChangeKinds.Ingest | ChangeKinds.Contacts);
        await _settlement.TellAsync([.. items.Select(i => i.Object)]);
    }

    private void OnFailed(WorkItem work, Fault fault)
    {
        string name = ObjectIngestor.DisplayName(work.Object);
        if (fault.Verdict == FaultVerdict.Quarantine)
        {
            _log.LogWarning("{Object} set aside: {Reason}", name, fault.Reason);
            work.Source.Finished(done: false, work.Live);
            Interlocked.Increment(ref _failed);
            _ = _settlement.TellAsync([work.Object]);
        }
        else if (fault.Verdict == FaultVerdict.Superseded)
        {
            _log.LogInformation("{Object} is replaced by a newer version: {Reason}", name, fault.Reason);
            work.Source.Finished(done: true, work.Live);
            _ = _settlement.TellAsync([work.Object]);
        }
        else
        {
            _log.LogInformation("{Object} is tried again in {Delay}: {Reason}", name, fault.Delay, fault.Reason);
            var due = _time.GetUtcNow() + fault.Delay;
            if (fault.Verdict == FaultVerdict.RetrySource && work.Source.ReadFailed(fault.Reason, fault.NeedsOperator, _policy.Delay) is { } resumes && resumes > due) due = resumes;
            lock (_gate) _nextDue = Min(_nextDue, due);
            Wake();
        }
        _inFlight.Settle(work.Object.ObjectId);
        _notifier.Publish(ChangeKinds.Ingest);
    }

    /// <summary>Sources show what became of their objects in earlier runs too.</summary>
    private async Task RememberAsync(CancellationToken cancellation)
    {
        try
        {
            var counts = await _ledger.CountBySourceAsync(cancellation);
            foreach (var state in _sources)
                state.Remember(Of(state, SourceObjectState.Done) + Of(state, SourceObjectState.Duplicate), Of(state, SourceObjectState.Quarantined));

            long Of(SourceState source, SourceObjectState state) => counts.GetValueOrDefault((source.Source.Name, state));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.LogWarning(e, "The ledger cannot be asked what earlier runs did");
        }
    }

    /// <summary>Nothing is being read, fed or committed, and nothing is known to wait (retries that are not due do not count).</summary>
    private bool IsQuiet() => !_sources.Any(s => s.MayHaveWork && !s.Resting) && !_backfills.Busy && !_feeding && _inFlight.Active == 0;

    private void AllMayHaveWork()
    {
        foreach (var state in _sources) state.MayHaveWork = true;
        foreach (var lane in _backfills.Lanes) lane.MayHaveWork = true;
    }

    private void Wake()
    {
        try
        {
            if (_feed.CurrentCount == 0) _feed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another call was quicker; one wake-up is enough.
        }
    }

    private TimeSpan UntilDue()
    {
        DateTimeOffset due;
        lock (_gate) due = _nextDue;
        var wait = due - _time.GetUtcNow();
        return wait <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : wait > TimeSpan.FromSeconds(30) ? TimeSpan.FromSeconds(30) : wait;
    }

    public void Dispose()
    {
        _feed.Dispose();
        _backfills.Dispose();
        _lister.Dispose();
    }

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
