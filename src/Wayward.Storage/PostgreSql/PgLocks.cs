namespace Wayward.Storage.PostgreSql;

/// <summary>
/// The advisory locks that order the program's transactions among any number of processes; all end with their transaction. The first number is the program's own.
/// </summary>
internal static class PgLocks
{
    /// <summary>Two-number locks: the program's number and one of these.</summary>
    private const int Program = 0x57_41_59;
    private const int Commits = 1, Triage = 2, Migration = 3;

    /// <summary>Commits beside one another: each holds this shared.</summary>
    public static readonly string CommitShared = $"SELECT pg_advisory_xact_lock_shared({Program}, {Commits})";

    /// <summary>Nothing is committed meanwhile: an object is replaced, days are compacted or sealed, a partition is made.</summary>
    public static readonly string CommitAlone = $"SELECT pg_advisory_xact_lock({Program}, {Commits})";

    /// <summary>Findings, triage, rules and audit are read, changed and written back by one transaction at a time.</summary>
    public static readonly string TriageAlone = $"SELECT pg_advisory_xact_lock({Program}, {Triage})";

    public static readonly string TryMigration = $"SELECT pg_try_advisory_lock({Program}, {Migration})";

    /// <summary>
    /// One for each object, key and content of a commit, ascending, so that two commits which concern the same do so one after the other, and never wait for each other in a ring.
    /// </summary>
    public const string Names = "SELECT pg_advisory_xact_lock(k) FROM (SELECT k FROM unnest($1::bigint[]) AS k ORDER BY k) AS s";
}
