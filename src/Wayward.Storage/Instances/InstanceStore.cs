using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.FlowLogs;
using Wayward.Storage.Model;

namespace Wayward.Storage.Instances;

/// <inheritdoc cref="IInstanceStore"/>
internal sealed class InstanceStore(Database database, DetectionOptions detection) : IInstanceStore
{
    public Task<InstanceList> QueryAsync(InstanceQuery query, CancellationToken cancellation) => database.ReadAsync(async (db, c) =>
    {
        var rows = db.Instances.AsQueryable();
        if (LikePattern.Of(query.Text) is { } pattern) rows = rows.Where(i => EF.Functions.Like(i.Search, pattern, LikePattern.Escape));
        if (query.OnlyWithFindings) rows = rows.Where(i => i.OpenFindings > 0);
        if (query.OnlyLearning)
        {
            long since = await LearningSinceAsync(db, c);
            rows = rows.Where(i => i.ObservedSince > since);
        }
        if (query.OnlySilent)
        {
            long watermark = Watermark(await db.LedgerState.Select(s => s.MaxStart).SingleAsync(c)), since = watermark - UnixTime.DaySeconds, gap = watermark - 2 * UnixTime.HourSeconds;
            rows = rows.Where(i => i.LastSeen >= since && i.LastSeen < gap);
        }
        int total = await rows.CountAsync(c);
        var page = await Sorted(rows, query).Skip(query.Skip).Take(query.Take).ToListAsync(c);
        return new InstanceList([.. page.Select(ToRow)], total);
    }, cancellation);

    private static IQueryable<InstanceEntity> Sorted(IQueryable<InstanceEntity> rows, InstanceQuery query) => (query.Sort, query.Descending) switch
    {
        (InstanceSort.Id, false) => rows.OrderBy(i => i.Key),
        (InstanceSort.Id, true) => rows.OrderByDescending(i => i.Key),
        (InstanceSort.LastSeen, false) => rows.OrderBy(i => i.LastSeen).ThenBy(i => i.Key),
        (InstanceSort.LastSeen, true) => rows.OrderByDescending(i => i.LastSeen).ThenByDescending(i => i.Key),
        (InstanceSort.FirstSeen, false) => rows.OrderBy(i => i.FirstSeen).ThenBy(i => i.Key),
        (InstanceSort.FirstSeen, true) => rows.OrderByDescending(i => i.FirstSeen).ThenByDescending(i => i.Key),
        (InstanceSort.Destinations, false) => rows.OrderBy(i => i.Destinations).ThenBy(i => i.Key),
        (InstanceSort.Destinations, true) => rows.OrderByDescending(i => i.Destinations).ThenByDescending(i => i.Key),
        (_, false) => rows.OrderBy(i => i.OpenFindings).ThenBy(i => i.MaxSeverity).ThenBy(i => i.Key),
        (_, true) => rows.OrderByDescending(i => i.OpenFindings).ThenByDescending(i => i.MaxSeverity).ThenByDescending(i => i.Key),
    };

    public Task<(IReadOnlyList<DestinationRow> Rows, int Total)> DestinationsAsync(string? text, int skip, int take, CancellationToken cancellation) =>
        database.ReadAsync<(IReadOnlyList<DestinationRow>, int)>(async (db, c) =>
        {
            var newest = db.Endpoints.Where(e => e.Last > 0).OrderByDescending(e => e.First).ThenByDescending(e => e.Id);
            if (string.IsNullOrWhiteSpace(text))
            {
                var page = await newest.Skip(skip).Take(take).ToListAsync(c);
                return ([.. page.Select(ToRow)], await newest.CountAsync(c));
            }
            // Addresses are stored as bytes, so text is matched here: the dictionary of endpoints is small beside the contacts.
            string wanted = text.Trim();
            var matches = new List<DestinationRow>();
            int total = 0;
            await foreach (var endpoint in newest.AsAsyncEnumerable().WithCancellation(c))
            {
                var row = ToRow(endpoint);
                if (!row.Address.ToString().Contains(wanted, StringComparison.OrdinalIgnoreCase)) continue;
                if (total++ >= skip && matches.Count < take) matches.Add(row);
            }
            return (matches, total);
        }, cancellation);

    public Task<IReadOnlyList<DestinationUse>> UsersOfAsync(IpAddress address, int take, CancellationToken cancellation)
    {
        byte[] bytes = address.ToBytes();
        return database.ReadAsync<IReadOnlyList<DestinationUse>>(async (db, c) => await db.ContactPairs.Where(p => p.Last > 0)
            .Join(db.Endpoints.Where(e => e.Address == bytes), p => p.EndpointId, e => e.Id, (p, e) => new { Pair = p, Endpoint = e })
            .Join(db.Instances, x => x.Pair.InstanceId, i => i.Id, (x, i) => new { x.Pair, x.Endpoint, Instance = i })
            .OrderBy(x => x.Pair.First).ThenBy(x => x.Instance.Key).Take(take)
            .Select(x => new DestinationUse(x.Instance.Key, x.Instance.Name, x.Instance.AccountId, x.Instance.Asg, Endpoint.ProtocolOf(x.Endpoint.Protocol), (ushort)x.Endpoint.Port, x.Pair.First, x.Pair.Last))
            .ToListAsync(c), cancellation);
    }

    public Task<bool> ExistsAsync(string id, CancellationToken cancellation) => database.ReadAsync((db, c) => db.Instances.AnyAsync(i => i.Key == id, c), cancellation);

    public Task<FleetFacts> FleetAsync(CancellationToken cancellation) => database.SnapshotAsync(async (db, c) =>
    {
        long maxStart = await db.LedgerState.Select(s => s.MaxStart).SingleAsync(c);
        long learningSince = await LearningSinceAsync(db, c), watermark = Watermark(maxStart);
        int instances = await db.Instances.CountAsync(c);
        var learning = db.Instances.Where(i => i.ObservedSince > learningSince);
        long? oldestLearning = await learning.Select(i => (long?)i.ObservedSince).MinAsync(c);
        long since = watermark - UnixTime.DaySeconds, gap = watermark - 2 * UnixTime.HourSeconds;
        return new FleetFacts(
            instances, await learning.CountAsync(c), oldestLearning + (long)detection.Learning.TotalSeconds,
            await db.Endpoints.CountAsync(e => e.Last > 0, c),
            await db.Endpoints.CountAsync(e => e.Last > 0 && e.First >= since && e.First <= maxStart, c),
            await db.Instances.Select(i => (long?)i.FirstSeen).MinAsync(c) ?? 0, maxStart,
            // Seen within the last day, but not in the last two hours before the watermark: logs are missing, or it was stopped.
            await db.Instances.CountAsync(i => i.LastSeen >= since && i.LastSeen < gap, c));
    }, cancellation);

    /// <summary>Instances whose epoch began after this are still learning.</summary>
    private async Task<long> LearningSinceAsync(WaywardDbContext db, CancellationToken cancellation) =>
        Watermark(await db.LedgerState.Select(s => s.MaxStart).SingleAsync(cancellation)) - (long)detection.Learning.TotalSeconds;

    private long Watermark(long maxStart) => maxStart - (long)detection.AllowedLateness.TotalSeconds;

    private static InstanceRow ToRow(InstanceEntity i) => new()
    {
        Id = i.Key, Kind = new InstanceKey(i.Key).Kind, Name = i.Name, AccountId = i.AccountId, VpcId = i.VpcId, SubnetId = i.SubnetId, Asg = i.Asg, Region = i.Region,
        FirstSeen = i.FirstSeen, LastSeen = i.LastSeen, ObservedSince = i.ObservedSince, Destinations = i.Destinations, OpenFindings = i.OpenFindings, MaxSeverity = i.MaxSeverity,
    };

    private static DestinationRow ToRow(EndpointEntity e) => new()
    {
        Address = IpAddress.FromBytes(e.Address), Protocol = Endpoint.ProtocolOf(e.Protocol), Port = (ushort)e.Port, First = e.First, Last = e.Last, Instances = e.Instances,
    };
}
