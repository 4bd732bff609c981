using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;
using Wayward.Storage.Incidents;
using Wayward.Storage.Model;

namespace Wayward.Storage.Audit;

/// <summary>Takes one entry back within a transaction: each of its subjects only if it still is as the entry left it.</summary>
internal sealed class AuditUndo(WaywardDbContext db, Database database, string actor)
{
    private readonly List<string> _restored = [];
    private readonly List<string> _left = [];
    private readonly Dictionary<string, (TriageState Before, TriageState After)> _findings = [];
    private readonly Dictionary<int, (bool Before, bool After)> _rules = [];
    private readonly Dictionary<long, (bool Before, bool After)> _comments = [];
    private readonly IncidentUndo _incidents = new(db, database);

    public async Task<UndoResult> RunAsync(long entryId, CancellationToken cancellation)
    {
        var entry = await db.AuditEntries.FirstOrDefaultAsync(e => e.Id == entryId, cancellation);
        if (entry is null) return Refused($"there is no audit entry {Number(entryId)}");
        if (entry.UndoneBy is { } by) return Refused($"already undone by entry {Number(by)}");
        var before = AuditState.Parse(entry.Before) ?? new();
        var after = AuditState.Parse(entry.After) ?? new();
        await RestoreFindingsAsync(before, after, cancellation);
        await RestoreRulesAsync(before, after, cancellation);
        await RestoreCommentsAsync(before, after, cancellation);
        await _incidents.RestoreAsync(before, after, _restored, _left, cancellation);
        if (_restored.Count == 0) return _left.Count > 0 ? new(null, [], _left, false) : Refused($"'{entry.Verb}' changed nothing that can be restored");

        await FindingChangesSaver.SaveAsync(db, database.Dialect, cancellation);
        var subjects = await db.AuditSubjects.Where(s => s.AuditId == entryId).Select(s => s.Subject).ToListAsync(cancellation);
        var undo = await AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, "undo", entry.Subject, Summary(entry), Side(after: false).ToJson(), Side(after: true).ToJson(), subjects)
        {
            UndoOf = entryId,
        }, cancellation);
        entry.UndoneBy = undo.Id;
        await db.SaveChangesAsync(cancellation);
        return new(undo.Id, _restored, _left, _rules.Count > 0);
    }

    private static UndoResult Refused(string reason) => new(null, [], [reason], false);

    private string Summary(AuditEntryEntity entry) =>
        _left.Count == 0 ? $"Undid: {entry.Summary}" : $"Undid in part ({Number(_restored.Count)} restored, {Number(_left.Count)} left alone): {entry.Summary}";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private async Task RestoreFindingsAsync(AuditState before, AuditState after, CancellationToken cancellation)
    {
        if (before.Findings is null || after.Findings is null) return;
        var ids = before.Findings.Keys.ToList();
        var aliases = await db.FindingAliases.Where(a => ids.Contains(a.OldId)).ToDictionaryAsync(a => a.OldId, a => a.FindingId, cancellation);
        var present = ids.Concat(aliases.Values).ToList();
        var rows = await db.Findings.Where(f => present.Contains(f.Id)).ToDictionaryAsync(f => f.Id, cancellation);
        foreach (var (id, was) in before.Findings.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            if (!after.Findings.TryGetValue(id, out var became)) continue;
            if (!rows.TryGetValue(aliases.GetValueOrDefault(id, id), out var row))
            {
                _left.Add($"{id}: no longer there");
                continue;
            }
            var now = TriageState.Of(row);
            if (now != became)
            {
                _left.Add($"{row.Id}: was changed after this action; it is {now.Status.Name()} now{(now.Assignee is { Length: > 0 } who ? $", assigned to {who}" : "")}");
                continue;
            }
            was.Restore(row);
            row.Revision++;
            row.GuardRevision = row.Revision;
            row.UpdatedAt = database.NowSeconds;
            _findings.Add(row.Id, (now, was));
            _restored.Add(row.Id);
        }
    }

    private async Task RestoreRulesAsync(AuditState before, AuditState after, CancellationToken cancellation)
    {
        foreach (var (id, was) in (before.Rules ?? new Dictionary<int, bool>()).OrderBy(r => r.Key))
        {
            var row = await db.ExpectedTargets.FirstOrDefaultAsync(r => r.Id == id, cancellation);
            bool? inForce = row is null ? null : row.DeletedAt is null;
            if (row is null || after.Rules?.TryGetValue(id, out bool became) != true || inForce != became)
            {
                _left.Add($"rule {Number(id)}: was {(inForce == true ? "put back" : "withdrawn")} after this action");
                continue;
            }
            row.DeletedAt = was ? null : database.NowSeconds;
            _rules.Add(id, (!was, was));
            _restored.Add(AuditLog.RuleSubject(id));
        }
    }

    private async Task RestoreCommentsAsync(AuditState before, AuditState after, CancellationToken cancellation)
    {
        foreach (var (id, was) in (before.Comments ?? new Dictionary<long, bool>()).OrderBy(r => r.Key))
        {
            var row = await db.FindingComments.FirstOrDefaultAsync(r => r.Id == id, cancellation);
            if (row is null || after.Comments?.TryGetValue(id, out bool became) != true || row.Withdrawn == became)
            {
                _left.Add($"comment {Number(id)}: was changed after this action");
                continue;
            }
            row.Withdrawn = !was;
            _comments.Add(id, (!was, was));
            _restored.Add($"comment:{Number(id)}");
        }
    }

    private AuditState Side(bool after) => _incidents.Side(after) with
    {
        Findings = _findings.Count == 0 ? null : _findings.ToDictionary(f => f.Key, f => after ? f.Value.After : f.Value.Before),
        Rules = _rules.Count == 0 ? null : _rules.ToDictionary(r => r.Key, r => after ? r.Value.After : r.Value.Before),
        Comments = _comments.Count == 0 ? null : _comments.ToDictionary(r => r.Key, r => after ? r.Value.After : r.Value.Before),
    };
}
