using Wayward.Core.Incidents;
using Wayward.Engine.Incidents;
using Wayward.Storage.Incidents;
using Wayward.Web.Hosting;

namespace Wayward.Web.Access;

/// <summary>Changes of incidents with the current person as their author, each only if the person may. The pages have no other way to change one.</summary>
internal sealed class GuardedIncidents(IIncidentService incidents, ICurrentAnalyst analyst)
{
    public Task<(int Id, long AuditId)> CreateAsync(string title, IReadOnlyCollection<string> findings, CancellationToken cancellation) =>
        DecideAsync(() => incidents.CreateAsync(title, findings, analyst.Name, cancellation));

    /// <inheritdoc cref="IIncidentService.EditAsync"/>
    public Task<long> EditAsync(int id, int revision, IncidentEdit edit, CancellationToken cancellation) =>
        DecideAsync(() => incidents.EditAsync(id, revision, edit, analyst.Name, cancellation));

    public Task<long> AttachAsync(int id, IReadOnlyCollection<string> findings, CancellationToken cancellation) =>
        DecideAsync(() => incidents.AttachAsync(id, findings, analyst.Name, cancellation));

    public Task<long> DetachAsync(int id, IReadOnlyCollection<string> findings, CancellationToken cancellation) =>
        DecideAsync(() => incidents.DetachAsync(id, findings, analyst.Name, cancellation));

    public Task<long> AddTaskAsync(int id, string text, CancellationToken cancellation) => DecideAsync(() => incidents.AddTaskAsync(id, text, analyst.Name, cancellation));

    public Task<long> TickTaskAsync(long taskId, bool done, CancellationToken cancellation) => DecideAsync(() => incidents.TickTaskAsync(taskId, done, analyst.Name, cancellation));

    public Task<long> RemoveTaskAsync(long taskId, CancellationToken cancellation) => DecideAsync(() => incidents.RemoveTaskAsync(taskId, analyst.Name, cancellation));

    private async Task<T> DecideAsync<T>(Func<Task<T>> action)
    {
        await analyst.RequireAsync(Permission.Decide);
        return await action();
    }
}
