using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Engine;
using Wayward.Engine.Detection;
using Wayward.Engine.Pipeline;
using Wayward.Storage;

namespace Wayward.Benchmarks;

/// <summary>The program's own ingest without its web server: folder source, workers, writer, detection, until nothing waits.</summary>
internal static class Ingesting
{
    /// <summary>Makes an empty database: done once in a service's life, so no part of what is measured.</summary>
    public static async Task<int> PrepareAsync(string data)
    {
        Directory.CreateDirectory(data);
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Wayward.Core.Detection.DetectionOptions.Default);
        services.AddWaywardStorage(new StorageOptions { DataDirectory = data });
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<StorageInitializer>().InitializeAsync(default);
        return 0;
    }

    public static async Task<int> RunAsync(int workers, string folder, string prepared, bool detect)
    {
        string data = Directory.CreateTempSubdirectory("wayward-bench-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(prepared)) File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddSingleton(new IngestOptions
            {
                Workers = workers, Sources = [new SourceOptions { Path = folder }], SettleTime = TimeSpan.Zero, PollInterval = TimeSpan.FromMilliseconds(50),
            });
            builder.Services.AddWaywardStorage(new StorageOptions { DataDirectory = data });
            builder.Services.AddWaywardIngest(new ConfigurationBuilder().Build());
            if (!detect)
            {
                builder.Services.RemoveAll<IDetectionTrigger>();
                builder.Services.AddSingleton<IDetectionTrigger, NoDetection>();
                builder.Services.Remove(builder.Services.First(s => s.ServiceType == typeof(IHostedService)));
            }
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

    private sealed class NoDetection : IDetectionTrigger
    {
        public bool CaughtUp => true;
        public DateTimeOffset? LastRun => null;
        public void Signal() { }
    }
}
