namespace Wayward.FlowLogs;

/// <summary>Limits on one object; a breach refuses the object (or quarantines the line) with its reason.</summary>
public sealed record FlowReadLimits
{
    public static readonly FlowReadLimits Default = new();

    /// <summary>Longest line in bytes; a longer one is quarantined.</summary>
    public int MaxLineBytes { get; init; } = 64 * 1024;
    public int MaxColumns { get; init; } = 128;
    /// <summary>Largest compressed object, bytes.</summary>
    public long MaxObjectBytes { get; init; } = 2L << 30;
    /// <summary>Largest expanded object, bytes.</summary>
    public long MaxExpandedBytes { get; init; } = 64L << 30;
    /// <summary>Largest expanded/compressed ratio, evaluated once <see cref="RatioFloorBytes"/> have been expanded. Flow logs reach about 12; deflate's own limit is 1,032.</summary>
    public int MaxRatio { get; init; } = 200;
    /// <summary>Most bytes that the pages of a parquet object may take in memory at a time, all columns together.</summary>
    public long MaxTableMemory { get; init; } = 96L << 20;
    public long RatioFloorBytes { get; init; } = 64L << 20;
    /// <summary>How many quarantined lines are kept with their reason; all are counted.</summary>
    public int QuarantineSamples { get; init; } = 100;
    /// <summary>Records that start before this are quarantined (VPC flow logs did not exist). Unix seconds, 2013-01-01.</summary>
    public long EarliestStart { get; init; } = 1_356_998_400;
    /// <summary>Records that start after the object's own last-modified time plus this are quarantined. Seconds.</summary>
    public long FutureTolerance { get; init; } = 86_400;
    /// <summary>
    /// Records that last longer are quarantined: flow logs aggregate over ten minutes at most, and a damaged end would bridge gaps that episodes are told by. Seconds.
    /// </summary>
    public long MaxInterval { get; init; } = 86_400;
}

/// <summary>What is being read.</summary>
/// <param name="Name">For messages: a path or s3:// URL.</param>
/// <param name="Length">Exact compressed length in bytes, checked against what was read; null when unknown.</param>
/// <param name="LastModified">Unix seconds; null when unknown (then no future check).</param>
/// <param name="FormatHeader">Field names of records that have no header of their own, as in a custom format; null when unknown. See <see cref="FlowColumns.HeaderProblem"/>.</param>
public sealed record FlowObjectInfo(string Name, long? Length = null, long? LastModified = null, string? FormatHeader = null);

/// <summary>A line that could not be taken, with the reason.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Column">Field name, or null when the line as a whole is at fault.</param>
/// <param name="Reason">One clause, stable wording, safe to show: control characters escaped, at most 200 characters.</param>
public sealed record QuarantinedLine(long Line, string? Column, string Reason);

/// <summary>The outcome of one object that was read to its proven end.</summary>
public sealed record FlowReadResult
{
    /// <summary>Every data line, NODATA and SKIPDATA included, quarantined and transit-gateway ones excluded.</summary>
    public long Records { get; init; }
    public long NoData { get; init; }
    public long SkipData { get; init; }
    /// <summary>Transit-gateway records: not shown to the sink, not among <see cref="Records"/>.</summary>
    public long TransitGateway { get; init; }
    public long QuarantinedCount { get; init; }
    public IReadOnlyList<QuarantinedLine> Quarantined { get; init; } = [];
    /// <summary>Compressed bytes read (= the object's length).</summary>
    public long ObjectBytes { get; init; }
    public long ExpandedBytes { get; init; }
    /// <summary>SHA-256 of the object's bytes, lower-case hex.</summary>
    public string Sha256 { get; init; } = "";
    /// <summary>Smallest start and largest end over all records; 0 when there were none.</summary>
    public long FirstStart { get; init; }
    public long LastEnd { get; init; }
    /// <summary>Field names in use, hyphenated as in AWS's table; for an object with several headers, the last.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];
    /// <summary>Wrapping and format in words, such as <c>text v2 default, gzip</c>.</summary>
    public string Format { get; init; } = "";
}

/// <summary>The object as a whole was refused: nothing of it may be committed.</summary>
/// <param name="retryable">True when reading the object again may succeed (a truncated download), false when the object itself is at fault.</param>
public sealed class FlowObjectException(string objectName, string reason, bool retryable = false, long? line = null, Exception? inner = null)
    : Exception(line is null ? $"{objectName}: {reason}" : $"{objectName}:{line}: {reason}", inner)
{
    public string ObjectName { get; } = objectName;
    public string Reason { get; } = reason;
    public bool Retryable { get; } = retryable;
    public long? Line { get; } = line;
}
