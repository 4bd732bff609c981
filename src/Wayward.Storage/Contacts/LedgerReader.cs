using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;
using Wayward.Storage.Model;

namespace Wayward.Storage.Contacts;

/// <summary>Turns rows into histories. Rows come in key order, so one pass fills each list ascending.</summary>
internal static class LedgerReader
{
    private const int StreamChunk = 500;

    /// <param name="ids">Instances to read, whole; null = all.</param>
    /// <param name="endpoints">At least those that the instances have pairs with; null = they are read.</param>
    /// <param name="only">Endpoints whose cells and evidence are read; null = all.</param>
    public static async Task<ContactLedger> ReadAsync(
        WaywardDbContext db, IStorageDialect dialect, IReadOnlyCollection<int>? ids, CancellationToken cancellation, IReadOnlyDictionary<int, Endpoint>? endpoints = null, IReadOnlyCollection<int>? only = null)
    {
        var ledger = new ContactLedger { MaxStart = await db.LedgerState.Select(s => s.MaxStart).SingleAsync(cancellation) };
        var wanted = ids?.ToList();
        var instances = db.Instances.AsQueryable();
        if (wanted is not null) instances = instances.Where(i => wanted.Contains(i.Id));
        var histories = new Dictionary<int, InstanceHistory>();
        foreach (var instance in await instances.Select(i => new { i.Id, i.Key }).ToListAsync(cancellation))
            histories.Add(instance.Id, ledger.GetOrAdd(new(instance.Key)));

        await ReadOutlinesAsync(db, wanted, histories, cancellation);
        await ReadContactsAsync(db, dialect, wanted, histories, endpoints ?? await EndpointsOfAsync(db, wanted, cancellation), only, cancellation);
        return ledger;
    }

    /// <summary>All instances, some hundred at a time, for a reader that keeps less than the whole.</summary>
    public static async Task ForEachAsync(WaywardDbContext db, IStorageDialect dialect, Action<InstanceHistory> take, CancellationToken cancellation)
    {
        var endpoints = await EndpointsAsync(db, cancellation);
        foreach (var chunk in (await db.Instances.OrderBy(i => i.Id).Select(i => i.Id).ToListAsync(cancellation)).Chunk(StreamChunk))
        {
            foreach (var history in (await ReadAsync(db, dialect, chunk, cancellation, endpoints)).Instances.Values) take(history);
        }
    }

    /// <summary>What is new or changed of touched instances, with all of their facts.</summary>
    public static async Task<IReadOnlyList<HistoryTail>> TailsAsync(
        WaywardDbContext db, IStorageDialect dialect, IReadOnlyDictionary<InstanceKey, HistoryStart> from, CancellationToken cancellation)
    {
        var keys = from.Keys.Select(k => k.Id).ToList();
        var rows = await db.Instances.Where(i => keys.Contains(i.Key)).OrderBy(i => i.Id).Select(i => new { i.Id, i.Key, i.LastSeen }).ToListAsync(cancellation);
        var ids = rows.Select(r => r.Id).ToList();
        var tails = rows.ToDictionary(r => r.Id, r => new HistoryTail(new InstanceHistory { Key = new(r.Key) }, r.LastSeen));
        // More than was asked for does no harm.
        int day = from.Values.Select(s => s.Day).DefaultIfEmpty().Min();
        await foreach (var row in db.CoverageDays.Where(d => ids.Contains(d.InstanceId) && d.Day >= day).AsAsyncEnumerable().WithCancellation(cancellation))
            tails[row.InstanceId].Part.Coverage.Add(row.Day, row.ToCoverageDay());
        await foreach (var fact in db.InstanceFacts.Where(f => ids.Contains(f.InstanceId)).OrderBy(f => f.InstanceId).ThenBy(f => f.Attribute).ThenBy(f => f.Value).AsAsyncEnumerable().WithCancellation(cancellation))
            tails[fact.InstanceId].Part.Facts.Add(fact.ToFact());

        var cells = new List<(int Instance, int Endpoint, ContactHour Cell)>();
        foreach (int id in ids)
        {
            var which = new CellSelection { Instances = [id], OnlyTouched = true, FromHour = from[tails[id].Part.Key].Hour };
            dialect.ReadCells(db.Database.GetDbConnection(), which, (instance, endpoint, cell) => cells.Add((instance, endpoint, cell)), cancellation);
        }
        var whole = await BegunAsync(db, ids, from.Values.Select(s => s.Hour).DefaultIfEmpty().Min(), cancellation);
        cells.RemoveAll(c => whole.TryGetValue(c.Instance, out var begun) && begun.Contains(c.Endpoint));
        foreach (var (id, begun) in whole)
            dialect.ReadCells(db.Database.GetDbConnection(), new() { Instances = [id], Endpoints = begun }, (instance, endpoint, cell) => cells.Add((instance, endpoint, cell)), cancellation);
        var used = cells.Select(c => c.Endpoint).Distinct().ToList();
        var endpoints = (await db.Endpoints.Where(e => used.Contains(e.Id)).Select(e => new { e.Id, e.Address, e.Protocol, e.Port }).ToListAsync(cancellation))
            .ToDictionary(e => e.Id, e => new Endpoint(IpAddress.FromBytes(e.Address), e.Protocol, (ushort)e.Port));
        foreach (var (instance, endpoint, cell) in cells)
        {
            var pairs = tails[instance].Part.Pairs;
            if (!pairs.TryGetValue(endpoints[endpoint], out var list)) pairs.Add(endpoints[endpoint], list = []);
            list.Add(cell);
        }
        return [.. tails.Select(t => whole.TryGetValue(t.Key, out var begun) ? t.Value with { Whole = begun.Where(endpoints.ContainsKey).Select(e => endpoints[e].Address).ToHashSet() } : t.Value)];
    }

    /// <summary>By instance the endpoints of all addresses to which a pair began in this hour or later.</summary>
    private static async Task<Dictionary<int, HashSet<int>>> BegunAsync(WaywardDbContext db, List<int> ids, int hour, CancellationToken cancellation)
    {
        long start = hour * UnixTime.HourSeconds;
        var begun = db.ContactPairs.Where(p => ids.Contains(p.InstanceId) && p.First >= start).Join(db.Endpoints, p => p.EndpointId, e => e.Id, (p, e) => new { p.InstanceId, e.Address });
        var rows = await db.ContactPairs.Where(p => ids.Contains(p.InstanceId)).Join(db.Endpoints, p => p.EndpointId, e => e.Id, (p, e) => new { p.InstanceId, p.EndpointId, e.Address })
            .Where(p => begun.Any(b => b.InstanceId == p.InstanceId && b.Address == p.Address)).Select(p => new { p.InstanceId, p.EndpointId }).ToListAsync(cancellation);
        return rows.GroupBy(r => r.InstanceId, r => r.EndpointId).ToDictionary(g => g.Key, g => g.ToHashSet());
    }

    private static async Task ReadOutlinesAsync(WaywardDbContext db, List<int>? ids, Dictionary<int, InstanceHistory> histories, CancellationToken cancellation)
    {
        var days = db.CoverageDays.AsQueryable();
        if (ids is not null) days = days.Where(d => ids.Contains(d.InstanceId));
        await foreach (var day in days.OrderBy(d => d.InstanceId).ThenBy(d => d.Day).AsAsyncEnumerable().WithCancellation(cancellation))
            histories[day.InstanceId].Coverage.Add(day.Day, day.ToCoverageDay());

        var facts = db.InstanceFacts.AsQueryable();
        if (ids is not null) facts = facts.Where(f => ids.Contains(f.InstanceId));
        await foreach (var fact in facts.OrderBy(f => f.InstanceId).ThenBy(f => f.Attribute).ThenBy(f => f.Value).AsAsyncEnumerable().WithCancellation(cancellation))
            histories[fact.InstanceId].Facts.Add(fact.ToFact());
    }

    private static async Task ReadContactsAsync(
        WaywardDbContext db, IStorageDialect dialect, List<int>? ids, Dictionary<int, InstanceHistory> histories, IReadOnlyDictionary<int, Endpoint> endpoints, IReadOnlyCollection<int>? only, CancellationToken cancellation)
    {
        (int Instance, int Endpoint) open = (-1, -1);
        List<ContactHour> cells = [];
        dialect.ReadCells(db.Database.GetDbConnection(), new() { Instances = ids, Endpoints = only }, (instanceId, endpointId, cell) =>
        {
            if ((instanceId, endpointId) != open)
            {
                open = (instanceId, endpointId);
                histories[instanceId].Pairs.Add(endpoints[endpointId], cells = []);
            }
            cells.Add(cell);
        }, cancellation);

        var evidence = db.ContactEvidence.AsQueryable();
        if (ids is not null) evidence = evidence.Where(e => ids.Contains(e.InstanceId));
        if (only is not null) evidence = evidence.Where(e => only.Contains(e.EndpointId));
        var lines = evidence.OrderBy(e => e.InstanceId).ThenBy(e => e.EndpointId).ThenBy(e => e.Start).ThenBy(e => e.ObjectId).ThenBy(e => e.Line);
        await foreach (var line in lines.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            var kept = histories[line.InstanceId].Evidence;
            var endpoint = endpoints[line.EndpointId];
            if (!kept.TryGetValue(endpoint, out var list)) kept.Add(endpoint, list = []);
            list.Add(new(line.Start, line.ObjectId, line.Line, line.Text));
        }
    }

    public static Task<Dictionary<int, Endpoint>> EndpointsAsync(WaywardDbContext db, CancellationToken cancellation) => EndpointsOfAsync(db, null, cancellation);

    /// <param name="ids">Instances whose endpoints are wanted; null = all endpoints of the fleet.</param>
    private static async Task<Dictionary<int, Endpoint>> EndpointsOfAsync(WaywardDbContext db, List<int>? ids, CancellationToken cancellation)
    {
        var endpoints = new Dictionary<int, Endpoint>();
        var rows = db.Endpoints.AsQueryable();
        if (ids is not null) rows = rows.Where(e => db.ContactPairs.Where(p => ids.Contains(p.InstanceId)).Select(p => p.EndpointId).Contains(e.Id));
        await foreach (var e in rows.Select(e => new { e.Id, e.Address, e.Protocol, e.Port }).AsAsyncEnumerable().WithCancellation(cancellation))
            endpoints.Add(e.Id, new(IpAddress.FromBytes(e.Address), e.Protocol, (ushort)e.Port));
        return endpoints;
    }
}
