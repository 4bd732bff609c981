using Wayward.Storage;
using Wayward.Storage.Ingest;
using Wayward.Storage.Maintenance;

namespace Wayward.Web.Hosting;

/// <summary>Once a day, and a while after the start: retention, and the summaries of days at rest.</summary>
internal sealed class StorageCare(IStorageMaintenance maintenance, IDetectorRole role, RetentionOptions retention, TimeProvider time, ILogger<StorageCare> log) : BackgroundService
{
    /// <summary>The start belongs to ingest.</summary>
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstAfter;
        while (true)
        {
            await Task.Delay(pause, time, stoppingToken);
            pause = Every;
            // Once is enough: where several processes work on one database, the one that evaluates does it.
            if (!role.Held) continue;
            try
            {
                var done = await maintenance.RunAsync(retention, stoppingToken);
                log.LogInformation("Storage care: {Cells} hour cells compacted, {Days} days sealed", done.Cells, done.Sealed);
            }
            catch (StorageUnavailableException e)
            {
                // Ingest tells the operator; this only waits for its next turn.
                log.LogWarning("Storage care was put off: {Problem}", e.Message);
                pause = FirstAfter;
            }
        }
    }
}
