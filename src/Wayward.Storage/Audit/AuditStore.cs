using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Audit;

/// <inheritdoc cref="IAuditStore"/>
internal sealed class AuditStore(Database database) : IAuditStore
{
    public Task<long> AppendAsync(string actor, string verb, string subject, string summary, string? before, string? after, CancellationToken cancellation) =>
        database.WriteAsync(async (db, c) => (await AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, verb, subject, summary, before, after, []), c)).Id, cancellation);

    public Task<(IReadOnlyList<AuditEntry> Rows, int Total)> QueryAsync(string? subject, string? text, int skip, int take, CancellationToken cancellation) =>
        database.ReadAsync<(IReadOnlyList<AuditEntry>, int)>(async (db, c) =>
        {
            var rows = db.AuditEntries.AsQueryable();
            if (!string.IsNullOrEmpty(subject)) rows = rows.Where(e => db.AuditSubjects.Where(s => s.Subject == subject).Select(s => s.AuditId).Contains(e.Id));
            if (LikePattern.Of(text) is { } pattern) rows = rows.Where(e => EF.Functions.Like(e.Search, pattern, LikePattern.Escape));
            int total = await rows.CountAsync(c);
            var page = await rows.OrderByDescending(e => e.Id).Skip(skip).Take(take).ToListAsync(c);
            return ([.. page.Select(ToEntry)], total);
        }, cancellation);

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

    private static AuditEntry ToEntry(AuditEntryEntity e) => new(e.Id, e.At, e.Actor, e.Verb, e.Subject, e.Summary, e.Before, e.After, e.UndoOf, e.UndoneBy);
}
