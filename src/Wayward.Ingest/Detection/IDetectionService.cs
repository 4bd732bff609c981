using Wayward.Storage.Findings;

namespace Wayward.Ingest.Detection;

/// <summary>Judges what changed and stores the findings. One at a time; calls queue up.</summary>
public interface IDetectionService
{
    /// <summary>Judges what is pending since the last run.</summary>
    Task<FindingChanges> JudgePendingAsync(CancellationToken cancellation);
    /// <summary>Judges the whole ledger: after a change of parameters, catalogue or rules.</summary>
    Task<FindingChanges> JudgeAllAsync(CancellationToken cancellation);
}
