using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Wayward.Storage.Model;

namespace Wayward.Storage.Findings;

/// <summary>Saves changed findings together with all that is derived from them: the tallies, and the counts on the instances concerned.</summary>
internal static class FindingChangesSaver
{
    /// <summary>
    /// Sets the open findings and the largest severity on instances, named <c>i</c>; a condition on them follows. In SQLite a cross join keeps its order: left to choose, it walks all open findings
    /// for each instance, for two equal columns of an index seem to it as good as a key (it has no statistics), and the cost is that of instances times findings.
    /// </summary>
    public const string Recount = """
        UPDATE instances AS i SET
            open_findings = (SELECT count(*) FROM finding_members AS m CROSS JOIN findings AS f WHERE m.instance_key = i.key AND f.id = m.finding_id AND f.is_open = 1 AND f.reported = 1),
            max_severity = coalesce((SELECT max(f.severity) FROM finding_members AS m CROSS JOIN findings AS f WHERE m.instance_key = i.key AND f.id = m.finding_id AND f.is_open = 1 AND f.reported = 1), 0)
        """;

    private readonly record struct Tally(byte Status, bool Reported, byte Type, byte Transport, byte Band);

    public static async Task SaveAsync(WaywardDbContext db, IStorageDialect dialect, CancellationToken cancellation)
    {
        var deltas = new Dictionary<Tally, int>();
        var concerned = new HashSet<string>(StringComparer.Ordinal);
        var recount = new List<string>();
        foreach (var entry in db.ChangeTracker.Entries<FindingEntity>())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted)) continue;
            if (entry.State != EntityState.Added) Count(TallyOf(entry.OriginalValues), -1);
            if (entry.State != EntityState.Deleted) Count(TallyOf(entry.CurrentValues), +1);
            recount.Add(entry.Entity.Id);
        }
        foreach (var member in db.ChangeTracker.Entries<FindingMemberEntity>().Where(m => m.State is EntityState.Added or EntityState.Deleted))
            concerned.Add(member.Entity.InstanceKey);
        await db.SaveChangesAsync(cancellation);
        foreach (var chunk in recount.Chunk(5_000))
            concerned.UnionWith(await db.FindingMembers.Where(m => chunk.Contains(m.FindingId)).Select(m => m.InstanceKey).Distinct().ToListAsync(cancellation));
        await WriteTalliesAsync(db, deltas, cancellation);
        foreach (var chunk in concerned.Order(StringComparer.Ordinal).Chunk(5_000)) await dialect.RecountFindingsAsync(db, chunk, cancellation);

        void Count(Tally tally, int by) => deltas[tally] = deltas.GetValueOrDefault(tally) + by;
    }

    private static Tally TallyOf(PropertyValues values) => new(
        values.GetValue<byte>(nameof(FindingEntity.Status)), values.GetValue<bool>(nameof(FindingEntity.Reported)),
        values.GetValue<byte>(nameof(FindingEntity.Type)), values.GetValue<byte>(nameof(FindingEntity.Transport)), values.GetValue<byte>(nameof(FindingEntity.Band)));

    private static async Task WriteTalliesAsync(WaywardDbContext db, Dictionary<Tally, int> deltas, CancellationToken cancellation)
    {
        if (deltas.Values.All(d => d == 0)) return;
        var rows = await db.FindingTallies.ToDictionaryAsync(t => new Tally(t.Status, t.Reported, t.Type, t.Transport, t.Band), cancellation);
        foreach (var (tally, by) in deltas.Where(d => d.Value != 0))
        {
            if (rows.TryGetValue(tally, out var row)) row.Count += by;
            else db.FindingTallies.Add(new() { Status = tally.Status, Reported = tally.Reported, Type = tally.Type, Transport = tally.Transport, Band = tally.Band, Count = by });
        }
        foreach (var empty in rows.Values.Where(r => r.Count == 0)) db.FindingTallies.Remove(empty);
        await db.SaveChangesAsync(cancellation);
    }
}
