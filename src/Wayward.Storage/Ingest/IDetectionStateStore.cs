namespace Wayward.Storage.Ingest;

/// <summary>What the stored findings were evaluated with, so that a change of parameters, catalogue or rules is noticed at the next start.</summary>
public interface IDetectionStateStore
{
    /// <summary>The fingerprint last set; null = never evaluated.</summary>
    Task<string?> EvaluatedWithAsync(CancellationToken cancellation);
    Task SetEvaluatedWithAsync(string fingerprint, CancellationToken cancellation);
}
