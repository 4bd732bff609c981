namespace Wayward.Storage.Ingest;

/// <summary>What the stored findings were judged with, so that a change of parameters, catalogue or rules is noticed at the next start.</summary>
public interface IDetectionStateStore
{
    /// <summary>The fingerprint last set; null = never judged.</summary>
    Task<string?> JudgedWithAsync(CancellationToken cancellation);
    Task SetJudgedWithAsync(string fingerprint, CancellationToken cancellation);
}
