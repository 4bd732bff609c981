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
        string strong = Lane.Class switch
        {
            LaneClass.KnownPublic => palette.ClassKnown,
            LaneClass.Uncatalogued => palette.ClassUncatalogued,
            LaneClass.Encrypted => palette.ClassEncrypted,
            _ => palette.ClassAuthoritative,
        };
        // Bounds of the bricks, one more than bricks, so that each covers its day and hour exactly.
        List<object> x = [.. Enumerable.Range(0, days + 1).Select(d => (object)ChartLook.Time((firstDay + d) * UnixTime.DaySeconds, TimeZoneInfo.Utc))];
        List<object> y = [.. Enumerable.Range(0, 25).Select(h => (object)h)];
        string unknown = ChartLook.Mix(palette.Surface, palette.Hatch, 0.28);
        return
        [
            new HeatMap
            {
                X = x,
                Y = y,
                Z = [.. Unknown(firstDay, days).Select(r => (object)r)],
                ZMin = 0,
                ZMax = 1,
                ColorScale = new object[] { new object[] { 0, unknown }, new object[] { 1, unknown } },
                ShowScale = false,
                HoverOnGaps = false,
                HoverTemplate = "%{x|%d %b} %{y:.0f}:00 UTC<br>no data<extra></extra>",
            },
            new HeatMap
            {
                X = x,
                Y = y,
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

    /// <summary>Hours inside the data of which nothing is known, as rows by hour of day.</summary>
    private double?[][] Unknown(int firstDay, int days)
    {
        var rows = new double?[24][];
        for (int h = 0; h < 24; h++)
        {
            rows[h] = new double?[days];
            for (int d = 0; d < days; d++)
            {
                long start = (firstDay + d) * UnixTime.DaySeconds + h * UnixTime.HourSeconds;
                if (start + UnixTime.HourSeconds <= View.DataFrom || start >= View.DataTo) continue;
                bool known = View.History.Coverage.TryGetValue(firstDay + d, out var day) && ((day.Hours | day.SkipHours) & 1u << h) != 0;
                if (!known) rows[h][d] = 1;
            }
        }
        return rows;
    }
}
