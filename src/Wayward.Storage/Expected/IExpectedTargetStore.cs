using Wayward.Core.Triage;

namespace Wayward.Storage.Expected;

public interface IExpectedTargetStore
{
    /// <summary>All rules, expired and deleted ones included, ascending id.</summary>
    Task<IReadOnlyList<ExpectedTarget>> AllAsync(CancellationToken cancellation);
    /// <summary>Stores a new rule with its audit entry.</summary>
    /// <returns>The rule with its number, and the audit entry's id for undo.</returns>
    Task<(ExpectedTarget Rule, long AuditId)> AddAsync(ExpectedTarget rule, string? findingId, string actor, CancellationToken cancellation);
    /// <summary>Withdraws a rule (sets <see cref="ExpectedTarget.DeletedAt"/>), with its audit entry.</summary>
    Task<long?> DeleteAsync(int id, string actor, string reason, CancellationToken cancellation);
    /// <summary>Adds and withdraws rules in one transaction, with one audit entry: all of it happens, or nothing.</summary>
    /// <exception cref="ArgumentException">A rule that is to end is not in force; the message is for the analyst.</exception>
    Task<(IReadOnlyList<ExpectedTarget> Added, long AuditId)> ChangeAsync(RuleChange change, string actor, CancellationToken cancellation);
}

/// <summary>Rules that are added and withdrawn together.</summary>
/// <param name="End">Numbers of rules in force.</param>
/// <param name="Verb">Of the audit entry: <c>expected.import</c>.</param>
/// <param name="Reason">Why, for the audit log.</param>
public sealed record RuleChange(IReadOnlyList<ExpectedTarget> Add, IReadOnlyList<int> End, string Verb, string Reason);
