using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Engine.Inventories;
using Wayward.Engine.Notifications;
using Wayward.Storage.Contacts;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Detection;

/// <summary>
/// The live evaluation. A <see cref="LiveFleet"/> stays in memory between batches, so a batch costs what it touched; at the start, and when the catalogue changes, it is loaded from the store. The engine is a pure function and storing is idempotent, so an evaluation that is cut off anywhere is simply made again: what is pending is struck out last.
/// </summary>
public sealed class DetectionService(
    IContactStore contacts, IFindingStore findings, IExpectedTargetStore expected, IDetectionStateStore state, ICatalogProvider catalog, IInventoryProvider inventories, DetectionOptions options,
    IChangeNotifier notifier, BlindnessGauge blindness, TimeProvider time, ILogger<DetectionService> log) : IDetectionService, IDisposable
{
    /// <summary>Whole histories held at one time.</summary>
    private const int AtOnce = 500;

    private static readonly FindingChanges NoChanges = new([], [], [], []);
    private readonly SemaphoreSlim _one = new(1, 1);
    private Memory? _memory;

    /// <summary>What is remembered between evaluations.</summary>
    /// <param name="Inventory">With which the fleet was loaded.</param>
    /// <param name="OwnNetworks">The same.</param>
    /// <param name="CommitNumber">Up to here what is in the fleet is evaluated and stored. When the store says otherwise another process evaluated, and the fleet has missed it.</param>
    /// <param name="With">The fingerprint with which that was evaluated (<see cref="EvaluatedWith"/>).</param>
    /// <param name="Pending">The commit number of an evaluation that was made of the fleet and that nobody has said to be stored.</param>
    private sealed record Memory(LiveFleet Fleet, Inventory Inventory, IReadOnlySet<FlowLogs.IpAddress> OwnNetworks, long CommitNumber, string? With, long? Pending)
    {
        /// <summary>Can it be carried on from what the store says to be evaluated?</summary>
        public bool Serves(ILedgerSnapshot ledger, DetectionEngine engine) =>
            Fleet.Engine.Catalog.Hash == engine.Catalog.Hash && (ledger.EvaluatedCommit == CommitNumber || ledger.EvaluatedCommit == Pending);
    }

    public Task<FindingChanges> RunBatchAsync(CancellationToken cancellation) => OneAtATimeAsync(() => RunAsync(all: false, cancellation), cancellation);

    public Task<FindingChanges> EvaluateAllAsync(CancellationToken cancellation) => OneAtATimeAsync(() => RunAsync(all: true, cancellation), cancellation);

    public Task<FindingChanges> ReevaluateAsync(Func<Task> change, CancellationToken cancellation) => OneAtATimeAsync(async () =>
    {
        await RunAsync(all: false, cancellation);
        await change();
        return await RunAsync(all: false, CancellationToken.None);
    }, cancellation);

    private async Task<FindingChanges> OneAtATimeAsync(Func<Task<FindingChanges>> run, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            return await run();
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<FindingChanges> RunAsync(bool all, CancellationToken cancellation)
    {
        var rules = await expected.AllAsync(cancellation);
        var engine = new DetectionEngine(catalog.Current, rules, options);
        var inventory = inventories.Current;
        string fingerprint = EvaluatedWith.Of(engine, inventory);
        string? evaluatedWith = await state.EvaluatedWithAsync(cancellation);
        bool isNew = all || evaluatedWith != fingerprint;
        if (all || evaluatedWith != _memory?.With) _memory = null;
        long began = time.GetTimestamp();
        var evaluated = await contacts.ReadAsync((ledger, c) => EvaluateAsync(ledger, engine, inventory, evaluatedWith, fingerprint, all, c), cancellation);
        if (evaluated is null)
        {
            // Made of the cells, though all is evaluated: the next process is to have it easier.
            if (_memory is { Fleet.Unsaved.Count: > 0, CommitNumber: > 0, Pending: null } current && evaluatedWith == fingerprint) await CompleteAsync(current.Fleet, current.CommitNumber, fingerprint, inventory, cancellation);
            return NoChanges;
        }
        var (evaluation, fleet, commitNumber) = evaluated;
        var result = evaluation.Result;
        var changes = await findings.ApplyAsync(result, result.Evaluated, evaluation.Covering, cancellation);
        if (isNew) await state.SetEvaluatedWithAsync(fingerprint, cancellation);
        await CompleteAsync(fleet, commitNumber, fingerprint, inventory, cancellation);
        evaluation.MarkStored();
        _memory = _memory! with { CommitNumber = commitNumber, With = fingerprint, Pending = null };
        if (changes.Any) notifier.Publish(ChangeKinds.Findings);
        if (changes.Any || result.Evaluated is null)
        {
            log.LogInformation(
                "Evaluated {Scope} in {Elapsed}: {Opened} opened, {Updated} updated, {Closed} closed, {Reopened} reopened", result.Evaluated is null ? "everything" : "what changed",
                time.GetElapsedTime(began), changes.Opened.Count, changes.Updated.Count, changes.Closed.Count, changes.Reopened.Count);
        }
        return changes;
    }

    /// <summary>Stores the commit number, and with it the summaries, so that a process that starts reads these in place of the whole past.</summary>
    private async Task CompleteAsync(LiveFleet fleet, long commitNumber, string fingerprint, Inventory inventory, CancellationToken cancellation)
    {
        await contacts.CompleteDetectionAsync(commitNumber, new(fingerprint, fleet.Unsaved, key => InventoryView.IsPutTogether(inventory, key) ? null : fleet.Content(key)), cancellation);
        fleet.MarkSaved();
    }

    private sealed record Evaluated(LiveEvaluation Evaluation, LiveFleet Fleet, long CommitNumber);

    /// <summary>All that is read for an evaluation is of one moment.</summary>
    /// <returns>Null = there is nothing to evaluate.</returns>
    private async Task<Evaluated?> EvaluateAsync(
        ILedgerSnapshot ledger, DetectionEngine engine, Inventory inventory, string? evaluatedWith, string fingerprint, bool all, CancellationToken cancellation)
    {
        // The end of the other objects' reading is a commit, and that wakes the evaluation again. An evaluation of everything that is requested now uses the data already there.
        if (ledger.HasGap && !all) return null;
        bool isNew = all || evaluatedWith != fingerprint;
        var view = await InventoryView.OpenAsync(ledger, inventory, cancellation);
        LiveFleet fleet;
        LiveBatch batch;
        if (_memory is { } memory && memory.Serves(ledger, engine))
        {
            if (ledger.CommitNumber == ledger.EvaluatedCommit && !isNew && memory.Pending is null) return null;
            // Until the batch has taken in everything, the fleet may know the new rules without having looked at all whom they concern.
            _memory = null;
            fleet = memory.Fleet;
            var before = fleet.Engine.Expected;
            batch = fleet.Begin(engine, ledger.MaxStart);
            await TakeInAsync(batch, memory, before, ledger, view, engine, inventory, isNew, cancellation);
        }
        else
        {
            _memory = null;
            var (loader, isOfSummaries) = await LoadAsync(ledger, view, engine, isNew ? null : fingerprint, cancellation);
            if (!isNew && ledger.CommitNumber == ledger.EvaluatedCommit)
            {
                // Everything is evaluated and stored: there is nothing to say again.
                _memory = new(loader.Resume(), inventory, view.OwnNetworks, ledger.EvaluatedCommit, evaluatedWith, Pending: null);
                await blindness.MeasureAsync(_memory.Fleet, view, cancellation);
                return null;
            }
            fleet = loader.Start();
            batch = fleet.Begin(engine, ledger.MaxStart);
            // The summaries are of the last evaluation; what was committed since is read like that of any batch.
            if (isOfSummaries)
            {
                var touched = await TouchedAsync(batch, view, cancellation);
                await view.TouchedByNetworksAsync(touched, before: null, cancellation);
                await ReadAsync(batch, view, touched, cancellation);
            }
        }
        _memory = new(fleet, inventory, view.OwnNetworks, ledger.EvaluatedCommit, evaluatedWith, Pending: ledger.CommitNumber);
        var evaluation = await batch.EvaluateAsync(keys => view.LoadAsync(keys, cancellation), AtOnce, (keys, addresses) => view.LoadPartAsync(keys, addresses, cancellation));
        await blindness.MeasureAsync(fleet, view, cancellation);
        return new(evaluation, fleet, ledger.CommitNumber);
    }

    /// <param name="with">Summaries that were saved with this fingerprint will do; null = all is made of the cells.</param>
    private async Task<(FleetLoader Loader, bool IsOfSummaries)> LoadAsync(ILedgerSnapshot ledger, InventoryView view, DetectionEngine engine, string? with, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        var loader = new FleetLoader(engine, ledger.MaxStart);
        int? damaged = with is null ? null : await view.ForEachSummaryAsync(with, loader.LoadSaved, loader.Load, cancellation);
        if (damaged is null) await view.ForEachAsync(loader.Load, cancellation);
        else if (damaged > 0) log.LogWarning("{Count} summaries in the store are damaged; these instances were read whole", damaged);
        log.LogInformation("Made ready to evaluate in {Elapsed} from {Source}", time.GetElapsedTime(began), damaged is null ? "all hours of contact" : "what the last evaluation kept");
        return (loader, damaged is not null);
    }

    private static async Task<Dictionary<InstanceKey, int>> TouchedAsync(LiveBatch batch, InventoryView view, CancellationToken cancellation)
    {
        var touched = new Dictionary<InstanceKey, int>();
        await view.TouchedAsync(touched, batch.Extend, cancellation);
        return touched;
    }

    /// <summary>What was committed since, and whole whoever other rules or another inventory concern: of these more than the ledger changed.</summary>
    private static async Task TakeInAsync(
        LiveBatch batch, Memory last, IReadOnlyList<ExpectedTarget> rulesBefore, ILedgerSnapshot ledger, InventoryView view, DetectionEngine engine, Inventory inventory, bool isNew, CancellationToken cancellation)
    {
        var touched = ledger.CommitNumber != ledger.EvaluatedCommit ? await TouchedAsync(batch, view, cancellation) : [];
        await view.TouchedByNetworksAsync(touched, last.OwnNetworks, cancellation);
        if (isNew)
            foreach (var key in await view.UsersAsync(ExpectedMatcher.Differing(rulesBefore, engine.Expected, engine.Catalog), cancellation)) touched[key] = 0;
        foreach (var key in inventory.Differing(last.Inventory).SelectMany(key => last.Inventory.KeysOf(key).Concat(inventory.KeysOf(key)))) touched[key] = 0;
        await ReadAsync(batch, view, touched, cancellation);
    }

    /// <summary>What is new of touched instances, and of those of whom that does not tell enough their whole histories.</summary>
    private static async Task ReadAsync(LiveBatch batch, InventoryView view, IReadOnlyDictionary<InstanceKey, int> touched, CancellationToken cancellation)
    {
        var whole = new List<InstanceKey>();
        var tails = new Dictionary<InstanceKey, HistoryStart>();
        foreach (var (key, hour) in touched)
        {
            if (batch.TailOf(key, hour) is { } start) tails.Add(key, start);
            else whole.Add(key);
        }
        foreach (var chunk in tails.OrderBy(t => t.Value.Day).ThenBy(t => t.Key).Chunk(AtOnce))
        {
            var left = chunk.Select(t => t.Key).ToHashSet();
            foreach (var tail in await view.TailsAsync(chunk.ToDictionary(), cancellation))
                if (batch.Continue(tail)) left.Remove(tail.Part.Key);
            whole.AddRange(left);
        }
        foreach (var chunk in whole.Chunk(AtOnce))
        {
            var part = await view.LoadAsync(chunk.ToHashSet(), cancellation);
            foreach (var key in chunk) batch.Update(part.Find(key) ?? new InstanceHistory { Key = key });
        }
    }

    public void Dispose() => _one.Dispose();
}

/// <summary>
/// What findings depend on besides the ledger: the program, parameters, catalogue, inventory and rules. When it differs from what the stored findings were evaluated with, they are evaluated anew.
/// </summary>
internal static class EvaluatedWith
{
    /// <returns>32 hex digits.</returns>
    public static string Of(DetectionEngine engine, Inventory inventory)
    {
        string text = typeof(DetectionEngine).Assembly.ManifestModule.ModuleVersionId + "\n" + JsonSerializer.Serialize(engine.Options, EvaluatedWithJsonContext.Default.DetectionOptions) + "\n" + engine.Catalog.Hash + "\n" + inventory.Hash + "\n"
            + string.Join(',', engine.Expected.Where(r => r.DeletedAt is null).Select(r => r.Id).Order());
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }
}

/// <summary>Made at compile time: by reflection the first evaluation of every process would wait for it.</summary>
[JsonSerializable(typeof(DetectionOptions))]
internal sealed partial class EvaluatedWithJsonContext : JsonSerializerContext;
