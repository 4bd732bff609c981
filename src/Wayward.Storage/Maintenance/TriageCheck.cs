using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Storage.Model;

namespace Wayward.Storage.Maintenance;

/// <summary>Compares findings, rules, comments, incidents with their tasks and the audit log with their checksums, and with the totals that are kept beside them.</summary>
internal sealed class TriageCheck(WaywardDbContext db)
{
    /// <summary>Rows of one kind that are named one by one; of a thousand changed rows the first few say enough.</summary>
    private const int Named = 5;

    private readonly List<string> _problems = [];

    /// <returns>Problems, one sentence each, and where the audit log ends.</returns>
    public async Task<(IReadOnlyList<string> Problems, AuditEnd Audit)> RunAsync(CancellationToken cancellation)
    {
        var audit = await new AuditVerifier([], [], null).RunAsync(db, cancellation);
        Tell(audit);
        await RowsAsync("finding", db.Findings, f => f.Id, cancellation);
        await RowsAsync("rule", db.ExpectedTargets, r => r.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellation);
        await RowsAsync("comment", db.FindingComments, m => m.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellation);
        await RowsAsync("incident", db.Incidents, i => i.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellation);
        await RowsAsync("task", db.IncidentTasks, t => t.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellation);
        await DocumentsAsync(cancellation);
        await IncidentTotalsAsync(cancellation);
        await TotalsAsync(cancellation);
        await AuditedAsync(cancellation);
        return (_problems, new(audit.Head.Sequence, audit.Head.Hash));
    }

    private void Tell(AuditVerdict audit)
    {
        _problems.AddRange(audit.Problems);
        if (audit.AlteredAt is { } place && audit.Problems.Count == 0)
            _problems.Add(FormattableString.Invariant($"The audit log is not what was written: entry {place} or the entries before it were changed, removed or added."));
        if (!audit.HasHead) _problems.Add("The row that closes the audit log is missing.");
        else if (audit.CutAfter is { } end) _problems.Add(FormattableString.Invariant($"The audit log does not end where it ended when it was written: it has {end} entries."));
    }

    private async Task RowsAsync<T>(string what, IQueryable<T> rows, Func<T, string> name, CancellationToken cancellation) where T : class, ICheckedRow
    {
        var type = db.Model.FindEntityType(typeof(T))!;
        var changed = new List<string>();
        await foreach (var row in rows.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellation))
            if (row.Checksum != CheckedRows.Of(type, row)) changed.Add(name(row));
        Tell(changed, id => $"The {what} {id} is not what was written: it differs from its checksum.", $"{what}s");
    }

    private async Task DocumentsAsync(CancellationToken cancellation)
    {
        var changed = new List<string>();
        var rows = db.Findings.AsNoTracking().Select(f => new { f.Id, f.ContentHash, Json = db.FindingDocuments.Where(d => d.FindingId == f.Id).Select(d => d.Json).FirstOrDefault() });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellation))
            if (row.Json is null || FindingMapping.ContentHash(row.Json) != row.ContentHash) changed.Add(row.Id);
        Tell(changed, id => $"The text of finding {id} is not what was written: it differs from its hash.", "findings");
    }

    /// <summary>A finding that was removed, or added, leaves the tallies as they were.</summary>
    private async Task TotalsAsync(CancellationToken cancellation)
    {
        long kept = await db.FindingTallies.SumAsync(t => (long)t.Count, cancellation), there = await db.Findings.LongCountAsync(cancellation);
        if (kept != there) _problems.Add(FormattableString.Invariant($"There are {there} findings, {kept} expected."));
    }

    /// <summary>What an incident says of its findings follows from them.</summary>
    private async Task IncidentTotalsAsync(CancellationToken cancellation)
    {
        var rows = db.Incidents.AsNoTracking().OrderBy(i => i.Id).Select(i => new { i.Id, i.FindingCount, i.HighestSeverity, Count = db.Findings.Count(f => f.IncidentId == i.Id), Highest = db.Findings.Where(f => f.IncidentId == i.Id).Max(f => (int?)f.Severity) ?? 0 });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellation))
            if (row.FindingCount != row.Count || row.HighestSeverity != row.Highest) _problems.Add(FormattableString.Invariant($"Incident {row.Id} has {row.Count} findings, {row.FindingCount} expected, or another highest severity."));
    }

    /// <summary>Rules, comments and incidents are never removed, so whatever the audit log names is there.</summary>
    private async Task AuditedAsync(CancellationToken cancellation)
    {
        var rules = (await db.ExpectedTargets.Select(r => r.Id).ToListAsync(cancellation)).ToHashSet();
        var comments = (await db.FindingComments.Select(m => m.Id).ToListAsync(cancellation)).ToHashSet();
        var incidents = (await db.Incidents.Select(i => i.Id).ToListAsync(cancellation)).ToHashSet();
        await foreach (string? after in db.AuditEntries.AsNoTracking().Where(e => e.Verb == "expected.add" || e.Verb == "finding.comment" || e.Verb == "incident.create").OrderBy(e => e.Id).Select(e => e.After).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            var state = AuditState.Parse(after);
            foreach (int id in state?.Rules?.Keys.Where(r => !rules.Contains(r)) ?? []) _problems.Add(FormattableString.Invariant($"Rule {id} is in the audit log and not among the rules."));
            foreach (long id in state?.Comments?.Keys.Where(m => !comments.Contains(m)) ?? []) _problems.Add(FormattableString.Invariant($"Comment {id} is in the audit log and not among the comments."));
            foreach (int id in state?.Incidents?.Keys.Where(i => !incidents.Contains(i)) ?? []) _problems.Add(FormattableString.Invariant($"Incident {id} is in the audit log and not among the incidents."));
        }
    }

    private void Tell(List<string> changed, Func<string, string> sentence, string what)
    {
        _problems.AddRange(changed.Take(Named).Select(sentence));
        if (changed.Count > Named) _problems.Add(FormattableString.Invariant($"{changed.Count - Named} further {what} differ from their checksums."));
    }
}
