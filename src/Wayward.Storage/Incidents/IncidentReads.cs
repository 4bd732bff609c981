using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;
using Wayward.Storage.Model;

namespace Wayward.Storage.Incidents;

/// <summary>Queries over incidents.</summary>
internal static class IncidentReads
{
    /// <summary>How far from a finding its relatives may begin.</summary>
    private const long Near = 14 * UnixTime.DaySeconds;

    public static async Task<IncidentList> PageAsync(WaywardDbContext db, IncidentQuery query, CancellationToken cancellation)
    {
        var matching = db.Incidents.Where(i => i.Shown);
        if (query.Owner is { } owner) matching = matching.Where(i => i.Owner == owner);
        if (LikePattern.Of(query.Text) is { } pattern) matching = matching.Where(i => EF.Functions.Like(i.Search, pattern, LikePattern.Escape));
        var counts = await matching.GroupBy(i => i.IsOpen).Select(g => new { Open = g.Key, Count = g.Count() }).ToListAsync(cancellation);
        if (query.Open is { } open) matching = open ? matching.Where(i => i.IsOpen) : matching.Where(i => !i.IsOpen);
        if (query.After is { } after) matching = matching.Where(i => i.UpdatedAt < after.UpdatedAt || (i.UpdatedAt == after.UpdatedAt && i.Id < after.Id));
        // One more than asked for tells whether there is a next page.
        var rows = await matching.OrderByDescending(i => i.UpdatedAt).ThenByDescending(i => i.Id).Take(query.Take + 1).ToListAsync(cancellation);
        bool more = rows.Count > query.Take;
        if (more) rows.RemoveAt(query.Take);
        var ids = rows.Select(i => i.Id).ToList();
        var undecided = await db.Findings.Where(f => f.IncidentId != null && ids.Contains(f.IncidentId.Value) && f.IsOpen).GroupBy(f => f.IncidentId!.Value).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        var tasks = await db.IncidentTasks.Where(t => ids.Contains(t.IncidentId) && t.Shown && t.DoneBy == null).GroupBy(t => t.IncidentId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        return new(
            [.. rows.Select(i => new IncidentRow(ToIncident(i), undecided.GetValueOrDefault(i.Id), tasks.GetValueOrDefault(i.Id)))],
            more ? new(rows[^1].UpdatedAt, rows[^1].Id) : null,
            counts.FirstOrDefault(c => c.Open)?.Count ?? 0, counts.FirstOrDefault(c => !c.Open)?.Count ?? 0);
    }

    public static async Task<StoredIncident?> FindAsync(WaywardDbContext db, int id, CancellationToken cancellation)
    {
        if (await db.Incidents.FirstOrDefaultAsync(i => i.Id == id && i.Shown, cancellation) is not { } row) return null;
        var tasks = await db.IncidentTasks.Where(t => t.IncidentId == id && t.Shown).OrderBy(t => t.Id).Select(t => new IncidentTask(t.Id, t.Text, t.DoneBy, t.DoneAt)).ToListAsync(cancellation);
        var findings = await db.Findings.Where(f => f.IncidentId == id).OrderBy(f => f.First).ThenBy(f => f.Id).Select(FindingMapping.ToRow).ToListAsync(cancellation);
        return new(ToIncident(row), tasks, findings);
    }

    public static async Task<IReadOnlyList<RelatedFinding>> RelatedAsync(WaywardDbContext db, string findingId, int take, CancellationToken cancellation)
    {
        string id = await db.FindingAliases.Where(a => a.OldId == findingId).Select(a => a.FindingId).FirstOrDefaultAsync(cancellation) ?? findingId;
        if (await db.Findings.FirstOrDefaultAsync(f => f.Id == id, cancellation) is not { } anchor) return [];
        byte withdrawn = (byte)FindingStatus.Withdrawn;
        var (from, to) = (anchor.First - Near, anchor.First + Near);
        var near = db.Findings.Where(f => f.Id != id && f.Status != withdrawn && f.First >= from && f.First <= to);
        var members = db.FindingMembers.Where(m => m.FindingId == id).Select(m => m.InstanceKey);
        var onInstance = await near.Where(f => db.FindingMembers.Where(m => members.Contains(m.InstanceKey)).Select(m => m.FindingId).Contains(f.Id)).OrderByDescending(f => f.Severity).Take(take).Select(FindingMapping.ToRow).ToListAsync(cancellation);
        var onTarget = anchor.Target.Length == 0 ? [] : await near.Where(f => f.Target == anchor.Target).OrderByDescending(f => f.Severity).Take(take).Select(FindingMapping.ToRow).ToListAsync(cancellation);
        var inGroup = anchor.Asg is not { Length: > 0 } group ? [] : await near.Where(f => f.Asg == group).OrderByDescending(f => f.Severity).Take(take).Select(FindingMapping.ToRow).ToListAsync(cancellation);

        var sharing = onInstance.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var facts = new KinshipFacts(FindingTypes.Find(anchor.Type), (Core.Resolvers.DnsTransport)anchor.Transport, anchor.Target, anchor.Asg, (ContactOutcome)anchor.Outcome, anchor.First);
        return [.. onInstance.Concat(onTarget).Concat(inGroup).DistinctBy(r => r.Id)
            .Select(r => new RelatedFinding(r, Kinships.Between(facts, Facts(r), sharing.Contains(r.Id))))
            .Where(r => r.Kinship != Kinship.None)
            .OrderByDescending(r => r.Kinship.HasFlag(Kinship.EvasionChain)).ThenByDescending(r => r.Kinship.HasFlag(Kinship.SameInstance))
            .ThenByDescending(r => r.Row.Severity).ThenBy(r => r.Row.Id, StringComparer.Ordinal).Take(take)];
    }

    private static KinshipFacts Facts(FindingRow row) => new(row.Type, row.Transport, row.Provider ?? row.Address, row.Asg, row.Outcome, row.First);

    public static Incident ToIncident(IncidentEntity row) => new()
    {
        Id = row.Id,
        Title = row.Title,
        Status = (IncidentStatus)row.Status,
        Owner = row.Owner,
        Severity = row.SetSeverity ?? row.HighestSeverity,
        HighestSeverity = row.HighestSeverity,
        SetSeverity = row.SetSeverity,
        SeverityReason = row.SeverityReason,
        Narrative = row.Narrative,
        FindingCount = row.FindingCount,
        Revision = row.Revision,
        NarrativeRevision = row.NarrativeRevision,
        CreatedBy = row.CreatedBy,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
