using System.Globalization;
using Microsoft.AspNetCore.Components;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Wayward.Core.Timeline;
using Wayward.Web.Components.Shared;
using Wayward.Web.Components.Theme;

namespace Wayward.Web.Components.Instances;

/// <summary>Bytes out and in of one lane, cell by cell.</summary>
public sealed partial class VolumeChart
{
    [Parameter, EditorRequired] public TimelineView View { get; set; } = default!;
    [Parameter, EditorRequired] public TimelineLane Lane { get; set; } = default!;

    private protected override string KeyOfData() => string.Create(CultureInfo.InvariantCulture, $"{Lane.Destination}|{View.Timeline.From}|{View.Timeline.To}|{View.Timeline.Resolution}|{Lane.Bytes}|{View.Before?.From}");

    private protected override List<ITrace> Draw(Layout layout, WaywardPalette palette)
    {
        var timeline = View.Timeline;
        layout.BarMode = BarModeEnum.Stack;
        layout.XAxis = [ChartLook.TimeAxis(palette, ChartLook.Time(timeline.From, Ui.Zone), ChartLook.Time(timeline.To, Ui.Zone))];
        layout.YAxis = [ChartLook.Axis(palette, "bytes")];
        layout.Shapes = ChartLook.Missing(palette, TimelineShape.Runs(timeline.Coverage, CoverageState.Missing).Select(run => (ChartLook.Time(timeline.CellStart(run.Start), Ui.Zone), ChartLook.Time(timeline.CellStart(run.Start) + run.Length * timeline.CellSeconds, Ui.Zone))));
        // A bar is centred on its x: half a cell later stands over the cell.
        var x = Lane.Cells.Select(c => (object)ChartLook.Time(timeline.CellStart(c.Index) + timeline.CellSeconds / 2, Ui.Zone)).ToList();
        decimal width = timeline.CellSeconds * 1_000m * 0.9m;
        List<ITrace> traces =
        [
            new Bar { Name = "out", X = x, Y = [.. Lane.Cells.Select(c => (object)c.Out.Bytes)], Width = width, Marker = new() { Color = palette.ClassUncatalogued }, HoverTemplate = "%{x}<br>%{y:,} bytes out<extra></extra>" },
            new Bar { Name = "in", X = x, Y = [.. Lane.Cells.Select(c => (object)c.In.Bytes)], Width = width, Marker = new() { Color = palette.ClassKnown }, HoverTemplate = "%{x}<br>%{y:,} bytes in<extra></extra>" },
        ];
        if (View.Before is { } before) traces.Add(Line(before, timeline, palette));
        return traces;
    }

    /// <summary>Bytes of each cell of the period before, at the place of the cell that is as far from the start; a gap where nothing is known.</summary>
    private Scatter Line(InstanceTimeline before, InstanceTimeline timeline, WaywardPalette palette)
    {
        var bytes = before.Lanes.FirstOrDefault(l => l.Destination == Lane.Destination)?.Cells.ToDictionary(c => c.Index, c => c.Bytes) ?? [];
        int count = Math.Min(before.CellCount, timeline.CellCount);
        return new()
        {
            Name = "period before",
            Mode = Plotly.Blazor.Traces.ScatterLib.ModeFlag.Lines,
            X = [.. Enumerable.Range(0, count).Select(i => (object)ChartLook.Time(timeline.CellStart(i) + timeline.CellSeconds / 2, Ui.Zone))],
            Y = [.. Enumerable.Range(0, count).Select(i => before.Coverage[i].State is CoverageState.Missing or CoverageState.Outside ? null! : (object)bytes.GetValueOrDefault(i))],
            Line = new() { Color = palette.TextSoft, Width = 1 },
            HoverTemplate = "period before<br>%{y:,} bytes<extra></extra>",
        };
    }
}
