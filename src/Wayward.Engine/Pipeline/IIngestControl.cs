using Wayward.Engine.Sources;

namespace Wayward.Engine.Pipeline;

/// <summary>What the Ingest page and the health checks see, and the operator's verbs.</summary>
public interface IIngestControl
{
    IReadOnlyList<SourceStatus> Sources { get; }
    IngestProgress Progress { get; }
    /// <summary>Puts an object back in the queue; audited.</summary>
    Task<bool> RetryAsync(long objectId, string actor, CancellationToken cancellation);
    /// <summary>Sets an object aside; audited.</summary>
    Task<bool> SkipAsync(long objectId, string actor, CancellationToken cancellation);
    /// <summary>Pauses a source: it is still listed, but no process reads anything of it until it is resumed; audited.</summary>
    /// <returns>False when there is no such source, or it is so already.</returns>
    Task<bool> PauseAsync(string source, bool paused, string actor, CancellationToken cancellation);
    /// <summary>Lists every source now instead of at the next poll.</summary>
    void ScanNow();
    /// <summary>Completes when no source has anything waiting and detection has caught up.</summary>
    Task WhenIdleAsync(CancellationToken cancellation);
}

/// <param name="Total">Objects known when the run began plus those found since.</param>
public sealed record IngestProgress(long Done, long Total, long Bytes, long Records, double RecordsPerSecond, bool Idle, DateTimeOffset? LastCommit, DateTimeOffset? LastDetection)
{
    /// <summary>Objects being read or queued between the steps; never above a small multiple of the workers.</summary>
    public int InFlight { get; init; }
    /// <summary>Objects read and waiting for the writer; at <see cref="CommitQueueLimit"/> the readers pause: writing is the bottleneck.</summary>
    public int CommitQueue { get; init; }
    public int CommitQueueLimit { get; init; }
    /// <summary>Why nothing can be written (disk full, read-only, locked); null = all is well.</summary>
    public string? StoreProblem { get; init; }
    /// <summary>Readings that stand still and cannot be stopped; null = there are none.</summary>
    public string? ReadProblem { get; init; }
    /// <summary>Until everything that waits is read, at the rate of the last ten seconds; null when idle or unknown.</summary>
    public TimeSpan? TimeLeft { get; init; }
}
