using System.Globalization;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Wayward.Web.Components.Theme;

namespace Wayward.Web.Components.Shared;

/// <summary>How charts look: quiet axes, the palette's colours, no toolbar.</summary>
internal static class ChartLook
{
    private const string Font = "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, sans-serif";

    /// <summary>Pixels; the style sheet reserves the same, so that nothing jumps when a chart arrives.</summary>
    private const int Height = 210;

    public static WaywardPalette Palette(bool dark) => dark ? WaywardPalette.Dark : WaywardPalette.Light;

    public static Layout Layout(WaywardPalette palette) => new()
    {
        AutoSize = true,
        Height = Height,
        PaperBgColor = "rgba(0,0,0,0)",
        PlotBgColor = "rgba(0,0,0,0)",
        Font = new() { Family = Font, Size = 11.5m, Color = palette.TextSoft },
        Margin = new() { L = 52, R = 8, T = 8, B = 28, Pad = 0 },
        ShowLegend = false,
        HoverLabel = new() { BgColor = palette.Raised, BorderColor = palette.LineStrong, Font = new() { Color = palette.Text, Family = Font, Size = 12 } },
        BarGap = 0,
    };

    public static XAxis TimeAxis(WaywardPalette palette, string from, string to) => new()
    {
        Type = Plotly.Blazor.LayoutLib.XAxisLib.TypeEnum.Date,
        Range = [from, to],
        ShowGrid = false,
        ZeroLine = false,
        LineColor = palette.LineStrong,
        TickColor = palette.LineStrong,
        Ticks = Plotly.Blazor.LayoutLib.XAxisLib.TicksEnum.Outside,
        TickLen = 3,
        FixedRange = true,
        TickFormat = "%d %b",
        HoverFormat = "%d %b %Y %H:%M",
        NTicks = 8,
    };

    public static YAxis Axis(WaywardPalette palette, string unit) => new()
    {
        GridColor = palette.Line,
        ZeroLine = false,
        LineColor = palette.LineStrong,
        FixedRange = true,
        TickFormat = unit == "bytes" ? "~s" : null,
        NTicks = 5,
    };

    /// <summary>Time without data, behind the bars: nothing drawn there means nothing known, not silence.</summary>
    public static List<Shape> Missing(WaywardPalette palette, IEnumerable<(string From, string To)> spans) =>
    [
        .. spans.Select(span => new Shape
        {
            Type = Plotly.Blazor.LayoutLib.ShapeLib.TypeEnum.Rect, XRef = "x", YRef = "paper", X0 = span.From, X1 = span.To, Y0 = 0, Y1 = 1, FillColor = palette.Hatch, Opacity = 0.28m,
            Layer = Plotly.Blazor.LayoutLib.ShapeLib.LayerEnum.Below, Line = new() { Width = 0 },
        }),
    ];

    /// <summary>A moment as the chart library reads it: local to a zone, without offset.</summary>
    public static string Time(long seconds, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A colour between two, <paramref name="share"/> of the second.</summary>
    public static string Mix(string from, string to, double share)
    {
        int Channel(int at) => (int)Math.Round(Part(from, at) * (1 - share) + Part(to, at) * share);
        return string.Create(CultureInfo.InvariantCulture, $"#{Channel(1):x2}{Channel(3):x2}{Channel(5):x2}");

        static int Part(string colour, int at) => int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
