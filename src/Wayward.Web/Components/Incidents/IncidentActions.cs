using MudBlazor;
using Wayward.Core.Incidents;
using Wayward.Storage.Incidents;
using Wayward.Web.Access;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Incidents;

/// <summary>The verbs of an incident: call the service, say what happened, offer undo.</summary>
internal sealed class IncidentActions(GuardedIncidents incidents, TriageActions actions, ICurrentAnalyst analyst, ISnackbar snackbar)
{
    /// <summary>The last action was refused because someone else had changed the same.</summary>
    public bool Conflict { get; private set; }

    /// <returns>The incident's number; null when none was made.</returns>
    public async Task<int?> CreateAsync(string title, IReadOnlyCollection<string> findings)
    {
        int? made = null;
        await RunAsync(async token =>
        {
            var (id, audit) = await incidents.CreateAsync(title, findings, token);
            made = id;
            return (audit, $"Made incident {id} of {Words.Count(findings.Count, "finding")}.");
        });
        return made;
    }

    public Task<bool> AttachAsync(int id, IReadOnlyCollection<string> findings) =>
        RunAsync(async token => (await incidents.AttachAsync(id, findings, token), $"Added {Words.Count(findings.Count, "finding")} to incident {id}."));

    public Task<bool> DetachAsync(int id, string finding) =>
        RunAsync(async token => (await incidents.DetachAsync(id, [finding], token), $"Took the finding out of incident {id}."));

    public Task<bool> EditAsync(Incident incident, IncidentEdit edit, string done) =>
        RunAsync(async token => (await incidents.EditAsync(incident.Id, edit.Narrative is null ? incident.Revision : incident.NarrativeRevision, edit, token), done));

    /// <summary>Makes the acting analyst the owner.</summary>
    public Task<bool> TakeAsync(Incident incident) => EditAsync(incident, new() { Owner = analyst.Name }, $"Incident {incident.Id} is yours.");

    public bool IsMine(Incident incident) => incident.Owner == analyst.Name;

    public Task<bool> AddTaskAsync(int id, string text) => RunAsync(async token => (await incidents.AddTaskAsync(id, text, token), "Task added."));

    public Task<bool> TickAsync(IncidentTask task, bool done) =>
        RunAsync(async token => (await incidents.TickTaskAsync(task.Id, done, token), done ? "Task ticked off." : "Task opened again."));

    public Task<bool> RemoveTaskAsync(IncidentTask task) => RunAsync(async token => (await incidents.RemoveTaskAsync(task.Id, token), "Task removed."));

    public Task UndoLastAsync() => actions.UndoLastAsync();

    private async Task<bool> RunAsync(Func<CancellationToken, Task<(long, string)>> action)
    {
        Conflict = false;
        try
        {
            return await actions.RunAsync(null, action);
        }
        catch (IncidentConflictException)
        {
            Conflict = true;
            snackbar.Add("Someone else changed this incident first; nothing was written. The page now shows the change: look, then decide again.", MudBlazor.Severity.Warning);
            return false;
        }
    }
}
