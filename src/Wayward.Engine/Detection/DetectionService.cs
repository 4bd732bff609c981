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
/// The live evaluation. A <see cref="DetectionSession"/> stays in memory between batches, so a batch costs what it touched; at the start, and when catalogue or parameters change, it is made anew
/// from the store. The engine is a pure function and storing is idempotent, so an evaluation that is cut off anywhere is simply made again: what is pending is struck out last.
/// </summary>
public sealed class DetectionService(
    IContactStore contacts, IFindingStore findings, IExpectedTargetStore expected, IDetectionStateStore state, ICatalogProvider catalog, IInventoryProvider inventories, DetectionOptions options,
    IChangeNotifier notifier, TimeProvider time, ILogger<DetectionService> log) : IDetectionService, IDisposable
{
    /// <summary>Whole histories held at one time.</summary>
    private const int AtOnce = 500;

    private static readonly FindingChanges NoChanges = new([], [], [], []);
    private readonly SemaphoreSlim _one = new(1, 1);
    private DetectionSession? _session;
    /// <summary>With which the session was fed.</summary>
    private Inventory _inventory = Inventory.Empty;
    /// <summary>Up to here what is in the session is stored, evaluated with that. When the store says otherwise someone else evaluated, and the session has missed it.</summary>
    private (long CommitNumber, string? With) _stored;
    /// <summary>The commit number of an evaluation that was made of the session and that nobody has said to be stored.</summary>
    private long? _unsaved;

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
        if (all || evaluatedWith != _stored.With) _session = null;
        long began = time.GetTimestamp();
        var evaluated = await contacts.ReadAsync((ledger, c) => EvaluateAsync(ledger, engine, inventory, fingerprint, all, isNew, c), cancellation);
        if (evaluated is null)
        {
            _stored.With = evaluatedWith;
            // Made of the cells, though all is evaluated: the next process is to have it easier.
            if (_session is { Unkept.Count: > 0 } && _stored.CommitNumber > 0 && _unsaved is null && evaluatedWith == fingerprint) await CompleteAsync(_stored.CommitNumber, fingerprint, inventory, cancellation);
            return NoChanges;
        }
        var changes = await findings.ApplyAsync(evaluated.Result, evaluated.Result.Evaluated, new RuleCoverage(rules).Covering, cancellation);
        if (isNew) await state.SetEvaluatedWithAsync(fingerprint, cancellation);
        await CompleteAsync(evaluated.CommitNumber, fingerprint, inventory, cancellation);
        _session!.Accept();
        (_stored, _unsaved) = ((evaluated.CommitNumber, fingerprint), null);
        if (changes.Any) notifier.Publish(ChangeKinds.Findings);
        if (changes.Any || evaluated.Result.Evaluated is null)
        {
            log.LogInformation(
                "Evaluated {Scope} in {Elapsed}: {Opened} opened, {Updated} updated, {Closed} closed, {Reopened} reopened", evaluated.Result.Evaluated is null ? "everything" : "what changed",
                time.GetElapsedTime(began), changes.Opened.Count, changes.Updated.Count, changes.Closed.Count, changes.Reopened.Count);
        }
        return changes;
    }

    /// <summary>The commit number, and with it what the session knows of instances, so that a process that starts reads that in place of their whole past.</summary>
    private async Task CompleteAsync(long commitNumber, string fingerprint, Inventory inventory, CancellationToken cancellation)
    {
        var session = _session!;
        await contacts.CompleteDetectionAsync(commitNumber, new(fingerprint, session.Unkept, key => InventoryView.IsPutTogether(inventory, key) ? null : session.Content(key)), cancellation);
        session.Kept();
    }

    private sealed record Evaluated(DetectionResult Result, long CommitNumber);

    /// <summary>All that is read for an evaluation is of one moment.</summary>
    private async Task<Evaluated?> EvaluateAsync(ILedgerSnapshot ledger, DetectionEngine engine, Inventory inventory, string fingerprint, bool all, bool isNew, CancellationToken cancellation)
    {
        // The end of the other objects' reading is a commit, and that wakes the evaluation again. Someone who asks for everything now is answered from what there is.
        if (ledger.HasGap && !all) return null;
        var view = new InventoryView(ledger, inventory);
        if (_session is not { } session || session.Engine.Catalog.Hash != engine.Catalog.Hash || (ledger.EvaluatedCommit != _stored.CommitNumber && ledger.EvaluatedCommit != _unsaved))
        {
            session = await LoadAsync(ledger, view, engine, all || isNew ? null : fingerprint, cancellation);
            _inventory = inventory;
            if (!isNew && ledger.CommitNumber == ledger.EvaluatedCommit)
            {
                // Everything is evaluated and stored: there is nothing to say again.
                session.Resume();
                _stored.CommitNumber = ledger.EvaluatedCommit;
                return null;
            }
        }
        else
        {
            var touched = new Dictionary<InstanceKey, int>();
            if (ledger.CommitNumber != ledger.EvaluatedCommit)
            {
                session.MaxStart = ledger.MaxStart;
                await view.TouchedAsync(touched, session.Saw, cancellation);
            }
            // Of these more than the ledger changed, so what is new in it is not enough.
            if (isNew)
                foreach (var key in await view.UsersAsync(ExpectedMatcher.Differing(session.Engine.Expected, engine.Expected, engine.Catalog), cancellation)) touched[key] = 0;
            foreach (var key in inventory.Differing(_inventory).SelectMany(key => _inventory.KeysOf(key).Concat(inventory.KeysOf(key)))) touched[key] = 0;
            if (ledger.CommitNumber == ledger.EvaluatedCommit && !isNew && _unsaved is null) return null;
            await UpdateAsync(session, ledger.MaxStart, view, engine, touched, cancellation);
            _inventory = inventory;
        }
        _unsaved = ledger.CommitNumber;
        return new(await session.EvaluateAsync(keys => view.LoadAsync(keys, cancellation), AtOnce), ledger.CommitNumber);
    }

    /// <param name="with">Summaries that were kept with this fingerprint will do; null = all is made of the cells.</param>
    private async Task<DetectionSession> LoadAsync(ILedgerSnapshot ledger, InventoryView view, DetectionEngine engine, string? with, CancellationToken cancellation)
    {
        (_session, _unsaved) = (null, null);
        long began = time.GetTimestamp();
        var session = new DetectionSession(engine) { MaxStart = ledger.MaxStart };
        int? damaged = with is null ? null : await view.ForEachSummaryAsync(with, session.LoadKept, session.Load, cancellation);
        if (damaged is null) await view.ForEachAsync(session.Load, cancellation);
        else
        {
            if (damaged > 0) log.LogWarning("{Count} summaries in the store are damaged; these instances were read whole", damaged);
            // They are of the last evaluation; what was committed since is read like that of any batch.
            var touched = new Dictionary<InstanceKey, int>();
            await view.TouchedAsync(touched, session.Saw, cancellation);
            await ReadAsync(session, view, touched, cancellation);
        }
        log.LogInformation("Made ready to evaluate in {Elapsed} from {Source}", time.GetElapsedTime(began), damaged is null ? "all hours of contact" : "what the last evaluation kept");
        return _session = session;
    }

    private async Task UpdateAsync(DetectionSession session, long maxStart, InventoryView view, DetectionEngine engine, IReadOnlyDictionary<InstanceKey, int> touched, CancellationToken cancellation)
    {
        try
        {
            session.UseRules(engine);
            session.MaxStart = maxStart;
            await ReadAsync(session, view, touched, cancellation);
        }
        catch
        {
            // It may know the new rules without having looked at all whom they concern.
            _session = null;
            throw;
        }
    }

    /// <summary>What is new of touched instances, and of those of whom that does not tell enough their whole histories.</summary>
    private static async Task ReadAsync(DetectionSession session, InventoryView view, IReadOnlyDictionary<InstanceKey, int> touched, CancellationToken cancellation)
    {
        var whole = new List<InstanceKey>();
        var tails = new Dictionary<InstanceKey, HistoryStart>();
        foreach (var (key, hour) in touched)
        {
            if (session.TailOf(key, hour) is { } start) tails.Add(key, start);
            else whole.Add(key);
        }
        foreach (var chunk in tails.OrderBy(t => t.Value.Day).ThenBy(t => t.Key).Chunk(AtOnce))
        {
            var left = chunk.Select(t => t.Key).ToHashSet();
            foreach (var tail in await view.TailsAsync(chunk.ToDictionary(), cancellation))
                if (session.Continue(tail)) left.Remove(tail.Part.Key);
            whole.AddRange(left);
        }
        foreach (var chunk in whole.Chunk(AtOnce))
        {
            var part = await view.LoadAsync(chunk.ToHashSet(), cancellation);
            foreach (var key in chunk) session.Update(part.Find(key) ?? new InstanceHistory { Key = key });
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

/// <summary>Which rule made a finding vanish.</summary>
internal sealed class RuleCoverage(IReadOnlyList<ExpectedTarget> rules)
{
    private readonly ExpectedMatcher _matcher = new(rules);

    /// <summary>
    /// The rule that covers the finding's first contact, when every address of every member is covered; null when something of it is not, so a rule
    /// cannot be why it vanished.
    /// </summary>
    public ExpectedTarget? Covering(Finding finding)
    {
        ExpectedTarget? first = null;
        foreach (var address in finding.Addresses.OrderBy(a => a.FirstContact).ThenBy(a => a.Address))
        {
            foreach (var member in finding.Members)
            {
                var rule = _matcher.Decide(new ContactFacts(
                    member, finding.AccountId, finding.VpcId, finding.SubnetId, CohortOf(finding), member.Kind == InstanceKind.Interface ? member.Id : null, null,
                    address.Address, address.Port, finding.Transport, address.Provider ?? finding.Provider, address.Tier,
                    address.FirstContact / UnixTime.HourSeconds * UnixTime.HourSeconds));
                if (rule is null || rule.Action != ExpectedAction.Expected) return null;
                first ??= rule;
            }
        }
        return first;
    }

    private static string? CohortOf(Finding finding) =>
        finding.Subject.Kind == SubjectKind.Cohort ? finding.Subject.Id : finding.Novelty.Cohort ?? (finding.Asg is { } asg ? "asg:" + asg : null);
}
