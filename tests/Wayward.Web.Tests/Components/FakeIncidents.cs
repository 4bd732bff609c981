using Wayward.Core.Incidents;
using Wayward.Engine.Incidents;
using Wayward.Storage.Incidents;

namespace Wayward.Web.Tests.Components;

/// <summary>Incidents over the fake fixture: notes what is asked of it.</summary>
internal sealed class FakeIncidents(PageFixture fixture) : IIncidentStore, IIncidentService
{
    private readonly List<Incident> _incidents = [];
    private readonly List<IncidentTask> _tasks = [];
    private long _audit = 500;

    public List<string> Calls { get; } = [];
    public IList<Incident> All => _incidents;

    public Task<IncidentList> QueryAsync(IncidentQuery query, CancellationToken cancellation) =>
        Task.FromResult(new IncidentList([.. _incidents.Where(i => query.Open is null || query.Open == i.Status.IsOpen()).Reverse().Select(i => new IncidentRow(i, i.FindingCount, _tasks.Count))], null, _incidents.Count(i => i.Status.IsOpen()), _incidents.Count(i => !i.Status.IsOpen())));

    public Task<StoredIncident?> FindAsync(int id, CancellationToken cancellation) => Task.FromResult(
        _incidents.FirstOrDefault(i => i.Id == id) is { } incident ? new StoredIncident(incident, _tasks, [.. fixture.Findings.Where(f => f.IncidentId == id).OrderBy(f => f.Finding.First).Select(PageFixture.RowOf)]) : null);

    public Task<IReadOnlyList<RelatedFinding>> RelatedAsync(string findingId, int take, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<RelatedFinding>>([]);

    public Task<(int Id, long AuditId)> CreateAsync(string title, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation)
    {
        Calls.Add($"create {findingIds.Count} {title}");
        int id = _incidents.Count + 1;
        _incidents.Add(new() { Id = id, Title = title, Status = IncidentStatus.Open, Severity = 50, HighestSeverity = 50, FindingCount = findingIds.Count, Revision = 1, NarrativeRevision = 1, CreatedBy = actor, CreatedAt = 0, UpdatedAt = 0 });
        Set(findingIds, id);
        return Task.FromResult((id, ++_audit));
    }

    public Task<long> EditAsync(int id, int revision, IncidentEdit edit, string actor, CancellationToken cancellation)
    {
        int at = id - 1;
        var incident = _incidents[at];
        if (edit.Narrative is not null && revision != incident.NarrativeRevision) throw new IncidentConflictException(id);
        Calls.Add("edit");
        _incidents[at] = incident with
        {
            Title = edit.Title ?? incident.Title, Status = edit.Status ?? incident.Status, Owner = edit.Owner ?? incident.Owner, Narrative = edit.Narrative ?? incident.Narrative,
            NarrativeRevision = incident.NarrativeRevision + (edit.Narrative is null ? 0 : 1), Revision = incident.Revision + (edit.ChangesHead ? 1 : 0),
        };
        return Task.FromResult(++_audit);
    }

    public Task<long> AttachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation)
    {
        Calls.Add($"attach {findingIds.Count} to {id}");
        Set(findingIds, id);
        return Task.FromResult(++_audit);
    }

    public Task<long> DetachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation)
    {
        Calls.Add($"detach {findingIds.Count} from {id}");
        Set(findingIds, null);
        return Task.FromResult(++_audit);
    }

    public Task<long> AddTaskAsync(int id, string text, string actor, CancellationToken cancellation)
    {
        _tasks.Add(new(_tasks.Count + 1, text, null, null));
        return Task.FromResult(++_audit);
    }

    public Task<long> SetTaskAsync(long taskId, bool? done, string actor, CancellationToken cancellation)
    {
        int at = _tasks.FindIndex(t => t.Id == taskId);
        if (done is { } ticked) _tasks[at] = _tasks[at] with { DoneBy = ticked ? actor : null, DoneAt = ticked ? 1 : null };
        else _tasks.RemoveAt(at);
        return Task.FromResult(++_audit);
    }

    public Task<long> TickTaskAsync(long taskId, bool done, string actor, CancellationToken cancellation) => SetTaskAsync(taskId, done, actor, cancellation);

    public Task<long> RemoveTaskAsync(long taskId, string actor, CancellationToken cancellation) => SetTaskAsync(taskId, null, actor, cancellation);

    private void Set(IReadOnlyCollection<string> findingIds, int? incident)
    {
        for (int i = 0; i < fixture.Findings.Count; i++)
            if (findingIds.Contains(fixture.Findings[i].Finding.Id)) fixture.Findings[i] = fixture.Findings[i] with { IncidentId = incident };
    }
}
