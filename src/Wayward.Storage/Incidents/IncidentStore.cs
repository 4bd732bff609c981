using Microsoft.EntityFrameworkCore;
using Wayward.Core.Incidents;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Storage.Model;

namespace Wayward.Storage.Incidents;

/// <inheritdoc cref="IIncidentStore"/>
internal sealed class IncidentStore(Database database) : IIncidentStore
{
    public Task<IncidentList> QueryAsync(IncidentQuery query, CancellationToken cancellation) => database.ReadAsync((db, c) => IncidentReads.PageAsync(db, query, c), cancellation);

    public Task<StoredIncident?> FindAsync(int id, CancellationToken cancellation) => database.ReadAsync((db, c) => IncidentReads.FindAsync(db, id, c), cancellation);

    public Task<IReadOnlyList<RelatedFinding>> RelatedAsync(string findingId, int take, CancellationToken cancellation) =>
        database.ReadAsync((db, c) => IncidentReads.RelatedAsync(db, findingId, take, c), cancellation);

    public Task<(int Id, long AuditId)> CreateAsync(string title, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var findings = await FindingsAsync(db, findingIds, c);
        var row = new IncidentEntity { Title = title, Status = (byte)IncidentStatus.Open, IsOpen = true, Shown = true, CreatedBy = actor, CreatedAt = database.NowSeconds, Revision = 1, NarrativeRevision = 1 };
        db.Incidents.Add(row);
        await db.SaveChangesAsync(c);
        IncidentFields.Touch(row, [], database.NowSeconds);
        await GatherAsync(db, findings, row.Id, c);
        var entry = await AppendAsync(db, row.Id, actor, "incident.create", $"Made incident {IncidentFields.Number(row.Id)} ({title}) of {Findings(findings.Count)}", findings.Keys,
            new() { Incidents = Shown(row.Id, null), Gathered = findings.ToDictionary(f => f.Key, _ => (int?)null) },
            new() { Incidents = Shown(row.Id, "1"), Gathered = findings.ToDictionary(f => f.Key, _ => (int?)row.Id) }, c);
        return (row.Id, entry);
    }, cancellation);

    public Task<long> EditAsync(int id, int revision, IncidentEdit edit, string actor, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var row = await RowAsync(db, id, c);
        if (edit.Narrative is not null && revision != row.NarrativeRevision) throw new IncidentConflictException(id);
        if (edit.ChangesHead && revision != row.Revision) throw new IncidentConflictException(id);
        var was = IncidentFields.Read(IncidentFields.OfIncident, row);
        Apply(row, edit);
        var (before, after) = IncidentFields.Changed(was, IncidentFields.Read(IncidentFields.OfIncident, row));
        if (after.Count == 0) throw new ArgumentException("Nothing was changed.", nameof(edit));
        IncidentFields.Touch(row, after.Keys, database.NowSeconds);
        await db.SaveChangesAsync(c);
        return await AppendAsync(db, id, actor, "incident.edit", Summary(row, after), [], new() { Incidents = Of(id, before) }, new() { Incidents = Of(id, after) }, c);
    }, cancellation);

    public Task<long> AttachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var row = await RowAsync(db, id, c);
        var findings = (await FindingsAsync(db, findingIds, c, id)).Where(f => f.Value.IncidentId is null).ToDictionary();
        if (findings.Count == 0) throw new ArgumentException("These findings are in the incident already.", nameof(findingIds));
        if (row.FindingCount + findings.Count > IncidentRules.MaxFindings) throw new ArgumentException($"An incident holds at most {IncidentRules.MaxFindings} findings.", nameof(findingIds));
        IncidentFields.Touch(row, [], database.NowSeconds);
        await GatherAsync(db, findings, id, c);
        return await AppendAsync(db, id, actor, "incident.attach", $"Added {Findings(findings.Count)} to incident {IncidentFields.Number(id)}", findings.Keys,
            new() { Gathered = findings.ToDictionary(f => f.Key, _ => (int?)null) }, new() { Gathered = findings.ToDictionary(f => f.Key, _ => (int?)id) }, c);
    }, cancellation);

    public Task<long> DetachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var row = await RowAsync(db, id, c);
        var asked = findingIds.ToList();
        var findings = await db.Findings.Where(f => asked.Contains(f.Id) && f.IncidentId == id).ToDictionaryAsync(f => f.Id, c);
        if (findings.Count == 0) throw new ArgumentException("The finding is not in this incident.", nameof(findingIds));
        IncidentFields.Touch(row, [], database.NowSeconds);
        await GatherAsync(db, findings, null, c);
        return await AppendAsync(db, id, actor, "incident.detach", $"Took {Findings(findings.Count)} out of incident {IncidentFields.Number(id)}", findings.Keys,
            new() { Gathered = findings.ToDictionary(f => f.Key, _ => (int?)id) }, new() { Gathered = findings.ToDictionary(f => f.Key, _ => (int?)null) }, c);
    }, cancellation);

    public Task<long> AddTaskAsync(int id, string text, string actor, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var row = await RowAsync(db, id, c);
        if (await db.IncidentTasks.CountAsync(t => t.IncidentId == id && t.Shown, c) >= IncidentRules.MaxTasks) throw new ArgumentException($"An incident has at most {IncidentRules.MaxTasks} tasks.", nameof(id));
        var task = new IncidentTaskEntity { IncidentId = id, Text = text, Shown = true };
        db.IncidentTasks.Add(task);
        IncidentFields.Touch(row, [], database.NowSeconds);
        await db.SaveChangesAsync(c);
        return await AppendAsync(db, id, actor, "incident.task", $"Added the task: {text}", [], new() { Tasks = TaskSide(task.Id, new() { ["shown"] = null }) }, new() { Tasks = TaskSide(task.Id, new() { ["shown"] = "1" }) }, c);
    }, cancellation);

    public Task<long> SetTaskAsync(long taskId, bool? done, string actor, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var task = await db.IncidentTasks.FirstOrDefaultAsync(t => t.Id == taskId && t.Shown, c) ?? throw new ArgumentException("The task is no longer there.", nameof(taskId));
        var row = await RowAsync(db, task.IncidentId, c);
        if (done == (task.DoneBy is not null)) throw new ArgumentException(done == true ? "The task was ticked off already." : "The task is open already.", nameof(done));
        var was = IncidentFields.Read(IncidentFields.OfTask, task);
        if (done is null) task.Shown = false;
        else (task.DoneBy, task.DoneAt) = (done.Value ? actor : null, done.Value ? database.NowSeconds : null);
        var (before, after) = IncidentFields.Changed(was, IncidentFields.Read(IncidentFields.OfTask, task));
        IncidentFields.Touch(row, [], database.NowSeconds);
        await db.SaveChangesAsync(c);
        string what = done switch { null => "Removed the task", true => "Ticked off", false => "Opened again" };
        return await AppendAsync(db, task.IncidentId, actor, "incident.task", $"{what}: {task.Text}", [], new() { Tasks = TaskSide(taskId, before) }, new() { Tasks = TaskSide(taskId, after) }, c);
    }, cancellation);

    private static void Apply(IncidentEntity row, IncidentEdit edit)
    {
        if (edit.Title is { } title) row.Title = title;
        if (edit.Status is { } status) (row.Status, row.IsOpen) = ((byte)status, status.IsOpen());
        if (edit.Owner is { } owner) row.Owner = owner.Length == 0 ? null : owner;
        if (edit.Severity is { } severity) (row.SetSeverity, row.SeverityReason) = (severity.Tenths, severity.Tenths is null ? "" : severity.Reason);
        if (edit.Narrative is { } narrative) row.Narrative = narrative;
    }

    private static async Task<IncidentEntity> RowAsync(WaywardDbContext db, int id, CancellationToken cancellation) =>
        await db.Incidents.FirstOrDefaultAsync(i => i.Id == id && i.Shown, cancellation) ?? throw new ArgumentException($"There is no incident {id}.", nameof(id));

    /// <summary>Findings by their present ids, tracked.</summary>
    private static async Task<Dictionary<string, FindingEntity>> FindingsAsync(WaywardDbContext db, IReadOnlyCollection<string> asked, CancellationToken cancellation, int? into = null)
    {
        var ids = asked.ToList();
        var aliases = await db.FindingAliases.Where(a => ids.Contains(a.OldId)).ToDictionaryAsync(a => a.OldId, a => a.FindingId, cancellation);
        var present = ids.Select(id => aliases.GetValueOrDefault(id, id)).Distinct().ToList();
        var rows = await db.Findings.Where(f => present.Contains(f.Id)).ToDictionaryAsync(f => f.Id, cancellation);
        if (rows.Count < present.Count) throw new ArgumentException("One of the findings is no longer there.", nameof(asked));
        if (rows.Values.FirstOrDefault(f => f.IncidentId is { } other && other != into) is { } taken)
            throw new ArgumentException($"A finding is in incident {taken.IncidentId} already ({taken.SubjectId}). Take it out there first.", nameof(asked));
        return rows;
    }

    private async Task GatherAsync(WaywardDbContext db, Dictionary<string, FindingEntity> findings, int? incident, CancellationToken cancellation)
    {
        foreach (var finding in findings.Values) finding.IncidentId = incident;
        await FindingChangesSaver.SaveAsync(db, database.Dialect, cancellation);
    }

    private async Task<long> AppendAsync(WaywardDbContext db, int id, string actor, string verb, string summary, IEnumerable<string> findings, AuditState before, AuditState after, CancellationToken cancellation)
    {
        string subject = AuditSubjects.Incident(id);
        return (await AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, verb, subject, summary, before.ToJson(), after.ToJson(), findings), cancellation)).Id;
    }

    private static string Summary(IncidentEntity row, Dictionary<string, string?> after)
    {
        List<string> parts = [];
        if (after.ContainsKey("title")) parts.Add($"Named it {row.Title}");
        if (after.ContainsKey("status")) parts.Add($"Set the status to {((IncidentStatus)row.Status).Name()}");
        if (after.ContainsKey("owner")) parts.Add(row.Owner is null ? "Left it without an owner" : $"Made {row.Owner} its owner");
        if (after.ContainsKey("severity") || after.ContainsKey("severityReason"))
            parts.Add(row.SetSeverity is { } tenths ? $"Set the severity to {tenths / 10}.{tenths % 10}: {row.SeverityReason}" : "Let the highest finding decide the severity");
        if (after.ContainsKey("narrative")) parts.Add("Changed the narrative");
        return string.Join("; ", parts);
    }

    private static Dictionary<int, IReadOnlyDictionary<string, string?>> Of(int id, Dictionary<string, string?> fields) => new() { [id] = fields };

    private static Dictionary<int, IReadOnlyDictionary<string, string?>> Shown(int id, string? shown) => Of(id, new() { ["shown"] = shown });

    private static Dictionary<long, IReadOnlyDictionary<string, string?>> TaskSide(long id, Dictionary<string, string?> fields) => new() { [id] = fields };

    private static string Findings(int count) => count == 1 ? "1 finding" : IncidentFields.Number(count) + " findings";
}
