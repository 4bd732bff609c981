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
        var incidents = new HashSet<int>();
        foreach (var entry in db.ChangeTracker.Entries<FindingEntity>())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted)) continue;
            if (entry.State != EntityState.Added) Count(TallyOf(entry.OriginalValues), -1);
            if (entry.State != EntityState.Deleted) Count(TallyOf(entry.CurrentValues), +1);
            recount.Add(entry.Entity.Id);
            if (entry.Entity.IncidentId is { } incident) incidents.Add(incident);
            if (entry.State != EntityState.Added && entry.OriginalValues.GetValue<int?>(nameof(FindingEntity.IncidentId)) is { } former) incidents.Add(former);
        }
        foreach (var member in db.ChangeTracker.Entries<FindingMemberEntity>().Where(m => m.State is EntityState.Added or EntityState.Deleted))
            concerned.Add(member.Entity.InstanceKey);
        await db.SaveChangesAsync(cancellation);
        foreach (var chunk in recount.Chunk(5_000))
            concerned.UnionWith(await db.FindingMembers.Where(m => chunk.Contains(m.FindingId)).Select(m => m.InstanceKey).Distinct().ToListAsync(cancellation));
        await WriteTalliesAsync(db, deltas, cancellation);
        foreach (int incident in incidents) await SumAsync(db, incident, cancellation);
        foreach (var chunk in concerned.Order(StringComparer.Ordinal).Chunk(5_000)) await dialect.RecountFindingsAsync(db, chunk, cancellation);

        void Count(Tally tally, int by) => deltas[tally] = deltas.GetValueOrDefault(tally) + by;
    }

    /// <summary>Sets how many findings an incident has, and the highest severity among them.</summary>
    private static async Task SumAsync(WaywardDbContext db, int incident, CancellationToken cancellation)
    {
        var findings = db.Findings.Where(f => f.IncidentId == incident);
        int count = await findings.CountAsync(cancellation);
        int highest = await findings.MaxAsync(f => (int?)f.Severity, cancellation) ?? 0;
        if (db.ChangeTracker.Entries<IncidentEntity>().FirstOrDefault(e => e.Entity.Id == incident) is { } tracked) (tracked.Entity.FindingCount, tracked.Entity.HighestSeverity) = (count, highest);
        await db.Incidents.Where(i => i.Id == incident).ExecuteUpdateAsync(s => s.SetProperty(i => i.FindingCount, count).SetProperty(i => i.HighestSeverity, highest), cancellation);
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
