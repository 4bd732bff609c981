using System.Data;
using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;
using Wayward.Storage.Findings;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Model;

namespace Wayward.Storage.PostgreSql;

/// <summary>PostgreSQL: any number of processes read and write; what must not happen at once is ordered by <see cref="PgLocks"/>.</summary>
internal sealed class PostgreSqlDialect : IStorageDialect
{
    public const string MigrationsAssembly = "Wayward.Migrations.PostgreSql";

    /// <summary>The oldest that the tests run on.</summary>
    public static readonly Version MinimumVersion = new(15, 0);

    private const int DefaultCommandTimeout = 120;

    private static readonly PgTextInterceptor TextInterceptor = new();

    private readonly string _where;

    public PostgreSqlDialect(StorageOptions options)
    {
        var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString ?? "") { PersistSecurityInfo = false };
        // Evaluating a large ledger takes longer than the driver's default timeout of 30 s.
        if (!builder.ShouldSerialize("Command Timeout")) builder.CommandTimeout = DefaultCommandTimeout;
        if (!builder.ShouldSerialize("Application Name")) builder.ApplicationName = "wayward";
        ConnectionString = builder.ToString();
        // The writer sets its session up its own way and must not give it back to others.
        WriterConnectionString = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ToString();
        _where = options.Where;
    }

    /// <summary>With credentials: never to be shown.</summary>
    internal string ConnectionString { get; }

    private string WriterConnectionString { get; }

    public bool SerializesWriters => false;

    public IObjectLeases Leases { get; } = new PgLeases();

    public IDetectorLease DetectorLease { get; } = new PgDetectorLease();

    public void Configure(DbContextOptionsBuilder options) => options.UseNpgsql(ConnectionString, n => n.MigrationsAssembly(MigrationsAssembly))
        .AddInterceptors(TextInterceptor).ReplaceService<IMigrationsSqlGenerator, PartitionSqlGenerator>();

    public void Prepare()
    {
    }

    /// <summary>By a lock of the session: a process that is killed while it migrates leaves nothing behind. Another one waits and then finds nothing to do.</summary>
    public async Task<IDisposable?> BeginMigrationAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(WriterConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand(PgLocks.TryMigration, connection);
            while (!(bool)(await command.ExecuteScalarAsync(cancellation))!) await Task.Delay(100, cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task VerifyAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        var version = ((NpgsqlConnection)db.Database.GetDbConnection()).PostgreSqlVersion;
        if (version < MinimumVersion)
            throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"The database {_where} is PostgreSQL {version}; at least {MinimumVersion.Major} is needed."));
    }

    public DbTransaction BeginSnapshot(DbConnection connection) => ((NpgsqlConnection)connection).BeginTransaction(IsolationLevel.RepeatableRead);

    /// <remarks>The driver's own calls take the token.</remarks>
    public CancellationTokenRegistration Interrupt(DbConnection connection, CancellationToken cancellation) => default;

    public bool IsInterruption(Exception exception) => PgErrors.IsCancelled(exception) || exception is NpgsqlException { InnerException: OperationCanceledException };

    public bool IsCollision(Exception exception) => PgErrors.IsCollision(exception) || PgErrors.IsUniqueViolation(exception);

    public StorageUnavailableException? Explain(Exception exception) => PgErrors.Explain(exception, _where);

    public Task BeginWriteAsync(WaywardDbContext db, WriteScope scope, CancellationToken cancellation) => scope switch
    {
        WriteScope.Triage => db.Database.ExecuteSqlRawAsync(PgLocks.TriageAlone, cancellation),
        WriteScope.Ledger => db.Database.ExecuteSqlRawAsync(PgLocks.CommitAlone, cancellation),
        _ => Task.CompletedTask,
    };

    public async Task RecountFindingsAsync(WaywardDbContext db, IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlRawAsync("SELECT 1 FROM instances WHERE key = ANY({0}) ORDER BY id FOR NO KEY UPDATE", [keys.ToArray()], cancellation);
        await db.Database.ExecuteSqlRawAsync(FindingChangesSaver.Recount + " WHERE i.key = ANY({0})", [keys.ToArray()], cancellation);
    }

    public void ReadCells(DbConnection connection, CellSelection which, CellReceiver receive, CancellationToken cancellation) =>
        PgCells.Read((NpgsqlConnection)connection, which, receive, cancellation);

    public void AddCells(DbConnection connection, IReadOnlyCollection<(int Instance, int Endpoint, ContactHour Cell)> cells) =>
        new PgSession((NpgsqlConnection)connection).Execute(PgCells.Upsert, PgCells.Arrays(cells));

    public async Task<int> AddObjectsAsync(WaywardDbContext db, IReadOnlyCollection<KeyValuePair<long, OfferedObject>> objects, long now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            INSERT INTO source_objects (object_id, source, container, key, etag, search, state, bytes, last_modified, turn, seen_at,
                attempts, lease_epoch, expanded_bytes, records, contact_records, quarantined, first_start, last_end, read_milliseconds, commit_number)
            SELECT o.id, o.source, o.container, o.key, o.etag, o.search, $11, o.bytes, o.last_modified, o.turn, $10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[])
                AS o (id, source, container, key, etag, search, bytes, last_modified, turn)
            ON CONFLICT DO NOTHING
            """, (NpgsqlConnection)db.Database.GetDbConnection());
        var rows = objects.Select(o => o.Value).ToList();
        command.Parameters.AddRange(new[]
        {
            Pg.Array(objects.Select(o => o.Key)), Pg.Array(rows.Select(o => o.Source)), Pg.Array(rows.Select(o => o.Container)), Pg.Array(rows.Select(o => o.Key)), Pg.Array(rows.Select(o => o.ETag)),
            Pg.Array(rows.Select(o => SourceObjectStore.SearchText(o.Container, o.Key))), Pg.Array(rows.Select(o => o.Bytes)), Pg.Array(rows.Select(o => o.LastModified)), Pg.Array(rows.Select(o => o.Turn)),
            Pg.Value(now), Pg.Value((int)SourceObjectState.Seen),
        });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <remarks>PostgreSQL has no check of its own within reach of a user; the summaries of the days are compared on either database.</remarks>
    public Task<IReadOnlyList<string>> CheckIntegrityAsync(WaywardDbContext db, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([]);

    public Task<BackupManifest> BackupAsync(string file, TimeProvider time, CancellationToken cancellation) =>
        throw new IOException("Wayward backs up its own SQLite file. A PostgreSQL database is backed up with PostgreSQL's tools: pg_dump, or a base backup with its log.");

    public IContactBatchWriter CreateContactWriter(ContactWriterSettings settings) => new PgContactWriter(WriterConnectionString, settings);
}
