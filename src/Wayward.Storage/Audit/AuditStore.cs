using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Audit;

/// <inheritdoc cref="IAuditStore"/>
internal sealed class AuditStore(Database database) : IAuditStore
{
    private const int Portion = 1_000;

    public Task<long> AppendAsync(string actor, string verb, string subject, string summary, string? before, string? after, CancellationToken cancellation) =>
        database.WriteAsync(async (db, c) => (await AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, verb, subject, summary, before, after, []), c)).Id, cancellation);

    public Task<(IReadOnlyList<AuditEntry> Rows, int Total)> QueryAsync(AuditFilter filter, int skip, int take, CancellationToken cancellation) =>
        database.ReadAsync<(IReadOnlyList<AuditEntry>, int)>(async (db, c) =>
        {
            var rows = Matching(db, filter);
            int total = await rows.CountAsync(c);
            var page = await rows.OrderByDescending(e => e.Id).Skip(skip).Take(take).ToListAsync(c);
            return ([.. page.Select(ToEntry)], total);
        }, cancellation);

    public async IAsyncEnumerable<AuditEntry> ReadAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // In portions, so that no read transaction stays open as long as a slow client reads.
        for (long after = 0; ;)
        {
            long from = after;
            var page = await database.ReadAsync((db, c) => Matching(db, filter).Where(e => e.Id > from).OrderBy(e => e.Id).Take(Portion).ToListAsync(c), cancellation);
            foreach (var row in page) yield return ToEntry(row);
            if (page.Count < Portion) yield break;
            after = page[^1].Id;
        }
    }

    public Task<AuditHead> HeadAsync(CancellationToken cancellation) => database.ReadAsync(async (db, c) =>
    {
        var head = await db.AuditHeads.FirstAsync(c);
        return new AuditHead(head.Sequence, head.Hash);
    }, cancellation);

    public Task<AuditVerdict> VerifyAsync(AuditCheckpoints checkpoints, string? expectedHead, CancellationToken cancellation)
    {
        // Read first: an entry that is added meanwhile may be in the log and not yet in the file, never the other way round.
        var (good, problems) = checkpoints.Read();
        return database.SnapshotAsync((db, c) => new AuditVerifier(good, problems, expectedHead).RunAsync(db, c), cancellation);
    }

    public Task<int> EraseAsync(string person, string actor, CancellationToken cancellation) =>
        database.WriteAsync((db, c) => AuditErasure.RunAsync(db, database.NowMilliseconds, person, actor, c), cancellation);

    public Task<AuditEntry?> FindAsync(long entryId, CancellationToken cancellation) =>
        database.ReadAsync(async (db, c) => await db.AuditEntries.FirstOrDefaultAsync(e => e.Id == entryId, c) is { } row ? ToEntry(row) : null, cancellation);

    public Task<IReadOnlyList<AuditEntry>> OfFindingAsync(string findingId, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<AuditEntry>>(async (db, c) =>
    {
        string id = await db.FindingAliases.Where(a => a.OldId == findingId).Select(a => a.FindingId).FirstOrDefaultAsync(c) ?? findingId;
        return await OfSubjectsAsync(db, [id], c);
    }, cancellation);

    public Task<IReadOnlyList<AuditEntry>> OfSubjectsAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellation) => database.ReadAsync((db, c) => OfSubjectsAsync(db, [.. subjects], c), cancellation);

    private static async Task<IReadOnlyList<AuditEntry>> OfSubjectsAsync(WaywardDbContext db, List<string> subjects, CancellationToken cancellation) =>
        [.. (await db.AuditEntries.Where(e => db.AuditSubjects.Where(s => subjects.Contains(s.Subject)).Select(s => s.AuditId).Contains(e.Id)).OrderBy(e => e.Id).ToListAsync(cancellation)).Select(ToEntry)];

    public Task<UndoResult> UndoAsync(long entryId, string actor, CancellationToken cancellation) =>
        database.WriteAsync((db, c) => new AuditUndo(db, database, actor).RunAsync(entryId, c), cancellation);

    private static IQueryable<AuditEntryEntity> Matching(WaywardDbContext db, AuditFilter filter)
    {
        var rows = db.AuditEntries.AsNoTracking();
        if (filter.Subject is { Length: > 0 } subject) rows = rows.Where(e => db.AuditSubjects.Where(s => s.Subject == subject).Select(s => s.AuditId).Contains(e.Id));
        if (filter.Actor is { Length: > 0 } actor) rows = rows.Where(e => e.Actor == actor);
        if (filter.Verb is { Length: > 0 } verb)
        {
            string family = verb + ".";
            rows = rows.Where(e => e.Verb == verb || e.Verb.StartsWith(family));
        }
        if (filter.From is { } first) rows = rows.Where(e => e.At >= first * 1_000);
        if (filter.To is { } end) rows = rows.Where(e => e.At < end * 1_000);
        if (LikePattern.Of(filter.Text) is { } pattern) rows = rows.Where(e => EF.Functions.Like(e.Search, pattern, LikePattern.Escape));
        return rows;
    }

    private static AuditEntry ToEntry(AuditEntryEntity e) => new(e.Id, e.At, e.Actor, e.Verb, e.Subject, e.Summary, e.Before, e.After, e.UndoOf, e.UndoneBy);
}
