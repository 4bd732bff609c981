using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Storage.Model;

namespace Wayward.Storage.Incidents;

/// <summary>Restores what an audit entry changed of incidents, their tasks and the findings in them: each field only if it still is as the entry left it.</summary>
internal sealed class IncidentUndo(WaywardDbContext db, Database database)
{
    private readonly Dictionary<int, (Dictionary<string, string?> Before, Dictionary<string, string?> After)> _incidents = [];
    private readonly Dictionary<long, (Dictionary<string, string?> Before, Dictionary<string, string?> After)> _tasks = [];
    private readonly Dictionary<string, (int? Before, int? After)> _gathered = [];

    public async Task RestoreAsync(AuditState before, AuditState after, List<string> restored, List<string> left, CancellationToken cancellation)
    {
        // Findings first: an incident whose creation is undone must be empty by then.
        await RestoreGatheredAsync(before, after, restored, left, cancellation);
        foreach (var (id, was) in (before.Incidents ?? new Dictionary<int, IReadOnlyDictionary<string, string?>>()).OrderBy(i => i.Key))
        {
            var row = await db.Incidents.FirstOrDefaultAsync(i => i.Id == id, cancellation);
            string name = $"incident {IncidentFields.Number(id)}";
            if (row is null || after.Incidents?.GetValueOrDefault(id) is not { } became) left.Add($"{name}: no longer there");
            else if (was.TryGetValue("shown", out string? shown) && shown is null && await db.Findings.AnyAsync(f => f.IncidentId == id, cancellation)) left.Add($"{name}: findings were gathered into it since");
            else if (Restore(IncidentFields.OfIncident, row, was, became) is not { } change) left.Add($"{name}: changed since");
            else
            {
                IncidentFields.Touch(row, change.After.Keys, database.NowSeconds);
                _incidents.Add(id, change);
                restored.Add(name);
            }
        }
        foreach (var (id, was) in (before.Tasks ?? new Dictionary<long, IReadOnlyDictionary<string, string?>>()).OrderBy(t => t.Key))
        {
            var row = await db.IncidentTasks.FirstOrDefaultAsync(t => t.Id == id, cancellation);
            string name = $"task {IncidentFields.Number(id)}";
            if (row is null || after.Tasks?.GetValueOrDefault(id) is not { } became || Restore(IncidentFields.OfTask, row, was, became) is not { } change) left.Add($"{name}: changed since");
            else
            {
                _tasks.Add(id, change);
                restored.Add(name);
            }
        }
    }

    public AuditState Side(bool after) => new()
    {
        Incidents = _incidents.Count == 0 ? null : _incidents.ToDictionary(i => i.Key, i => (IReadOnlyDictionary<string, string?>)(after ? i.Value.After : i.Value.Before)),
        Tasks = _tasks.Count == 0 ? null : _tasks.ToDictionary(t => t.Key, t => (IReadOnlyDictionary<string, string?>)(after ? t.Value.After : t.Value.Before)),
        Gathered = _gathered.Count == 0 ? null : _gathered.ToDictionary(g => g.Key, g => after ? g.Value.After : g.Value.Before),
    };

    private async Task RestoreGatheredAsync(AuditState before, AuditState after, List<string> restored, List<string> left, CancellationToken cancellation)
    {
        if (before.Gathered is null || after.Gathered is null) return;
        var ids = before.Gathered.Keys.ToList();
        var aliases = await db.FindingAliases.Where(a => ids.Contains(a.OldId)).ToDictionaryAsync(a => a.OldId, a => a.FindingId, cancellation);
        var present = ids.Concat(aliases.Values).ToList();
        var rows = await db.Findings.Where(f => present.Contains(f.Id)).ToDictionaryAsync(f => f.Id, cancellation);
        foreach (var (id, was) in before.Gathered.OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (!rows.TryGetValue(aliases.GetValueOrDefault(id, id), out var row)) left.Add($"{id}: no longer there");
            else if (!after.Gathered.TryGetValue(id, out int? became) || row.IncidentId != became) left.Add($"{row.Id}: {(row.IncidentId is { } now ? $"in incident {IncidentFields.Number(now)}" : "in no incident")} since");
            else
            {
                row.IncidentId = was;
                _gathered.Add(row.Id, (became, was));
                restored.Add(row.Id);
            }
        }
        await FindingChangesSaver.SaveAsync(db, database.Dialect, cancellation);
    }

    /// <summary>Null when a field is not as the entry left it.</summary>
    private static (Dictionary<string, string?> Before, Dictionary<string, string?> After)? Restore<T>(
        IReadOnlyList<Field<T>> fields, T row, IReadOnlyDictionary<string, string?> was, IReadOnlyDictionary<string, string?> became)
    {
        var concerned = fields.Where(f => was.ContainsKey(f.Name)).ToList();
        if (concerned.Count == 0 || concerned.Any(f => f.Get(row) != became.GetValueOrDefault(f.Name))) return null;
        foreach (var field in concerned) field.Set(row, was[field.Name]);
        return (concerned.ToDictionary(f => f.Name, f => became.GetValueOrDefault(f.Name)), concerned.ToDictionary(f => f.Name, f => was[f.Name]));
    }
}
