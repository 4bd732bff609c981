using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Detection;
using Wayward.Engine.Loops;
using Wayward.Engine.Sources.Aws;

namespace Wayward.Engine.Inventories;

/// <summary>Keeps the inventory in step with its files and with AWS. Nothing that goes wrong here stops anything: what was known stays in force, and health says what is wrong.</summary>
public sealed class InventoryWatch(
    InventoryStore store, InventoryOptions options, AwsClientSettings settings, IDetectionTrigger detection, LoopHealth health, TimeProvider time, ILogger<InventoryWatch> log) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);
    private readonly Ec2Reader _ec2 = new(settings);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
    [
        Loop("inventory files").RunAsync(ReadFilesAsync, options.FileInterval, stoppingToken),
        .. options.Aws.Select(account => Loop("inventory of " + account.Name).RunAsync(c => ReadAccountAsync(account, c), stoppingToken)),
    ]);

    private PollLoop Loop(string name) => new(name, health, time, log);

    private Task ReadFilesAsync(CancellationToken cancellation)
    {
        if (store.ReadFiles()) Changed();
        return Task.CompletedTask;
    }

    /// <returns>How long to wait for the next reading.</returns>
    private async Task<TimeSpan> ReadAccountAsync(InventoryAwsOptions account, CancellationToken cancellation)
    {
        try
        {
            if (store.Replace(account, await _ec2.ReadAsync(account, cancellation))) Changed();
            return options.AwsInterval;
        }
        catch (InventoryUnavailableException e)
        {
            store.Failed(account.Name, e.Message);
            log.LogWarning("The inventory of {Account} was not read: {Reason}", account.Name, e.Message);
            return options.AwsInterval < RetryAfter ? options.AwsInterval : RetryAfter;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            store.Failed(account.Name, e.Message);
            throw;
        }
    }

    private void Changed()
    {
        log.LogInformation("Inventory of {Items} items ({Hash}) is in force", store.Current.Count, store.Current.Hash);
        detection.Signal();
        detection.Calm();
    }
}
