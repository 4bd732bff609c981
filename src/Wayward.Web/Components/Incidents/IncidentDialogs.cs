using MudBlazor;
using Wayward.Core.Incidents;
using Wayward.Web.Components.Findings;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Incidents;

/// <summary>The actions on incidents that open a dialog first.</summary>
internal sealed class IncidentDialogs(IDialogService dialogs, IncidentsService incidents, IncidentActions actions, FindingDialogs asking, PageScript script)
{
    /// <summary>What came of a request to gather findings.</summary>
    /// <param name="Made">The number of a new incident; null when none was made.</param>
    public readonly record struct Gathered(bool Done, int? Made);

    public async Task<Gathered> GatherAsync(IReadOnlyCollection<string> findingIds)
    {
        var offer = await incidents.OfferAsync(findingIds, CancellationToken.None);
        var dialog = await dialogs.ShowAsync<GatherDialog>("Gather into an incident", new DialogParameters<GatherDialog> { { d => d.Offer, offer } });
        var result = await dialog.Result;
        await script.CallAsync("giveBack");
        if (result is not { Canceled: false, Data: GatherDialog.Choice choice }) return default;
        if (choice.Into is { } id) return new(await actions.AttachAsync(id, choice.Findings), null);
        return await actions.CreateAsync(choice.Title, choice.Findings) is { } made ? new(true, made) : default;
    }

    public async Task<bool> RenameAsync(Incident incident) =>
        await asking.AskAsync("Rename the incident", "Title", "Rename", 1, incident.Title) is { } title && await actions.EditAsync(incident, new() { Title = title }, "Incident renamed.");

    public async Task<bool> AssignAsync(Incident incident) =>
        await asking.AskAsync("Owner of the incident", "Who? Leave empty for nobody.", "Set the owner", 1, incident.Owner ?? "", required: false) is { } owner
        && await actions.EditAsync(incident, new() { Owner = owner }, owner.Length == 0 ? "The incident has no owner." : $"{owner} owns the incident.");

    public async Task<bool> SeverityAsync(Incident incident)
    {
        var dialog = await dialogs.ShowAsync<SeverityDialog>("Severity", new DialogParameters<SeverityDialog> { { d => d.Incident, incident } });
        var result = await dialog.Result;
        await script.CallAsync("giveBack");
        return result is { Canceled: false, Data: SeverityChoice choice }
            && await actions.EditAsync(incident, new() { Severity = choice }, choice.Tenths is { } tenths ? $"Severity set to {Words.Severity(tenths)}." : "The highest finding decides the severity.");
    }
}
