using Wayward.Storage.Findings;

namespace Wayward.Ingest.Detection;

/// <summary>Judges what changed and stores the findings. One at a time; calls queue up.</summary>
public interface IDetectionService
{
    /// <summary>
    /// One round of the live judgement: what was committed since the last one, other rules, another catalogue, a watermark that moved on. Whatever was judged and stored before is not judged again.
    /// Nothing to do costs a small query.
    /// </summary>
    Task<FindingChanges> RunBatchAsync(CancellationToken cancellation);
    /// <summary>
    /// What is pending, then the change, then a judgement under it, with no other in between: what is told is the change's doing alone. <see cref="RunBatchAsync"/> tells only what this process
    /// itself changed; this one also what another process did that was asked to judge.
    /// </summary>
    /// <param name="change">Changes a rule. Once it has, the judgement is not cut short: the caller's going away must not leave findings that contradict the rules.</param>
    Task<FindingChanges> RejudgeAsync(Func<Task> change, CancellationToken cancellation);
    /// <summary>Judges the whole ledger from the store, whatever was judged before.</summary>
    Task<FindingChanges> JudgeAllAsync(CancellationToken cancellation);
}
