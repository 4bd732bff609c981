using Wayward.Core.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.Contacts;

/// <summary>
/// Replaces what an object contributed when the same key comes back with other content. A cell is made of minima and maxima, which cannot be subtracted; so the days and instances of the
/// former object are cleared, and all other objects that reach into them go back to the queue, to contribute once more to just that stretch. The ledger knows who they are, so
/// nothing else is read again. Evaluating waits until they are through (<see cref="ContactStore.PendingAsync"/>), so no finding flickers.
/// </summary>
/// <param name="writer">A transaction that nobody else commits beside.</param>
internal sealed class ContactReplacement(ILedgerTransaction writer)
{
    private sealed record Former(long ObjectId, SourceObjectState State, long FirstStart, long LastEnd, byte[] Instances, long LastModified, string? Sha256);

    /// <summary>Something was removed, so there is something to evaluate even if nothing is added.</summary>
    public bool Removed { get; private set; }

    /// <returns>False when this object itself is the older version: it contributes nothing.</returns>
    /// <param name="newer">Of the objects of this commit, those that no other of it supersedes.</param>
    public bool RemoveFormer(SourceObjectDone item, IReadOnlySet<long> newer, long commitNumber)
    {
        var formers = FormersOf(item);
        if (formers.Count == 0 && newer.Contains(item.ObjectId)) return true;
        long modified = LastModified(item.ObjectId);
        if (!newer.Contains(item.ObjectId) || formers.Exists(f => f.State is SourceObjectState.Done or SourceObjectState.Duplicate && f.LastModified > modified && modified > 0))
        {
            writer.Prepare(ContactReplacementSql.InsertStale).Bind(item.ObjectId).Bind(item.Source).Bind(item.Container).Bind(item.Key).Bind(item.ETag)
                .Bind(SourceObjectStore.SearchText(item.Container, item.Key)).Bind(item.ObjectBytes).Bind(modified).Bind(commitNumber).Run();
            return false;
        }
        foreach (var former in formers)
        {
            if (former.State is SourceObjectState.Changed or SourceObjectState.Skipped) continue;
            if (former.Sha256 == item.Sha256 && (former.State == SourceObjectState.Done || HasReplays(former.ObjectId)))
            {
                Inherit(former, item, commitNumber);
                continue;
            }
            // One that waits may be the newer one; only a source's own time can tell.
            if (former.State is not (SourceObjectState.Done or SourceObjectState.Duplicate) && !HasReplays(former.ObjectId) && former.LastModified >= modified) continue;
            bool contributed = former.State == SourceObjectState.Done || HasReplays(former.ObjectId);
            writer.Prepare(ContactReplacementSql.MarkChanged).Bind($"replaced by a newer version, etag {item.ETag}").Bind(former.ObjectId).Run();
            writer.Prepare(ContactReplacementSql.DeleteReplays).Bind(former.ObjectId).Run();
            if (contributed) Remove(former, item.ObjectId, commitNumber);
        }
        return true;
    }

    /// <summary>
    /// A touched file, the same bytes under a new etag: the new row stands where the old one stood, with what it contributed and what it has to contribute again. The old etag can never be
    /// opened again, so were the old row left to answer for the content, a replay could not be served.
    /// </summary>
    private void Inherit(Former former, SourceObjectDone item, long commitNumber)
    {
        writer.Record(item, former.State, null, commitNumber);
        writer.Prepare(ContactReplacementSql.InheritInstances).Bind(former.Instances).Bind(item.ObjectId).Run();
        writer.Prepare(ContactReplacementSql.InheritReplays).Bind(item.ObjectId).Bind(former.ObjectId).Run();
        writer.Prepare(ContactReplacementSql.DeleteReplays).Bind(former.ObjectId).Run();
        writer.Prepare(ContactReplacementSql.MarkChanged).Bind($"same content under a newer etag, {item.ETag}").Bind(former.ObjectId).Run();
    }

    /// <summary>The last of each key: by the source's time, else by position.</summary>
    public HashSet<long> Newest(IReadOnlyList<ObjectContribution> objects) => objects
        .Select((o, n) => (o.Object, Order: (LastModified(o.Object.ObjectId), n)))
        .GroupBy(o => (o.Object.Container, o.Object.Key)).Select(g => g.MaxBy(o => o.Order).Object.ObjectId).ToHashSet();

    private List<Former> FormersOf(SourceObjectDone item)
    {
        var formers = new List<Former>();
        var select = writer.Prepare(ContactReplacementSql.SelectFormer).Bind(item.Container).Bind(item.Key).Bind(item.ObjectId);
        while (select.Read()) formers.Add(new(select.Int64(0), (SourceObjectState)select.Int32(1), select.Int64(2), select.Int64(3), select.Blob(4).ToArray(), select.Int64(5), select.Text(6)));
        return formers;
    }

    private long LastModified(long objectId)
    {
        var select = writer.Prepare(ContactReplacementSql.SelectLastModified).Bind(objectId);
        if (!select.Read()) return 0;
        long value = select.Int64(0);
        select.Reset();
        return value;
    }

    private bool HasReplays(long objectId)
    {
        var select = writer.Prepare(ContactReplacementSql.SelectReplays).Bind(objectId);
        bool any = select.Read();
        if (any) select.Reset();
        return any;
    }

    private void Remove(Former former, long successor, long commitNumber)
    {
        Removed = true;
        if (former.Sha256 is { } sha) writer.Prepare(ContactReplacementSql.ReviveTwin).Bind(sha).Run();
        int from = UnixTime.Day(former.FirstStart), to = UnixTime.Day(former.LastEnd);
        var instances = IdSet.Read(former.Instances);
        if (instances.Count == 0) return;
        Requeue(former, successor, instances, from, to);
        writer.Prepare(ContactReplacementSql.DeleteChecksums).Bind(from).Bind(to).Run();
        var endpoints = new HashSet<int>();
        foreach (int instance in instances.Order())
        {
            var pairs = writer.Prepare(ContactReplacementSql.SelectPairEndpoints).Bind(instance);
            while (pairs.Read()) endpoints.Add(pairs.Int32(0));
            writer.Prepare(ContactReplacementSql.DeleteCells).Bind(instance).Bind(from * 24).Bind((to + 1) * 24).Run();
            writer.Prepare(ContactReplacementSql.DeleteCoverage).Bind(instance).Bind(from).Bind(to).Run();
            writer.Prepare(ContactReplacementSql.DeleteEvidence).Bind(instance).Bind(from * UnixTime.DaySeconds).Bind((to + 1) * UnixTime.DaySeconds).Run();
            writer.Prepare(ContactReplacementSql.DeleteEmptyPairs).Bind(instance).Run();
            writer.Prepare(ContactReplacementSql.RecomputePairs).Bind(instance).Run();
            Recompute(instance);
            writer.Prepare(ContactReplacementSql.TouchInstance).Bind(instance).Bind(commitNumber).Run();
        }
        foreach (int endpoint in endpoints.Order())
        {
            writer.Prepare(ContactReplacementSql.RecomputeEndpoint).Bind(endpoint).Run();
            writer.Prepare(ContactReplacementSql.TouchEndpoint).Bind(endpoint).Bind(commitNumber).Run();
            writer.Prepare(ContactReplacementSql.DeleteUnusedEndpoint).Bind(endpoint).Run();
        }
        writer.Prepare(ContactReplacementSql.DeleteUntouchable).Run();
    }

    /// <summary>Derives an instance's row from its coverage and pairs, after some of them were removed.</summary>
    private void Recompute(int instanceId)
    {
        var count = writer.Prepare(ContactReplacementSql.CountDestinations).Bind(instanceId);
        count.Read();
        int destinations = count.Int32(0);
        count.Reset();
        long since = EpochStart(writer, instanceId);
        writer.Prepare(ContactReplacementSql.RecomputeInstance).Bind(since).Bind(destinations).Bind(instanceId).Run();
    }

    /// <summary>From all stored coverage of the instance.</summary>
    public static long EpochStart(ILedgerTransaction writer, int instanceId)
    {
        var epoch = new ObservationEpoch(writer.HistoryWindow);
        var spans = writer.Prepare(ContactReplacementSql.SelectCoverageSpans).Bind(instanceId);
        while (spans.Read()) epoch.Add(spans.Int64(0), spans.Int64(1));
        return epoch.Start;
    }

    private void Requeue(Former former, long successor, HashSet<int> instances, int from, int to)
    {
        var beside = new List<long>();
        var overlapping = writer.Prepare(ContactReplacementSql.SelectOverlapping).Bind(former.ObjectId).Bind(from * UnixTime.DaySeconds).Bind((to + 1) * UnixTime.DaySeconds);
        while (overlapping.Read())
        {
            if (overlapping.Int64(0) != successor && IdSet.Read(overlapping.Blob(1)).Overlaps(instances)) beside.Add(overlapping.Int64(0));
        }
        if (beside.Count == 0) return;
        var window = writer.Prepare(ContactReplacementSql.InsertWindow).Bind(from).Bind(to).Bind(former.Instances);
        window.Read();
        int id = window.Int32(0);
        window.Reset();
        foreach (long objectId in beside)
        {
            writer.Prepare(ContactReplacementSql.Requeue).Bind(objectId).Run();
            writer.Prepare(ContactReplacementSql.InsertReplay).Bind(objectId).Bind(id).Run();
        }
    }

    /// <summary>All of a contribution, or, when the object is only read again, what lies in the stretches that were cleared.</summary>
    public ContactBatch PartToAdd(ObjectContribution contribution)
    {
        var windows = new List<(int From, int To, HashSet<int> Instances)>();
        var select = writer.Prepare(ContactReplacementSql.SelectReplays).Bind(contribution.Object.ObjectId);
        while (select.Read()) windows.Add((select.Int32(0), select.Int32(1), IdSet.Read(select.Blob(2))));
        if (windows.Count == 0) return contribution.Batch;
        writer.Prepare(ContactReplacementSql.DeleteReplays).Bind(contribution.Object.ObjectId).Run();
        writer.Prepare(ContactReplacementSql.DeleteIdleWindows).Run();

        var part = new ContactBatch { MaxStart = contribution.Batch.MaxStart };
        var keys = windows.SelectMany(w => w.Instances).Distinct().ToDictionary(KeyOf, id => id);
        foreach (var (key, whole) in contribution.Batch.Instances)
        {
            if (!keys.TryGetValue(key.Id, out int id)) continue;
            var days = windows.Where(w => w.Instances.Contains(id)).ToList();
            bool Cleared(int day) => days.Exists(w => day >= w.From && day <= w.To);
            var share = new InstanceContribution();
            foreach (var (at, cell) in whole.Cells)
                if (Cleared(at.Hour / 24)) share.Cells.Add(at, cell);
            foreach (var (day, coverage) in whole.Coverage)
                if (Cleared(day)) share.Coverage.Add(day, coverage);
            foreach (var (endpoint, lines) in whole.Evidence)
                if (lines.Where(l => Cleared(UnixTime.Day(l.Start))).ToList() is { Count: > 0 } kept) share.Evidence.Add(endpoint, kept);
            foreach (var (at, fact) in whole.Facts) share.Facts.Add(at, fact);
            part.Instances.Add(key, share);
        }
        return part;
    }

    private string KeyOf(int instance)
    {
        var select = writer.Prepare(ContactReplacementSql.SelectInstanceKey).Bind(instance);
        select.Read();
        string key = select.Text(0)!;
        select.Reset();
        return key;
    }
}
