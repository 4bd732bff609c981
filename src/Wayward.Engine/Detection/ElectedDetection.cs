using Microsoft.Extensions.Logging;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Detection;

/// <summary>
/// Evaluates here when this process is the elected one, or alone; else requests it of the one that is, and waits for the answer. The evaluation itself bears being interrupted anywhere; that two never store
/// at once is the store's fence.
/// </summary>
public sealed class ElectedDetection(
    DetectionService here, IDetectorRole role, IFindingStore findings, TimeProvider time, ILogger<ElectedDetection> log) : IDetectionService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    /// <summary>Then it is not there, or busy with a first evaluation of everything: the caller goes on, and pages follow once it has evaluated.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly FindingChanges NoChanges = new([], [], [], []);

    public Task<FindingChanges> RunBatchAsync(CancellationToken cancellation) => RunAsync(here.RunBatchAsync, cancellation);

    public Task<FindingChanges> EvaluateAllAsync(CancellationToken cancellation) => RunAsync(here.EvaluateAllAsync, cancellation);

    public async Task<FindingChanges> ReevaluateAsync(Func<Task> change, CancellationToken cancellation)
    {
        if (role.Alone) return await here.ReevaluateAsync(change, cancellation);
        await RunBatchAsync(cancellation);
        var before = await findings.OpenIdsAsync(cancellation);
        await change();
        await RunBatchAsync(CancellationToken.None);
        var after = await findings.OpenIdsAsync(CancellationToken.None);
        return new([], [], [.. before.Except(after).Order(StringComparer.Ordinal)], [.. after.Except(before).Order(StringComparer.Ordinal)]);
    }

    private async Task<FindingChanges> RunAsync(Func<CancellationToken, Task<FindingChanges>> evaluate, CancellationToken cancellation)
    {
        if (role.Alone) return await evaluate(cancellation);
        if (role.Held) return await EvaluateHereAsync(evaluate, cancellation);
        long ticket = await role.RequestAsync(cancellation);
        for (long began = time.GetTimestamp(); time.GetElapsedTime(began) < Patience;)
        {
            if (role.Held) return await EvaluateHereAsync(evaluate, cancellation);
            if ((await role.TicketsAsync(cancellation)).Answered >= ticket) return NoChanges;
            await Task.Delay(PollInterval, time, cancellation);
        }
        log.LogWarning("The elected detector has not answered within {Patience}", Patience);
        return NoChanges;
    }

    private async Task<FindingChanges> EvaluateHereAsync(Func<CancellationToken, Task<FindingChanges>> evaluate, CancellationToken cancellation)
    {
        try
        {
            long requested = (await role.TicketsAsync(cancellation)).Requested;
            var changes = await evaluate(cancellation);
            await role.AnswerAsync(requested, cancellation);
            return changes;
        }
        catch (DetectorReplacedException e)
        {
            log.LogWarning("{Reason}", e.Message);
            return NoChanges;
        }
    }
}
