using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;
using Wayward.Storage.Maintenance;

namespace Wayward.Storage.Sqlite;

/// <summary>
/// Backup, its check, and restore. A backup counts only once the copy itself has been checked; a restore checks again before it touches anything. A backup of an older schema is migrated in a copy;
/// the backup itself is never changed.
/// </summary>
public static class SqliteBackup
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string ManifestPath(string file) => file + ".manifest.json";

    /// <summary>An empty file that only its owner can read.</summary>
    internal static void CreatePrivate(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(file, options).Dispose();
    }

    internal static async Task<BackupManifest> CreateAsync(string connectionString, string file, TimeProvider time, CancellationToken cancellation)
    {
        if (File.Exists(file)) throw new IOException($"'{file}' exists already; a backup does not overwrite another. Name a new file.");
        string partial = file + ".partial", partialManifest = ManifestPath(file) + ".partial";
        Remove(partial, partialManifest);
        try
        {
            CreatePrivate(partial);
            using (var source = new SqliteConnection(connectionString))
            using (var target = new SqliteConnection(BackupContent.Unpooled(partial, SqliteOpenMode.ReadWrite)))
            {
                await source.OpenAsync(cancellation);
                await target.OpenAsync(cancellation);
                // One step under one read transaction: in write-ahead mode the writer goes on meanwhile.
                source.BackupDatabase(target);
                // A single file, without companions that could be forgotten.
                BackupContent.Execute(target, "PRAGMA journal_mode=DELETE");
            }
            cancellation.ThrowIfCancellationRequested();
            var content = new BackupContent(partial, extend: null);
            var problems = new List<string>(await content.CheckIntegrityAsync(cancellation));
            var (days, (changed, audit)) = problems.Count > 0 ? default : await content.ReadAsync(cancellation);
            problems.AddRange(changed ?? []);
            if (problems.Count > 0) throw new InvalidDataException($"The copy is not sound, so the database itself may not be: {problems[0]} Run 'wayward verify'.");
            var manifest = new BackupManifest
            {
                CreatedAt = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), FileName = Path.GetFileName(file),
                Bytes = new FileInfo(partial).Length, Sha256 = await Sha256Async(partial, cancellation), Migration = content.Migrations().Max(StringComparer.Ordinal)!, Rows = content.CountRows(), Days = days!, Audit = audit!,
            };
            CreatePrivate(partialManifest);
            await File.WriteAllTextAsync(partialManifest, JsonSerializer.Serialize(manifest, Json) + "\n", cancellation);
            // A manifest of an earlier backup whose file is gone says nothing about this one.
            File.Move(partialManifest, ManifestPath(file), overwrite: true);
            File.Move(partial, file);
            return manifest;
        }
        catch (Exception e) when (Explain(e, file) is { } explained)
        {
            throw explained;
        }
        finally
        {
            Remove(partial, partial + "-journal", partialManifest);
        }
    }

    /// <summary>What a failed write means. Only the copy is written, so a full disk is that of the backup.</summary>
    private static IOException? Explain(Exception exception, string file) => SqliteErrors.Code(exception) switch
    {
        raw.SQLITE_FULL => new($"The disk that holds '{file}' is full; no backup was made. Free some space, or name a file on another disk.", exception),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR => new($"'{file}' cannot be written; no backup was made: {exception.GetBaseException().Message}", exception),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new($"The database was locked for too long; no backup was made. Try again.", exception),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new($"The database is damaged; no backup was made: {exception.GetBaseException().Message} Run 'wayward verify'.", exception),
        _ => null,
    };

    private static void Remove(params ReadOnlySpan<string> files)
    {
        foreach (string file in files) File.Delete(file);
    }

    /// <summary>Checks a backup against its manifest, by hash, by the database's own check and by all checksums. If it has an older schema, a temporary copy is migrated and checked.</summary>
    /// <exception cref="IOException">There is no space for the temporary copy.</exception>
    public static Task<VerifyReport> VerifyAsync(string file, CancellationToken cancellation) => VerifyAsync(file, extend: null, cancellation);

    internal static async Task<VerifyReport> VerifyAsync(string file, Action<DbContextOptionsBuilder>? extend, CancellationToken cancellation)
    {
        var (manifest, problems) = await CheckFileAsync(file, extend, cancellation);
        if (manifest is null || problems.Count > 0) return new(problems, 0, 0, new(0, ""));
        if (new BackupContent(file, extend).IsCurrent()) return await CheckContentAsync(file, manifest, extend, cancellation);
        string folder = Directory.CreateTempSubdirectory("wayward-verify-").FullName;
        try
        {
            string copy = Path.Combine(folder, "copy.db");
            File.Copy(file, copy);
            return await CheckContentAsync(copy, manifest, extend, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What does not depend on this program's schema: the file, its integrity and the number of rows.</summary>
    /// <returns>No manifest when nothing can be compared.</returns>
    private static async Task<(BackupManifest? Manifest, List<string> Problems)> CheckFileAsync(string file, Action<DbContextOptionsBuilder>? extend, CancellationToken cancellation)
    {
        BackupManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BackupManifest>(await File.ReadAllTextAsync(ManifestPath(file), cancellation), Json) ?? throw new JsonException("empty");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return (null, [$"The manifest '{ManifestPath(file)}' cannot be read: {e.Message}"]);
        }
        if (manifest.Schema != BackupManifest.CurrentSchema) return (null, [$"The manifest is '{manifest.Schema}'; this program reads '{BackupManifest.CurrentSchema}'."]);
        if (!File.Exists(file)) return (null, [$"'{file}' is not there."]);
        var problems = new List<string>();
        long bytes = new FileInfo(file).Length;
        if (bytes != manifest.Bytes) problems.Add(string.Create(CultureInfo.InvariantCulture, $"'{file}' has {bytes} bytes, {manifest.Bytes} expected."));
        if (await Sha256Async(file, cancellation) != manifest.Sha256) problems.Add($"'{file}' is not the file that was written: its SHA-256 differs from the manifest's.");
        try
        {
            var content = new BackupContent(file, extend);
            if (content.Refusal($"The backup '{file}'") is { } newer) return (null, [newer]);
            problems.AddRange(await content.CheckIntegrityAsync(cancellation));
            string? migration = content.Migrations().Max(StringComparer.Ordinal);
            if (migration != manifest.Migration) problems.Add($"The schema is '{migration}', '{manifest.Migration}' expected.");
            var rows = content.CountRows();
            problems.AddRange(manifest.Rows.Where(r => rows.GetValueOrDefault(r.Key) != r.Value).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key}: {rows.GetValueOrDefault(r.Key)} rows, {r.Value} expected.")));
        }
        catch (Exception e) when (BackupContent.IsUnreadable(e))
        {
            problems.Add($"'{file}' cannot be read through: {e.Message}");
        }
        return (manifest, problems);
    }

    /// <summary>Migrates a copy if it is older, and compares what it holds with the manifest and with its own checksums.</summary>
    private static async Task<VerifyReport> CheckContentAsync(string copy, BackupManifest manifest, Action<DbContextOptionsBuilder>? extend, CancellationToken cancellation)
    {
        try
        {
            var content = new BackupContent(copy, extend);
            if (!content.IsCurrent()) await content.MigrateAsync(cancellation);
            var (days, (changed, audit)) = await content.ReadAsync(cancellation);
            var problems = new List<string>(changed);
            problems.AddRange(StorageMaintenance.Differences(manifest.Days, days));
            if (audit != manifest.Audit) problems.Add(string.Create(CultureInfo.InvariantCulture, $"The audit log ends after {audit.Entries} entries, and not where the manifest says ({manifest.Audit.Entries} entries)."));
            return new(problems, manifest.Days.Count, manifest.Rows.Values.Sum(), audit);
        }
        catch (Exception e) when (SqliteErrors.Code(e) == raw.SQLITE_FULL)
        {
            throw new IOException($"The disk that holds '{copy}' is full: a backup of an older schema is migrated in a copy. Free some space and try again.", e);
        }
        catch (Exception e) when (BackupContent.IsUnreadable(e))
        {
            return VerifyReport.Unreadable($"The backup cannot be read through: {e.Message}");
        }
    }

    /// <summary>Puts a checked backup in the place of the database, which is kept beside it under another name.</summary>
    /// <returns>Where the former database was put; null when there was none.</returns>
    /// <exception cref="InvalidDataException">The backup is not sound, or newer than this program; nothing was changed.</exception>
    /// <exception cref="IOException">The database is in use, or a file cannot be moved.</exception>
    public static Task<string?> RestoreAsync(string file, StorageOptions options, TimeProvider time, CancellationToken cancellation) => RestoreAsync(file, options, time, extend: null, cancellation);

    internal static async Task<string?> RestoreAsync(string file, StorageOptions options, TimeProvider time, Action<DbContextOptionsBuilder>? extend, CancellationToken cancellation)
    {
        var (manifest, problems) = await CheckFileAsync(file, extend, cancellation);
        if (manifest is null || problems.Count > 0) throw new InvalidDataException(string.Join(' ', problems));
        new SqliteDialect(options).PrepareFolder();
        string path = options.SqlitePath, incoming = path + ".restoring";
        Remove(incoming);
        try
        {
            CreatePrivate(incoming);
            await using (var from = File.OpenRead(file))
            await using (var to = new FileStream(incoming, FileMode.Open, FileAccess.Write)) await from.CopyToAsync(to, cancellation);
            if (await Sha256Async(incoming, cancellation) != manifest.Sha256) throw new IOException($"The copy of '{file}' differs from it: check the disk.");
            var report = await CheckContentAsync(incoming, manifest, extend, cancellation);
            if (!report.Good) throw new InvalidDataException(string.Join(' ', report.Problems));
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
            Remove(incoming, incoming + "-journal");
        }
    }

    /// <summary>Exclusive locking asks for what any other open connection, in this process or another, holds.</summary>
    private static void RequireUnused(string path)
    {
        using var connection = new SqliteConnection(BackupContent.Unpooled(path, SqliteOpenMode.ReadWrite, timeout: 1));
        try
        {
            connection.Open();
            BackupContent.Execute(connection, "PRAGMA locking_mode=EXCLUSIVE");
            BackupContent.Execute(connection, "BEGIN EXCLUSIVE; COMMIT");
        }
        catch (SqliteException e) when ((e.SqliteErrorCode & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
        {
            throw new IOException($"'{path}' is in use. Stop the program before restoring.", e);
        }
        catch (SqliteException)
        {
            // It is damaged, which may be why it is being replaced.
        }
    }

    private static async Task<string> Sha256Async(string file, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }
}
