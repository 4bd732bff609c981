using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Serialization;
using Wayward.Core.Triage;
using Wayward.Storage.Audit;
using Wayward.Storage.Model;

namespace Wayward.Storage.Expected;

/// <inheritdoc cref="IExpectedTargetStore"/>
internal sealed class ExpectedTargetStore(Database database) : IExpectedTargetStore
{
    public Task<IReadOnlyList<ExpectedTarget>> AllAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<ExpectedTarget>>(async (db, c) =>
        [.. (await db.ExpectedTargets.OrderBy(r => r.Id).ToListAsync(c)).Select(ToRule)], cancellation);

    public Task<(ExpectedTarget Rule, long AuditId)> AddAsync(ExpectedTarget rule, string? findingId, string actor, CancellationToken cancellation) =>
        database.WriteAsync(async (db, c) =>
        {
            long now = database.NowSeconds;
            var created = rule with { CreatedAt = now, CreatedBy = actor, DeletedAt = null };
            var row = new ExpectedTargetEntity { CreatedAt = now, Json = WaywardJson.Write(created with { Id = 0 }) };
            db.ExpectedTargets.Add(row);
            await db.SaveChangesAsync(c);
            string? finding = findingId is null ? null : await db.FindingAliases.Where(a => a.OldId == findingId).Select(a => a.FindingId).FirstOrDefaultAsync(c) ?? findingId;
            string verb = rule.Action == ExpectedAction.Forbid ? "forbid" : "expect";
            var entry = await AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, "expected.add", Number(row.Id),
                $"Added rule {Number(row.Id)} ({verb} {Targets(rule)}): {rule.Reason}", Side(row.Id, false), Side(row.Id, true),
                finding is null ? [AuditLog.RuleSubject(row.Id)] : [AuditLog.RuleSubject(row.Id), finding]), c);
            return (created with { Id = row.Id }, entry.Id);
        }, cancellation);

    public Task<long?> DeleteAsync(int id, string actor, string reason, CancellationToken cancellation) => database.WriteAsync<long?>(async (db, c) =>
    {
        var row = await db.ExpectedTargets.FirstOrDefaultAsync(r => r.Id == id && r.DeletedAt == null, c);
        if (row is null) return null;
        row.DeletedAt = database.NowSeconds;
        await db.SaveChangesAsync(c);
        // The findings that it closes at present will open again: the entry belongs to them too.
        var closed = await db.Findings.Where(f => f.ExpectedTargetId == id).Select(f => f.Id).ToListAsync(c);
        return (await AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, "expected.delete", Number(id),
            $"Withdrew rule {Number(id)} ({Targets(ToRule(row))}): {reason}", Side(id, true), Side(id, false), closed.Append(AuditLog.RuleSubject(id))), c)).Id;
    }, cancellation);

    private static ExpectedTarget ToRule(ExpectedTargetEntity row) => WaywardJson.ReadExpectedTarget(row.Json) with { Id = row.Id, DeletedAt = row.DeletedAt };

    private static string Side(int id, bool inForce) => new AuditState { Rules = new Dictionary<int, bool> { [id] = inForce } }.ToJson();

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);

    private static string Targets(ExpectedTarget rule)
    {
        var names = rule.Prefixes.Select(p => p.ToString()).Concat(rule.Providers).Concat(rule.Tiers.Select(t => $"tier {Core.Resolvers.CatalogTiers.Letter(t)}")).ToList();
        return names.Count == 0 ? "any target" : string.Join(", ", names);
    }
}
