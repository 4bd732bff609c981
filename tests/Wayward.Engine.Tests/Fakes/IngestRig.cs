using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wayward.Core.Detection;
using Wayward.Engine.Detection;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Engine.Sources.Aws;
using Wayward.Engine.Triage;
using Wayward.Storage;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Fakes;

/// <summary>The whole of ingest over a SQLite file, or another storage, in this process.</summary>
public sealed class IngestRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _started = [];

    private IngestRig(ServiceProvider services) => _services = services;

    /// <summary>Quick to retry and to notice, as tests want it. Harnesses kill processes again and again, so an object in work at a death is not to blame.</summary>
    public static readonly IngestOptions Fast = new()
    {
        Workers = 2, PollInterval = TimeSpan.FromMilliseconds(100), SettleTime = TimeSpan.FromMilliseconds(60), RetryBase = TimeSpan.FromMilliseconds(20), RetryMaximum = TimeSpan.FromMilliseconds(200),
        DetectionDelay = TimeSpan.FromMilliseconds(20), NotifyInterval = TimeSpan.FromMilliseconds(10), InterruptedTries = 1_000,
    };

    public IIngestControl Control => _services.GetRequiredService<IIngestControl>();
    public ITriageService Triage => _services.GetRequiredService<ITriageService>();
    public IDetectionService Detection => _services.GetRequiredService<IDetectionService>();
    public IFindingStore Findings => _services.GetRequiredService<IFindingStore>();
    public ISourceObjectStore Ledger => _services.GetRequiredService<ISourceObjectStore>();
    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <param name="data">The data directory; kept when the rig goes, so that another can go on with it.</param>
    public static async Task<IngestRig> StartAsync(string data, IngestOptions options, Action<IServiceCollection>? with = null, bool start = true, DetectionOptions? detection = null, StorageOptions? storage = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(detection ?? DetectionOptions.Default);
        services.AddWaywardStorage(storage ?? new StorageOptions { DataDirectory = data });
        services.AddSingleton(options);
        services.AddWaywardIngest(new ConfigurationBuilder().Build());
        services.AddSingleton(p => SourceRegistry.Create(options, p.GetRequiredService<TimeProvider>(), FakeAws.Settings));
        with?.Invoke(services);
        var rig = new IngestRig(services.BuildServiceProvider());
        await rig.Get<StorageInitializer>().InitializeAsync(CancellationToken.None);
        if (start) await rig.StartAsync();
        return rig;
    }

    public async Task StartAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
            _started.Add(service);
        }
    }

    public async Task<string> DumpAsync()
    {
        using var buffer = new MemoryStream();
        await Get<CanonicalDump>().WriteAsync(buffer, CancellationToken.None);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    public Task WhenIdleAsync(int seconds = 60) => Control.WhenIdleAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(seconds));

    public async Task StopAsync()
    {
        foreach (var service in Enumerable.Reverse(_started)) await service.StopAsync(CancellationToken.None);
        _started.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }
}
