using System.Globalization;
using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Timeline;

namespace Wayward.Web.Components.Incidents;

/// <summary>Draws the findings of an incident, for its page and for paper.</summary>
public partial class IncidentTimeline
{
    private const int Width = 760, LabelWidth = 190, Right = 752, LaneHeight = 30, Top = 26;

    [Parameter, EditorRequired] public IncidentPicture Picture { get; set; } = default!;
    /// <summary>A moment to draw a line at, Unix seconds.</summary>
    [Parameter] public long? Marked { get; set; }
    /// <summary>Labels lead to their findings.</summary>
    [Parameter] public bool LinkLanes { get; set; }

    private int Bottom => Top + Picture.Lanes.Count * LaneHeight;
    private int Height => Bottom + 24;
    private string CellWords => Picture.CellSeconds == UnixTime.HourSeconds ? "an hour" : Picture.CellSeconds == UnixTime.DaySeconds ? "a day" : "six hours";

    private double X(long at) => LabelWidth + (double)(Right - LabelWidth) * (Math.Clamp(at, Picture.From, Picture.To) - Picture.From) / (Picture.To - Picture.From);

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private double CellWidth => Math.Max(1.4, (double)(Right - LabelWidth) * Picture.CellSeconds / (Picture.To - Picture.From));

    /// <summary>Grid lines; those far enough from the one before carry a label.</summary>
    private IEnumerable<(long At, string? Label)> Ticks()
    {
        long span = Picture.To - Picture.From;
        long step = span <= 2 * UnixTime.DaySeconds ? 6 * UnixTime.HourSeconds : span <= 16 * UnixTime.DaySeconds ? UnixTime.DaySeconds : span <= 70 * UnixTime.DaySeconds ? 7 * UnixTime.DaySeconds : 28 * UnixTime.DaySeconds;
        double before = double.MinValue;
        for (long at = (Picture.From + step - 1) / step * step; at <= Picture.To; at += step)
        {
            bool labelled = X(at) - before >= 70 && X(at) <= Right - 30;
            if (labelled) before = X(at);
            yield return (at, labelled ? UnixTime.ToDateTime(at).ToString(step < UnixTime.DaySeconds ? "d MMM HH:mm" : "d MMM yyyy", CultureInfo.InvariantCulture) : null);
        }
    }

    private static (string Fill, string Class) Hue(LaneClass lane) => lane switch
    {
        LaneClass.KnownPublic => ("#2f6db3", "hue-known"),
        LaneClass.Uncatalogued => ("#b35a00", "hue-uncatalogued"),
        LaneClass.Encrypted => ("#6a3fa0", "hue-encrypted"),
        _ => ("#4d7a6b", "hue-authoritative"),
    };

    private static string Diamond(double x, int y) => $"M{N(x)} {y + 7} l6 8 l-6 8 l-6 -8 z";
}
