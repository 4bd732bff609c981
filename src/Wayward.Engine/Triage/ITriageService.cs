using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;

namespace Wayward.Engine.Triage;

/// <summary>
/// Every decision an analyst makes: one call each, audited, undoable, followed by whatever re-evaluation it needs before it returns.
/// Page, API and command line all come through here.
/// </summary>
public interface ITriageService
{
    /// <returns>The audit entry's id, for undo.</returns>
    Task<long> AcknowledgeAsync(FindingRefs findings, string actor, string comment, CancellationToken cancellation);
    Task<long> CloseAsync(FindingRefs findings, Resolution resolution, string actor, string comment, CancellationToken cancellation);
    Task<long> ReopenAsync(FindingRefs findings, string actor, string comment, CancellationToken cancellation);
    Task<long> AssignAsync(FindingRefs findings, string assignee, string actor, CancellationToken cancellation);
    Task<long> CommentAsync(string findingId, string actor, string text, CancellationToken cancellation);

    /// <summary>Both sides of a rule before it is saved. Reads only.</summary>
    Task<ExpectedPreview> PreviewAsync(ExpectedTarget rule, string? fromFindingId, CancellationToken cancellation);
    /// <summary>Saves a rule, re-evaluates, and says what it closed.</summary>
    /// <exception cref="ArgumentException">No reason given, or the rule is malformed; the message is for the analyst.</exception>
    Task<ExpectedOutcome> ExpectAsync(ExpectedTarget rule, string? fromFindingId, string actor, CancellationToken cancellation);
    Task<ExpectedOutcome> DeleteExpectedAsync(int ruleId, string actor, string reason, CancellationToken cancellation);

    /// <summary>Adds and withdraws rules together, re-evaluates once, and says what that closed and reopened.</summary>
    /// <exception cref="ArgumentException">A rule is malformed or not in force any more; nothing was changed, and the message is for the analyst.</exception>
    Task<RulesOutcome> ChangeRulesAsync(RuleChange change, string actor, CancellationToken cancellation);

    /// <summary>Ready-made rules for a finding, narrowest scope first: (label, rule).</summary>
    IReadOnlyList<ExpectedProposal> Propose(Finding finding);

    Task<UndoResult> UndoAsync(long auditId, string actor, CancellationToken cancellation);
}

/// <param name="Revisions">Finding id to the revision the analyst saw.</param>
public sealed record FindingRefs(IReadOnlyDictionary<string, int> Revisions)
{
    public static FindingRefs One(string id, int revision) => new(new Dictionary<string, int> { [id] = revision });
}

public sealed record ExpectedOutcome(ExpectedTarget Rule, long AuditId, IReadOnlyList<string> Closed, IReadOnlyList<string> Reopened);

public sealed record RulesOutcome(IReadOnlyList<ExpectedTarget> Added, long AuditId, IReadOnlyList<string> Closed, IReadOnlyList<string> Reopened);
