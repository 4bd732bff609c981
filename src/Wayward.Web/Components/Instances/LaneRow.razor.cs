using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Wayward.Core.Resolvers;
using Wayward.Core.Timeline;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>One lane: its label, its cells, its expected windows. Drawn again only when what it shows has changed.</summary>
public partial class LaneRow
{
    private IReadOnlyList<string?> _filled = [];
    private string? _blocked;
    private TimelineLane? _drawn;
    private InstanceTimeline? _drawnOn;
    private int? _at;
    private bool _keep;

    [Inject] private UiState Ui { get; set; } = default!;

    [Parameter, EditorRequired] public InstanceTimeline Timeline { get; set; } = default!;
    [Parameter, EditorRequired] public TimelineLane Lane { get; set; } = default!;
    [Parameter, EditorRequired] public int Index { get; set; }
    [Parameter] public string? Href { get; set; }
    [Parameter] public bool Selected { get; set; }
    /// <summary>The label without transport and date.</summary>
    [Parameter] public bool Brief { get; set; }
    [Parameter] public int? Cursor { get; set; }
    [Parameter] public EventCallback<int> OnOpen { get; set; }

    internal static string Hue(LaneClass value) => value switch
    {
        LaneClass.KnownPublic => "hue-known",
        LaneClass.Uncatalogued => "hue-uncatalogued",
        LaneClass.Encrypted => "hue-encrypted",
        _ => "hue-authoritative",
    };

    private string Title => $"{Lane.Provider ?? "Not in the catalogue"}: {Words.Tier(Lane.Tier)}. {string.Join(", ", Lane.Ports.Select(p => $"{Words.Protocol(p.Protocol)} {p.Port}"))}. "
        + (Lane.First is { } first ? $"First contact {Ui.Both(first)}." : "No contact of its own.");

    private string Spoken => $"{Lane.Provider ?? "not in the catalogue"}, {Lane.Destination.Address}, {Lane.Destination.Transport.Name()}: {Words.Count(Lane.Cells.Count, "cell")} with traffic, {Words.Bytes(Lane.Bytes)}. Left and right go from cell to cell, Enter opens one.";

    private RenderFragment Label => builder =>
    {
        builder.OpenElement(0, "span");
        builder.AddAttribute(1, "class", "sw " + Hue(Lane.Class));
        builder.CloseElement();
        builder.OpenElement(2, "span");
        builder.AddAttribute(3, "class", "grow");
        builder.OpenElement(4, "span");
        builder.AddAttribute(5, "class", "name");
        builder.AddAttribute(6, "style", "display:block");
        builder.AddContent(7, Lane.Provider ?? "Not in the catalogue");
        builder.CloseElement();
        builder.OpenElement(8, "span");
        builder.AddAttribute(9, "class", "addr");
        builder.AddAttribute(10, "style", "display:block");
        builder.OpenElement(11, "span");
        builder.AddAttribute(12, "class", "mono");
        builder.AddContent(13, Lane.Destination.Address.ToString());
        builder.CloseElement();
        builder.AddContent(14, Brief ? "" : $" {Lane.Destination.Transport.Name()}{(Lane.First is { } first ? $", since {Ui.Date(first)}" : ", no contact")}");
        builder.CloseElement();
        builder.CloseElement();
    };

    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_drawn, Lane) && ReferenceEquals(_drawnOn, Timeline)) return;
        (_drawn, _drawnOn) = (Lane, Timeline);
        _filled = TimelineShape.Filled(Timeline, Lane);
        _blocked = TimelineShape.Blocked(Lane);
    }

    private async Task OnKey(KeyboardEventArgs e)
    {
        _keep = e.Key is "ArrowLeft" or "ArrowRight" or "Home" or "End" or "Enter";
        var cells = Lane.Cells;
        if (cells.Count == 0) return;
        int at = _at ?? Cursor ?? -1;
        int? next = e.Key switch
        {
            "ArrowRight" => cells.FirstOrDefault(c => c.Index > at, cells[^1]).Index,
            "ArrowLeft" => cells.LastOrDefault(c => c.Index < at, cells[0]).Index,
            "Home" => cells[0].Index,
            "End" => cells[^1].Index,
            "Enter" => at >= 0 ? at : cells[0].Index,
            _ => null,
        };
        if (next is not { } cell) return;
        _at = cell;
        await OnOpen.InvokeAsync(cell);
    }
}
