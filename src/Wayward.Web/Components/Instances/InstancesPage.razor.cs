using Microsoft.AspNetCore.Components;
using Wayward.Engine.Notifications;
using Wayward.Storage.Instances;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>All instances, those with open findings first.</summary>
public partial class InstancesPage
{
    private const int PageSize = 50;
    private string _text = "";

    [Inject] private InstanceService Service { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "q")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "findings")] private string? Findings { get; set; }
    [SupplyParameterFromQuery(Name = "learning")] private string? Learning { get; set; }
    [SupplyParameterFromQuery(Name = "silent")] private string? Silent { get; set; }
    [SupplyParameterFromQuery(Name = "sort")] private string? Sort { get; set; }
    [SupplyParameterFromQuery(Name = "dir")] private string? Direction { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }

    private InstancesView? View { get; set; }
    private bool OnlyFindings => Findings == "1";
    private bool OnlyLearning => Learning == "1";
    private bool OnlySilent => Silent == "1";
    private bool Descending => Direction != "asc";
    private string SortKey => Sort is "id" or "destinations" or "first" or "last" ? Sort : "findings";

    protected override ChangeKinds Watches => ChangeKinds.Contacts | ChangeKinds.Findings | ChangeKinds.Triage;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        _text = Text ?? "";
        View = await Service.QueryAsync(Page ?? 1, new()
        {
            Text = string.IsNullOrWhiteSpace(Text) ? null : Text.Trim(),
            OnlyWithFindings = OnlyFindings,
            OnlyLearning = OnlyLearning,
            OnlySilent = OnlySilent,
            Sort = SortKey switch { "id" => InstanceSort.Id, "destinations" => InstanceSort.Destinations, "first" => InstanceSort.FirstSeen, "last" => InstanceSort.LastSeen, _ => InstanceSort.OpenFindings },
            Descending = Descending,
            Take = PageSize,
        }, cancellation);
    }

    private void Filter() => Go(("q", string.IsNullOrWhiteSpace(_text) ? null : _text.Trim()), ("page", null));

    private string Evaluated(InstanceRow row) => Maturity.Of(row.ObservedSince, row.LastSeen, Service.Options.Learning, View!.DataEnd).Short;
}
