using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wayward.Core.Resolvers;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Engine.Loops;
using Wayward.Engine.Notifications;
using Wayward.Engine.Sources;
using Wayward.FlowLogs;
using Wayward.Storage;
using Wayward.Storage.Audit;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>
/// Puts the parts of ingest together and runs them: sources offer to the ledger; the ledger is the queue; workers read; one writer commits. What is in memory is bounded by the workers
/// and the commit queue, whatever the number of objects. There is no cursor anywhere: after a crash, what the ledger does not call done is read again.
/// </summary>
public sealed class IngestPipeline : IIngestControl, IDisposable
{
    private static readonly TimeSpan LastCommits = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromMilliseconds(15);

    private readonly ISourceObjectStore _ledger;
    private readonly IDetectionTrigger _detection;
    private readonly IngestOptions _options;
    private readonly ILogger<IngestPipeline> _log;
    private readonly IReadOnlyList<SourceState> _sources;
    private readonly InFlight _inFlight = new();
    private readonly IngestTotals _totals;
    private readonly Channel<FinishedItem> _finished;
    private readonly QueueFeeder _feeder;
    private readonly ReadWorkers _workers;
    private readonly CommitLoop _commits;
    private readonly SourceLister _lister;
    private readonly LeaseRenewal _leases;
    private readonly BackfillService _backfills;
    private readonly OperatorControl _operator;

    public IngestPipeline(
        SourceRegistry sources, ISourceObjectStore ledger, IContactStore contacts, IAuditStore audit, ICatalogProvider catalog, AddressSpace addresses,
        IDetectionTrigger detection, IChangeNotifier notifier, IngestOptions options, FlowReadLimits limits, IInventoryProvider inventories, IBackfillStore backfills, ISourceDirectory directory,
        LoopHealth health, TimeProvider time, ILogger<IngestPipeline> log)
    {
        (_ledger, _detection, _options, _log) = (ledger, detection, options, log);
        var policy = new IngestFaultPolicy(options);
        var known = new KnownObjects();
        _sources = [.. sources.All.Select(s => new SourceState(s, options, time))];
        _totals = new IngestTotals(time);
        _finished = Channel.CreateBounded<FinishedItem>(new BoundedChannelOptions(options.CommitObjects) { SingleReader = true });
        var settlement = new Settlement(_sources, ledger, log);
        _leases = new LeaseRenewal(ledger, _inFlight, settlement, options, health, time, log);
        _feeder = new QueueFeeder(_sources, ledger, _inFlight, known, _leases.Terms, detection, options, health, time, log, (work, fault) => Outcomes!.OnFailed(work, fault));
        _backfills = new BackfillService(backfills, directory, ledger, _sources, _leases.Terms, options, health, time, log, _feeder.Wake, () => notifier.Publish(ChangeKinds.Ingest));
        Outcomes = new ObjectOutcomes(_feeder, _inFlight, _totals, settlement, policy, detection, notifier, () => _backfills.Lanes, time, log);
        _commits = new CommitLoop(ledger, contacts, policy, options, health, time, log, Outcomes);
        _lister = new SourceLister(ledger, known, settlement, notifier, options, time, log, _feeder.Wake);
        _workers = new ReadWorkers(addresses, limits, inventories, catalog, options, time, log);
        _operator = new OperatorControl(_sources, ledger, directory, audit, notifier, _feeder.Wake);
    }

    private ObjectOutcomes Outcomes { get; }

    public IReadOnlyList<SourceStatus> Sources => [.. _sources.Select(s => s.Status())];

    public IngestProgress Progress
    {
        get
        {
            long waiting = _sources.Sum(s => Math.Max(0, s.Waiting));
            double rate = _totals.ObjectsPerSecond;
            return new IngestProgress(
                _totals.Done, _totals.Done + _totals.Failed + waiting, _totals.Bytes, _totals.Records, _totals.RecordsPerSecond,
                IsQuiet && _detection.CaughtUp, _totals.LastCommit, _detection.LastRun)
            {
                InFlight = _inFlight.Active,
                CommitQueue = _finished.Reader.Count,
                CommitQueueLimit = _options.CommitObjects,
                StoreProblem = _commits.StoreProblem ?? _detection.StoreProblem,
                ReadProblem = _workers.Problem,
                TimeLeft = waiting > 0 && rate > 0 ? TimeSpan.FromSeconds(waiting / rate) : null,
            };
        }
    }

    /// <summary>Runs until cancelled; then commits what is already read, and returns.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await LoadCountsAsync(cancellation);
        // What is read is worth committing, but a database that cannot be written must not hold up the end: it is read again next time.
        // The workers wait for the writer, so this cannot wait for the workers.
        using var abandon = new CancellationTokenSource();
        await using var end = cancellation.Register(() => abandon.CancelAfter(LastCommits));
        var writer = Task.Run(() => _commits.RunAsync(_finished.Reader, abandon.Token), CancellationToken.None);
        List<Task> loops = [Task.Run(() => _feeder.RunAsync(_backfills, cancellation), CancellationToken.None)];
        foreach (var source in _sources) loops.Add(Task.Run(() => _lister.RunAsync(source, cancellation), CancellationToken.None));
        loops.Add(Task.Run(() => _leases.RunAsync(cancellation), CancellationToken.None));
        loops.Add(Task.Run(() => _backfills.RunAsync(cancellation), CancellationToken.None));
        for (int i = 0; i < _options.EffectiveWorkers; i++) loops.Add(Task.Run(() => _workers.RunAsync(_feeder.Work, _finished.Writer, abandon.Token, cancellation), CancellationToken.None));
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

    public void ScanNow()
    {
        foreach (var state in _sources) state.Wake.Set();
        _backfills.ScanNow();
    }

    public async Task WhenIdleAsync(CancellationToken cancellation)
    {
        // Only a listing that began after this call counts: one under way may have passed over what the caller just put there.
        long[] begun = [.. _sources.Select(s => s.ListingsBegun)];
        long polled = _backfills.PollsBegun;
        ScanNow();
        while (true)
        {
            if (_sources.Select((s, i) => s.ListingsEnded > begun[i] && s.Source.Settled).All(ok => ok) && _backfills.PollsEnded > polled && IsQuiet && _detection.CaughtUp && IsQuiet) return;
            await Task.Delay(IdlePoll, cancellation);
        }
    }

    public Task<bool> RetryAsync(long objectId, string actor, CancellationToken cancellation) => _operator.RetryAsync(objectId, actor, cancellation);

    public Task<bool> SkipAsync(long objectId, string actor, CancellationToken cancellation) => _operator.SkipAsync(objectId, actor, cancellation);

    public Task<bool> PauseAsync(string source, bool paused, string actor, CancellationToken cancellation) => _operator.PauseAsync(source, paused, actor, cancellation);

    public void Dispose()
    {
        _feeder.Dispose();
        _backfills.Dispose();
        foreach (var source in _sources) source.Dispose();
    }

    private bool IsQuiet => _feeder.IsQuiet(_backfills);

    /// <summary>Sources also show what became of their objects in earlier runs.</summary>
    private async Task LoadCountsAsync(CancellationToken cancellation)
    {
        try
        {
            var counts = await _ledger.CountBySourceAsync(cancellation);
            foreach (var state in _sources)
                state.SetCounts(Of(state, SourceObjectState.Done) + Of(state, SourceObjectState.Duplicate), Of(state, SourceObjectState.Quarantined));

            long Of(SourceState source, SourceObjectState state) => counts.GetValueOrDefault((source.Source.Name, state));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.LogWarning(e, "The counts of earlier runs cannot be read from the ledger");
        }
    }
}
