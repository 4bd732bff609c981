using Wayward.Storage.Findings;

namespace Wayward.Engine.Detection;

/// <summary>Evaluates what changed and stores the findings. One at a time; calls queue up.</summary>
public interface IDetectionService
{
    /// <summary>
    /// One round of the live evaluation: what was committed since the last one, other rules, another catalogue, a watermark that moved on. Whatever was evaluated and stored before is not evaluated again.
    /// Nothing to do costs a small query.
    /// </summary>
    Task<FindingChanges> RunBatchAsync(CancellationToken cancellation);
    /// <summary>
    /// What is pending, then the change, then an evaluation under it, with no other in between: what is told is the change's doing alone. <see cref="RunBatchAsync"/> tells only what this process
    /// itself changed; this one also what another process did that was asked to evaluate.
    /// </summary>
    /// <param name="change">Changes a rule. Once it has, the evaluation is not cut short: the caller's going away must not leave findings that contradict the rules.</param>
    Task<FindingChanges> ReevaluateAsync(Func<Task> change, CancellationToken cancellation);
    /// <summary>Evaluates the whole ledger from the store, whatever was evaluated before.</summary>
    Task<FindingChanges> EvaluateAllAsync(CancellationToken cancellation);
}
