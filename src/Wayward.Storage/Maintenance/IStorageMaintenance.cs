namespace Wayward.Storage.Maintenance;

/// <param name="Problems">What is wrong, one sentence each; empty = all is well.</param>
/// <param name="Days">Days whose checksum was compared.</param>
/// <param name="Rows">Cells and coverage rows read.</param>
/// <param name="Audit">Where the audit log ends.</param>
public sealed record VerifyReport(IReadOnlyList<string> Problems, int Days, long Rows, AuditEnd Audit)
{
    /// <summary>Nothing could be read but the reason.</summary>
    public static VerifyReport Unreadable(string problem) => new([problem], 0, 0, new(0, ""));

    public bool Good => Problems.Count == 0;
}

/// <param name="Chain">Hash of the last entry, which depends on all entries before it; empty before the first.</param>
public sealed record AuditEnd(long Entries, string Chain);

/// <summary>What a backup holds, written beside it as <c>NAME.manifest.json</c>.</summary>
public sealed record BackupManifest
{
    public const string CurrentSchema = "wayward.backup/1";
    public string Schema { get; init; } = CurrentSchema;
    /// <summary>UTC, ISO 8601.</summary>
    public required string CreatedAt { get; init; }
    public required string FileName { get; init; }
    public required long Bytes { get; init; }
    /// <summary>Of the file, lower-case hex.</summary>
    public required string Sha256 { get; init; }
    /// <summary>Last migration applied.</summary>
    public required string Migration { get; init; }
    public required IReadOnlyDictionary<string, long> Rows { get; init; }
    public required IReadOnlyList<DayChecksum> Days { get; init; }
    public required AuditEnd Audit { get; init; }
}

/// <param name="Cells">Hour cells that became day cells.</param>
/// <param name="Sealed">Days that got a checksum.</param>
public sealed record MaintenanceResult(long Cells, int Sealed);

/// <summary>Retention, checksums, backup. Everything runs beside ingest: writes come in short transactions through the one writer's gate.</summary>
public interface IStorageMaintenance
{
    /// <summary>Compacts what retention says and makes the checksums that are missing. Meant to run once a day; running it again changes nothing.</summary>
    Task<MaintenanceResult> RunAsync(RetentionOptions retention, CancellationToken cancellation);

    /// <summary>Asks the database to check itself, and compares every day that has a checksum.</summary>
    Task<VerifyReport> VerifyAsync(CancellationToken cancellation);

    /// <summary>Copies the database to a file while work goes on, checks the copy, and writes its manifest.</summary>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    Task<BackupManifest> BackupAsync(string file, CancellationToken cancellation);
}
