using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Audit;
using Wayward.Storage.Model;

namespace Wayward.Storage.Ingest;

/// <inheritdoc cref="IBackfillStore"/>
internal sealed class BackfillStore(Database database) : IBackfillStore
{
    /// <summary>Ends the reason of what was set aside by a cancelled backfill; how a later one knows what it may take back.</summary>
    internal const string CancelledReason = "backfill cancelled";
    private const int MaxProblemLength = 500;
    private const byte Surveying = (byte)BackfillState.Surveying, Surveyed = (byte)BackfillState.Surveyed, Running = (byte)BackfillState.Running, Paused = (byte)BackfillState.Paused;
    private const byte Seen = (byte)SourceObjectState.Seen, Leased = (byte)SourceObjectState.Leased, Retry = (byte)SourceObjectState.Retry, Skipped = (byte)SourceObjectState.Skipped;

    public Task<BackfillRow> RequestAsync(BackfillRange range, bool survey, string actor, CancellationToken cancellation)
    {
        if (range.Fault() is { } fault) throw new ArgumentException(fault, nameof(range));
        return database.WriteAsync(async (db, c) =>
        {
            long now = database.NowSeconds;
            var row = new BackfillEntity
            {
                Source = range.Source, FromDay = range.From?.DayNumber, ToDay = range.To?.DayNumber, Prefix = range.Prefix, NewestFirst = range.NewestFirst,
                State = survey ? Surveying : Running, RequestedBy = actor, RequestedAt = now, StartedAt = survey ? null : now,
            };
            db.Backfills.Add(row);
            await db.SaveChangesAsync(c);
            await AuditAsync(db, row, actor, survey ? "backfill.dry-run" : "backfill.start", survey ? "Asked for a dry run of" : "Started", c);
            return ToRow(row);
        }, cancellation);
    }

    public Task<bool> ApplyAsync(int id, BackfillVerb verb, string actor, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        long now = database.NowSeconds;
        var (from, to, name, past) = verb switch
        {
            BackfillVerb.Start => (new List<byte> { Surveying, Surveyed }, BackfillState.Running, "backfill.start", "Started"),
            BackfillVerb.Pause => ([Running], BackfillState.Paused, "backfill.pause", "Paused"),
            BackfillVerb.Resume => ([Paused], BackfillState.Running, "backfill.resume", "Resumed"),
            _ => ([Surveying, Surveyed, Running, Paused], BackfillState.Cancelled, "backfill.cancel", "Cancelled"),
        };
        // An update that takes the row first: from here on no process can offer to it (see OfferAsync).
        int taken = await db.Backfills.Where(b => b.Id == id && from.Contains(b.State)).ExecuteUpdateAsync(s => s.SetProperty(b => b.State, (byte)to).SetProperty(b => b.ObjectsPerSecond, 0), c);
        if (taken == 0) return false;
        var row = await db.Backfills.SingleAsync(b => b.Id == id, c);
        if (verb == BackfillVerb.Start) row.StartedAt = now;
        if (verb == BackfillVerb.Cancel)
        {
            row.EndedAt = now;
            // Who has leased one finishes it; should he not, the live lane has it.
            await Lane(db, id).Where(o => o.State == Leased).ExecuteUpdateAsync(s => s.SetProperty(o => o.Backfill, 0), c);
            string reason = $"{Name(id)}: {CancelledReason}";
            int set = await Lane(db, id).Where(o => o.State == Seen || o.State == Retry).ExecuteUpdateAsync(s => s
                .SetProperty(o => o.State, Skipped).SetProperty(o => o.Reason, reason).SetProperty(o => o.NextTry, (long?)null), c);
            row.Settled = row.Objects;
            past = string.Create(CultureInfo.InvariantCulture, $"{past}, {set} waiting objects set aside:");
        }
        await db.SaveChangesAsync(c);
        await AuditAsync(db, row, actor, name, past, c);
        return true;
    }, cancellation);

    public Task<IReadOnlyList<BackfillRow>> ListAsync(int take, CancellationToken cancellation) => RowsAsync(
        b => b.OrderBy(x => x.State > Paused).ThenByDescending(x => x.Id).Take(take), cancellation);

    public Task<IReadOnlyList<BackfillRow>> ActiveAsync(CancellationToken cancellation) => RowsAsync(
        b => b.Where(x => x.State == Surveying || x.State == Running).OrderBy(x => x.Id), cancellation);

    public async Task<BackfillRow?> FindAsync(int id, CancellationToken cancellation) => (await RowsAsync(b => b.Where(x => x.Id == id), cancellation)).SingleOrDefault();

    public Task<bool> RenewLeaseAsync(int id, LeaseTerms terms, CancellationToken cancellation)
    {
        long now = database.NowSeconds, until = now + (long)Math.Ceiling(terms.For.TotalSeconds);
        // Where nothing is leased there is one process, and what another has left behind is its own.
        bool alone = database.Dialect.Leases is null;
        return database.WriteAsync(async (db, c) => await db.Backfills
            .Where(b => b.Id == id && (b.State == Surveying || b.State == Running) && (alone || b.LeaseOwner == null || b.LeaseOwner == terms.Owner || b.LeaseUntil < now))
            .ExecuteUpdateAsync(s => s.SetProperty(b => b.LeaseOwner, terms.Owner).SetProperty(b => b.LeaseUntil, until), c) > 0, cancellation, WriteScope.Objects);
    }

    public Task<bool> SurveyedAsync(int id, long objects, long bytes, long lackingObjects, long lackingBytes, bool whole, CancellationToken cancellation) => database.WriteAsync(async (db, c) => await db.Backfills
        .Where(b => b.Id == id && b.State == Surveying).ExecuteUpdateAsync(s => s
            .SetProperty(b => b.SurveyObjects, objects).SetProperty(b => b.SurveyBytes, bytes).SetProperty(b => b.LackingObjects, lackingObjects).SetProperty(b => b.LackingBytes, lackingBytes)
            .SetProperty(b => b.State, whole ? Surveyed : Surveying).SetProperty(b => b.Problem, (string?)null), c) > 0, cancellation, WriteScope.Objects);

    public Task<bool> OfferAsync(int id, IReadOnlyList<OfferedObject> objects, CancellationToken cancellation)
    {
        var unique = objects.DistinctBy(o => o.ObjectId).ToList();
        var ids = unique.Select(o => o.ObjectId).ToList();
        return database.WriteAsync(async (db, c) =>
        {
            // Holds the row until the end of the transaction, so that a cancel finds everything that was offered before it, and nothing is offered after it.
            if (await db.Backfills.Where(b => b.Id == id && b.State == Running).ExecuteUpdateAsync(s => s.SetProperty(b => b.Problem, (string?)null), c) == 0) return false;
            var known = (await db.SourceObjects.Where(o => ids.Contains(o.ObjectId)).Select(o => o.ObjectId).ToListAsync(c)).ToHashSet();
            long now = database.NowSeconds;
            var news = unique.Where(o => !known.Contains(o.ObjectId)).ToList();
            db.SourceObjects.AddRange(news.Select(o => new SourceObjectEntity
            {
                ObjectId = o.ObjectId, Source = o.Source, Container = o.Container, Key = o.Key, ETag = o.ETag, Search = SourceObjectStore.SearchText(o.Container, o.Key),
                State = Seen, Bytes = o.Bytes, LastModified = o.LastModified, SeenAt = now, Backfill = id, Turn = o.Turn,
            }));
            await db.SaveChangesAsync(c);
            var aside = await db.SourceObjects.Where(o => ids.Contains(o.ObjectId) && o.State == Skipped && o.Reason!.EndsWith(CancelledReason)).Select(o => new { o.ObjectId, o.Bytes }).ToListAsync(c);
            if (aside.Count > 0)
            {
                var back = aside.Select(a => a.ObjectId).ToList();
                await db.SourceObjects.Where(o => back.Contains(o.ObjectId)).ExecuteUpdateAsync(s => s
                    .SetProperty(o => o.State, Seen).SetProperty(o => o.Reason, (string?)null).SetProperty(o => o.Backfill, id), c);
            }
            long added = news.Count + aside.Count, bytes = news.Sum(o => o.Bytes) + aside.Sum(a => a.Bytes);
            if (added > 0) await db.Backfills.Where(b => b.Id == id).ExecuteUpdateAsync(s => s.SetProperty(b => b.Objects, b => b.Objects + added).SetProperty(b => b.Bytes, b => b.Bytes + bytes), c);
            return true;
        }, cancellation, WriteScope.Objects);
    }

    public Task ListedAsync(int id, CancellationToken cancellation) => database.WriteAsync((db, c) => db.Backfills
        .Where(b => b.Id == id && b.State == Running).ExecuteUpdateAsync(s => s.SetProperty(b => b.Listed, true).SetProperty(b => b.Problem, (string?)null), c), cancellation, WriteScope.Objects);

    public async Task<BackfillRow?> CountAsync(int id, double objectsPerSecond, CancellationToken cancellation)
    {
        // The count may take a while: it is a read of its own, and does not hold the writer up.
        if (await FindAsync(id, cancellation) is not { State: BackfillState.Running } before) return null;
        var counts = await database.ReadAsync((db, c) => Lane(db, id).Where(o => o.Source == before.Range.Source).GroupBy(o => o.State).Select(g => new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, c), cancellation);
        long open = counts.GetValueOrDefault(Seen) + counts.GetValueOrDefault(Leased) + counts.GetValueOrDefault(Retry);
        long aside = counts.GetValueOrDefault((byte)SourceObjectState.Quarantined), now = database.NowSeconds;
        // Listed before it was counted, so nothing came after the count.
        bool ended = before.Listed && open == 0;
        await database.WriteAsync((db, c) => db.Backfills.Where(b => b.Id == id && b.State == Running).ExecuteUpdateAsync(s => s
            .SetProperty(b => b.Settled, b => b.Objects > open ? b.Objects - open : 0).SetProperty(b => b.Quarantined, aside).SetProperty(b => b.ObjectsPerSecond, objectsPerSecond)
            .SetProperty(b => b.State, ended ? (byte)BackfillState.Done : Running).SetProperty(b => b.EndedAt, ended ? now : null), c), cancellation, WriteScope.Objects);
        return await FindAsync(id, cancellation);
    }

    public Task SetProblemAsync(int id, string? problem, CancellationToken cancellation) => database.WriteAsync((db, c) => db.Backfills
        .Where(b => b.Id == id).ExecuteUpdateAsync(s => s.SetProperty(b => b.Problem, problem is { Length: > MaxProblemLength } ? problem[..MaxProblemLength] : problem), c), cancellation, WriteScope.Objects);

    private static string Name(int id) => string.Create(CultureInfo.InvariantCulture, $"backfill {id}");

    private static IQueryable<SourceObjectEntity> Lane(WaywardDbContext db, int id) => db.SourceObjects.Where(o => o.Backfill == id);

    private Task<AuditEntryEntity> AuditAsync(WaywardDbContext db, BackfillEntity row, string actor, string verb, string what, CancellationToken cancellation)
    {
        string days = $"{Day(row.FromDay, "the beginning")} to {Day(row.ToDay, "the end")}{(row.Prefix.Length > 0 ? $", keys under {row.Prefix}" : "")}";
        return AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, verb, Name(row.Id), $"{what} {Name(row.Id)} of {row.Source}, {days}, {(row.NewestFirst ? "newest" : "oldest")} first", null, null, []), cancellation);
    }

    private static string Day(int? day, string none) => day is { } number ? DateOnly.FromDayNumber(number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : none;

    private Task<IReadOnlyList<BackfillRow>> RowsAsync(Func<IQueryable<BackfillEntity>, IQueryable<BackfillEntity>> which, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<BackfillRow>>(async (db, c) => [.. (await which(db.Backfills).ToListAsync(c)).Select(ToRow)], cancellation);

    private BackfillRow ToRow(BackfillEntity b) => new()
    {
        Id = b.Id, State = (BackfillState)b.State, RequestedBy = b.RequestedBy, RequestedAt = b.RequestedAt, StartedAt = b.StartedAt, EndedAt = b.EndedAt,
        Range = new(b.Source, b.FromDay is { } from ? DateOnly.FromDayNumber(from) : null, b.ToDay is { } to ? DateOnly.FromDayNumber(to) : null, b.Prefix, b.NewestFirst),
        SurveyObjects = b.SurveyObjects, SurveyBytes = b.SurveyBytes, LackingObjects = b.LackingObjects, LackingBytes = b.LackingBytes,
        Objects = b.Objects, Bytes = b.Bytes, Listed = b.Listed, Settled = b.Settled, Quarantined = b.Quarantined, ObjectsPerSecond = b.ObjectsPerSecond, Problem = b.Problem,
        Leased = b.LeaseUntil >= database.NowSeconds && b.State is Surveying or Running,
    };
}
