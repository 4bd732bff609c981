using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Engine.Notifications;
using Wayward.Storage.Ingest;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Overview;

/// <summary>What needs me now, and can I trust what I see.</summary>
public partial class OverviewPage
{
    [Inject] private OverviewService Service { get; set; } = default!;

    private OverviewView? View { get; set; }

    private long Failed => View!.Ingest.ByState.GetValueOrDefault(SourceObjectState.Quarantined) + View.Ingest.ByState.GetValueOrDefault(SourceObjectState.Retry);

    private string NewestDay => View!.Days.Count == 0 ? "findings" : $"findings?show=all&from={QueryTime.Write(View.Days[^1].Day)}&to={QueryTime.Write(View.Days[^1].Day + UnixTime.DaySeconds)}";

    protected override ChangeKinds Watches => ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Expected | ChangeKinds.Ingest | ChangeKinds.Contacts;

    protected override async Task ReadAsync(CancellationToken cancellation) => View = await Service.ReadAsync(Ui.Now, cancellation);
}
