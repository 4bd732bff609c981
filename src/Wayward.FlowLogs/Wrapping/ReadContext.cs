namespace Wayward.FlowLogs.Wrapping;

/// <summary>What every part of one reading shares.</summary>
internal sealed class ReadContext(FlowObjectInfo info, FlowReadLimits limits, ReadTuning tuning, CancellationToken cancellation)
{
    public FlowObjectInfo Info { get; } = info;
    public FlowReadLimits Limits { get; } = limits;
    public ReadTuning Tuning { get; } = tuning;
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Holds an expansion to its limits while it runs.</summary>
    /// <param name="compressed">Bytes taken from the object so far.</param>
    public void CheckExpansion(long expanded, long compressed)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (expanded > Limits.MaxExpandedBytes) throw Refuse($"expands to more than the limit of {Limits.MaxExpandedBytes} bytes");
        if (expanded > Limits.RatioFloorBytes && expanded / Limits.MaxRatio > compressed)
            throw Refuse($"expands to more than {Limits.MaxRatio} times its size");
    }

    public FlowObjectException Refuse(string reason, bool retryable = false, long? line = null, Exception? inner = null) =>
        new(Info.Name, reason, retryable, line, inner);
}

/// <summary>How to read, for tests and benchmarks: each setting gives the same records.</summary>
internal sealed record ReadTuning
{
    public static readonly ReadTuning Default = new();

    public Text.VectorPath Path { get; init; } = Text.VectorPath.Best;
    public int Chunk { get; init; } = SourceWindow.DefaultChunk;
    /// <summary>False sends every line, or row, through the careful path that otherwise takes only odd ones.</summary>
    public bool FastLines { get; init; } = true;
    /// <summary>Where parquet is spooled.</summary>
    public string TemporaryFolder { get; init; } = System.IO.Path.GetTempPath();
    /// <summary>False plants the bug that the truncation harness must catch.</summary>
    public bool CheckTrailer { get; init; } = true;
}
