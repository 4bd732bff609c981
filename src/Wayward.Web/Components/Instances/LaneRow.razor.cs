using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Wayward.Core.Resolvers;
using Wayward.Core.Timeline;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>One line of the timeline: its label, its cells, its expected windows. Its paths are made again only when what it shows has changed.</summary>
public partial class LaneRow
{
    private IReadOnlyList<string?> _filled = [];
    private string? _blocked;
    private string? _ghost;
    private LaneLine? _drawn;
    private InstanceTimeline? _drawnOn;
    private InstanceTimeline? _drawnBefore;
    private int? _at;

    [Inject] private UiState Ui { get; set; } = default!;

    [Parameter, EditorRequired] public InstanceTimeline Timeline { get; set; } = default!;
    /// <summary>A lane or a fold.</summary>
    [Parameter, EditorRequired] public LaneLine Line { get; set; } = default!;
    [Parameter, EditorRequired] public int Index { get; set; }
    /// <summary>The period of the same length before, whose cells are drawn as a thin line; null draws none.</summary>
    [Parameter] public InstanceTimeline? Before { get; set; }
    [Parameter] public string? Href { get; set; }
    [Parameter] public bool Selected { get; set; }
    /// <summary>The label without transport and date.</summary>
    [Parameter] public bool Brief { get; set; }
    [Parameter] public int? Cursor { get; set; }
    [Parameter] public EventCallback<int> OnOpen { get; set; }
    /// <summary>The keyboard went to a cell of a fold, which nothing opens.</summary>
    [Parameter] public EventCallback<int> OnSay { get; set; }

    private TimelineLane Lane => Line.Lane!;

    internal static string Hue(LaneClass value) => value switch
    {
        LaneClass.KnownPublic => "hue-known",
        LaneClass.Uncatalogued => "hue-uncatalogued",
        LaneClass.Encrypted => "hue-encrypted",
        _ => "hue-authoritative",
    };

    private string Title => $"{Lane.Provider ?? "Not in the catalogue"}: {Words.Tier(Lane.Tier)}. {string.Join(", ", Lane.Ports.Select(p => $"{Words.Protocol(p.Protocol)} {p.Port}"))}. "
        + (Lane.First is { } first ? $"First contact {Ui.Both(first)}." : "No contact of its own.");

    private int? Marked => Line.Kind == LaneLineKind.Fold ? _at : Cursor;

    private string FoldTitle => Line.Unfolded ? $"Fold {Line.Title}" : $"Show the {Words.Count(Line.Members.Count, "destination")} of {Line.Title}";

    private string Spoken => Line.Kind == LaneLineKind.Fold
        ? $"{Line.Title}, {Words.Count(Line.Servers, "server")}: {Words.Count(Lane.Cells.Count, "cell")} with traffic, {Words.Bytes(Lane.Bytes)}."
        : $"{Lane.Provider ?? "not in the catalogue"}, {Lane.Destination.Address}, {Lane.Destination.Transport.Name()}: {Words.Count(Lane.Cells.Count, "cell")} with traffic, {Words.Bytes(Lane.Bytes)}.";

    private string Name => Line.Kind == LaneLineKind.Fold ? Line.Title : Lane.Provider ?? "Not in the catalogue";

    private string Since => Brief ? "" : Lane.First is { } first ? $", since {Ui.Date(first)}" : ", no contact";

    private RenderFragment Label => builder =>
    {
        builder.OpenElement(0, "span");
        builder.AddAttribute(1, "class", "sw " + Hue(Lane.Class));
        builder.CloseElement();
        builder.OpenElement(2, "span");
        builder.AddAttribute(3, "class", "grow");
        builder.OpenElement(4, "span");
        builder.AddAttribute(5, "class", "name");
        builder.AddContent(6, Name);
        builder.CloseElement();
        builder.OpenElement(7, "span");
        builder.AddAttribute(8, "class", "addr");
        if (Line.Kind == LaneLineKind.Fold) builder.AddContent(9, $"{Words.Count(Line.Servers, "server")}{Since}");
        else
        {
            builder.OpenElement(10, "span");
            builder.AddAttribute(11, "class", "mono");
            builder.AddContent(12, Lane.Destination.Address.ToString());
            builder.CloseElement();
            builder.AddContent(13, Brief ? "" : $" {Lane.Destination.Transport.Name()}{Since}");
        }
        builder.CloseElement();
        builder.CloseElement();
        if (Line.Kind == LaneLineKind.Fold)
        {
            builder.OpenElement(14, "span");
            builder.AddAttribute(15, "class", "turn");
            builder.AddAttribute(16, "aria-hidden", "true");
            builder.AddContent(17, Line.Unfolded ? "▾" : "▸");
            builder.CloseElement();
        }
    };

    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_drawn?.Lane, Line.Lane) && ReferenceEquals(_drawnOn, Timeline) && ReferenceEquals(_drawnBefore, Before)) return;
        (_drawn, _drawnOn, _drawnBefore) = (Line, Timeline, Before);
        _filled = TimelineShape.Filled(Timeline, Lane);
        _blocked = TimelineShape.Blocked(Lane);
        _ghost = Before is null ? null : TimelineShape.Ghost(CellsBefore(Before));
    }

    private IEnumerable<TimelineCell> CellsBefore(InstanceTimeline before)
    {
        var destinations = Line.Kind == LaneLineKind.Fold ? Line.Members.Select(m => m.Destination).ToHashSet() : [Lane.Destination];
        return before.Lanes.Where(l => destinations.Contains(l.Destination)).SelectMany(l => l.Cells).OrderBy(c => c.Index);
    }

    private async Task OnKey(KeyboardEventArgs e)
    {
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
        await (Line.Kind == LaneLineKind.Fold && e.Key != "Enter" ? OnSay : OnOpen).InvokeAsync(cell);
    }
}
