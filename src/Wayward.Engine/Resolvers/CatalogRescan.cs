using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Resolvers;

/// <summary>
/// Gives added entries the past that they lack: reads the stored objects of the last H again, for just their endpoints, and commits what was found beside what is there.
/// Each object's find is committed as a contribution of its own, whose identity is the object and the set of endpoints: cut off anywhere and run again, nothing counts twice.
/// </summary>
/// <remarks>
/// Objects read since the entries were loaded hold their contacts already. Which these are is told by when their reading began; within two seconds of the load an object
/// may be counted twice, which can raise its traffic sums but never moves a first or last contact.
/// </remarks>
public sealed class CatalogRescan(
    CatalogStore store, ISourceObjectStore ledger, IContactStore contacts, SourceRegistry sources, AddressSpace addresses, FlowReadLimits limits, Inventories.IInventoryProvider inventories, DetectionOptions detection, TimeProvider time,
    IDetectionTrigger trigger, ILogger<CatalogRescan> log)
{
    private const int CommitObjects = 32;
    private const int MaxProblems = 100;
    private const double LoadMargin = 2;

    /// <summary>Rescans for every entry of the addition that still trains, and lets these alert when all of their past could be read.</summary>
    /// <param name="progress">Objects done, objects in all.</param>
    public async Task<RescanResult> RunAsync(string name, Action<int, int>? progress, CancellationToken cancellation)
    {
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        var training = (store.Additions.FirstOrDefault(a => a.Name == name)?.Entries ?? []).Where(e => e.AlertsFrom > now).ToList();
        int objects = 0, contributed = 0;
        List<string> problems = [];
        // Entries loaded at one time lack the same past.
        foreach (var group in training.GroupBy(e => e.AlertsFrom).OrderBy(g => g.Key))
        {
            double loaded = group.Key - detection.Learning.TotalSeconds;
            var rows = (await StoredAsync(now, cancellation)).Where(r => r.DoneAt is { } done && done - r.ReadMilliseconds / 1000 < loaded + LoadMargin).ToList();
            var catalog = new ResolverCatalog("rescan", group);
            string label = "rescan " + catalog.Hash;
            var pending = new List<ObjectContribution>();
            for (int i = 0; i < rows.Count; i++)
            {
                progress?.Invoke(i, rows.Count);
                if (await ReadAsync(rows[i], catalog, label, problems, cancellation) is not { } found) continue;
                pending.Add(found);
                contributed++;
                if (pending.Count < CommitObjects) continue;
                await contacts.CommitAsync(pending, cancellation);
                pending.Clear();
            }
            await contacts.CommitAsync(pending, cancellation);
            progress?.Invoke(rows.Count, rows.Count);
            objects += rows.Count;
        }
        if (training.Count > 0 && problems.Count == 0) store.EndTraining(name, training.Select(e => e.Id).ToHashSet(StringComparer.Ordinal));
        log.LogInformation("Rescan for {Name}: {Objects} objects read, {Contributed} with contacts, {Problems} not readable", name, objects, contributed, problems.Count);
        trigger.Signal();
        trigger.Calm();
        return new(objects, contributed, problems);
    }

    /// <summary>Done objects with records in the history window, day by day so that no answer of the store is large.</summary>
    private async Task<List<SourceObjectRow>> StoredAsync(long now, CancellationToken cancellation)
    {
        var rows = new Dictionary<long, SourceObjectRow>();
        for (long from = now - (long)detection.HistoryWindow.TotalSeconds; from <= now + UnixTime.DaySeconds; from += UnixTime.DaySeconds)
            foreach (var row in await ledger.CoveringAsync(from, from + UnixTime.DaySeconds, int.MaxValue, cancellation)) rows.TryAdd(row.ObjectId, row);
        return [.. rows.Values.OrderBy(r => r.FirstStart).ThenBy(r => r.ObjectId)];
    }

    private async Task<ObjectContribution?> ReadAsync(SourceObjectRow row, ResolverCatalog catalog, string label, List<string> problems, CancellationToken cancellation)
    {
        var item = new OfferedObject(row.Source, row.Container, row.Key, row.ETag, row.Bytes, row.LastModified);
        string display = ObjectIngestor.DisplayName(item);
        try
        {
            if (sources.Find(row.Source) is not { } source) throw new IOException($"its source {row.Source} is not configured any more");
            var folder = new ContactFolder(catalog, addresses, inventories.Current);
            folder.Begin(row.ObjectId, row.Key);
            await using var stream = await source.OpenAsync(item, cancellation);
            await Task.Run(() =>
            {
                var sink = folder;
                FlowLogReader.Read(stream, ObjectIngestor.InfoOf(source, item), ref sink, limits, cancellation);
            }, cancellation);
            var batch = Only(folder.TakeBatch(), catalog);
            return batch.Instances.Count == 0 ? null : new(Done(row, label), batch);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (problems.Count < MaxProblems) problems.Add($"{display}: {e.Message}");
            return null;
        }
    }

    /// <summary>
    /// The batch without what the ledger has from the first reading: coverage, facts, and the ports that are kept for every public remote.
    /// </summary>
    private static ContactBatch Only(ContactBatch all, ResolverCatalog catalog)
    {
        var batch = new ContactBatch();
        foreach (var (key, contribution) in all.Instances)
        {
            var mine = new InstanceContribution();
            foreach (var (at, cell) in contribution.Cells)
                if (IsNew(at.Endpoint)) mine.Cells.Add(at, cell);
            if (mine.Cells.Count == 0) continue;
            foreach (var (endpoint, lines) in contribution.Evidence)
                if (IsNew(endpoint)) mine.Evidence.Add(endpoint, lines);
            batch.Instances.Add(key, mine);
        }
        return batch;

        bool IsNew(Endpoint endpoint) => !CatalogFeed.IsRecordedAnyway(endpoint.Port) && catalog.FindEndpoint(endpoint.Address, endpoint.Protocol, endpoint.Port) is not null;
    }

    /// <summary>
    /// A ledger row of its own, without records or times: it is no object to read evidence from. Its key is its own too: under the object's key it would be taken for a newer version,
    /// which replaces what the object contributed.
    /// </summary>
    private static SourceObjectDone Done(SourceObjectRow row, string label)
    {
        string key = $"{row.Key} ({label}, etag {row.ETag})", etag = $"{row.ETag} {label}";
        return new()
        {
            ObjectId = new ObjectIdentity(row.Container, key, etag).Id,
            Source = row.Source,
            Container = row.Container,
            Key = key,
            ETag = etag,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row.ObjectId}\n{row.Sha256}\n{label}")))),
            ObjectBytes = 0,
            ExpandedBytes = 0,
            Records = 0,
            ContactRecords = 0,
            Quarantined = 0,
            Format = "rescan",
            FirstStart = 0,
            LastEnd = 0,
            ReadMilliseconds = 0,
        };
    }
}
