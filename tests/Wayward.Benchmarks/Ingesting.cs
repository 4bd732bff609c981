using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Ingest;
using Wayward.Ingest.Pipeline;
using Wayward.Storage;

namespace Wayward.Benchmarks;

/// <summary>The program's own ingest without its web server: folder source, workers, writer, detection, until nothing waits.</summary>
internal static class Ingesting
{
    public static async Task<int> RunAsync(int workers, string folder)
    {
        string data = Directory.CreateTempSubdirectory("wayward-bench-").FullName;
        try
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddSingleton(new IngestOptions
            {
                Workers = workers, Sources = [new SourceOptions { Path = folder }], SettleTime = TimeSpan.Zero, DetectionDelay = TimeSpan.Zero, PollInterval = TimeSpan.FromMilliseconds(50),
            });
            builder.Services.AddWaywardStorage(new StorageOptions { DataDirectory = data });
            builder.Services.AddWaywardIngest(new ConfigurationBuilder().Build());
            using var host = builder.Build();
            await host.Services.GetRequiredService<StorageInitializer>().InitializeAsync(default);
            await host.StartAsync();
            var control = host.Services.GetRequiredService<IIngestControl>();
            await control.WhenIdleAsync(default);
            var progress = control.Progress;
            Console.WriteLine($"objects {progress.Done} records {progress.Records}");
            await host.StopAsync();
            return progress.Done == Directory.GetFiles(folder).Length ? 0 : 1;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
