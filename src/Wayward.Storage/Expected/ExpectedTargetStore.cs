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

    public Task<(IReadOnlyList<ExpectedTarget> Added, long AuditId)> ChangeAsync(RuleChange change, string actor, CancellationToken cancellation) =>
        database.WriteAsync<(IReadOnlyList<ExpectedTarget>, long)>(async (db, c) =>
        {
            long now = database.NowSeconds;
            var ending = change.End.Distinct().ToList();
            var ended = await db.ExpectedTargets.Where(r => ending.Contains(r.Id) && r.DeletedAt == null).OrderBy(r => r.Id).ToListAsync(c);
            if (ended.Count < ending.Count) throw new ArgumentException($"Rule {Number(ending.Except(ended.Select(r => r.Id)).Min())} is not in force any more; nothing was changed.", nameof(change));
            foreach (var row in ended) row.DeletedAt = now;
            var added = change.Add.Select(rule => rule with { Id = 0, CreatedAt = now, CreatedBy = actor, DeletedAt = null }).ToList();
            var rows = added.Select(rule => new ExpectedTargetEntity { CreatedAt = now, Json = WaywardJson.Write(rule) }).ToList();
            db.ExpectedTargets.AddRange(rows);
            await db.SaveChangesAsync(c);
            var closed = await db.Findings.Where(f => f.ExpectedTargetId != null && ending.Contains(f.ExpectedTargetId.Value)).Select(f => f.Id).ToListAsync(c);
            var numbers = rows.Select(r => r.Id).ToList();
            string summary = $"Added {Count(numbers)}, withdrew {Count(ending)}: {change.Reason}";
            var entry = await AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, change.Verb, numbers.Count == 1 ? Number(numbers[0]) : ending.Count == 1 && numbers.Count == 0 ? Number(ending[0]) : "rules", summary,
                Sides(numbers, ending, after: false), Sides(numbers, ending, after: true), closed.Concat(numbers.Concat(ending).Select(AuditLog.RuleSubject))), c);
            return ([.. added.Select((rule, i) => rule with { Id = numbers[i] })], entry.Id);
        }, cancellation);

    private static string Count(List<int> numbers) => numbers.Count switch { 0 => "no rule", 1 => $"rule {Number(numbers[0])}", _ => $"{Number(numbers.Count)} rules" };

    private static string Sides(IEnumerable<int> added, IEnumerable<int> ended, bool after) =>
        new AuditState { Rules = added.Select(id => (id, after)).Concat(ended.Select(id => (id, after: !after))).ToDictionary(r => r.id, r => r.after) }.ToJson();

    private static ExpectedTarget ToRule(ExpectedTargetEntity row) => WaywardJson.ReadExpectedTarget(row.Json) with { Id = row.Id, DeletedAt = row.DeletedAt };

    private static string Side(int id, bool inForce) => new AuditState { Rules = new Dictionary<int, bool> { [id] = inForce } }.ToJson();

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);

    private static string Targets(ExpectedTarget rule)
    {
        var names = rule.Prefixes.Select(p => p.ToString()).Concat(rule.Providers).Concat(rule.Tiers.Select(t => $"tier {Core.Resolvers.CatalogTiers.Letter(t)}")).ToList();
        return names.Count == 0 ? "any target" : string.Join(", ", names);
    }
}
