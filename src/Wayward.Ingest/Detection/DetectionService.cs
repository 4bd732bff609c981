using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Ingest.Notifications;
using Wayward.Storage.Contacts;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;

namespace Wayward.Ingest.Detection;

/// <summary>
/// Loads what a judgement needs, lets the engine judge, stores the findings. The engine is a pure function and storing is idempotent, so a
/// judgement that is cut off anywhere is simply made again: what is pending is struck out last.
/// </summary>
public sealed class DetectionService(
    IContactStore contacts, IFindingStore findings, IExpectedTargetStore expected, ICatalogProvider catalog, DetectionOptions options,
    IChangeNotifier notifier, ILogger<DetectionService> log) : IDetectionService, IDisposable
{
    private static readonly FindingChanges NoChanges = new([], [], [], []);
    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task<FindingChanges> JudgePendingAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            return await contacts.PendingAsync(cancellation) is { } pending ? await JudgeAsync(pending, pending.Scope, cancellation) : NoChanges;
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<FindingChanges> JudgeAllAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            // The mark is read before the ledger: what is committed in between is judged twice rather than never.
            var pending = await contacts.PendingAsync(cancellation);
            return await JudgeAsync(pending, null, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>
    /// What findings depend on besides the ledger: parameters, catalogue and rules. When it differs from what the stored findings were judged with, everything is judged anew.
    /// </summary>
    public async Task<string> FingerprintAsync(CancellationToken cancellation)
    {
        var rules = await expected.AllAsync(cancellation);
        string text = JsonSerializer.Serialize(options) + "\n" + catalog.Current.Hash + "\n"
            + string.Join(',', rules.Where(r => r.DeletedAt is null).Select(r => r.Id).Order());
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    private async Task<FindingChanges> JudgeAsync(PendingDetection? pending, DetectionScope? scope, CancellationToken cancellation)
    {
        var rules = await expected.AllAsync(cancellation);
        var engine = new DetectionEngine(catalog.Current, rules, options);
        var ledger = scope is null ? await contacts.LoadAsync(cancellation) : await contacts.LoadAsync(scope, cancellation);
        var result = await Task.Run(() => scope is null ? engine.Judge(ledger) : engine.Judge(ledger, scope), cancellation);
        var covering = new RuleCoverage(rules);
        var changes = await findings.ApplyAsync(result, scope, covering.Covering, cancellation);
        if (pending is not null) await contacts.CompleteDetectionAsync(pending.Mark, cancellation);
        if (changes.Any)
        {
            notifier.Publish(ChangeKinds.Findings);
            log.LogInformation(
                "Judged {Scope}: {Opened} opened, {Updated} updated, {Closed} closed, {Reopened} reopened", scope is null ? "everything" : "what changed",
                changes.Opened.Count, changes.Updated.Count, changes.Closed.Count, changes.Reopened.Count);
        }
        return changes;
    }

    public void Dispose() => _one.Dispose();
}

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
