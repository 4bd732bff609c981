using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using SQLitePCL;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;
using Wayward.Storage.Findings;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Model;

namespace Wayward.Storage.Sqlite;

/// <summary>SQLite in WAL mode: one writer, any number of readers, every commit synced to disk.</summary>
internal sealed class SqliteDialect(StorageOptions options) : IStorageDialect
{
    public const string MigrationsAssembly = "Wayward.Migrations.Sqlite";

    /// <summary>Earlier versions can corrupt a file when two connections reset the log at once (https://sqlite.org/wal.html#walresetbug).</summary>
    public static readonly Version MinimumVersion = new(3, 51, 3);

    /// <summary>How long a statement waits for another process that writes, seconds.</summary>
    private const int BusySeconds = 30;

    public string ConnectionString { get; } = new SqliteConnectionStringBuilder
    {
        DataSource = options.SqlitePath,
        Pooling = true,
        DefaultTimeout = BusySeconds,
    }.ToString();

    public bool SerializesWriters => true;

    public void Configure(DbContextOptionsBuilder builder) => Configure(builder, ConnectionString);

    public static void Configure(DbContextOptionsBuilder builder, string connectionString) =>
        // A list is one parameter, read by json_each: EF's default is a parameter for each of its values, and beyond 32,766 (SQLITE_MAX_VARIABLE_NUMBER) the statement is refused.
        builder.UseSqlite(connectionString, s => s.MigrationsAssembly(MigrationsAssembly).UseParameterizedCollectionMode(ParameterTranslationMode.Parameter))
            .ReplaceService<IMigrationsSqlGenerator, WithoutRowidSqlGenerator>();

    public Task RecountFindingsAsync(WaywardDbContext db, IReadOnlyCollection<string> keys, CancellationToken cancellation) =>
        db.Database.ExecuteSqlRawAsync(FindingChangesSaver.Recount + " WHERE i.key IN (SELECT value FROM json_each({0}))", [JsonSerializer.Serialize(keys)], cancellation);

    public void Prepare()
    {
        PrepareFolder();
        // SQLite creates files as the umask says. Its -wal and -shm files get the permissions of the database.
        try
        {
            if (!File.Exists(options.SqlitePath)) SqliteBackup.CreatePrivate(options.SqlitePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // SQLite opens it next, and says what is wrong with it.
        }
    }

    public void PrepareFolder()
    {
        try
        {
            if (Directory.Exists(options.DataDirectory)) return;
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(options.DataDirectory);
            else Directory.CreateDirectory(options.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException(StorageProblem.CannotOpen,
                $"The data directory '{options.DataDirectory}' cannot be made: {e.Message} Choose another with --data, or change its permissions.", e);
        }
    }

    /// <remarks>
    /// EF's own lock on SQLite is a row in a table, which a process that is killed while it migrates leaves there: every later start would wait for ever.
    /// </remarks>
    public async Task<IDisposable?> BeginMigrationAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        FileStream? held = null;
        for (var waited = Stopwatch.StartNew(); held is null;)
        {
            try
            {
                held = new FileStream(options.SqlitePath + ".migrating", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (IOException) when (waited.Elapsed.TotalSeconds < BusySeconds)
            {
                await Task.Delay(100, cancellation);
            }
        }
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation);
        return held;
    }

    public async Task VerifyAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        await db.Database.OpenConnectionAsync(cancellation);
        CheckVersion(connection.ServerVersion);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL";
        string? mode = (string?)command.ExecuteScalar();
        if (mode != "wal")
            throw new StorageUnavailableException(StorageProblem.ReadOnly,
                $"'{options.SqlitePath}' is in journal mode '{mode}' and cannot be switched to write-ahead logging. Is the file system read-only or a network share? Put the data directory on a local disk.",
                new InvalidOperationException("journal_mode is not wal"));
    }

    /// <exception cref="NotSupportedException">The SQLite library is too old to be trusted with the file.</exception>
    public static void CheckVersion(string version)
    {
        if (Version.Parse(version) < MinimumVersion)
            throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture,
                $"The SQLite library is {version}; at least {MinimumVersion} is needed, because earlier ones can corrupt a database in write-ahead mode."));
    }

    public DbTransaction BeginSnapshot(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(IsolationLevel.Serializable, deferred: true);

    public CancellationTokenRegistration Interrupt(DbConnection connection, CancellationToken cancellation)
    {
        var handle = ((SqliteConnection)connection).Handle;
        return handle is null ? default : cancellation.Register(static h => raw.sqlite3_interrupt((sqlite3)h!), handle);
    }

    public bool IsInterruption(Exception exception) => SqliteErrors.Code(exception) == raw.SQLITE_INTERRUPT;

    public StorageUnavailableException? Explain(Exception exception)
    {
        var explained = SqliteErrors.Explain(exception, options.SqlitePath);
        if (explained?.Problem is StorageProblem.ReadOnly or StorageProblem.CannotOpen or StorageProblem.InputOutput) CloseIdleConnections();
        return explained;
    }

    /// <summary>A connection opened while the file could not be written stays read-only for as long as it lives, and the pool would hand it out again long after the cause is gone.</summary>
    private void CloseIdleConnections()
    {
        using var any = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(any);
    }

    public void ReadCells(DbConnection connection, CellSelection which, CellReceiver receive, CancellationToken cancellation) =>
        SqliteCells.Read(((SqliteConnection)connection).Handle!, which, receive, cancellation);

    public void AddCells(DbConnection connection, IReadOnlyCollection<(int Instance, int Endpoint, ContactHour Cell)> cells) =>
        SqliteCells.Add(((SqliteConnection)connection).Handle!, cells);

    private const string AddObject = """
        INSERT INTO source_objects (object_id, source, container, key, etag, search, state, bytes, last_modified, turn, seen_at,
            attempts, lease_epoch, expanded_bytes, records, contact_records, quarantined, first_start, last_end, read_milliseconds, commit_number)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING
        """;

    public Task<int> AddObjectsAsync(WaywardDbContext db, IReadOnlyCollection<KeyValuePair<long, OfferedObject>> objects, long now, CancellationToken cancellation)
    {
        var handle = ((SqliteConnection)db.Database.GetDbConnection()).Handle!;
        using var insert = new SqliteStatement(handle, AddObject);
        int added = 0;
        foreach (var (id, o) in objects)
        {
            insert.Bind(id).Bind(o.Source).Bind(o.Container).Bind(o.Key).Bind(o.ETag).Bind(SourceObjectStore.SearchText(o.Container, o.Key)).Bind((long)SourceObjectState.Seen)
                .Bind(o.Bytes).Bind(o.LastModified).Bind(o.Turn).Bind(now).Run();
            added += raw.sqlite3_changes(handle);
        }
        return Task.FromResult(added);
    }

    public Task<IReadOnlyList<string>> CheckIntegrityAsync(WaywardDbContext db, CancellationToken cancellation) =>
        BackupContent.CheckIntegrityAsync((SqliteConnection)db.Database.GetDbConnection(), cancellation);

    public Task<BackupManifest> BackupAsync(string file, TimeProvider time, CancellationToken cancellation) => SqliteBackup.CreateAsync(ConnectionString, file, time, cancellation);

    public IContactBatchWriter CreateContactWriter(ContactWriterSettings settings) => new SqliteContactWriter(options.SqlitePath, settings);
}
