using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Engine.Notifications;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;

namespace Wayward.Engine.Triage;

/// <inheritdoc cref="ITriageService"/>
public sealed class TriageService(
    IFindingStore store, IExpectedTargetStore expected, IAuditStore audit, IHistoryReader histories, IDetectionService detection,
    ICatalogProvider catalog, DetectionOptions options, IChangeNotifier notifier, TimeProvider time) : ITriageService
{
    private const ChangeKinds RulesChanged = ChangeKinds.Expected | ChangeKinds.Findings | ChangeKinds.Triage;
    /// <summary>Whole histories held at one time for a preview.</summary>
    private const int PreviewAtOnce = 200;
    private const int MaxComment = 20_000;
    private const int MaxActor = 200;
    private const int MaxBulk = 5_000;
    private const int MaxRules = 10_000;

    public Task<long> AcknowledgeAsync(FindingRefs findings, string actor, string comment, CancellationToken cancellation) =>
        ChangeAsync(findings, FindingStatus.Acknowledged, Resolution.None, null, actor, comment, cancellation);

    public Task<long> CloseAsync(FindingRefs findings, Resolution resolution, string actor, string comment, CancellationToken cancellation) =>
        resolution == Resolution.None || !Enum.IsDefined(resolution)
            ? throw new ArgumentException("Say why the finding is closed: choose a resolution.", nameof(resolution))
            : ChangeAsync(findings, FindingStatus.Closed, resolution, null, actor, comment, cancellation);

    public Task<long> ReopenAsync(FindingRefs findings, string actor, string comment, CancellationToken cancellation) =>
        ChangeAsync(findings, FindingStatus.Open, Resolution.None, null, actor, comment, cancellation);

    public Task<long> AssignAsync(FindingRefs findings, string assignee, string actor, CancellationToken cancellation) =>
        ChangeAsync(findings, null, Resolution.None, Bounded(assignee.Trim(), MaxActor, "The assignee", nameof(assignee)), actor, "", cancellation);

    public async Task<long> CommentAsync(string findingId, string actor, string text, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(text)) throw new ArgumentException("The comment is empty.", nameof(text));
        long id = await store.AddCommentAsync(findingId, Actor(actor), Bounded(text, MaxComment, "The comment", nameof(text)), cancellation);
        notifier.Publish(ChangeKinds.Triage);
        return id;
    }

    public IReadOnlyList<ExpectedProposal> Propose(Finding finding) => ExpectedRules.Propose(finding);

    public async Task<ExpectedPreview> PreviewAsync(ExpectedTarget rule, string? fromFindingId, CancellationToken cancellation)
    {
        // A preview may be asked for before the reason is written.
        Checked(string.IsNullOrWhiteSpace(rule.Reason) ? rule with { Reason = "preview" } : rule);
        var engine = new DetectionEngine(catalog.Current, await expected.AllAsync(cancellation), options);
        var open = await store.OpenIdsAsync(cancellation);
        var from = fromFindingId is null ? null : await store.FindAsync(fromFindingId, cancellation);
        return await histories.ReadAsync(async (view, c) =>
        {
            string with = EvaluatedWith.Of(engine, view.Inventory);
            var preview = new ExpectedPreviewSession(engine, rule, view.MaxStart);
            var users = (await view.UsersAsync(preview.IsTarget, c)).ToHashSet();
            var loaded = users.Concat(from?.Finding.Members ?? []).ToHashSet();
            var parts = new HashSet<InstanceKey>();
            await view.EachAsync(with, loaded, (key, content, seen) =>
            {
                var need = preview.LoadKept(key, content, seen, users.Contains(key));
                if (need == PreviewNeed.Part) parts.Add(key);
                return need != PreviewNeed.Whole;
            }, preview.Load, c);
            foreach (var chunk in parts.Order().Chunk(PreviewAtOnce))
            {
                if (await view.LoadTargetsAsync(chunk.ToHashSet(), preview.IsTarget, c) is { } some)
                    foreach (var history in some) preview.LoadPart(history);
                else
                    foreach (var history in (await view.LoadAsync(chunk.ToHashSet(), c)).Instances.Values) preview.Load(history);
            }
            var members = await view.MembersAsync(preview.Cohorts, c);
            await view.EachAsync(with, members.Where(m => !loaded.Contains(m)), (key, content, seen) => preview.LoadKept(key, content, seen, isUser: false) != PreviewNeed.Whole, preview.Load, c);
            return await preview.BuildAsync(keys => view.LoadAsync(keys, c), PreviewAtOnce, open, fromFindingId);
        }, cancellation);
    }

    public async Task<ExpectedOutcome> ExpectAsync(ExpectedTarget rule, string? fromFindingId, string actor, CancellationToken cancellation)
    {
        var stored = Checked(rule) with { Id = 0, CreatedAt = time.GetUtcNow().ToUnixTimeSeconds(), CreatedBy = Actor(actor), DeletedAt = null };
        var (saved, auditId) = (stored, 0L);
        var changes = await detection.ReevaluateAsync(async () => (saved, auditId) = await expected.AddAsync(stored, fromFindingId, stored.CreatedBy, cancellation), cancellation);
        notifier.Publish(RulesChanged);
        return new ExpectedOutcome(saved, auditId, changes.Closed, changes.Reopened);
    }

    public async Task<ExpectedOutcome> DeleteExpectedAsync(int ruleId, string actor, string reason, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(reason)) throw new ArgumentException("Say why the rule goes: a reason is required.", nameof(reason));
        (actor, reason) = (Actor(actor), Bounded(reason, ExpectedRules.MaxText, "The reason", nameof(reason)));
        long auditId = 0;
        var changes = await detection.ReevaluateAsync(async () => auditId = await expected.DeleteAsync(ruleId, actor, reason, cancellation)
            ?? throw new ArgumentException($"There is no rule {ruleId} in force.", nameof(ruleId)), cancellation);
        notifier.Publish(RulesChanged);
        var rule = (await expected.AllAsync(cancellation)).First(r => r.Id == ruleId);
        return new ExpectedOutcome(rule, auditId, changes.Closed, changes.Reopened);
    }

    public async Task<RulesOutcome> ChangeRulesAsync(RuleChange change, string actor, CancellationToken cancellation)
    {
        if (change.Add.Count + change.End.Count == 0) throw new ArgumentException("There is nothing to change.", nameof(change));
        if (change.Add.Count > MaxRules) throw new ArgumentException($"At most {MaxRules} rules at once.", nameof(change));
        if (string.IsNullOrWhiteSpace(change.Reason)) throw new ArgumentException("Say why the rules change: a reason is required.", nameof(change));
        var checkedChange = change with { Add = [.. change.Add.Select(Checked)], Reason = Bounded(change.Reason.Trim(), ExpectedRules.MaxText, "The reason", nameof(change)) };
        string who = Actor(actor);
        var (added, auditId) = ((IReadOnlyList<ExpectedTarget>)[], 0L);
        var changes = await detection.ReevaluateAsync(async () => (added, auditId) = await expected.ChangeAsync(checkedChange, who, cancellation), cancellation);
        notifier.Publish(RulesChanged);
        return new RulesOutcome(added, auditId, changes.Closed, changes.Reopened);
    }

    public async Task<UndoResult> UndoAsync(long auditId, string actor, CancellationToken cancellation)
    {
        var result = await audit.UndoAsync(auditId, Actor(actor), cancellation);
        // Not cut short either: what is undone must show.
        if (result.ReevaluationNeeded) await detection.RunBatchAsync(CancellationToken.None);
        notifier.Publish((result.ReevaluationNeeded ? RulesChanged : ChangeKinds.Triage) | ChangeKinds.Incidents);
        return result;
    }

    private async Task<long> ChangeAsync(FindingRefs findings, FindingStatus? status, Resolution resolution, string? assignee, string actor, string comment, CancellationToken cancellation)
    {
        if (findings.Revisions.Count == 0) throw new ArgumentException("No finding is selected.", nameof(findings));
        if (findings.Revisions.Count > MaxBulk) throw new ArgumentException($"At most {MaxBulk} findings at once.", nameof(findings));
        long id = await store.TriageAsync(
            new TriageChange(findings.Revisions, status, resolution, assignee, Actor(actor), Bounded(comment, MaxComment, "The comment", nameof(comment))), cancellation);
        notifier.Publish(ChangeKinds.Triage);
        return id;
    }

    private static ExpectedTarget Checked(ExpectedTarget rule) =>
        ExpectedRules.Faults(rule) is { Count: > 0 } faults ? throw new ArgumentException(string.Join(' ', faults), nameof(rule)) : rule;

    private static string Actor(string actor) => string.IsNullOrWhiteSpace(actor)
        ? throw new ArgumentException("Nobody is named as the one who decides.", nameof(actor))
        : Bounded(actor.Trim(), MaxActor, "The name", nameof(actor));

    private static string Bounded(string text, int max, string what, string parameter) =>
        text.Length <= max ? text : throw new ArgumentException($"{what} is longer than {max} characters.", parameter);
}
