using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor;
using Wayward.Engine.Notifications;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Frame;

/// <summary>The rooms, with the number of open findings; the scope time of the URL goes along.</summary>
public partial class NavRail : LivePage
{
    private sealed record Room(string Path, string Word, string Icon, bool Gap = false);

    private static readonly Room[] Rooms =
    [
        new("", "Overview", Icons.Material.Outlined.SpaceDashboard),
        new("findings", "Findings", Icons.Material.Outlined.Flag),
        new("instances", "Instances", Icons.Material.Outlined.Dns),
        new("destinations", "Destinations", Icons.Material.Outlined.CallMade),
        new("expected", "Expected", Icons.Material.Outlined.PlaylistAddCheck),
        new("ingest", "Ingest", Icons.Material.Outlined.MoveToInbox, Gap: true),
        new("audit", "Audit", Icons.Material.Outlined.History),
        new("settings", "Settings", Icons.Material.Outlined.Tune),
    ];

    [Inject] private FrameService Service { get; set; } = default!;
    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;

    private int Open { get; set; }

    protected override ChangeKinds Watches => ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Expected;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        Navigation.LocationChanged += OnLocationChanged;
    }

    protected override async Task ReadAsync(CancellationToken cancellation) => Open = await Service.OpenFindingsAsync(cancellation);

    private string Href(Room room)
    {
        // Rooms that show a span of time keep the one that is being looked at.
        if (room.Path is not ("findings" or "instances")) return room.Path;
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(Navigation.Uri).Query);
        var (from, to) = (query["from"], query["to"]);
        return QueryTime.Read(from) is null || QueryTime.Read(to) is null || room.Path != "findings" ? room.Path : $"{room.Path}?from={Uri.EscapeDataString(from!)}&to={Uri.EscapeDataString(to!)}";
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(StateHasChanged);

    protected override void Dispose(bool disposing)
    {
        if (disposing) Navigation.LocationChanged -= OnLocationChanged;
        base.Dispose(disposing);
    }
}
