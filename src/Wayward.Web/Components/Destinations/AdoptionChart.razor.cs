using System.Globalization;
using Microsoft.AspNetCore.Components;
using Plotly.Blazor;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;
using Wayward.Web.Components.Shared;
using Wayward.Web.Components.Theme;

namespace Wayward.Web.Components.Destinations;

/// <summary>How a target spread: a step for each instance at its first contact.</summary>
public sealed partial class AdoptionChart
{
    [Parameter, EditorRequired] public DestinationView View { get; set; } = default!;

    private protected override string KeyOfData() => string.Create(CultureInfo.InvariantCulture, $"{View.Address}|{View.Users.Count}|{View.Fleet.MaxStart}");

    private protected override List<ITrace> Draw(Layout layout, WaywardPalette palette)
    {
        var firsts = View.Users.GroupBy(u => u.InstanceId).Select(g => g.MinBy(u => u.First)!).OrderBy(u => u.First).ToList();
        long from = View.Fleet.FirstRecord > 0 ? View.Fleet.FirstRecord : firsts[0].First, to = Math.Max(View.Fleet.MaxStart, View.Last);
        var x = new List<object> { ChartLook.Time(from, Ui.Zone) };
        var y = new List<object> { 0 };
        for (int i = 0; i < firsts.Count; i++)
        {
            x.Add(ChartLook.Time(firsts[i].First, Ui.Zone));
            y.Add(i + 1);
        }
        x.Add(ChartLook.Time(to, Ui.Zone));
        y.Add(firsts.Count);
        layout.XAxis = [ChartLook.TimeAxis(palette, ChartLook.Time(from, Ui.Zone), ChartLook.Time(to, Ui.Zone))];
        var axis = ChartLook.Axis(palette, "");
        axis.RangeMode = Plotly.Blazor.LayoutLib.YAxisLib.RangeModeEnum.ToZero;
        axis.TickFormat = "d";
        // Instances are whole: a small count must not show half steps, which rounding would label twice.
        if (firsts.Count < 8) axis.DTick = 1;
        layout.YAxis = [axis];
        return
        [
            new Scatter { X = x, Y = y, Mode = ModeFlag.Lines, Fill = FillEnum.ToZeroY, FillColor = ChartLook.Mix(palette.Surface, palette.Accent, 0.18), Line = new() { Color = palette.Accent, Width = 2, Shape = Plotly.Blazor.Traces.ScatterLib.LineLib.ShapeEnum.Hv }, HoverTemplate = "%{x}<br>%{y} instances<extra></extra>" },
        ];
    }
}
