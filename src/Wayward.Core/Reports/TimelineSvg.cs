using System.Globalization;
using System.Net;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Timeline;

namespace Wayward.Core.Reports;

/// <summary>
/// The timeline as a picture for paper: light, no script, no style sheet (presentation attributes only, so that it shows under the strictest
/// content policy). Hue is the class of a destination, strength is volume; what could not have been seen is drawn apart from silence.
/// </summary>
public static class TimelineSvg
{
    private const int Width = 1000, LabelWidth = 250, Right = 990, LaneHeight = 24, Top = 34, MaxLanes = 24, Levels = 5;
    private const string Ink = "#1c2733", Faint = "#5b6b7a", Line = "#d5dde4";

    /// <param name="highlight">The finding that the report is about; its line is the strong one.</param>
    public static string Write(InstanceTimeline timeline, string highlight)
    {
        var lanes = timeline.Lanes.Where(l => l.Cells.Count > 0 || l.FindingIds.Contains(highlight)).OrderByDescending(l => l.FindingIds.Contains(highlight))
            .ThenBy(l => l.Group).ThenBy(l => l.First ?? long.MaxValue).Take(MaxLanes).ToList();
        int bottom = Top + lanes.Count * LaneHeight, coverageTop = bottom + 8, height = coverageTop + 66;
        var svg = new Canvas(timeline);
        svg.Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"100%\" role=\"img\" font-family=\"sans-serif\" font-size=\"11\">");
        svg.Add($"<title>DNS destinations of {Escape(timeline.Instance.Id)}, {UtcTime.Words(timeline.From)} to {UtcTime.Words(timeline.To)}</title>");
        svg.Raw("<defs><pattern id=\"learn\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"#f1f4f7\"/>" +
            "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" stroke=\"#c5d0da\" stroke-width=\"2\"/></pattern>" +
            "<pattern id=\"partly\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><rect width=\"4\" height=\"4\" fill=\"#dfe6ec\"/><circle cx=\"2\" cy=\"2\" r=\"1\" fill=\"#5b6b7a\"/></pattern></defs>");
        Learned(svg, timeline, bottom);
        Axis(svg, timeline, bottom);
        for (int i = 0; i < lanes.Count; i++) Lane(svg, timeline, lanes[i], Top + i * LaneHeight, highlight);
        Findings(svg, timeline, bottom, highlight);
        Coverage(svg, timeline, coverageTop);
        Legend(svg, coverageTop + 48);
        svg.Raw("</svg>");
        return svg.ToString();
    }

    private static void Learned(Canvas svg, InstanceTimeline timeline, int bottom)
    {
        foreach (var span in timeline.Learned)
        {
            double x = svg.X(span.From), width = svg.X(span.To) - x;
            if (width <= 0) continue;
            svg.Add($"<rect x=\"{x:0.##}\" y=\"{Top}\" width=\"{width:0.##}\" height=\"{bottom - Top}\" fill=\"url(#learn)\"/>");
        }
    }

    private static void Axis(Canvas svg, InstanceTimeline timeline, int bottom)
    {
        long span = timeline.To - timeline.From;
        long step = span switch
        {
            <= 2 * UnixTime.DaySeconds => 6 * UnixTime.HourSeconds,
            <= 16 * UnixTime.DaySeconds => UnixTime.DaySeconds,
            <= 70 * UnixTime.DaySeconds => 7 * UnixTime.DaySeconds,
            _ => 28 * UnixTime.DaySeconds,
        };
        string format = step < UnixTime.DaySeconds ? "d MMM HH:mm" : "d MMM yyyy";
        double before = double.MinValue;
        for (long t = (timeline.From + step - 1) / step * step; t <= timeline.To; t += step)
        {
            double x = svg.X(t);
            svg.Add($"<line x1=\"{x:0.##}\" y1=\"{Top}\" x2=\"{x:0.##}\" y2=\"{bottom}\" stroke=\"{Line}\"/>");
            if (x - before < 66 || x > Right - 30) continue;
            svg.Add($"<text x=\"{x:0.##}\" y=\"{Top - 18}\" fill=\"{Faint}\" text-anchor=\"middle\">{UnixTime.ToDateTime(t).ToString(format, CultureInfo.InvariantCulture)}</text>");
            before = x;
        }
        foreach (var decision in timeline.Decisions)
        {
            double x = svg.X(decision.At);
            svg.Add($"<path d=\"M{x:0.##} {bottom} l-4 6 h8 z\" fill=\"{Ink}\"><title>{Escape(SafeText.Plain(decision.Label))}, {Escape(SafeText.Plain(decision.Actor))}, {UtcTime.Words(decision.At)}</title></path>");
        }
    }

    private static void Lane(Canvas svg, InstanceTimeline timeline, TimelineLane lane, int y, string highlight)
    {
        bool strong = lane.FindingIds.Contains(highlight);
        string address = $"{lane.Destination.Address} {lane.Destination.Transport.Name()}";
        string provider = lane.Provider is null ? "not in the catalogue" : SafeText.Plain(lane.Provider, 34);
        svg.Add($"<text x=\"0\" y=\"{y + 10}\" fill=\"{Ink}\"{(strong ? " font-weight=\"bold\"" : "")}>{Escape(address)}</text>");
        svg.Add($"<text x=\"0\" y=\"{y + 20}\" fill=\"{Faint}\" font-size=\"9\">{Escape(provider)}{(lane.First is { } first ? ", since " + UtcTime.Day(first) : "")}</text>");
        svg.Add($"<line x1=\"0\" y1=\"{y + LaneHeight}\" x2=\"{Right}\" y2=\"{y + LaneHeight}\" stroke=\"{Line}\"/>");
        string hue = Hue(lane.Class);
        double width = Math.Max(1.2, svg.CellWidth);
        foreach (var cell in lane.Cells)
        {
            double x = svg.X(timeline.CellStart(cell.Index));
            if (cell.Blocked)
                svg.Add($"<rect x=\"{x:0.##}\" y=\"{y + 5}\" width=\"{width:0.##}\" height=\"{LaneHeight - 10}\" fill=\"none\" stroke=\"{hue}\"/>");
            else
                svg.Add($"<rect x=\"{x:0.##}\" y=\"{y + 4}\" width=\"{width:0.##}\" height=\"{LaneHeight - 8}\" fill=\"{hue}\" fill-opacity=\"{0.25 + 0.75 * timeline.Level(cell.Bytes, Levels) / Levels:0.##}\"/>");
        }
        foreach (var window in lane.Windows)
        {
            double x = svg.X(window.From);
            svg.Add($"<rect x=\"{x:0.##}\" y=\"{y + 2}\" width=\"{Math.Max(1, svg.X(window.To) - x):0.##}\" height=\"{LaneHeight - 4}\" fill=\"none\" stroke=\"{Ink}\" stroke-dasharray=\"3 2\"><title>rule {window.RuleId}: {window.Action.ToString().ToLowerInvariant()}</title></rect>");
        }
    }

    private static void Findings(Canvas svg, InstanceTimeline timeline, int bottom, string highlight)
    {
        foreach (var finding in timeline.Findings.OrderBy(f => f.Id == highlight))
        {
            bool strong = finding.Id == highlight;
            double x = svg.X(finding.At);
            svg.Add($"<line x1=\"{x:0.##}\" y1=\"{(strong ? Top - 12 : Top)}\" x2=\"{x:0.##}\" y2=\"{bottom}\" stroke=\"{Ink}\" stroke-width=\"{(strong ? "1.6" : "0.7")}\"{(strong ? "" : " stroke-dasharray=\"2 3\"")}/>");
            if (!strong) continue;
            string anchor = x > (LabelWidth + Right) / 2.0 ? "end" : "start";
            svg.Add($"<text x=\"{x + (anchor == "end" ? -4 : 4):0.##}\" y=\"{Top - 5}\" fill=\"{Ink}\" font-weight=\"bold\" text-anchor=\"{anchor}\">first contact {UtcTime.Words(finding.At)}</text>");
        }
    }

    private static void Coverage(Canvas svg, InstanceTimeline timeline, int top)
    {
        svg.Add($"<text x=\"0\" y=\"{top + 11}\" fill=\"{Ink}\">Logged</text>");
        if (timeline.CoverageShare is { } share)
            svg.Add($"<text x=\"50\" y=\"{top + 11}\" fill=\"{Faint}\">{(share * 100).ToString("0.#", CultureInfo.InvariantCulture)} % of the hours</text>");
        int i = 0;
        while (i < timeline.Coverage.Count)
        {
            // Runs of one state are one shape: a year of hours would otherwise be thousands.
            int start = i;
            var state = timeline.Coverage[i].State;
            while (i < timeline.Coverage.Count && timeline.Coverage[i].State == state) i++;
            double x = svg.X(timeline.CellStart(start)), width = svg.X(timeline.CellStart(i)) - x;
            string? paint = state switch
            {
                CoverageState.Logged => "fill=\"#8fa3b3\"",
                CoverageState.Partly => "fill=\"url(#partly)\"",
                CoverageState.Missing => "fill=\"#ffffff\" stroke=\"#5b6b7a\" stroke-dasharray=\"2 2\"",
                _ => null,
            };
            if (paint is not null) svg.Add($"<rect x=\"{x:0.##}\" y=\"{top + 2}\" width=\"{width:0.##}\" height=\"11\" {paint}/>");
        }
        svg.Add($"<text x=\"{LabelWidth}\" y=\"{top + 27}\" fill=\"{Faint}\">{UtcTime.Words(timeline.From)}</text>");
        svg.Add($"<text x=\"{Right}\" y=\"{top + 27}\" fill=\"{Faint}\" text-anchor=\"end\">{UtcTime.Words(timeline.To)}</text>");
    }

    private static void Legend(Canvas svg, int y)
    {
        int x = 0;
        foreach (var (paint, label, width) in new[]
        {
            ($"fill=\"{Hue(LaneClass.KnownPublic)}\"", "known public", 86), ($"fill=\"{Hue(LaneClass.Uncatalogued)}\"", "not catalogued", 96),
            ($"fill=\"{Hue(LaneClass.Encrypted)}\"", "encrypted", 74), ($"fill=\"{Hue(LaneClass.Authoritative)}\"", "root or TLD", 82),
            ($"fill=\"none\" stroke=\"{Hue(LaneClass.KnownPublic)}\"", "rejected", 66), ("fill=\"url(#learn)\" stroke=\"#c5d0da\"", "learning", 68),
            ("fill=\"#8fa3b3\"", "logged", 60), ("fill=\"url(#partly)\"", "partly logged", 90), ("fill=\"#ffffff\" stroke=\"#5b6b7a\" stroke-dasharray=\"2 2\"", "not logged", 80),
            ($"fill=\"none\" stroke=\"{Ink}\" stroke-dasharray=\"3 2\"", "covered by a rule", 110),
        })
        {
            svg.Add($"<rect x=\"{x}.5\" y=\"{y}\" width=\"10\" height=\"10\" {paint}/><text x=\"{x + 15}\" y=\"{y + 9}\" fill=\"{Faint}\" font-size=\"10\">{label}</text>");
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

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private sealed class Canvas(InstanceTimeline timeline)
    {
        private readonly StringBuilder _text = new();

        public double CellWidth { get; } = (double)(Right - LabelWidth) * timeline.CellSeconds / (timeline.To - timeline.From);

        public double X(long at) => LabelWidth + (double)(Right - LabelWidth) * (Math.Clamp(at, timeline.From, timeline.To) - timeline.From) / (timeline.To - timeline.From);

        public void Add(FormattableString markup) => _text.Append(markup.ToString(CultureInfo.InvariantCulture)).Append('\n');

        public void Raw(string markup) => _text.Append(markup).Append('\n');

        public override string ToString() => _text.ToString();
    }
}
