using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Loops;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Notifications;

/// <summary>Tells the pages of this process what others did to the database: where there is only one process, nothing.</summary>
internal sealed class ChangeWatch(IDetectorRole role, IChangeNotifier notifier, LoopHealth health, TimeProvider time, ILogger<ChangeWatch> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private const ChangeKinds Anything = ChangeKinds.Contacts | ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Ingest | ChangeKinds.Expected;

    private string? _last;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => role.Alone
        ? Task.CompletedTask
        : new PollLoop("changes of other processes", health, time, log).RunAsync(PollAsync, Poll, stoppingToken);

    private async Task PollAsync(CancellationToken cancellation)
    {
        string now = await role.StampAsync(cancellation);
        if (_last is not null && now != _last) notifier.Publish(Anything);
        _last = now;
    }
}
