using Wayward.Core.Incidents;
using Wayward.Engine.Notifications;
using Wayward.Storage.Incidents;

namespace Wayward.Engine.Incidents;

/// <summary>
/// Every change of an incident: one call each, validated, audited, undoable through <see cref="Triage.ITriageService.UndoAsync"/>. Page, API and command line all come through here.
/// </summary>
public interface IIncidentService
{
    /// <returns>The incident's number, and the audit entry's id for undo.</returns>
    /// <exception cref="ArgumentException">Something about the request is wrong; the message is for the analyst. The same holds for all other methods.</exception>
    Task<(int Id, long AuditId)> CreateAsync(string title, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation);
    /// <param name="revision">As in <see cref="IIncidentStore.EditAsync"/>.</param>
    /// <exception cref="IncidentConflictException">Someone else changed the same since.</exception>
    Task<long> EditAsync(int id, int revision, IncidentEdit edit, string actor, CancellationToken cancellation);
    Task<long> AttachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation);
    Task<long> DetachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation);
    Task<long> AddTaskAsync(int id, string text, string actor, CancellationToken cancellation);
    Task<long> TickTaskAsync(long taskId, bool done, string actor, CancellationToken cancellation);
    Task<long> RemoveTaskAsync(long taskId, string actor, CancellationToken cancellation);
}

/// <inheritdoc cref="IIncidentService"/>
public sealed class IncidentService(IIncidentStore store, IChangeNotifier notifier) : IIncidentService
{
    private const int MaxActor = 200;

    public Task<(int Id, long AuditId)> CreateAsync(string title, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation)
    {
        Check(IncidentRules.Faults(new IncidentEdit { Title = title }));
        Some(findingIds);
        return PublishAsync(store.CreateAsync(title.Trim(), findingIds, Actor(actor), cancellation));
    }

    public Task<long> EditAsync(int id, int revision, IncidentEdit edit, string actor, CancellationToken cancellation)
    {
        Check(IncidentRules.Faults(edit));
        return PublishAsync(store.EditAsync(id, revision, edit with { Title = edit.Title?.Trim(), Owner = edit.Owner?.Trim() }, Actor(actor), cancellation));
    }

    public Task<long> AttachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation)
    {
        Some(findingIds);
        return PublishAsync(store.AttachAsync(id, findingIds, Actor(actor), cancellation));
    }

    public Task<long> DetachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation)
    {
        Some(findingIds);
        return PublishAsync(store.DetachAsync(id, findingIds, Actor(actor), cancellation));
    }

    public Task<long> AddTaskAsync(int id, string text, string actor, CancellationToken cancellation)
    {
        Check(IncidentRules.TaskFaults(text));
        return PublishAsync(store.AddTaskAsync(id, text.Trim(), Actor(actor), cancellation));
    }

    public Task<long> TickTaskAsync(long taskId, bool done, string actor, CancellationToken cancellation) => PublishAsync(store.SetTaskAsync(taskId, done, Actor(actor), cancellation));

    public Task<long> RemoveTaskAsync(long taskId, string actor, CancellationToken cancellation) => PublishAsync(store.SetTaskAsync(taskId, null, Actor(actor), cancellation));

    private async Task<T> PublishAsync<T>(Task<T> work)
    {
        var result = await work;
        notifier.Publish(ChangeKinds.Incidents);
        return result;
    }

    private static void Check(IReadOnlyList<string> faults)
    {
        if (faults.Count > 0) throw new ArgumentException(string.Join(' ', faults));
    }

    private static void Some(IReadOnlyCollection<string> findingIds)
    {
        if (findingIds.Count == 0) throw new ArgumentException("No finding is selected.", nameof(findingIds));
        if (findingIds.Count > IncidentRules.MaxFindings) throw new ArgumentException($"An incident holds at most {IncidentRules.MaxFindings} findings.", nameof(findingIds));
    }

    private static string Actor(string actor) => actor.Trim() is { Length: > 0 and <= MaxActor } name ? name : throw new ArgumentException("Nobody is named as the one who decides.", nameof(actor));
}
