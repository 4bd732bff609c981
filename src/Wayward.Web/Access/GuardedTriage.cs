using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Web.Hosting;

namespace Wayward.Web.Access;

/// <summary>An analyst's decisions with the current person as their author, each only if the person may. The pages have no other way to decide.</summary>
internal sealed class GuardedTriage(ITriageService triage, ICurrentAnalyst analyst, IAuditStore audit, IExpectedTargetStore rules)
{
    public Task<long> AcknowledgeAsync(FindingRefs findings, string comment, CancellationToken cancellation) =>
        DecideAsync(() => triage.AcknowledgeAsync(findings, analyst.Name, comment, cancellation));

    public Task<long> CloseAsync(FindingRefs findings, Resolution resolution, string comment, CancellationToken cancellation) =>
        DecideAsync(() => triage.CloseAsync(findings, resolution, analyst.Name, comment, cancellation));

    public Task<long> ReopenAsync(FindingRefs findings, string comment, CancellationToken cancellation) =>
        DecideAsync(() => triage.ReopenAsync(findings, analyst.Name, comment, cancellation));

    public Task<long> AssignAsync(FindingRefs findings, string assignee, CancellationToken cancellation) =>
        DecideAsync(() => triage.AssignAsync(findings, assignee, analyst.Name, cancellation));

    public Task<long> CommentAsync(string findingId, string text, CancellationToken cancellation) =>
        DecideAsync(() => triage.CommentAsync(findingId, analyst.Name, text, cancellation));

    public async Task<ExpectedOutcome> ExpectAsync(ExpectedTarget rule, string? fromFindingId, CancellationToken cancellation)
    {
        await RequireAsync(NeededToAdd(rule));
        return await triage.ExpectAsync(rule, fromFindingId, analyst.Name, cancellation);
    }

    public async Task<ExpectedOutcome> DeleteExpectedAsync(int ruleId, string reason, CancellationToken cancellation)
    {
        await analyst.RequireAsync(Permission.Expect);
        if (await RuleAsync(ruleId, cancellation) is { } rule) await RequireAsync(NeededToWithdraw(rule));
        return await triage.DeleteExpectedAsync(ruleId, analyst.Name, reason, cancellation);
    }

    public async Task<RulesOutcome> ChangeRulesAsync(RuleChange change, CancellationToken cancellation)
    {
        await analyst.RequireAsync(Permission.Expect);
        var stored = (await rules.AllAsync(cancellation)).ToDictionary(r => r.Id);
        var needed = change.Add.SelectMany(NeededToAdd).Concat(change.End.Where(stored.ContainsKey).SelectMany(id => NeededToWithdraw(stored[id])));
        await RequireAsync([.. needed.Distinct()]);
        return await triage.ChangeRulesAsync(change, analyst.Name, cancellation);
    }

    public async Task<UndoResult> UndoAsync(long auditId, CancellationToken cancellation)
    {
        await analyst.RequireAsync(Permission.Decide);
        var entry = await audit.FindAsync(auditId, cancellation);
        // An undo puts rules back or withdraws them, so it needs what the same change made by hand would need.
        foreach (var (id, inForce) in AuditState.Parse(entry?.Before)?.Rules ?? new Dictionary<int, bool>())
            if (await RuleAsync(id, cancellation) is { } rule) await RequireAsync(inForce ? NeededToAdd(rule) : NeededToWithdraw(rule));
        return await triage.UndoAsync(auditId, analyst.Name, cancellation);
    }

    /// <summary>Whether the rule reaches further than one instance or interface.</summary>
    public static bool IsWide(ExpectedTarget rule) => rule.Scope.Instances.Count != 1 && rule.Scope.Interfaces.Count != 1;

    /// <summary>An allowing rule hides contacts; a forbidding one hides none, so only withdrawing it widens what goes unseen.</summary>
    public static IReadOnlyList<Permission> NeededToAdd(ExpectedTarget rule) =>
        IsWide(rule) && rule.Action == ExpectedAction.Expected ? [Permission.Expect, Permission.Widen] : [Permission.Expect];

    public static IReadOnlyList<Permission> NeededToWithdraw(ExpectedTarget rule) =>
        IsWide(rule) && rule.Action == ExpectedAction.Forbid ? [Permission.Expect, Permission.Widen] : [Permission.Expect];

    private async Task RequireAsync(IReadOnlyList<Permission> permissions)
    {
        foreach (var permission in permissions) await analyst.RequireAsync(permission);
    }

    private async Task<ExpectedTarget?> RuleAsync(int id, CancellationToken cancellation) => (await rules.AllAsync(cancellation)).FirstOrDefault(r => r.Id == id);

    private async Task<long> DecideAsync(Func<Task<long>> action)
    {
        await analyst.RequireAsync(Permission.Decide);
        return await action();
    }
}
