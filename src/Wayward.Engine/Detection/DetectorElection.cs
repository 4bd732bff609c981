using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Detection;

/// <summary>Stands for election, keeps the role while it has it, and answers those who asked.</summary>
internal sealed class DetectorElection(IDetectorRole role, IDetectionService detection, IngestOptions options, TimeProvider time, ILogger<DetectorElection> log) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);
    private readonly LeaseTerms _terms = LeaseTerms.OfThisProcess(options.LeaseTime);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (role.Alone) return;
        await Task.WhenAll(HoldAsync(stoppingToken), AnswerAsync(stoppingToken));
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await role.ResignAsync(soon.Token);
        }
        catch (Exception e)
        {
            log.LogDebug(e, "The detector's role could not be given up; it ends by itself");
        }
    }

    /// <summary>An evaluation may take longer than a lease, so this goes on beside it.</summary>
    private async Task HoldAsync(CancellationToken cancellation)
    {
        bool held = false;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                bool now = await role.TryHoldAsync(_terms, cancellation);
                if (now != held) log.LogInformation("{Change}", now ? "This process evaluates from now on" : "Another process evaluates from now on");
                held = now;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                log.LogWarning("The election of the detector cannot be held ({Problem}); trying again", e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(held ? _terms.For / 3 : Min(_terms.For / 3, TimeSpan.FromSeconds(5)), time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnswerAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (role.Held && await role.TicketsAsync(cancellation) is var (asked, answered) && asked > answered) await detection.RunBatchAsync(cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                log.LogWarning("An evaluation that was asked for failed ({Problem}); trying again", e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(PollInterval, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
