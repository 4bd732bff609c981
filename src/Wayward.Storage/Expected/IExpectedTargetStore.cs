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
}
