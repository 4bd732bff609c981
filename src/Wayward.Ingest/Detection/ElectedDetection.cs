using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;

namespace Wayward.Ingest.Detection;

/// <summary>
/// Judges here when this process is the elected one, or alone; else asks the one that is, and waits for it. The judgement itself bears being interrupted anywhere; that two never store
/// at once is the store's fence.
/// </summary>
public sealed class ElectedDetection(
    DetectionService here, IDetectorRole role, IFindingStore findings, ProcessRole process, TimeProvider time, ILogger<ElectedDetection> log) : IDetectionService
{
    private static readonly TimeSpan Ask = TimeSpan.FromMilliseconds(200);
    /// <summary>Then it is not there, or busy with a first judgement of everything: whoever asked goes on, and pages follow when it has come to it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly FindingChanges NoChanges = new([], [], [], []);

    public Task<FindingChanges> RunBatchAsync(CancellationToken cancellation) => RunAsync(here.RunBatchAsync, cancellation);

    public Task<FindingChanges> JudgeAllAsync(CancellationToken cancellation) => RunAsync(here.JudgeAllAsync, cancellation);

    private async Task<FindingChanges> RunAsync(Func<CancellationToken, Task<FindingChanges>> judge, CancellationToken cancellation)
    {
        if (role.Alone) return await judge(cancellation);
        if (role.Held) return await JudgeHereAsync(judge, cancellation);
        // Only pages show what a decision changed.
        var before = process == ProcessRole.Ingest ? null : await OpenAsync(cancellation);
        long ticket = await role.AskAsync(cancellation);
        for (long began = time.GetTimestamp(); time.GetElapsedTime(began) < Patience;)
        {
            if (role.Held) return await JudgeHereAsync(judge, cancellation);
            if ((await role.TicketsAsync(cancellation)).Answered >= ticket)
            {
                if (before is null) return NoChanges;
                var after = await OpenAsync(cancellation);
                return new([], [], [.. before.Except(after).Order(StringComparer.Ordinal)], [.. after.Except(before).Order(StringComparer.Ordinal)]);
            }
            await Task.Delay(Ask, time, cancellation);
        }
        log.LogWarning("The elected detector has not answered within {Patience}", Patience);
        return NoChanges;
    }

    private async Task<FindingChanges> JudgeHereAsync(Func<CancellationToken, Task<FindingChanges>> judge, CancellationToken cancellation)
    {
        try
        {
            long asked = (await role.TicketsAsync(cancellation)).Asked;
            var changes = await judge(cancellation);
            await role.AnswerAsync(asked, cancellation);
            return changes;
        }
        catch (DetectorReplacedException e)
        {
            log.LogWarning("{Reason}", e.Message);
            return NoChanges;
        }
    }

    private async Task<HashSet<string>> OpenAsync(CancellationToken cancellation)
    {
        const int Page = 1_000;
        HashSet<string> open = new(StringComparer.Ordinal);
        for (int skip = 0; ; skip += Page)
        {
            var page = await findings.QueryAsync(new FindingQuery { IncludeUnreported = true, Sort = FindingSort.FirstContact, Descending = false, Skip = skip, Take = Page }, cancellation);
            open.UnionWith(page.Rows.Select(r => r.Id));
            if (page.Rows.Count < Page) return open;
        }
    }
}

/// <summary>Stands for election, keeps the role while it has it, and answers those who asked.</summary>
internal sealed class DetectorElection(IDetectorRole role, IDetectionService detection, IngestOptions options, TimeProvider time, ILogger<DetectorElection> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private readonly LeaseTerms _terms = new(string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():n}"), options.LeaseTime);

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

    /// <summary>A judgement may take longer than a lease, so this goes on beside it.</summary>
    private async Task HoldAsync(CancellationToken cancellation)
    {
        bool held = false;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                bool now = await role.TryHoldAsync(_terms, cancellation);
                if (now != held) log.LogInformation("{Change}", now ? "This process judges from now on" : "Another process judges from now on");
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
                log.LogWarning("A judgement that was asked for failed ({Problem}); trying again", e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(Look, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
