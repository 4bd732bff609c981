using System.Globalization;
using Microsoft.AspNetCore.Components;
using Plotly.Blazor;
using Plotly.Blazor.Traces;
using Wayward.Core.Contacts;
using Wayward.Core.Timeline;
using Wayward.Web.Components.Shared;
using Wayward.Web.Components.Theme;

namespace Wayward.Web.Components.Instances;

/// <summary>Records of one lane by day and hour of day (UTC): a beacon draws lines, working hours draw blocks.</summary>
public sealed partial class RhythmChart
{
    [Parameter, EditorRequired] public TimelineView View { get; set; } = default!;
    [Parameter, EditorRequired] public TimelineLane Lane { get; set; } = default!;

    private protected override string KeyOfData() => string.Create(CultureInfo.InvariantCulture, $"{Lane.Destination}|{View.Timeline.From}|{View.Timeline.To}|{Lane.Records}");

    private protected override List<ITrace> Draw(Layout layout, WaywardPalette palette)
    {
        var timeline = View.Timeline;
        int firstDay = UnixTime.Day(timeline.From), days = UnixTime.Day(timeline.To - 1) - firstDay + 1;
        // One plain array per hour of day, explicit bounds and a fixed range: without them rows and axis can disagree.
        var rows = new double?[24][];
        for (int h = 0; h < 24; h++) rows[h] = new double?[days];
        foreach (var hour in View.HoursOf(Lane))
        {
            double records = (hour.OutAccepted + hour.OutRejected + hour.InAccepted + hour.InRejected).Records;
            ref double? cell = ref rows[hour.Hour % 24][hour.Hour / 24 - firstDay];
            cell = (cell ?? 0) + records;
        }
        double most = rows.SelectMany(r => r).Max() ?? 1;
        layout.XAxis = [ChartLook.TimeAxis(palette, ChartLook.Time(firstDay * UnixTime.DaySeconds, TimeZoneInfo.Utc), ChartLook.Time((firstDay + days) * UnixTime.DaySeconds, TimeZoneInfo.Utc))];
        var hours = ChartLook.Axis(palette, "");
        hours.Range = [24, 0];
        hours.TickVals = [0, 6, 12, 18, 24];
        hours.TickText = ["00:00", "06:00", "12:00", "18:00", "24:00"];
        layout.YAxis = [hours];
        layout.Shapes = ChartLook.Missing(palette, MissingDays(timeline, firstDay, days));
        string strong = Lane.Class switch
        {
            LaneClass.KnownPublic => palette.ClassKnown,
            LaneClass.Uncatalogued => palette.ClassUncatalogued,
            LaneClass.Encrypted => palette.ClassEncrypted,
            _ => palette.ClassAuthoritative,
        };
        return
        [
            new HeatMap
            {
                // Bounds of the bricks, one more than bricks, so that each covers its day and hour exactly.
                X = [.. Enumerable.Range(0, days + 1).Select(d => (object)ChartLook.Time((firstDay + d) * UnixTime.DaySeconds, TimeZoneInfo.Utc))],
                Y = [.. Enumerable.Range(0, 25).Select(h => (object)h)],
                Z = [.. rows.Select(r => (object)r)],
                ZMin = 0,
                ZMax = (decimal)Math.Max(most, 1),
                ColorScale = new object[] { new object[] { 0, ChartLook.Mix(palette.Surface, strong, 0.3) }, new object[] { 1, strong } },
                ShowScale = false,
                HoverOnGaps = false,
                XGap = 1,
                YGap = 1,
                HoverTemplate = "%{x|%d %b} %{y:.0f}:00 UTC<br>%{z:,} records<extra></extra>",
            },
        ];
    }

    /// <summary>Whole UTC days of which nothing is known, as spans.</summary>
    private static IEnumerable<(string From, string To)> MissingDays(InstanceTimeline timeline, int firstDay, int days)
    {
        var known = new bool[days];
        for (int i = 0; i < timeline.CellCount; i++)
        {
            if (timeline.Coverage[i].State == CoverageState.Missing) continue;
            for (int day = UnixTime.Day(timeline.CellStart(i)); day <= UnixTime.Day(timeline.CellStart(i) + timeline.CellSeconds - 1); day++)
                if (day - firstDay >= 0 && day - firstDay < days) known[day - firstDay] = true;
        }
        return Enumerable.Range(0, days).Where(d => !known[d]).Select(d => (ChartLook.Time((firstDay + d) * UnixTime.DaySeconds, TimeZoneInfo.Utc), ChartLook.Time((firstDay + d + 1) * UnixTime.DaySeconds, TimeZoneInfo.Utc)));
    }
}
