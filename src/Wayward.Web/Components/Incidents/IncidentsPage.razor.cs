using System.Globalization;
using Microsoft.AspNetCore.Components;
using Wayward.Engine.Notifications;
using Wayward.Storage.Incidents;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Incidents;

/// <summary>The incidents, last changed first.</summary>
public partial class IncidentsPage
{
    private const int PageSize = 50;
    private string _text = "";

    [Inject] private IncidentsService Service { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "show")] private string? Show { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "owner")] private string? Owner { get; set; }
    /// <summary>The last row of the page before: time of its last change and number.</summary>
    [SupplyParameterFromQuery(Name = "after")] private string? After { get; set; }

    private IncidentList? View { get; set; }
    private string Shown => Show is "closed" or "all" ? Show : "open";

    protected override ChangeKinds Watches => ChangeKinds.Incidents | ChangeKinds.Findings | ChangeKinds.Triage;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        _text = Text ?? "";
        View = await Service.ListAsync(new IncidentQuery
        {
            Open = Shown switch { "open" => true, "closed" => false, _ => null },
            Text = Text, Owner = string.IsNullOrEmpty(Owner) ? null : Owner, After = Position(After), Take = PageSize,
        }, cancellation);
    }

    private static IncidentPosition? Position(string? text)
    {
        string[] parts = text?.Split('-') ?? [];
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long at) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? new(at, id) : null;
    }

    private void Filter() => Go(("q", string.IsNullOrWhiteSpace(_text) ? null : _text.Trim()), ("after", null));
}
