using System.Globalization;
using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Core.Timeline;

namespace Wayward.Web.Reports.Html;

/// <summary>
/// Draws a timeline for paper. Hue is the class of a destination, strength is volume; what could not have been seen is drawn apart from silence.
/// </summary>
public partial class ReportTimeline
{
    private const int Width = 1000, LabelWidth = 250, Right = 990, LaneHeight = 24, Top = 34, MaxLanes = 24, Levels = 5;
    private const string Ink = "#1c2733", Faint = "#5b6b7a", Line = "#d5dde4";

    private sealed record Paint(string Fill, string? Stroke = null, string? Dashes = null);

    private static readonly Paint Logged = new("#8fa3b3"), Partly = new("url(#partly)"), Missing = new("#ffffff", Faint, "2 2");

    [Parameter, EditorRequired] public InstanceTimeline Timeline { get; set; } = default!;
    /// <summary>The finding that the report is about; its line is the strong one.</summary>
    [Parameter, EditorRequired] public string Highlight { get; set; } = "";

    private List<TimelineLane> Lanes { get; set; } = [];
    private int Bottom => Top + Lanes.Count * LaneHeight;
    private int CoverageTop => Bottom + 8;
    private int Height => CoverageTop + 66;
    private double CellWidth => Math.Max(1.2, (double)(Right - LabelWidth) * Timeline.CellSeconds / (Timeline.To - Timeline.From));

    protected override void OnParametersSet() => Lanes =
    [
        .. Timeline.Lanes.Where(l => l.Cells.Count > 0 || l.FindingIds.Contains(Highlight)).OrderByDescending(l => l.FindingIds.Contains(Highlight))
            .ThenBy(l => l.Group).ThenBy(l => l.First ?? long.MaxValue).Take(MaxLanes),
    ];

    private double X(long at) => LabelWidth + (double)(Right - LabelWidth) * (Math.Clamp(at, Timeline.From, Timeline.To) - Timeline.From) / (Timeline.To - Timeline.From);

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Grid lines; those far enough from the one before carry a label.</summary>
    private IEnumerable<(long At, string? Label)> Ticks()
    {
        long step = (Timeline.To - Timeline.From) switch
        {
            <= 2 * UnixTime.DaySeconds => 6 * UnixTime.HourSeconds,
            <= 16 * UnixTime.DaySeconds => UnixTime.DaySeconds,
            <= 70 * UnixTime.DaySeconds => 7 * UnixTime.DaySeconds,
            _ => 28 * UnixTime.DaySeconds,
        };
        string format = step < UnixTime.DaySeconds ? "d MMM HH:mm" : "d MMM yyyy";
        double before = double.MinValue;
        for (long at = (Timeline.From + step - 1) / step * step; at <= Timeline.To; at += step)
        {
            double x = X(at);
            bool labelled = x - before >= 66 && x <= Right - 30;
            if (labelled) before = x;
            yield return (at, labelled ? UnixTime.ToDateTime(at).ToString(format, CultureInfo.InvariantCulture) : null);
        }
    }

    /// <summary>Runs of one state are one shape: a year of hours would otherwise be thousands.</summary>
    private IEnumerable<(long From, long To, Paint Paint)> Coverage()
    {
        int i = 0;
        while (i < Timeline.Coverage.Count)
        {
            int start = i;
            var state = Timeline.Coverage[i].State;
            while (i < Timeline.Coverage.Count && Timeline.Coverage[i].State == state) i++;
            var paint = state switch
            {
                CoverageState.Logged => Logged,
                CoverageState.Partly => Partly,
                CoverageState.Missing => Missing,
                _ => null,
            };
            if (paint is not null) yield return (Timeline.CellStart(start), Timeline.CellStart(i), paint);
        }
    }

    private static IEnumerable<(int X, Paint Paint, string Label)> Legend()
    {
        int x = 0;
        foreach (var (paint, label, width) in new (Paint, string, int)[]
        {
            (new(Hue(LaneClass.KnownPublic)), "known public", 86), (new(Hue(LaneClass.Uncatalogued)), "not catalogued", 96),
            (new(Hue(LaneClass.Encrypted)), "encrypted", 74), (new(Hue(LaneClass.Authoritative)), "root or TLD", 82),
            (new("none", Hue(LaneClass.KnownPublic)), "rejected", 66), (new("url(#learn)", "#c5d0da"), "learning", 68),
            (Logged, "logged", 60), (Partly, "partly logged", 90), (Missing, "not logged", 80), (new("none", Ink, "3 2"), "covered by a rule", 110),
        })
        {
            yield return (x, paint, label);
            x += width + 12;
        }
    }

    // Told apart also by people who see fewer colours, and in grey by their labels.
    private static string Hue(LaneClass lane) => lane switch
    {
        LaneClass.KnownPublic => "#2f6db3",
        LaneClass.Uncatalogued => "#b35a00",
        LaneClass.Encrypted => "#6a3fa0",
        _ => "#4d7a6b",
    };
}
