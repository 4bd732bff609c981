using System.Globalization;
using Microsoft.AspNetCore.Components;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Wayward.Core.Timeline;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>Bytes out and in of one lane, cell by cell. Drawn anew when lane, span or theme change; the key says when.</summary>
public sealed partial class VolumeChart : IDisposable
{
    private Layout _layout = new();
    private List<ITrace> _data = [];
    private string _key = "";

    [Inject] private UiState Ui { get; set; } = default!;
    [Parameter, EditorRequired] public TimelineView View { get; set; } = default!;
    [Parameter, EditorRequired] public TimelineLane Lane { get; set; } = default!;

    protected override void OnInitialized() => Ui.Changed += Redraw;

    protected override void OnParametersSet() => Draw();

    private void Redraw() => _ = InvokeAsync(() =>
    {
        Draw();
        StateHasChanged();
    });

    private void Draw()
    {
        var timeline = View.Timeline;
        string key = string.Create(CultureInfo.InvariantCulture, $"{Lane.Destination}|{timeline.From}|{timeline.To}|{timeline.Resolution}|{Lane.Bytes}|{Ui.Dark}|{Ui.ZoneName}");
        if (key == _key) return;
        _key = key;
        var palette = ChartLook.Palette(Ui.Dark);
        _layout = ChartLook.Layout(palette);
        _layout.BarMode = BarModeEnum.Stack;
        _layout.XAxis = [ChartLook.TimeAxis(palette, ChartLook.Time(timeline.From, Ui.Zone), ChartLook.Time(timeline.To, Ui.Zone))];
        _layout.YAxis = [ChartLook.Axis(palette, "bytes")];
        _layout.Shapes = ChartLook.Missing(palette, TimelineShape.Runs(timeline.Coverage, CoverageState.Missing).Select(run => (ChartLook.Time(timeline.CellStart(run.Start), Ui.Zone), ChartLook.Time(timeline.CellStart(run.Start) + run.Length * timeline.CellSeconds, Ui.Zone))));
        // A bar is centred on its x: half a cell later stands over the cell.
        var x = Lane.Cells.Select(c => (object)ChartLook.Time(timeline.CellStart(c.Index) + timeline.CellSeconds / 2, Ui.Zone)).ToList();
        decimal width = timeline.CellSeconds * 1_000m * 0.9m;
        _data =
        [
            new Bar { Name = "out", X = x, Y = [.. Lane.Cells.Select(c => (object)c.Out.Bytes)], Width = width, Marker = new() { Color = palette.ClassUncatalogued }, HoverTemplate = "%{x}<br>%{y:,} bytes out<extra></extra>" },
            new Bar { Name = "in", X = x, Y = [.. Lane.Cells.Select(c => (object)c.In.Bytes)], Width = width, Marker = new() { Color = palette.ClassKnown }, HoverTemplate = "%{x}<br>%{y:,} bytes in<extra></extra>" },
        ];
    }

    public void Dispose() => Ui.Changed -= Redraw;
}
