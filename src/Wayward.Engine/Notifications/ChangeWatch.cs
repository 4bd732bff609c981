using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Notifications;

/// <summary>Tells the pages of this process what others did to the database: where there is only one process, nothing.</summary>
internal sealed class ChangeWatch(IDetectorRole role, IChangeNotifier notifier, TimeProvider time, ILogger<ChangeWatch> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private const ChangeKinds Anything = ChangeKinds.Contacts | ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Ingest | ChangeKinds.Expected;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (role.Alone) return;
        string? last = null;
        bool failed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                string now = await role.StampAsync(stoppingToken);
                if (last is not null && now != last) notifier.Publish(Anything);
                (last, failed) = (now, false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!failed) log.LogWarning("Changes of other processes cannot be seen now ({Problem})", e.Message);
                failed = true;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
