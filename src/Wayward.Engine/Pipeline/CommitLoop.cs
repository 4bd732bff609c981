using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Wayward.Engine.Loops;
using Wayward.Engine.Sources;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>
/// The single writer. Takes what the workers finished, commits several objects in one synced transaction, and writes down failures. When the
/// database cannot be written it waits and tries again for as long as it takes: the workers fill their queue and stop, and no object is blamed.
/// </summary>
internal sealed class CommitLoop(
    ISourceObjectStore ledger, IContactStore contacts, IngestFaultPolicy policy, IngestOptions options, LoopHealth health, TimeProvider time, ILogger log, ObjectOutcomes outcomes)
{
    private const string Loop = "writer";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Why nothing can be written now; null = all is well.</summary>
    public string? StoreProblem { get; private set; }

    /// <summary>Runs until the channel is completed and drained, or until <paramref name="abandon"/>: what is then uncommitted is read again after the restart.</summary>
    public async Task RunAsync(ChannelReader<FinishedItem> finished, CancellationToken abandon)
    {
        List<FinishedItem> batch = [];
        while (await finished.WaitToReadAsync(abandon))
        {
            int cells = 0;
            while (batch.Count < options.CommitObjects && cells < options.CommitCells && finished.TryRead(out var item))
            {
                batch.Add(item);
                if (item.Contribution is { } contribution) cells += CellCount(contribution);
            }
            try
            {
                List<FinishedItem> good = [.. batch.Where(i => i.Contribution is not null)];
                if (good.Count > 0) await CommitAsync(good, abandon);
                foreach (var bad in batch.Where(i => i.Error is not null)) await WriteFaultAsync(bad.Work, bad.Error!, abandon);
                health.Succeeded(Loop);
            }
            catch (Exception e) when (!abandon.IsCancellationRequested)
            {
                // A fault of the program in what follows a commit. The writer must go on: without it nothing is ever read again.
                health.Failed(Loop, e.Message);
                log.LogError(e, "The writer failed after a commit; it goes on with the next objects");
            }
            finally
            {
                // Not only before the next ones: while nothing comes, the writer would hold what it has committed.
                batch.Clear();
            }
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
            if (refused.Count > 0) outcomes.OnLost([.. items.Select(i => i.Work).Where(w => refused.Contains(w.Object.ObjectId))]);
            var taken = items.Where(i => !refused.Contains(i.Work.Object.ObjectId)).ToList();
            if (taken.Count > 0) await outcomes.OnCommittedAsync([.. taken.Select(i => i.Work)], [.. taken.Select(i => i.Contribution!)]);
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
            fault = policy.Evaluate(error, row is null ? 0 : row.InWork ? row.Attempts - 1 : row.Attempts);
            if (error is SourceObjectChangedException && await ledger.SettleGoneVersionAsync(work.Object, abandon)) fault = fault with { Verdict = FaultVerdict.Superseded };
            else if (fault.Verdict == FaultVerdict.Quarantine) await ledger.MarkQuarantinedAsync(work.Object, fault.Reason, abandon);
            else await ledger.MarkRetryAsync(work.Object, fault.Reason, fault.Delay, abandon);
        }, abandon);
        if (problem is not null) log.LogError(problem, "The failure of {Object} could not be written down", ObjectIngestor.DisplayName(work.Object));
        outcomes.OnFailed(work, fault ?? policy.Evaluate(error, 0));
    }

    /// <returns>Null when it worked; the error when the database is well and the write itself is at fault.</returns>
    private async Task<Exception?> WhenWritableAsync(Func<Task> write, CancellationToken abandon)
    {
        var backoff = new Backoff(FirstPause, LongestPause);
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
                var pause = backoff.Next();
                log.LogWarning("The database cannot be written ({Problem}); trying again in {Pause}", StoreProblem, pause);
                await Task.Delay(pause, time, abandon);
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
