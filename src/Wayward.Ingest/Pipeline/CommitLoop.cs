using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wayward.Ingest.Sources;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Ingest.Pipeline;

/// <summary>
/// The single writer. Takes what the workers finished, commits several objects in one synced transaction, and writes down failures. When the
/// database cannot be written it waits and tries again for as long as it takes: the workers fill their queue and stop, and no object is blamed.
/// </summary>
/// <param name="underWay">How many objects are being read or wait for a commit: while there are others than those at hand, a commit may wait for them. 0 = it never does.</param>
internal sealed class CommitLoop(
    ISourceObjectStore ledger, IContactStore contacts, IngestFaultPolicy policy, IngestOptions options, TimeProvider time, ILogger log, Func<int> underWay,
    Func<IReadOnlyList<WorkItem>, IReadOnlyList<ObjectContribution>, Task> committed, Action<WorkItem, Fault> failed, Action<IReadOnlyList<WorkItem>> lost)
{
    /// <summary>
    /// Objects name mostly the same instances, each of which is some rows in every commit. So while others are being read, this many times as long as the last commit took is left to them, and a backlog
    /// spends a fifth of the time on commits at most.
    /// </summary>
    private const int RestAfter = 4;
    /// <summary>Commits that are quicker are not worth waiting for others.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);
    /// <summary>With so many rows at hand nothing is waited for: they are held in memory.</summary>
    private const int GatherCells = 40_000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Why nothing can be written now; null = all is well.</summary>
    public string? StoreProblem { get; private set; }

    /// <summary>Runs until the channel is completed and drained, or until <paramref name="abandon"/>: what is then uncommitted is read again after the restart.</summary>
    public async Task RunAsync(ChannelReader<FinishedItem> finished, CancellationToken abandon)
    {
        List<FinishedItem> batch = [];
        var rest = TimeSpan.Zero;
        long ended = 0;
        while (await finished.WaitToReadAsync(abandon))
        {
            batch.Clear();
            int cells = 0;
            do
            {
                while (batch.Count < options.CommitObjects && cells < options.CommitCells && finished.TryRead(out var item))
                {
                    batch.Add(item);
                    if (item.Contribution is { } contribution) cells += CellCount(contribution);
                }
            }
            while (batch.Count < options.CommitObjects && cells < GatherCells && underWay() > batch.Count && await MoreAsync(finished, rest - time.GetElapsedTime(ended), abandon));
            List<FinishedItem> good = [.. batch.Where(i => i.Contribution is not null)];
            if (good.Count > 0)
            {
                long began = time.GetTimestamp();
                await CommitAsync(good, abandon);
                ended = time.GetTimestamp();
                var took = time.GetElapsedTime(began, ended);
                rest = took < Quick ? TimeSpan.Zero : RestAfter * took < LongestRest ? RestAfter * took : LongestRest;
            }
            foreach (var bad in batch.Where(i => i.Error is not null)) await WriteFaultAsync(bad.Work, bad.Error!, abandon);
        }
    }

    /// <returns>True when another object was finished within <paramref name="rest"/>.</returns>
    private async Task<bool> MoreAsync(ChannelReader<FinishedItem> finished, TimeSpan rest, CancellationToken abandon)
    {
        if (rest <= TimeSpan.Zero) return false;
        using var rested = new CancellationTokenSource(rest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(rested.Token, abandon);
        try
        {
            return await finished.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!abandon.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task CommitAsync(List<FinishedItem> items, CancellationToken abandon)
    {
        ObjectContribution[] objects = [.. items.Select(i => i.Contribution!)];
        CommitResult? result = null;
        var error = await WhenWritableAsync(async () => result = await contacts.CommitAsync(objects, abandon), abandon);
        if (error is null)
        {
            var refused = result!.Refused;
            if (refused.Count > 0) lost([.. items.Select(i => i.Work).Where(w => refused.Contains(w.Object.ObjectId))]);
            var taken = items.Where(i => !refused.Contains(i.Work.Object.ObjectId)).ToList();
            if (taken.Count > 0) await committed([.. taken.Select(i => i.Work)], [.. taken.Select(i => i.Contribution!)]);
            return;
        }
        if (items.Count == 1)
        {
            await WriteFaultAsync(items[0].Work, error, abandon);
            return;
        }
        // One of them is poison for the database: take them one by one so that it holds up nobody else.
        log.LogError(error, "A commit of {Count} objects failed; committing them one by one", items.Count);
        foreach (var item in items) await CommitAsync([item], abandon);
    }

    private async Task WriteFaultAsync(WorkItem work, Exception error, CancellationToken abandon)
    {
        Fault? fault = null;
        var problem = await WhenWritableAsync(async () =>
        {
            var row = await ledger.FindAsync(work.Object.ObjectId, abandon);
            fault = policy.Judge(error, row?.Attempts ?? 0);
            if (error is SourceObjectChangedException && await ledger.SettleGoneVersionAsync(work.Object, abandon)) fault = fault with { Verdict = FaultVerdict.Superseded };
            else if (fault.Verdict == FaultVerdict.Quarantine) await ledger.MarkQuarantinedAsync(work.Object, fault.Reason, abandon);
            else await ledger.MarkRetryAsync(work.Object, fault.Reason, fault.Delay, abandon);
        }, abandon);
        if (problem is not null) log.LogError(problem, "The failure of {Object} could not be written down", ObjectIngestor.DisplayName(work.Object));
        failed(work, fault ?? policy.Judge(error, 0));
    }

    /// <returns>Null when it worked; the error when the database is well and the write itself is at fault.</returns>
    private async Task<Exception?> WhenWritableAsync(Func<Task> write, CancellationToken abandon)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await write();
                StoreProblem = null;
                return null;
            }
            catch (OperationCanceledException) when (abandon.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e) when (IngestFaultPolicy.IsStoreUnavailable(e))
            {
                StoreProblem = e.GetBaseException().Message;
                log.LogWarning("The database cannot be written ({Problem}); trying again in {Pause}", StoreProblem, pause);
                await Task.Delay(pause, time, abandon);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (Exception e)
            {
                return e;
            }
        }
    }

    private static int CellCount(ObjectContribution contribution)
    {
        int count = 0;
        foreach (var instance in contribution.Batch.Instances.Values) count += instance.Cells.Count + instance.Coverage.Count;
        return count;
    }
}
