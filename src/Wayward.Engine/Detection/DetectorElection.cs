using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Loops;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Detection;

/// <summary>Stands for election, keeps the role while it has it, and runs the evaluations that other processes request.</summary>
internal sealed class DetectorElection(IDetectorRole role, IDetectionService detection, IngestOptions options, LoopHealth health, TimeProvider time, ILogger<DetectorElection> log) : BackgroundService
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
    private Task HoldAsync(CancellationToken cancellation)
    {
        bool held = false;
        var betweenTries = Min(_terms.For / 3, TimeSpan.FromSeconds(5));
        return Loop("detector election", betweenTries).RunAsync(
            async c =>
            {
                bool now = await role.TryHoldAsync(_terms, c);
                if (now != held) log.LogInformation("{Change}", now ? "This process evaluates from now on" : "Another process evaluates from now on");
                held = now;
                return held ? _terms.For / 3 : betweenTries;
            },
            cancellation);
    }

    private Task AnswerAsync(CancellationToken cancellation) => Loop("requested evaluations", PollInterval).RunAsync(
        async c =>
        {
            if (role.Held && await role.TicketsAsync(c) is var (requested, answered) && requested > answered) await detection.RunBatchAsync(c);
        },
        PollInterval, cancellation);

    /// <summary>Whoever waits for a role or an answer waits for this process, so a failure does not lengthen the pause.</summary>
    private PollLoop Loop(string name, TimeSpan pause) => new(name, health, time, log) { FirstPause = pause, LongestPause = pause };

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
