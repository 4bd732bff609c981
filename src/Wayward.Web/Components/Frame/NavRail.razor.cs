using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor;
using Wayward.Engine.Notifications;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Frame;

/// <summary>The rooms, with the number of open findings; the span of time chosen in the queue is kept.</summary>
public partial class NavRail : LivePage
{
    private sealed record Room(string Path, string Word, string Icon, bool Gap = false);

    private static readonly Room[] Rooms =
    [
        new("", "Overview", Icons.Material.Outlined.SpaceDashboard),
        new("findings", "Findings", Icons.Material.Outlined.Flag),
        new("incidents", "Incidents", Icons.Material.Outlined.Workspaces),
        new("instances", "Instances", Icons.Material.Outlined.Dns),
        new("destinations", "Destinations", Icons.Material.Outlined.CallMade),
        new("learned", "Learned", Icons.Material.Outlined.School),
        new("expected", "Expected", Icons.Material.Outlined.PlaylistAddCheck),
        new("comparison", "Comparison", Icons.Material.Outlined.CompareArrows),
        new("ingest", "Ingest", Icons.Material.Outlined.MoveToInbox, Gap: true),
        new("audit", "Audit", Icons.Material.Outlined.History),
        new("people", "People", Icons.Material.Outlined.People),
        new("settings", "Settings", Icons.Material.Outlined.Tune),
    ];

    [Inject] private FrameService Service { get; set; } = default!;
    [Inject] private HostExposure Exposure { get; set; } = default!;
    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;

    private int Open { get; set; }

    protected override ChangeKinds Watches => ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Expected;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        Navigation.LocationChanged += OnLocationChanged;
        Remember();
    }

    protected override async Task ReadAsync(CancellationToken cancellation) => Open = await Service.OpenFindingsAsync(cancellation);

    private string Href(Room room) =>
        room.Path == "findings" && Ui.Span is { } span ? $"{room.Path}?from={Uri.EscapeDataString(span.From)}&to={Uri.EscapeDataString(span.To)}" : room.Path;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        Remember();
        _ = InvokeAsync(StateHasChanged);
    }

    /// <summary>Any page that shows a span sets it; only the queue without one forgets it.</summary>
    private void Remember()
    {
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(Navigation.Uri).Query);
        if (query["from"] is { } from && query["to"] is { } to && QueryTime.Read(from) is not null && QueryTime.Read(to) is not null) Ui.Span = (from, to);
        else if (Navigation.ToBaseRelativePath(Navigation.Uri).Split('?', '#')[0] == "findings") Ui.Span = null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) Navigation.LocationChanged -= OnLocationChanged;
        base.Dispose(disposing);
    }
}
