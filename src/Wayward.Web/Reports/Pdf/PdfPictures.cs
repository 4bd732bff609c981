using System.Globalization;
using PdfSharp.Drawing;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Timeline;

namespace Wayward.Web.Reports.Pdf;

/// <summary>The timeline of a finding's instance and the lanes of an incident, as vector drawings.</summary>
internal static class PdfPictures
{
    private const double Labels = 130, Lane = 19, Head = 20;
    private const int MaxLanes = 24, Levels = 5;
    private static readonly XColor LearningFill = XColor.FromArgb(0xe8, 0xed, 0xf2), LoggedFill = XColor.FromArgb(0x8f, 0xa3, 0xb3), PartlyFill = XColor.FromArgb(0xcf, 0xd8, 0xe0);

    public static PdfPicture Of(InstanceTimeline timeline, string highlight)
    {
        List<TimelineLane> lanes =
        [
            .. timeline.Lanes.Where(l => l.Cells.Count > 0 || l.FindingIds.Contains(highlight)).OrderByDescending(l => l.FindingIds.Contains(highlight)).ThenBy(l => l.Group).ThenBy(l => l.First ?? long.MaxValue).Take(MaxLanes),
        ];
        string text = $"DNS destinations of {SafeText.Plain(timeline.Instance.Id)} from {UtcTime.Words(timeline.From)} to {UtcTime.Words(timeline.To)}, a lane for each of {lanes.Count}, and the hours that were logged.";
        return new(Head + lanes.Count * Lane + 46, text, (pen, area) => Draw(pen, area, timeline, lanes, highlight));
    }

    public static PdfPicture Of(IncidentPicture picture) => new(Head + picture.Lanes.Count * Lane + 20,
        $"{picture.Lanes.Count} findings from {UtcTime.Words(picture.From)} to {UtcTime.Words(picture.To)}, a lane each; the list of events has the same facts.", (pen, area) => Draw(pen, area, picture));

    private static void Draw(PdfPen pen, XRect area, InstanceTimeline timeline, List<TimelineLane> lanes, string highlight)
    {
        var axis = new Axis(area, timeline.From, timeline.To);
        double top = area.Top + Head, bottom = top + lanes.Count * Lane, cell = axis.Span(timeline.CellSeconds, 1);
        foreach (var span in timeline.Learned) Fill(pen, LearningFill, axis.X(span.From), top, axis.X(span.To) - axis.X(span.From), bottom - top);
        axis.Draw(pen, top, bottom);
        for (int i = 0; i < lanes.Count; i++)
        {
            var (lane, y, hue) = (lanes[i], top + i * Lane, Hue(lanes[i].Class));
            Label(pen, area.Left, y, $"{lane.Destination.Address} {lane.Destination.Transport.Name()}", $"{(lane.Provider is null ? "not in the catalogue" : SafeText.Plain(lane.Provider, 34))}{(lane.First is { } first ? ", since " + UtcTime.Day(first) : "")}", lane.FindingIds.Contains(highlight));
            Underline(pen, area, y + Lane);
            foreach (var c in lane.Cells)
            {
                double x = axis.X(timeline.CellStart(c.Index));
                if (c.Blocked) pen.Graphics.DrawRectangle(new XPen(hue, 0.5), x, y + 4, cell, Lane - 8);
                else Fill(pen, Strength(hue, 0.25 + 0.75 * timeline.Level(c.Bytes, Levels) / Levels), x, y + 3, cell, Lane - 6);
            }
            foreach (var window in lane.Windows)
                pen.Graphics.DrawRectangle(new XPen(PdfPen.Ink, 0.5) { DashStyle = XDashStyle.Dash }, axis.X(window.From), y + 2, Math.Max(1, axis.X(window.To) - axis.X(window.From)), Lane - 4);
        }
        foreach (var finding in timeline.Findings.OrderBy(f => f.Id == highlight))
        {
            bool strong = finding.Id == highlight;
            double x = axis.X(finding.At);
            pen.Graphics.DrawLine(new XPen(PdfPen.Ink, strong ? 1 : 0.4), x, strong ? top - 6 : top, x, bottom);
            if (!strong) continue;
            bool left = x > (area.Left + Labels + area.Right) / 2;
            pen.Draw("first contact " + UtcTime.Words(finding.At), left ? x - 3 : x + 3, top - 8, 6.5, PdfPen.Ink, bold: true, left ? XStringAlignment.Far : XStringAlignment.Near);
        }
        Coverage(pen, area, axis, timeline, bottom);
    }

    private static void Coverage(PdfPen pen, XRect area, Axis axis, InstanceTimeline timeline, double bottom)
    {
        pen.Draw(timeline.CoverageShare is { } share ? $"Logged, {(share * 100).ToString("0.#", CultureInfo.InvariantCulture)} % of the hours" : "Logged", area.Left, bottom + 4, 6.5, PdfPen.Ink);
        for (int i = 0; i < timeline.Coverage.Count;)
        {
            int start = i;
            var state = timeline.Coverage[i].State;
            while (i < timeline.Coverage.Count && timeline.Coverage[i].State == state) i++;
            double x = axis.X(timeline.CellStart(start)), width = axis.X(timeline.CellStart(i)) - x;
            if (state == CoverageState.Missing) pen.Graphics.DrawRectangle(new XPen(PdfPen.Faint, 0.4) { DashStyle = XDashStyle.Dot }, x, bottom + 4, width, 7);
            else if (state != CoverageState.Outside) Fill(pen, state == CoverageState.Logged ? LoggedFill : PartlyFill, x, bottom + 4, width, 7);
        }
        double at = area.Left;
        foreach (var (colour, label) in new (XColor, string)[]
        {
            (Hue(LaneClass.KnownPublic), "known public"), (Hue(LaneClass.Uncatalogued), "not catalogued"), (Hue(LaneClass.Encrypted), "encrypted"), (Hue(LaneClass.Authoritative), "root or TLD"), (LearningFill, "learning"), (LoggedFill, "logged"), (PartlyFill, "partly logged"),
        })
        {
            Fill(pen, colour, at, bottom + 22, 7, 7);
            pen.Draw(label, at + 9, bottom + 21, 6.5, PdfPen.Faint);
            at += 19 + pen.Width(label, 6.5);
        }
        pen.Draw("Outlined cells were rejected, dashed boxes are covered by a rule, dotted hours were not logged.", area.Left, bottom + 32, 6.5, PdfPen.Faint);
    }

    private static void Draw(PdfPen pen, XRect area, IncidentPicture picture)
    {
        var axis = new Axis(area, picture.From, picture.To);
        double top = area.Top + Head, bottom = top + picture.Lanes.Count * Lane, cell = axis.Span(picture.CellSeconds, 1);
        axis.Draw(pen, top, bottom);
        for (int i = 0; i < picture.Lanes.Count; i++)
        {
            var (lane, y, hue) = (picture.Lanes[i], top + i * Lane, Hue(picture.Lanes[i].Class));
            Label(pen, area.Left, y, SafeText.Plain(lane.Subject, 34), SafeText.Plain(lane.Target, 42), strong: true);
            Underline(pen, area, y + Lane);
            foreach (var (from, to) in lane.Missing) pen.Graphics.DrawRectangle(new XPen(PdfPen.Faint, 0.4) { DashStyle = XDashStyle.Dot }, axis.X(from), y + 3, Math.Max(0.5, axis.X(to) - axis.X(from)), Lane - 6);
            pen.Graphics.DrawLine(new XPen(hue, 0.7), axis.X(lane.First), y + Lane / 2, axis.X(lane.Last), y + Lane / 2);
            foreach (var c in lane.Cells)
            {
                if (c.Blocked) pen.Graphics.DrawRectangle(new XPen(hue, 0.5), axis.X(c.From), y + 5, cell, Lane - 10);
                else Fill(pen, hue, axis.X(c.From), y + 5, cell, Lane - 10);
            }
            double x = axis.X(lane.First), middle = y + Lane / 2;
            pen.Graphics.DrawPolygon(new XSolidBrush(PdfPen.Ink), [new(x, middle - 4), new(x + 3, middle), new(x, middle + 4), new(x - 3, middle)], XFillMode.Winding);
        }
        pen.Draw($"A diamond is the first contact, a bar the contacts of a cell, dotted: no logs.{(picture.Hidden > 0 ? $" {picture.Hidden} more findings are not drawn." : "")}", area.Left, bottom + 6, 6.5, PdfPen.Faint);
    }

    private static void Label(PdfPen pen, double x, double y, string first, string second, bool strong)
    {
        pen.Draw(Fit(first, 7, strong), x, y + 1, 7, PdfPen.Ink, strong);
        pen.Draw(Fit(second, 6, false), x, y + 10, 6, PdfPen.Faint);

        string Fit(string text, double size, bool bold) => pen.Width(text, size, bold) <= Labels - 4 ? text : pen.Wrap(text, Labels - 12, size, bold)[0] + "…";
    }

    private static void Underline(PdfPen pen, XRect area, double y) => pen.Graphics.DrawLine(new XPen(PdfPen.Rule, 0.4), area.Left, y, area.Right, y);

    private static void Fill(PdfPen pen, XColor colour, double x, double y, double width, double height) => pen.Graphics.DrawRectangle(new XSolidBrush(colour), x, y, Math.Max(0.4, width), height);

    /// <summary>Mixed with white, since transparency makes a file that some printers draw as an image.</summary>
    private static XColor Strength(XColor hue, double share)
    {
        return XColor.FromArgb(Mix(hue.R), Mix(hue.G), Mix(hue.B));

        int Mix(byte part) => (int)Math.Round(255 - (255 - part) * share);
    }

    private static XColor Hue(LaneClass lane) => lane switch
    {
        LaneClass.KnownPublic => XColor.FromArgb(0x2f, 0x6d, 0xb3),
        LaneClass.Uncatalogued => XColor.FromArgb(0xb3, 0x5a, 0x00),
        LaneClass.Encrypted => XColor.FromArgb(0x6a, 0x3f, 0xa0),
        _ => XColor.FromArgb(0x4d, 0x7a, 0x6b),
    };

    /// <summary>Time from left to right, with days written where there is room.</summary>
    private sealed class Axis(XRect area, long from, long to)
    {
        private readonly double _left = area.Left + Labels, _width = area.Width - Labels;

        public double X(long at) => _left + _width * (Math.Clamp(at, from, to) - from) / Math.Max(1, to - from);

        public double Span(long seconds, double least) => Math.Max(least, _width * seconds / Math.Max(1, to - from));

        public void Draw(PdfPen pen, double top, double bottom)
        {
            long step = (to - from) switch { <= 2 * UnixTime.DaySeconds => 6 * UnixTime.HourSeconds, <= 16 * UnixTime.DaySeconds => UnixTime.DaySeconds, <= 70 * UnixTime.DaySeconds => 7 * UnixTime.DaySeconds, _ => 28 * UnixTime.DaySeconds };
            double before = double.MinValue;
            for (long at = (from + step - 1) / step * step; at <= to; at += step)
            {
                double x = X(at);
                pen.Graphics.DrawLine(new XPen(PdfPen.Rule, 0.4), x, top, x, bottom);
                if (x - before < 52 || x > area.Right - 20) continue;
                before = x;
                pen.Draw(UnixTime.ToDateTime(at).ToString(step < UnixTime.DaySeconds ? "d MMM HH:mm" : "d MMM yyyy", CultureInfo.InvariantCulture), x, top - 19, 6.5, PdfPen.Faint, alignment: XStringAlignment.Center);
            }
        }
    }
}
