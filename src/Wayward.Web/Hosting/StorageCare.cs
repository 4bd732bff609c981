using Wayward.Engine.Loops;
using Wayward.Storage.Ingest;
using Wayward.Storage.Maintenance;

namespace Wayward.Web.Hosting;

/// <summary>Once a day, and a while after the start: retention, and the summaries of days at rest.</summary>
internal sealed class StorageCare(IStorageMaintenance maintenance, IDetectorRole role, RetentionOptions retention, LoopHealth health, TimeProvider time, ILogger<StorageCare> log) : BackgroundService
{
    /// <summary>The start belongs to ingest.</summary>
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(FirstAfter, time, stoppingToken);
        await new PollLoop("storage care", health, time, log) { FirstPause = FirstAfter, LongestPause = FirstAfter }.RunAsync(RunAsync, Every, stoppingToken);
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        // Once is enough: where several processes work on one database, the one that evaluates does it.
        if (!role.Held) return;
        var done = await maintenance.RunAsync(retention, cancellation);
        log.LogInformation("Storage care: {Cells} hour cells compacted, {Days} days sealed", done.Cells, done.Sealed);
    }
}
