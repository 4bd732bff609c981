using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Detection;
using Wayward.Engine.Sources.Aws;

namespace Wayward.Engine.Inventories;

/// <summary>Keeps the inventory in step with its files and with AWS. Nothing that goes wrong here stops anything: what was known stays in force, and health says what is wrong.</summary>
public sealed class InventoryWatch(InventoryStore store, InventoryOptions options, AwsClientSettings settings, IDetectionTrigger detection, TimeProvider time, ILogger<InventoryWatch> log) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);
    private readonly Ec2Reader _ec2 = new(settings);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([WatchAsync(options.FileInterval, LookAtFilesAsync, stoppingToken), .. options.Aws.Select(account => WatchAsync(options.AwsInterval, c => LookAtAsync(account, c), stoppingToken))]);

    /// <param name="look">False = it failed, and is tried again sooner.</param>
    private async Task WatchAsync(TimeSpan interval, Func<CancellationToken, Task<bool>> look, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                bool well = await look(cancellation);
                await Task.Delay(well || interval < RetryAfter ? interval : RetryAfter, time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    private Task<bool> LookAtFilesAsync(CancellationToken cancellation)
    {
        if (store.ReadFiles()) Changed();
        return Task.FromResult(true);
    }

    private async Task<bool> LookAtAsync(InventoryAwsOptions account, CancellationToken cancellation)
    {
        try
        {
            if (store.Take(account, await _ec2.ReadAsync(account, cancellation))) Changed();
            return true;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            store.Failed(account.Name, e.Message);
            log.LogWarning("The inventory of {Account} was not read: {Reason}", account.Name, e.Message);
            return false;
        }
    }

    private void Changed()
    {
        log.LogInformation("Inventory of {Items} items ({Hash}) is in force", store.Current.Count, store.Current.Hash);
        detection.Signal();
        detection.Calm();
    }
}
