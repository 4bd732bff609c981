using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;
using Wayward.Storage.Ingest;
using Wayward.Storage.Model;

namespace Wayward.Storage.Contacts;

/// <inheritdoc cref="ILedgerSnapshot"/>
internal sealed class LedgerSnapshot : ILedgerSnapshot
{
    /// <summary>With more addresses than this, a whole history is read.</summary>
    private const int ManyEndpoints = 200;
    private const int FewInstances = 20;

    private readonly WaywardDbContext _db;
    private readonly IStorageDialect _dialect;
    /// <summary>Read once: an evaluation loads many portions, and endpoints are of the whole fleet.</summary>
    private Dictionary<int, Endpoint>? _endpoints;

    private readonly string? _summaryInputs;

    private LedgerSnapshot(WaywardDbContext db, IStorageDialect dialect, LedgerStateEntity state, bool hasGap)
    {
        if (state.SummaryCommit == state.EvaluatedCommit) _summaryInputs = state.SummaryInputs;
        (_db, _dialect, HasGap) = (db, dialect, hasGap);
        (MaxStart, CommitNumber, EvaluatedCommit) = (state.MaxStart, state.CommitNumber, state.EvaluatedCommit);
    }

    public long MaxStart { get; }
    public long CommitNumber { get; }
    public long EvaluatedCommit { get; }
    public bool HasGap { get; }

    public static async Task<LedgerSnapshot> OpenAsync(WaywardDbContext db, IStorageDialect dialect, CancellationToken cancellation) =>
        new(db, dialect, await db.LedgerState.SingleAsync(s => s.Id == LedgerStateEntity.OnlyId, cancellation), await HasGapAsync(db, cancellation));

    /// <summary>A replaced object left a gap that others are being read again for.</summary>
    public static Task<bool> HasGapAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        List<byte> waiting = [(byte)SourceObjectState.Seen, (byte)SourceObjectState.Leased, (byte)SourceObjectState.Retry];
        return db.ObjectReplays.Join(db.SourceObjects.Where(o => waiting.Contains(o.State)), r => r.ObjectId, o => o.ObjectId, (r, _) => r).AnyAsync(cancellation);
    }

    public async Task<IReadOnlyDictionary<InstanceKey, int>> TouchedAsync(CancellationToken cancellation) =>
        await _db.TouchedInstances.Join(_db.Instances, t => t.InstanceId, i => i.Id, (t, i) => new { i.Key, t.FromHour }).ToDictionaryAsync(x => new InstanceKey(x.Key), x => x.FromHour, cancellation);

    public async Task<IReadOnlyDictionary<InstanceKey, long>> SeenAsync(CancellationToken cancellation)
    {
        var ids = new HashSet<int>();
        await foreach (byte[]? part in _db.SourceObjects.Where(o => o.CommitNumber > EvaluatedCommit && o.InstanceIds != null).Select(o => o.InstanceIds).AsAsyncEnumerable().WithCancellation(cancellation))
            ids.UnionWith(IdSet.Read(part));
        var list = ids.ToList();
        return await _db.Instances.Where(i => list.Contains(i.Id)).ToDictionaryAsync(i => new InstanceKey(i.Key), i => i.LastSeen, cancellation);
    }

    public async Task<ContactLedger> LoadAsync(IReadOnlySet<InstanceKey> instances, CancellationToken cancellation)
    {
        var keys = instances.Select(i => i.Id).ToList();
        var ids = await _db.Instances.Where(i => keys.Contains(i.Key)).Select(i => i.Id).ToListAsync(cancellation);
        // Of a few instances the endpoints are read with them: those of a large fleet take longer than a page may.
        return await LedgerReader.ReadAsync(_db, _dialect, ids, cancellation, ids.Count <= FewInstances ? _endpoints : await EndpointsAsync(cancellation));
    }

    public async Task<ContactLedger?> LoadPartAsync(IReadOnlySet<InstanceKey> instances, IReadOnlySet<IpAddress> addresses, CancellationToken cancellation)
    {
        var all = await EndpointsAsync(cancellation);
        var only = all.Where(e => e.Value.Address.IsNone || addresses.Contains(e.Value.Address)).Select(e => e.Key).ToList();
        if (only.Count > ManyEndpoints) return null;
        var keys = instances.Select(i => i.Id).ToList();
        return await LedgerReader.ReadAsync(_db, _dialect, await _db.Instances.Where(i => keys.Contains(i.Key)).Select(i => i.Id).ToListAsync(cancellation), cancellation, all, only);
    }

    public Task<IReadOnlyList<HistoryTail>> TailsAsync(IReadOnlyDictionary<InstanceKey, HistoryStart> from, CancellationToken cancellation) => LedgerReader.TailsAsync(_db, _dialect, from, cancellation);

    public async Task<bool> ForEachSummaryAsync(string with, Action<InstanceKey, byte[]?, long> take, CancellationToken cancellation)
    {
        if (_summaryInputs != with) return false;
        var rows = from i in _db.Instances
                   join d in _db.InstanceSummaries on i.Id equals d.InstanceId into kept
                   from d in kept.DefaultIfEmpty()
                   orderby i.Id
                   select new { i.Key, i.LastSeen, Content = d == null ? null : d.Content };
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellation)) take(new(row.Key), row.Content, row.LastSeen);
        return true;
    }

    public async Task<IReadOnlyDictionary<InstanceKey, (byte[] Content, long LastSeen)>> SummariesAsync(string with, IReadOnlySet<InstanceKey> instances, CancellationToken cancellation)
    {
        if (_summaryInputs != with) return new Dictionary<InstanceKey, (byte[], long)>();
        var keys = instances.Select(i => i.Id).ToList();
        var rows = from i in _db.Instances
                   where keys.Contains(i.Key) && !_db.TouchedInstances.Any(t => t.InstanceId == i.Id)
                   join d in _db.InstanceSummaries on i.Id equals d.InstanceId
                   select new { i.Key, i.LastSeen, d.Content };
        return await rows.ToDictionaryAsync(r => new InstanceKey(r.Key), r => (r.Content, r.LastSeen), cancellation);
    }

    public async Task<ContactLedger?> LoadTargetsAsync(IReadOnlySet<InstanceKey> instances, Func<Endpoint, bool> which, CancellationToken cancellation)
    {
        var all = await EndpointsAsync(cancellation);
        var addresses = all.Values.Where(which).Select(e => e.Address).ToHashSet();
        var endpoints = all.Where(e => addresses.Contains(e.Value.Address)).ToDictionary();
        if (endpoints.Count > ManyEndpoints) return null;
        var keys = instances.Select(i => i.Id).ToList();
        var numbers = endpoints.Keys.ToList();
        var ledger = new ContactLedger { MaxStart = MaxStart };
        var histories = (await _db.Instances.Where(i => keys.Contains(i.Key)).Select(i => new { i.Id, i.Key }).ToListAsync(cancellation)).ToDictionary(i => i.Id, i => ledger.GetOrAdd(new(i.Key)));
        var ids = histories.Keys.ToList();
        await foreach (var fact in _db.InstanceFacts.Where(f => ids.Contains(f.InstanceId)).OrderBy(f => f.InstanceId).ThenBy(f => f.Attribute).ThenBy(f => f.Value).AsAsyncEnumerable().WithCancellation(cancellation))
            histories[fact.InstanceId].Facts.Add(fact.ToFact());
        _dialect.ReadCells(_db.Database.GetDbConnection(), new() { Instances = ids, Endpoints = numbers }, (instance, endpoint, cell) =>
        {
            var pairs = histories[instance].Pairs;
            if (!pairs.TryGetValue(endpoints[endpoint], out var list)) pairs.Add(endpoints[endpoint], list = []);
            list.Add(cell);
        }, cancellation);
        return ledger;
    }

    public async Task<IReadOnlySet<InstanceKey>> WithFactAsync(InstanceAttribute attribute, IReadOnlyCollection<string> values, CancellationToken cancellation)
    {
        byte number = (byte)attribute;
        var wanted = values.ToList();
        return Keys(await _db.InstanceFacts.Where(f => f.Attribute == number && wanted.Contains(f.Value)).Select(f => f.InstanceId).Distinct()
            .Join(_db.Instances, f => f, i => i.Id, (_, i) => i.Key).ToListAsync(cancellation));
    }

    public async Task<IReadOnlyList<InventoryItem>> TaughtInterfacesAsync(CancellationToken cancellation)
    {
        var bare = Between("eni-", "eni.");
        // One of them is empty in almost every fleet.
        if (!await bare.AnyAsync(cancellation) || !await Between("i-", "i.").AnyAsync(cancellation)) return [];
        byte attribute = (byte)InstanceAttribute.Interface;
        var rows = from e in bare
                   join f in _db.InstanceFacts on e.Key equals f.Value
                   where f.Attribute == attribute && f.InstanceId != e.Id
                   join i in Between("i-", "i.") on f.InstanceId equals i.Id
                   select new { Interface = e.Key, Instance = i.Key, f.First, f.Last };
        return [.. (await rows.ToListAsync(cancellation)).Select(r => TaughtInterfaces.Item(r.Interface, new(r.Instance), r.First, r.Last))];
    }

    public async Task<IReadOnlyDictionary<InstanceKey, List<CoverageDay>>> CoverageAsync(int fromDay, CancellationToken cancellation)
    {
        var keys = await _db.Instances.Select(i => new { i.Id, i.Key }).ToDictionaryAsync(i => i.Id, i => new InstanceKey(i.Key), cancellation);
        var coverage = new Dictionary<InstanceKey, List<CoverageDay>>();
        await foreach (var day in _db.CoverageDays.Where(d => d.Day >= fromDay).OrderBy(d => d.InstanceId).ThenBy(d => d.Day).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (!coverage.TryGetValue(keys[day.InstanceId], out var days)) coverage.Add(keys[day.InstanceId], days = []);
            days.Add(day.ToCoverageDay());
        }
        return coverage;
    }

    public async Task<IReadOnlyList<InstanceFact>> FactsAsync(InstanceAttribute attribute, CancellationToken cancellation)
    {
        byte number = (byte)attribute;
        return [.. (await _db.InstanceFacts.Where(f => f.Attribute == number).ToListAsync(cancellation)).Select(f => f.ToFact())];
    }

    public async Task<IReadOnlyList<string>> ValuesAsync(InstanceAttribute attribute, CancellationToken cancellation)
    {
        byte number = (byte)attribute;
        return await _db.InstanceFacts.Where(f => f.Attribute == number).Select(f => f.Value).Distinct().ToListAsync(cancellation);
    }

    // It becomes SQL, which has no choice of comparisons.
#pragma warning disable CA1309
    private IQueryable<InstanceEntity> Between(string from, string to) => _db.Instances.Where(i => string.Compare(i.Key, from) >= 0 && string.Compare(i.Key, to) < 0);
#pragma warning restore CA1309

    public Task ForEachAsync(Action<InstanceHistory> take, CancellationToken cancellation) => LedgerReader.ForEachAsync(_db, _dialect, take, cancellation);

    public async Task<IReadOnlySet<InstanceKey>> UsersAsync(Func<Endpoint, bool> which, CancellationToken cancellation)
    {
        var ids = (await EndpointsAsync(cancellation)).Where(e => which(e.Value)).Select(e => e.Key).ToList();
        return Keys(await _db.ContactPairs.Where(p => ids.Contains(p.EndpointId)).Select(p => p.InstanceId).Distinct()
            .Join(_db.Instances, p => p, i => i.Id, (_, i) => i.Key).ToListAsync(cancellation));
    }

    private async Task<Dictionary<int, Endpoint>> EndpointsAsync(CancellationToken cancellation) => _endpoints ??= await LedgerReader.EndpointsAsync(_db, cancellation);

    private static HashSet<InstanceKey> Keys(List<string> keys) => [.. keys.Select(k => new InstanceKey(k))];
}
