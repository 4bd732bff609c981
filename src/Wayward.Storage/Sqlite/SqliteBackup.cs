using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Contacts;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Model;

namespace Wayward.Storage.Sqlite;

/// <summary>Backup, its check, and restore. A backup counts only once the copy itself has been checked; a restore checks again before it touches anything.</summary>
public static class SqliteBackup
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string ManifestPath(string file) => file + ".manifest.json";

    internal static async Task<BackupManifest> CreateAsync(string connectionString, string file, TimeProvider time, CancellationToken cancellation)
    {
        if (File.Exists(file)) throw new IOException($"'{file}' exists already; a backup does not overwrite another. Name a new file.");
        string partial = file + ".partial";
        File.Delete(partial);
        try
        {
            using (var source = new SqliteConnection(connectionString))
            using (var target = new SqliteConnection(Unpooled(partial, SqliteOpenMode.ReadWriteCreate)))
            {
                await source.OpenAsync(cancellation);
                await target.OpenAsync(cancellation);
                // One step under one read transaction: in write-ahead mode the writer goes on meanwhile.
                source.BackupDatabase(target);
                // A single file, without companions that could be forgotten.
                Execute(target, "PRAGMA journal_mode=DELETE");
            }
            cancellation.ThrowIfCancellationRequested();
            var (problems, migration, rows, days) = await ExamineAsync(partial, cancellation);
            if (problems.Count > 0) throw new InvalidDataException($"The copy is not sound, so the database itself may not be: {problems[0]} Run 'wayward verify'.");
            var manifest = new BackupManifest
            {
                CreatedAt = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), FileName = Path.GetFileName(file),
                Bytes = new FileInfo(partial).Length, Sha256 = await Sha256Async(partial, cancellation), Migration = migration, Rows = rows, Days = days,
            };
            await File.WriteAllTextAsync(ManifestPath(file), JsonSerializer.Serialize(manifest, Json) + "\n", cancellation);
            File.Move(partial, file);
            return manifest;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Checks a backup against its manifest, by hash, by the database's own check and by the checksum of every day.</summary>
    public static async Task<VerifyReport> VerifyAsync(string file, CancellationToken cancellation)
    {
        BackupManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BackupManifest>(await File.ReadAllTextAsync(ManifestPath(file), cancellation), Json) ?? throw new JsonException("empty");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return new([$"The manifest '{ManifestPath(file)}' cannot be read: {e.Message}"], 0, 0);
        }
        if (manifest.Schema != BackupManifest.CurrentSchema) return new([$"The manifest is '{manifest.Schema}'; this program reads '{BackupManifest.CurrentSchema}'."], 0, 0);
        if (!File.Exists(file)) return new([$"'{file}' is not there."], 0, 0);
        var problems = new List<string>();
        long bytes = new FileInfo(file).Length;
        if (bytes != manifest.Bytes) problems.Add(string.Create(CultureInfo.InvariantCulture, $"'{file}' has {bytes} bytes, {manifest.Bytes} expected."));
        if (await Sha256Async(file, cancellation) != manifest.Sha256) problems.Add($"'{file}' is not the file that was written: its SHA-256 differs from the manifest's.");
        try
        {
            var (own, migration, rows, days) = await ExamineAsync(file, cancellation);
            problems.AddRange(own);
            problems.AddRange(StorageMaintenance.Differences(manifest.Days, days));
            if (migration != manifest.Migration) problems.Add($"The schema is '{migration}', '{manifest.Migration}' expected.");
            problems.AddRange(manifest.Rows.Where(r => rows.GetValueOrDefault(r.Key) != r.Value).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key}: {rows.GetValueOrDefault(r.Key)} rows, {r.Value} expected.")));
        }
        catch (Exception e) when (e is SqliteException or SqliteNativeException or InvalidOperationException or InvalidCastException or ArgumentException or FormatException or OverflowException)
        {
            problems.Add($"'{file}' cannot be read through: {e.Message}");
        }
        return new(problems, manifest.Days.Count, manifest.Rows.Values.Sum());
    }

    /// <summary>Puts a checked backup in the place of the database, which is kept beside it under another name.</summary>
    /// <returns>Where the former database was put; null when there was none.</returns>
    /// <exception cref="InvalidDataException">The backup is not sound; nothing was changed.</exception>
    /// <exception cref="IOException">The database is in use, or a file cannot be moved.</exception>
    public static async Task<string?> RestoreAsync(string file, StorageOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var report = await VerifyAsync(file, cancellation);
        if (!report.Good) throw new InvalidDataException(string.Join(' ', report.Problems));
        new SqliteDialect(options).Prepare();
        string path = options.SqlitePath, incoming = path + ".restoring";
        File.Copy(file, incoming, overwrite: true);
        try
        {
            if (await Sha256Async(incoming, cancellation) != await Sha256Async(file, cancellation)) throw new IOException($"The copy of '{file}' differs from it: check the disk.");
            string? former = null;
            if (File.Exists(path))
            {
                RequireUnused(path);
                former = path + time.GetUtcNow().UtcDateTime.ToString("'.before-restore-'yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
                File.Move(path, former);
                foreach (string companion in new[] { "-wal", "-shm" })
                    if (File.Exists(path + companion)) File.Move(path + companion, former + companion);
            }
            File.Move(incoming, path);
            return former;
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <summary>Exclusive locking asks for what any other open connection, in this process or another, holds.</summary>
    private static void RequireUnused(string path)
    {
        using var connection = new SqliteConnection(Unpooled(path, SqliteOpenMode.ReadWrite, timeout: 1));
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA locking_mode=EXCLUSIVE");
            Execute(connection, "BEGIN EXCLUSIVE; COMMIT");
        }
        catch (SqliteException e) when ((e.SqliteErrorCode & 0xFF) is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED)
        {
            throw new IOException($"'{path}' is in use. Stop the program before restoring.", e);
        }
        catch (SqliteException)
        {
            // It is damaged, which may be why it is being replaced.
        }
    }

    private static async Task<(IReadOnlyList<string> Problems, string Migration, IReadOnlyDictionary<string, long> Rows, IReadOnlyList<DayChecksum> Days)> ExamineAsync(string file, CancellationToken cancellation)
    {
        await using var db = new WaywardDbContext(new DbContextOptionsBuilder<WaywardDbContext>().UseSqlite(Unpooled(file, SqliteOpenMode.ReadOnly)).Options);
        await db.Database.OpenConnectionAsync(cancellation);
        var problems = await CheckIntegrityAsync((SqliteConnection)db.Database.GetDbConnection(), cancellation);
        var handle = ((SqliteConnection)db.Database.GetDbConnection()).Handle!;
        var days = await DayChecksums.ComputeAsync(db, receive => SqliteCells.Read(handle, CellSelection.All, receive, cancellation), cancellation);
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var command = db.Database.GetDbConnection().CreateCommand();
        foreach (var entity in db.Model.GetEntityTypes())
        {
            // A name of our own model, never a caller's.
            string table = entity.GetTableName()!;
#pragma warning disable CA2100
            command.CommandText = $"SELECT count(*) FROM \"{table}\"";
#pragma warning restore CA2100
            rows.Add(table, (long)command.ExecuteScalar()!);
        }
        command.CommandText = "SELECT max(\"MigrationId\") FROM \"__EFMigrationsHistory\"";
        return (problems, (string)command.ExecuteScalar()!, rows, days);
    }

    internal static Task<IReadOnlyList<string>> CheckIntegrityAsync(SqliteConnection connection, CancellationToken cancellation)
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

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this class
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static string Unpooled(string file, SqliteOpenMode mode, int timeout = 30) =>
        new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = timeout }.ToString();

    private static async Task<string> Sha256Async(string file, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }
}
