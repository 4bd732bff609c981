using Wayward.Storage;
using Wayward.Storage.Audit;

namespace Wayward.Web.Audit;

/// <summary>Writes checkpoints of the audit log while the server runs, and one when it ends. Each is written to the checkpoint file and to the program's log.</summary>
internal sealed class AuditAnchor(IAuditStore audit, AuditCheckpoints checkpoints, AuditOptions options, TimeProvider time, ILogger<AuditAnchor> log) : BackgroundService
{
    private const long EntriesAtMost = 100;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(10);

    private long _anchored = -1;
    private long _anchoredAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _anchoredAt = time.GetTimestamp();
        try
        {
            while (true)
            {
                await TryAnchorAsync(last: false, stoppingToken);
                await Task.Delay(Poll, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await TryAnchorAsync(last: true, CancellationToken.None);
        }
    }

    private async Task TryAnchorAsync(bool last, CancellationToken cancellation)
    {
        try
        {
            if (_anchored < 0) _anchored = checkpoints.Read().Good.Select(c => c.Sequence).DefaultIfEmpty(0).Max();
            var head = await audit.HeadAsync(cancellation);
            long waiting = head.Sequence - _anchored;
            if (waiting <= 0 || !(last || waiting >= EntriesAtMost || time.GetElapsedTime(_anchoredAt) >= options.CheckpointInterval)) return;
            string line = checkpoints.Append(head, time.GetUtcNow().ToUnixTimeMilliseconds());
            (_anchored, _anchoredAt) = (head.Sequence, time.GetTimestamp());
            log.LogInformation("Audit checkpoint {Checkpoint}", line);
        }
        catch (Exception e) when (e is StorageUnavailableException or IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            log.LogWarning("No audit checkpoint could be written: {Problem}", e.Message);
        }
    }
}
