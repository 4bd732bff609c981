using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;

namespace Wayward.Web.Tests.Components;

/// <summary>Notes what is asked of it and applies it to the fake fixture.</summary>
internal sealed class FakeTriage(PageFixture fixture) : ITriageService
{
    private long _audit = 100;

    public List<string> Calls { get; } = [];
    public ExpectedTarget? Saved { get; private set; }
    public bool Conflict { get; set; }
    /// <summary>Findings that somebody else has changed.</summary>
    public HashSet<string> Changed { get; } = [];

    private Task<long> Set(FindingRefs findings, string call, Func<StoredFinding, StoredFinding> change)
    {
        if (findings.Revisions.Keys.Where(Changed.Contains).ToList() is { Count: > 0 } changed) throw new TriageConflictException(changed);
        if (Conflict) throw new TriageConflictException([.. findings.Revisions.Keys]);
        Calls.Add(call);
        for (int i = 0; i < fixture.Findings.Count; i++)
            if (findings.Revisions.ContainsKey(fixture.Findings[i].Finding.Id)) fixture.Findings[i] = change(fixture.Findings[i]) with { Revision = fixture.Findings[i].Revision + 1 };
        return Task.FromResult(++_audit);
    }

    public Task<long> AcknowledgeAsync(FindingRefs findings, string actor, string comment, CancellationToken cancellation) => Set(findings, $"acknowledge {findings.Revisions.Count}", f => f with { Status = FindingStatus.Acknowledged });
    public Task<long> CloseAsync(FindingRefs findings, Resolution resolution, string actor, string comment, CancellationToken cancellation) =>
        Set(findings, $"close {findings.Revisions.Count} {resolution} {comment}", f => f with { Status = FindingStatus.Closed, Resolution = resolution });
    public Task<long> ReopenAsync(FindingRefs findings, string actor, string comment, CancellationToken cancellation) => Set(findings, "reopen", f => f with { Status = FindingStatus.Open, Resolution = Resolution.None });
    public Task<long> AssignAsync(FindingRefs findings, string assignee, string actor, CancellationToken cancellation) => Set(findings, $"assign {assignee}", f => f with { Assignee = assignee });

    public async Task<long> CommentAsync(string findingId, string actor, string text, CancellationToken cancellation)
    {
        Calls.Add($"comment {text}");
        await fixture.AddCommentAsync(findingId, actor, text, cancellation);
        return ++_audit;
    }

    public Task<ExpectedPreview> PreviewAsync(ExpectedTarget rule, string? fromFindingId, CancellationToken cancellation)
    {
        bool wide = rule.Scope.IsEverywhere;
        var closes = fromFindingId is null ? [] : fixture.Findings.Where(f => f.Status.IsOpen() && (f.Finding.Id == fromFindingId || wide)).Select(f => f.Finding.Id).ToList();
        return Task.FromResult(new ExpectedPreview(closes, [], [], [], wide ? 12 : 0, null, wide ? ["This rule is for everyone."] : []));
    }

    public async Task<ExpectedOutcome> ExpectAsync(ExpectedTarget rule, string? fromFindingId, string actor, CancellationToken cancellation)
    {
        Saved = rule with { Id = fixture.Rules.Count + 1, CreatedBy = actor };
        fixture.Rules.Add(Saved);
        var preview = await PreviewAsync(rule, fromFindingId, cancellation);
        for (int i = 0; i < fixture.Findings.Count; i++)
            if (preview.Closes.Contains(fixture.Findings[i].Finding.Id)) fixture.Findings[i] = fixture.Findings[i] with { Status = FindingStatus.ClosedExpected, ExpectedTargetId = Saved.Id, Revision = fixture.Findings[i].Revision + 1 };
        Calls.Add($"expect {preview.Closes.Count}");
        return new(Saved, ++_audit, preview.Closes, []);
    }

    public Task<ExpectedOutcome> DeleteExpectedAsync(int ruleId, string actor, string reason, CancellationToken cancellation)
    {
        Calls.Add($"withdraw {ruleId} {reason}");
        int at = fixture.Rules.FindIndex(r => r.Id == ruleId);
        fixture.Rules[at] = fixture.Rules[at] with { DeletedAt = 1 };
        return Task.FromResult(new ExpectedOutcome(fixture.Rules[at], ++_audit, [], []));
    }

    public async Task<RulesOutcome> ChangeRulesAsync(RuleChange change, string actor, CancellationToken cancellation)
    {
        Calls.Add($"{change.Verb} +{change.Add.Count} -{change.End.Count} {change.Reason}");
        var (added, _) = await fixture.ChangeAsync(change, actor, cancellation);
        return new(added, ++_audit, [], []);
    }

    public IReadOnlyList<ExpectedProposal> Propose(Finding finding) => ExpectedRules.Propose(finding);

    public Task<UndoResult> UndoAsync(long auditId, string actor, CancellationToken cancellation)
    {
        Calls.Add($"undo {auditId}");
        for (int i = 0; i < fixture.Findings.Count; i++) fixture.Findings[i] = fixture.Findings[i] with { Status = FindingStatus.Open };
        return Task.FromResult(new UndoResult(++_audit, ["finding"], [], false));
    }
}
