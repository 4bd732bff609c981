using Microsoft.Extensions.Logging;
using Wayward.Engine.Detection;
using Wayward.Engine.Notifications;
using Wayward.Storage.Contacts;

namespace Wayward.Engine.Pipeline;

/// <summary>What follows when the ledger has written down what became of objects: counters, health, evaluation, notifications of queues, pages.</summary>
internal sealed class ObjectOutcomes(
    QueueFeeder feeder, InFlight inFlight, IngestTotals totals, Settlement settlement, IngestFaultPolicy policy, IDetectionTrigger detection, IChangeNotifier notifier, Func<IReadOnlyList<BackfillLane>> lanes,
    TimeProvider time, ILogger log)
{
    public async Task OnCommittedAsync(IReadOnlyList<WorkItem> items, IReadOnlyList<ObjectContribution> objects)
    {
        // Before they count as settled: whoever waits until all is read and evaluated must not find a moment in which neither is to be done.
        // A changed object sends the objects beside it back to the queue, of whichever source.
        feeder.AllMayHaveWork(lanes());
        detection.Signal();
        for (int i = 0; i < items.Count; i++)
        {
            inFlight.Settle(items[i].Object.ObjectId);
            var read = objects[i].Object;
            items[i].Source.Finished(done: true, items[i].Live);
            items[i].Source.Read(read.Key, read.Records, read.Quarantined);
        }
        totals.Committed(objects);
        feeder.AllMayHaveWork(lanes());
        feeder.Wake();
        notifier.Publish(ChangeKinds.Ingest | ChangeKinds.Contacts);
        await settlement.TellAsync([.. items.Select(i => i.Object)]);
    }

    public void OnFailed(WorkItem work, Fault fault)
    {
        string name = ObjectIngestor.DisplayName(work.Object);
        switch (fault.Verdict)
        {
            case FaultVerdict.Quarantine:
                log.LogWarning("{Object} set aside: {Reason}", name, fault.Reason);
                work.Source.Finished(done: false, work.Live);
                totals.SetAside();
                _ = settlement.TellAsync([work.Object]);
                break;
            case FaultVerdict.Superseded:
                log.LogInformation("{Object} is replaced by a newer version: {Reason}", name, fault.Reason);
                work.Source.Finished(done: true, work.Live);
                _ = settlement.TellAsync([work.Object]);
                break;
            default:
                log.LogInformation("{Object} is tried again in {Delay}: {Reason}", name, fault.Delay, fault.Reason);
                var due = time.GetUtcNow() + fault.Delay;
                if (fault.Verdict is FaultVerdict.RetrySource or FaultVerdict.RetryMachine && work.Source.ReadFailed(fault.Reason, fault.NeedsOperator, policy.Delay) is { } resumes && resumes > due) due = resumes;
                feeder.TryAgainAt(due);
                break;
        }
        inFlight.Settle(work.Object.ObjectId);
        notifier.Publish(ChangeKinds.Ingest);
    }

    /// <summary>This process stood still for longer than a lease, and another process has these objects now.</summary>
    public void OnLost(IReadOnlyList<WorkItem> items)
    {
        foreach (var work in items)
        {
            log.LogWarning("{Object} was given to another process while it was read here; what was read here is dropped", ObjectIngestor.DisplayName(work.Object));
            inFlight.Settle(work.Object.ObjectId);
        }
        feeder.Wake();
    }
}
