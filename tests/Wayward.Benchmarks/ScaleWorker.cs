using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Engine;
using Wayward.Engine.Sources;
using Wayward.Storage;
using Wayward.Storage.Ingest;

namespace Wayward.Benchmarks;

/// <summary>One ingest process of <see cref="Scaling"/>: one worker on a shared PostgreSQL database, until its standard input ends.</summary>
internal static class ScaleWorker
{
    /// <param name="delay">Milliseconds that an object takes to answer, as a store across a network does, without costing cpu.</param>
    public static async Task<int> RunAsync(string connection, string folder, string data, int delay)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        var options = new IngestOptions { Workers = 1, Sources = [new SourceOptions { Path = folder }], SettleTime = TimeSpan.Zero, PollInterval = TimeSpan.FromSeconds(1) };
        builder.Services.AddSingleton(options);
        builder.Services.AddWaywardStorage(new StorageOptions { DataDirectory = data, Provider = StorageProvider.PostgreSql, ConnectionString = connection });
        builder.Services.AddWaywardIngest(new ConfigurationBuilder().Build());
        if (delay > 0)
            builder.Services.AddSingleton(p => new SourceRegistry(SourceRegistry.Create(options, p.GetRequiredService<TimeProvider>()).All.Select(s => new FarAway(s, TimeSpan.FromMilliseconds(delay)))));
        using var host = builder.Build();
        await host.Services.GetRequiredService<StorageInitializer>().InitializeAsync(default);
        await host.StartAsync();
        Console.WriteLine("started");
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
        return 0;
    }

    private sealed class FarAway(ISource inner, TimeSpan delay) : ISource
    {
        public string Name => inner.Name;
        public bool Settled => inner.Settled;
        public string? Notice => inner.Notice;
        public bool NewestFirst => inner.NewestFirst;
        public bool WantsSettled => inner.WantsSettled;
        public IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync(CancellationToken cancellation) => inner.ListAsync(cancellation);
        public Task ConfirmAsync(OfferedObject item, CancellationToken cancellation) => inner.ConfirmAsync(item, cancellation);
        public Task SettledAsync(IReadOnlyList<OfferedObject> items, CancellationToken cancellation) => inner.SettledAsync(items, cancellation);
        public Task WaitForChangeAsync(CancellationToken cancellation) => inner.WaitForChangeAsync(cancellation);

        public async Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation)
        {
            await Task.Delay(delay, cancellation);
            return await inner.OpenAsync(item, cancellation);
        }
    }
}
