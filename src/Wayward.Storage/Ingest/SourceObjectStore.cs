using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Ingest;

/// <inheritdoc cref="ISourceObjectStore"/>
internal sealed class SourceObjectStore(Database database) : ISourceObjectStore
{
    private const int MaxReasonLength = 2_000;

    /// <summary>The reason of a row while an attempt is under way. Stored, so that the next process knows what was in work when this one ended.</summary>
    internal const string InWork = "being read", InWorkAlone = "being read, nothing beside it";

    private const byte Seen = (byte)SourceObjectState.Seen, Retry = (byte)SourceObjectState.Retry;

    public async Task<IReadOnlyList<OfferedObject>> OfferAsync(IReadOnlyList<OfferedObject> objects, CancellationToken cancellation)
    {
        if (objects.Count == 0) return [];
        long now = database.NowSeconds;
        // An id is a hash, computed each time that it is asked for.
        var unique = new OrderedDictionary<long, OfferedObject>(objects.Count);
        foreach (var o in objects) unique.TryAdd(o.ObjectId, o);
        var ids = unique.Keys.ToList();

        // A listing mostly repeats what is known: no write then, and no wait for the writer.
        var known = await database.ReadAsync((db, c) => StatesAsync(db, ids, c), cancellation);
        // In the order of their ids, half of the indexes are written from one end to the other, not all over; and two processes that list the same bucket do not deadlock.
        var news = unique.Where(o => !known.ContainsKey(o.Key)).OrderBy(o => o.Key).ToList();
        if (news.Count > 0)
        {
            int added = await database.WriteAsync((db, c) => database.Dialect.AddObjectsAsync(db, news, now, c), cancellation, WriteScope.Objects);
            // Another process has put some there in between.
            if (added < news.Count) known = await database.ReadAsync((db, c) => StatesAsync(db, ids, c), cancellation);
        }
        var other = known.Where(s => s.Value.Backfill != 0 && s.Value.State is Seen or Retry or (byte)SourceObjectState.Leased or (byte)SourceObjectState.Skipped).Select(s => s.Key).ToList();
        List<long> live = other.Count > 0 ? await MakeLiveAsync(other, cancellation) : [];
        return [.. unique.Where(o => !known.TryGetValue(o.Key, out var s) || s.State == Seen || s.State == Retry && (s.NextTry ?? 0) <= now || s.State == (byte)SourceObjectState.Skipped && live.Contains(o.Key)).Select(o => o.Value)];
    }

    private static Task<Dictionary<long, (byte State, long? NextTry, int Backfill)>> StatesAsync(WaywardDbContext db, List<long> ids, CancellationToken cancellation) =>
        db.SourceObjects.Where(o => ids.Contains(o.ObjectId)).Select(o => new { o.ObjectId, o.State, o.NextTry, o.Backfill })
            .ToDictionaryAsync(o => o.ObjectId, o => (o.State, o.NextTry, o.Backfill), cancellation);

    /// <summary>What a source's own listing or a queue announces is live, whoever found it first: no cancelled backfill takes it away, and no running one holds it up.</summary>
    private Task<List<long>> MakeLiveAsync(List<long> objectIds, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var rows = await db.SourceObjects.Where(o => objectIds.Contains(o.ObjectId) && o.Backfill != 0
            && (o.State == Seen || o.State == Retry || o.State == (byte)SourceObjectState.Leased || o.State == (byte)SourceObjectState.Skipped && o.Reason!.EndsWith(BackfillStore.CancelledReason)))
            .Select(o => new { o.ObjectId, o.Backfill, o.State, o.Bytes }).ToListAsync(c);
        var ids = rows.Select(r => r.ObjectId).ToList();
        var aside = rows.Where(r => r.State == (byte)SourceObjectState.Skipped).Select(r => r.ObjectId).ToList();
        await db.SourceObjects.Where(o => aside.Contains(o.ObjectId)).ExecuteUpdateAsync(s => s.SetProperty(o => o.State, Seen).SetProperty(o => o.Reason, (string?)null), c);
        await db.SourceObjects.Where(o => ids.Contains(o.ObjectId)).ExecuteUpdateAsync(s => s.SetProperty(o => o.Backfill, 0).SetProperty(o => o.Turn, o => o.LastModified), c);
        // They are not the backfill's any more, so that what it says of itself stays true.
        foreach (var group in rows.Where(r => r.State != (byte)SourceObjectState.Skipped).GroupBy(r => r.Backfill).OrderBy(g => g.Key))
        {
            long count = group.Count(), bytes = group.Sum(r => r.Bytes);
            await db.Backfills.Where(b => b.Id == group.Key).ExecuteUpdateAsync(s => s.SetProperty(b => b.Objects, b => b.Objects - count).SetProperty(b => b.Bytes, b => b.Bytes - bytes), c);
        }
        return ids;
    }, cancellation, WriteScope.Objects);

    public Task<IReadOnlySet<long>> KnownAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation) => database.ReadAsync<IReadOnlySet<long>>(
        async (db, c) => (await db.SourceObjects.Where(o => objectIds.Contains(o.ObjectId) && !(o.State == (byte)SourceObjectState.Skipped && (o.Reason ?? "").EndsWith(BackfillStore.CancelledReason)))
            .Select(o => o.ObjectId).ToListAsync(c)).ToHashSet(), cancellation);

    public Task<IReadOnlyList<OfferedObject>> WaitingAsync(string source, int take, bool newestFirst, CancellationToken cancellation) => WaitingAsync(new QueueLane(source, newestFirst), take, cancellation);

    private Task<IReadOnlyList<OfferedObject>> WaitingAsync(QueueLane lane, int take, CancellationToken cancellation)
    {
        long now = database.NowSeconds;
        return database.ReadAsync<IReadOnlyList<OfferedObject>>(async (db, c) =>
        {
            var waiting = db.SourceObjects.Where(o => o.Source == lane.Source && o.Backfill == lane.Backfill && (o.State == Seen || o.State == Retry && (o.NextTry ?? 0) <= now));
            var ordered = lane.NewestFirst ? waiting.OrderByDescending(o => o.Turn).ThenByDescending(o => o.ObjectId) : waiting.OrderBy(o => o.Turn).ThenBy(o => o.ObjectId);
            return await ordered.Take(take)
                .Select(o => new OfferedObject(o.Source, o.Container, o.Key, o.ETag, o.Bytes, o.LastModified)
                {
                    Turn = o.Turn, Interrupted = o.Reason == InWork ? Interruption.BesideOthers : o.Reason == InWorkAlone ? Interruption.Alone : Interruption.None,
                }).ToListAsync(c);
        }, cancellation);
    }

    public bool Leases => database.Dialect.Leases is not null;

    public Task<IReadOnlyList<OfferedObject>> ClaimAsync(QueueLane lane, int take, LeaseTerms terms, CancellationToken cancellation) =>
        database.Dialect.Leases is { } leases
            ? database.ReadAsync((db, c) => leases.ClaimAsync(db, lane, take, terms, database.NowSeconds, c), cancellation)
            : WaitingAsync(lane, take, cancellation);

    public Task RenewAsync(IReadOnlyList<OfferedObject> held, LeaseTerms terms, CancellationToken cancellation) =>
        database.Dialect.Leases is { } leases && held.Count > 0 ? database.ReadAsync((db, c) => leases.RenewAsync(db, held, terms, c), cancellation) : Task.CompletedTask;

    public async Task ReleaseAsync(IReadOnlyList<OfferedObject> held, CancellationToken cancellation)
    {
        if (held.Count == 0) return;
        var ids = held.Select(h => h.ObjectId).ToList();
        await database.WriteAsync(
            (db, c) => db.SourceObjects.Where(o => ids.Contains(o.ObjectId) && (o.State == Seen || o.State == Retry || o.State == (byte)SourceObjectState.Leased) && (o.Reason == InWork || o.Reason == InWorkAlone))
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.Reason, (string?)null).SetProperty(o => o.Attempts, o => o.Attempts - 1), c),
            cancellation, WriteScope.Objects);
        if (database.Dialect.Leases is { } leases) await database.ReadAsync((db, c) => leases.ReleaseAsync(db, held, c), cancellation);
    }

    public Task BeginReadingAsync(IReadOnlyList<OfferedObject> items, bool alone, CancellationToken cancellation)
    {
        var ids = items.Select(i => i.ObjectId).ToList();
        string reason = alone ? InWorkAlone : InWork;
        return database.WriteAsync(
            (db, c) => db.SourceObjects.Where(o => ids.Contains(o.ObjectId) && (o.State == Seen || o.State == Retry || o.State == (byte)SourceObjectState.Leased))
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.Reason, reason).SetProperty(o => o.Attempts, o => o.Attempts + 1), c),
            cancellation, WriteScope.Objects);
    }

    public Task<IReadOnlySet<long>> SettledAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation)
    {
        List<byte> open = [Seen, Retry, (byte)SourceObjectState.Leased];
        return database.ReadAsync<IReadOnlySet<long>>(
            async (db, c) => (await db.SourceObjects.Where(o => objectIds.Contains(o.ObjectId) && !open.Contains(o.State)).Select(o => o.ObjectId).ToListAsync(c)).ToHashSet(), cancellation);
    }

    public Task MarkRetryAsync(long objectId, string reason, TimeSpan delay, CancellationToken cancellation) => RetryAsync(objectId, null, reason, delay, cancellation);

    public Task MarkRetryAsync(OfferedObject item, string reason, TimeSpan delay, CancellationToken cancellation) => RetryAsync(item.ObjectId, item.LeaseEpoch, reason, delay, cancellation);

    private Task<bool> RetryAsync(long objectId, int? epoch, string reason, TimeSpan delay, CancellationToken cancellation)
    {
        long next = database.NowSeconds + (long)Math.Ceiling(delay.TotalSeconds);
        return SetAsync(objectId, [SourceObjectState.Seen, SourceObjectState.Leased, SourceObjectState.Retry], o => o
            .SetProperty(x => x.State, Retry).SetProperty(x => x.NextTry, next).SetProperty(x => x.Reason, Short(reason)).SetProperty(x => x.Attempts, x => x.Reason == InWork || x.Reason == InWorkAlone ? x.Attempts : x.Attempts + 1)
            .SetProperty(x => x.LeaseOwner, (string?)null).SetProperty(x => x.LeaseUntil, (long?)null), cancellation, epoch);
    }

    public Task MarkQuarantinedAsync(long objectId, string reason, CancellationToken cancellation) => QuarantineAsync(objectId, null, reason, cancellation);

    public Task MarkQuarantinedAsync(OfferedObject item, string reason, CancellationToken cancellation) => QuarantineAsync(item.ObjectId, item.LeaseEpoch, reason, cancellation);

    private Task<bool> QuarantineAsync(long objectId, int? epoch, string reason, CancellationToken cancellation) =>
        SetAsync(objectId, [SourceObjectState.Seen, SourceObjectState.Leased, SourceObjectState.Retry], o => o
            .SetProperty(x => x.State, (byte)SourceObjectState.Quarantined).SetProperty(x => x.NextTry, (long?)null).SetProperty(x => x.Reason, Short(reason))
            .SetProperty(x => x.Attempts, x => x.Reason == InWork || x.Reason == InWorkAlone ? x.Attempts : x.Attempts + 1).SetProperty(x => x.LeaseOwner, (string?)null).SetProperty(x => x.LeaseUntil, (long?)null), cancellation, epoch);

    public Task<bool> SettleGoneVersionAsync(OfferedObject item, CancellationToken cancellation)
    {
        byte done = (byte)SourceObjectState.Done, duplicate = (byte)SourceObjectState.Duplicate, leased = (byte)SourceObjectState.Leased;
        int? epoch = item.LeaseEpoch;
        return database.WriteAsync(async (db, c) =>
            await db.SourceObjects.Where(o => o.ObjectId == item.ObjectId && (o.State == Seen || o.State == Retry || o.State == leased && (epoch == null || o.LeaseEpoch == epoch))
                && db.SourceObjects.Any(n => n.Container == o.Container && n.Key == o.Key && n.ObjectId != o.ObjectId
                    && (n.SeenAt > o.SeenAt || (n.State == done || n.State == duplicate) && o.LastModified > 0 && n.LastModified > o.LastModified)))
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.State, (byte)SourceObjectState.Changed).SetProperty(o => o.Reason, "replaced by a newer version before it was read").SetProperty(o => o.NextTry, (long?)null)
                    .SetProperty(o => o.Attempts, o => o.Reason == InWork || o.Reason == InWorkAlone ? o.Attempts : o.Attempts + 1).SetProperty(o => o.LeaseOwner, (string?)null).SetProperty(o => o.LeaseUntil, (long?)null), c) > 0, cancellation, WriteScope.Objects);
    }

    public Task<bool> RequeueAsync(long objectId, CancellationToken cancellation) =>
        SetAsync(objectId, [SourceObjectState.Retry, SourceObjectState.Quarantined, SourceObjectState.Skipped], o => o
            .SetProperty(x => x.State, Seen).SetProperty(x => x.NextTry, (long?)null).SetProperty(x => x.Backfill, 0).SetProperty(x => x.Turn, x => x.LastModified), cancellation);

    public Task<bool> SkipAsync(long objectId, CancellationToken cancellation) =>
        SetAsync(objectId, [SourceObjectState.Seen, SourceObjectState.Leased, SourceObjectState.Retry, SourceObjectState.Quarantined], o => o
            .SetProperty(x => x.State, (byte)SourceObjectState.Skipped).SetProperty(x => x.NextTry, (long?)null), cancellation);

    /// <summary>What is done stays done: only from the states given; and what is leased belongs to the epoch's holder.</summary>
    private Task<bool> SetAsync(long objectId, SourceObjectState[] from, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<SourceObjectEntity>> set, CancellationToken cancellation, int? epoch = null)
    {
        var states = from.Select(s => (byte)s).ToList();
        return database.WriteAsync(async (db, c) =>
            await db.SourceObjects.Where(o => o.ObjectId == objectId && states.Contains(o.State) && (epoch == null || o.State == (byte)SourceObjectState.Leased && o.LeaseEpoch == epoch)).ExecuteUpdateAsync(set, c) > 0, cancellation, WriteScope.Objects);
    }

    internal static Interruption InterruptionOf(string? reason) => reason switch
    {
        InWork => Interruption.BesideOthers,
        InWorkAlone => Interruption.Alone,
        _ => Interruption.None,
    };

    public static string SearchText(string container, string key) => $"{container}/{key}".ToLowerInvariant();

    private static string Short(string reason) => reason.Length <= MaxReasonLength ? reason : reason[..MaxReasonLength];

    public Task<(IReadOnlyList<SourceObjectRow> Rows, int Total)> QueryAsync(IReadOnlyList<SourceObjectState> states, string? text, int skip, int take, CancellationToken cancellation) =>
        database.ReadAsync<(IReadOnlyList<SourceObjectRow>, int)>(async (db, c) =>
        {
            var query = db.SourceObjects.AsQueryable();
            if (states.Count > 0)
            {
                var wanted = states.Select(s => (byte)s).ToList();
                query = query.Where(o => wanted.Contains(o.State));
            }
            // Becomes lower() in SQL, for the database to compute.
#pragma warning disable CA1304, CA1311
            if (LikePattern.Of(text) is { } pattern)
                query = query.Where(o => EF.Functions.Like(o.Search, pattern, LikePattern.Escape) || EF.Functions.Like(o.Reason!.ToLower(), pattern, LikePattern.Escape));
#pragma warning restore CA1304, CA1311
            int total = await query.CountAsync(c);
            var rows = await query.OrderByDescending(o => o.SeenAt).ThenByDescending(o => o.LastEnd).ThenByDescending(o => o.ObjectId).Skip(skip).Take(take).ToListAsync(c);
            return ([.. rows.Select(ToRow)], total);
        }, cancellation);

    public Task<SourceObjectRow?> FindAsync(long objectId, CancellationToken cancellation) => database.ReadAsync(async (db, c) =>
        await db.SourceObjects.FirstOrDefaultAsync(o => o.ObjectId == objectId, c) is { } row ? ToRow(row) : null, cancellation);

    public Task<IReadOnlyList<SourceObjectRow>> CoveringAsync(long from, long to, int take, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<SourceObjectRow>>(async (db, c) =>
        {
            var rows = await db.SourceObjects.Where(o => o.State == (byte)SourceObjectState.Done && o.LastEnd >= from && o.FirstStart < to && o.Records > 0)
                .OrderBy(o => o.LastEnd).ThenBy(o => o.FirstStart).ThenBy(o => o.ObjectId).Take(take).ToListAsync(c);
            return [.. rows.Select(ToRow)];
        }, cancellation);

    public Task<IReadOnlyDictionary<long, SourceObjectName>> NamesAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyDictionary<long, SourceObjectName>>(async (db, c) =>
            await db.SourceObjects.Where(o => objectIds.Contains(o.ObjectId)).Select(o => new { o.ObjectId, o.Container, o.Key, o.Columns, o.Sha256 })
                .ToDictionaryAsync(o => o.ObjectId, o => new SourceObjectName(o.Container, o.Key, o.Columns ?? "", o.Sha256), c), cancellation);

    public Task<IngestCounts> CountAsync(CancellationToken cancellation) => database.ReadAsync(async (db, c) =>
    {
        var groups = await db.SourceObjects.GroupBy(o => o.State)
            .Select(g => new { State = g.Key, Count = g.LongCount(), Records = g.Sum(o => o.Records), Bytes = g.Sum(o => o.Bytes), Quarantined = g.Sum(o => o.Quarantined), LastDone = g.Max(o => o.DoneAt), Oldest = g.Min(o => o.SeenAt) })
            .ToListAsync(c);
        var done = groups.Where(g => g.State == (byte)SourceObjectState.Done).ToList();
        var waiting = groups.Where(g => g.State is Seen or Retry or (byte)SourceObjectState.Leased).ToList();
        return new IngestCounts(groups.ToDictionary(g => (SourceObjectState)g.State, g => g.Count), done.Sum(g => g.Records), done.Sum(g => g.Bytes), done.Sum(g => g.Quarantined),
            waiting.Count == 0 ? null : waiting.Min(g => g.Oldest), done.Max(g => g.LastDone));
    }, cancellation);

    public Task<IReadOnlyDictionary<(string Source, SourceObjectState State), long>> CountBySourceAsync(CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyDictionary<(string, SourceObjectState), long>>(async (db, c) =>
            (await db.SourceObjects.GroupBy(o => new { o.Source, o.State }).Select(g => new { g.Key.Source, g.Key.State, Count = g.LongCount() }).ToListAsync(c))
            .ToDictionary(g => (g.Source, (SourceObjectState)g.State), g => g.Count), cancellation);

    private static SourceObjectRow ToRow(SourceObjectEntity o) => new()
    {
        ObjectId = o.ObjectId, Source = o.Source, Container = o.Container, Key = o.Key, ETag = o.ETag, State = (SourceObjectState)o.State,
        Bytes = o.Bytes, LastModified = o.LastModified, SeenAt = o.SeenAt, DoneAt = o.DoneAt, Attempts = o.Attempts, InWork = o.Reason is InWork or InWorkAlone, NextTry = o.NextTry, Reason = o.Reason, Backfill = o.Backfill,
        Records = o.Records, ContactRecords = o.ContactRecords, QuarantinedLines = o.Quarantined, QuarantineJson = o.QuarantineJson, SkippedJson = o.SkippedJson,
        Format = o.Format, Columns = o.Columns ?? "", FirstStart = o.FirstStart, LastEnd = o.LastEnd, Sha256 = o.Sha256, ReadMilliseconds = o.ReadMilliseconds,
    };
}
