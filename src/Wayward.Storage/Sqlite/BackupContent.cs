using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Contacts;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Model;

namespace Wayward.Storage.Sqlite;

/// <summary>Reads a database file that no program works on. Its schema may be older than this program's, or unknown to it, until <see cref="MigrateAsync"/> was called.</summary>
/// <param name="extend">Changes how the context is configured; tests add migrations by it.</param>
internal sealed class BackupContent(string file, Action<DbContextOptionsBuilder>? extend)
{
    public static bool IsUnreadable(Exception e) =>
        e is SqliteException or SqliteNativeException or InvalidOperationException or InvalidCastException or ArgumentException or FormatException or OverflowException or DbUpdateException;

    /// <summary>The database's check of itself.</summary>
    public async Task<IReadOnlyList<string>> CheckIntegrityAsync(CancellationToken cancellation)
    {
        using var connection = Open();
        return await CheckIntegrityAsync(connection, cancellation);
    }

    public static Task<IReadOnlyList<string>> CheckIntegrityAsync(SqliteConnection connection, CancellationToken cancellation)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check(20)";
        using var reader = command.ExecuteReader();
        var problems = new List<string>();
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.GetString(0) is var line && line != "ok") problems.Add($"SQLite: {line}");
        }
        return Task.FromResult<IReadOnlyList<string>>(problems);
    }

    /// <summary>The migrations that made the schema.</summary>
    public IReadOnlyList<string> Migrations()
    {
        using var connection = Open();
        return Names(connection, "SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\"");
    }

    /// <summary>Rows of each table that the file has, EF's own aside.</summary>
    public SortedDictionary<string, long> CountRows()
    {
        using var connection = Open();
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (string table in Names(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite|_%' ESCAPE '|' AND name NOT LIKE '|_|_EF%' ESCAPE '|'"))
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // an identifier, quoted
            command.CommandText = $"SELECT count(*) FROM \"{table.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
#pragma warning restore CA2100
            rows.Add(table, (long)command.ExecuteScalar()!);
        }
        return rows;
    }

    /// <summary>Why this program cannot work with the file at all; null when it can, after migration if the file is older.</summary>
    public string? Refusal(string what)
    {
        using var db = Context(SqliteOpenMode.ReadOnly);
        return SchemaCheck.Refusal(db, Migrations(), what);
    }

    /// <summary>The schema is the one that this program knows.</summary>
    public bool IsCurrent()
    {
        using var db = Context(SqliteOpenMode.ReadOnly);
        return !db.Database.GetMigrations().Except(Migrations(), StringComparer.Ordinal).Any();
    }

    public async Task MigrateAsync(CancellationToken cancellation)
    {
        await using var db = Context(SqliteOpenMode.ReadWrite);
        // The file may have been copied from a database whose migration was killed (SqliteDialect.BeginMigrationAsync).
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation);
        await db.Database.MigrateAsync(cancellation);
    }

    /// <summary>The checksum of every day, and what the checksums of findings, rules, comments and the audit log say. The schema must be current.</summary>
    public async Task<(IReadOnlyList<DayChecksum> Days, (IReadOnlyList<string> Problems, AuditEnd Audit) Triage)> ReadAsync(CancellationToken cancellation)
    {
        await using var db = Context(SqliteOpenMode.ReadOnly);
        await db.Database.OpenConnectionAsync(cancellation);
        var handle = ((SqliteConnection)db.Database.GetDbConnection()).Handle!;
        var days = await DayChecksums.ComputeAsync(db, receive => SqliteCells.Read(handle, CellSelection.All, receive, cancellation), cancellation);
        return (days, await new TriageCheck(db).RunAsync(cancellation));
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of the callers
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static string Unpooled(string file, SqliteOpenMode mode, int timeout = 30) =>
        new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = timeout }.ToString();

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(Unpooled(file, SqliteOpenMode.ReadOnly));
        connection.Open();
        return connection;
    }

    private static List<string> Names(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this class
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read()) names.Add(reader.GetString(0));
        return names;
    }

    private WaywardDbContext Context(SqliteOpenMode mode)
    {
        var builder = new DbContextOptionsBuilder<WaywardDbContext>();
        SqliteDialect.Configure(builder, Unpooled(file, mode));
        extend?.Invoke(builder);
        return new(builder.Options);
    }
}
