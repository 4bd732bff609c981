using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Detection;
using Wayward.Storage.Audit;
using Wayward.Storage.Contacts;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;
using Wayward.Storage.Model;
using Wayward.Testing;

namespace Wayward.Storage.Tests;

/// <summary>A storage of its own in a temporary directory, removed when disposed.</summary>
internal sealed class StorageFixture : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly bool _ownsDirectory;

    private StorageFixture(StorageOptions options, bool ownsDirectory, DetectionOptions detection)
    {
        Options = options;
        _ownsDirectory = ownsDirectory;
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(detection);
        services.AddWaywardStorage(options);
        // The wording of rows is not this project's concern.
        services.AddSingleton<IFindingStore>(p => new FindingStore(p.GetRequiredService<Database>(), f => $"why {f.Id}"));
        _services = services.BuildServiceProvider();
    }

    public StorageOptions Options { get; }
    public SettableTime Time { get; } = new();
    public IContactStore Contacts => _services.GetRequiredService<IContactStore>();
    public ISourceObjectStore Objects => _services.GetRequiredService<ISourceObjectStore>();
    public IFindingStore Findings => _services.GetRequiredService<IFindingStore>();
    public IExpectedTargetStore Expected => _services.GetRequiredService<IExpectedTargetStore>();
    public IAuditStore Audit => _services.GetRequiredService<IAuditStore>();
    public IInstanceStore Instances => _services.GetRequiredService<IInstanceStore>();
    public IDbContextFactory<WaywardDbContext> Contexts => _services.GetRequiredService<IDbContextFactory<WaywardDbContext>>();
    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    private static readonly Lazy<Task<byte[]>> Empty = new(async () =>
    {
        string directory = Directory.CreateTempSubdirectory("wayward-storage-").FullName;
        await using (await CreateAsync(StorageProvider.Sqlite, directory))
        {
        }
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(directory, "wayward.db"));
        Directory.Delete(directory, recursive: true);
        return bytes;
    });

    /// <param name="home">Where the storage lies, when it outlives one fixture: see <see cref="NewHome"/>.</param>
    public static async Task<StorageFixture> CreateAsync(StorageProvider provider, string? home = null, DetectionOptions? detection = null)
    {
        StorageOptions options;
        if (provider == StorageProvider.PostgreSql)
        {
            var cluster = PostgresCluster.Shared;
            Assert.SkipWhen(cluster is null, PostgresCluster.Missing ?? "");
            // Migrating takes a second; a copy of one that has been migrated does not.
            string database = home is null ? await PostgresDatabases.CopyAsync(cluster) : await PostgresDatabases.AtAsync(cluster, home);
            options = new() { Provider = provider, ConnectionString = cluster.ConnectionString(database) };
        }
        else
        {
            options = new() { DataDirectory = home ?? NewHome() };
            if (home is null) await File.WriteAllBytesAsync(options.SqlitePath, await Empty.Value);
        }
        var fixture = new StorageFixture(options, home is null, detection ?? DetectionOptions.Default);
        await fixture._services.GetRequiredService<StorageInitializer>().InitializeAsync(CancellationToken.None);
        return fixture;
    }

    /// <summary>A place that several fixtures use one after the other.</summary>
    public static string NewHome() => Directory.CreateTempSubdirectory("wayward-storage-").FullName;

    /// <summary>Something else than the program changes the database.</summary>
    public async Task<int> TamperAsync(string sql)
    {
        await using var db = await Contexts.CreateDbContextAsync();
        return await db.Database.ExecuteSqlRawAsync(sql);
    }

    /// <summary>Nothing keeps the file open afterwards; the next call opens it anew.</summary>
    public Task CloseConnectionsAsync()
    {
        ((ContactStore)Contacts).Dispose();
        ClearPool();
        return Task.CompletedTask;
    }

    private void ClearPool()
    {
        if (Options.Provider == StorageProvider.PostgreSql)
        {
            using var pooled = new Npgsql.NpgsqlConnection(new PostgreSql.PostgreSqlDialect(Options).ConnectionString);
            Npgsql.NpgsqlConnection.ClearPool(pooled);
            return;
        }
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection(new Sqlite.SqliteDialect(Options).ConnectionString);
        Microsoft.Data.Sqlite.SqliteConnection.ClearPool(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        ClearPool();
        if (!_ownsDirectory) return;
        if (Options.Provider == StorageProvider.PostgreSql) await PostgresDatabases.DropAsync(Options);
        else Directory.Delete(Options.DataDirectory, recursive: true);
    }
}

/// <summary>Databases in the cluster of this process.</summary>
internal static class PostgresDatabases
{
    private static readonly SemaphoreSlim One = new(1, 1);
    private static int _number;
    private static string? _template;

    /// <summary>An empty database with the schema.</summary>
    public static async Task<string> CopyAsync(PostgresCluster cluster)
    {
        await One.WaitAsync();
        try
        {
            if (_template is null)
            {
                var options = new StorageOptions { Provider = StorageProvider.PostgreSql, ConnectionString = cluster.ConnectionString("template_of_tests") };
                await ExecuteAsync(cluster.ConnectionString("postgres"), "CREATE DATABASE template_of_tests");
                await using (var services = new ServiceCollection().AddWaywardStorage(options).BuildServiceProvider())
                    await services.GetRequiredService<StorageInitializer>().InitializeAsync(CancellationToken.None);
                await using (var pooled = new Npgsql.NpgsqlConnection(new PostgreSql.PostgreSqlDialect(options).ConnectionString)) Npgsql.NpgsqlConnection.ClearPool(pooled);
                _template = "template_of_tests";
            }
            string name = $"t{++_number}";
            await ExecuteAsync(cluster.ConnectionString("postgres"), $"CREATE DATABASE {name} TEMPLATE {_template}");
            return name;
        }
        finally
        {
            One.Release();
        }
    }

    /// <summary>The database that belongs to a place; made, without a schema, when there is none yet.</summary>
    public static async Task<string> AtAsync(PostgresCluster cluster, string home)
    {
        string name = "h" + Path.GetFileName(home).Replace("-", "_", StringComparison.Ordinal).ToLowerInvariant();
        await using var connection = new Npgsql.NpgsqlConnection(cluster.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var exists = new Npgsql.NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await exists.ExecuteScalarAsync() is null) await ExecuteAsync(cluster.ConnectionString("postgres"), $"CREATE DATABASE {name}");
        return name;
    }

    public static Task DropAsync(StorageOptions options)
    {
        var builder = new Npgsql.NpgsqlConnectionStringBuilder(options.ConnectionString!);
        string name = builder.Database!;
        builder.Database = "postgres";
        return ExecuteAsync(builder.ToString(), $"DROP DATABASE {name} WITH (FORCE)");
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // names made above
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

internal sealed class SettableTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public override DateTimeOffset GetUtcNow() => Now;
    public void Advance(TimeSpan by) => Now += by;
}
