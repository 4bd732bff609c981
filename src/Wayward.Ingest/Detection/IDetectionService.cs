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
    /// <summary>Judges the whole ledger from the store, whatever was judged before.</summary>
    Task<FindingChanges> JudgeAllAsync(CancellationToken cancellation);
}
