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
        await using (await CreateAsync(directory))
        {
        }
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(directory, "wayward.db"));
        Directory.Delete(directory, recursive: true);
        return bytes;
    });

    public static async Task<StorageFixture> CreateAsync(string? directory = null, DetectionOptions? detection = null)
    {
        string path = directory ?? Directory.CreateTempSubdirectory("wayward-storage-").FullName;
        var options = new StorageOptions { DataDirectory = path };
        // Migrating takes a second; a copy of one that has been migrated does not.
        if (directory is null) await File.WriteAllBytesAsync(options.SqlitePath, await Empty.Value);
        var fixture = new StorageFixture(options, directory is null, detection ?? DetectionOptions.Default);
        await fixture._services.GetRequiredService<StorageInitializer>().InitializeAsync(CancellationToken.None);
        return fixture;
    }

    /// <summary>Nothing keeps the file open afterwards; the next call opens it anew.</summary>
    public Task CloseConnectionsAsync()
    {
        ((ContactStore)Contacts).Dispose();
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection(new Sqlite.SqliteDialect(Options).ConnectionString);
        Microsoft.Data.Sqlite.SqliteConnection.ClearPool(connection);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection(new Sqlite.SqliteDialect(Options).ConnectionString)) Microsoft.Data.Sqlite.SqliteConnection.ClearPool(connection);
        if (_ownsDirectory) Directory.Delete(Options.DataDirectory, recursive: true);
    }
}

internal sealed class SettableTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public override DateTimeOffset GetUtcNow() => Now;
    public void Advance(TimeSpan by) => Now += by;
}
