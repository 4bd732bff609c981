using Microsoft.AspNetCore.Components;
using Wayward.Engine.Notifications;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Destinations;

/// <summary>The fleet's DNS endpoints.</summary>
public partial class DestinationsPage
{
    private const int PageSize = 50;
    private string _text = "";
    private IReadOnlyList<DestinationLine> _lines = [];
    private int _total, _older, _number = 1;

    [Inject] private DestinationService Service { get; set; } = default!;
    [SupplyParameterFromQuery(Name = "q")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "known")] private string? Known { get; set; }
    [SupplyParameterFromQuery(Name = "new")] private string? New { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }

    private bool OnlyNew => New == "1";

    protected override ChangeKinds Watches => ChangeKinds.Contacts;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        _text = Text ?? "";
        string? text = string.IsNullOrWhiteSpace(Text) ? null : Text.Trim();
        bool? known = Known switch { "1" => true, "0" => false, _ => null };
        ((_lines, _total, _older), _number) = await Paging.ReadAsync(Page ?? 1, PageSize, skip => Service.QueryAsync(text, known, OnlyNew, skip, PageSize, cancellation), r => (r.Lines.Count, r.Total));
    }

    private void Filter() => Go(("q", string.IsNullOrWhiteSpace(_text) ? null : _text.Trim()), ("page", null));
}
