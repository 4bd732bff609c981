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
    private int _total, _older;

    [Inject] private DestinationService Service { get; set; } = default!;
    [SupplyParameterFromQuery(Name = "q")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "known")] private string? Known { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }

    private int PageNumber => Page is > 1 ? Page.Value : 1;

    protected override ChangeKinds Watches => ChangeKinds.Contacts;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        _text = Text ?? "";
        (_lines, _total, _older) = await Service.QueryAsync(string.IsNullOrWhiteSpace(Text) ? null : Text.Trim(), Known switch { "1" => true, "0" => false, _ => null }, (PageNumber - 1) * PageSize, PageSize, cancellation);
    }

    private void Filter() => Go(("q", string.IsNullOrWhiteSpace(_text) ? null : _text.Trim()), ("page", null));
}
