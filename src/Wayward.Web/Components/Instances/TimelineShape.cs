using System.Globalization;
using System.Text;
using Wayward.Core.Timeline;

namespace Wayward.Web.Components.Instances;

/// <summary>
/// Turns cells into few SVG paths: one for each level of intensity, with neighbours of one level joined, so that ninety days of two hundred lanes stay small on the wire.
/// A cell is one unit wide and ten high.
/// </summary>
internal static class TimelineShape
{
    public const int Levels = 5;
    private static readonly double[] Opacities = [0.34, 0.5, 0.66, 0.83, 1];

    public static string Opacity(int level) => Opacities[level - 1].ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Path data by level (index 0 = level 1); null where there is none. Blocked cells are left out.</summary>
    public static IReadOnlyList<string?> Filled(InstanceTimeline timeline, TimelineLane lane)
    {
        var paths = new StringBuilder?[Levels];
        int start = -1, end = -1, level = 0;
        foreach (var cell in lane.Cells)
        {
            if (cell.Blocked) continue;
            int now = timeline.Level(cell.Bytes, Levels);
            if (now == level && cell.Index == end) end++;
            else
            {
                Flush();
                (start, end, level) = (cell.Index, cell.Index + 1, now);
            }
        }
        Flush();
        return [.. paths.Select(p => p?.ToString())];

        void Flush()
        {
            if (level > 0) Box(paths[level - 1] ??= new(), start, end - start, 0, 10);
        }
    }

    /// <summary>Cells in which everything was rejected: hollow and low.</summary>
    public static string? Blocked(TimelineLane lane)
    {
        var path = new StringBuilder();
        foreach (var cell in lane.Cells)
            if (cell.Blocked) Box(path, cell.Index, 1, 3, 4);
        return path.Length == 0 ? null : path.ToString();
    }

    /// <summary>Spans of one coverage state as (start, length) in cells.</summary>
    public static IReadOnlyList<(int Start, int Length)> Runs(IReadOnlyList<CoverageCell> coverage, CoverageState state)
    {
        var runs = new List<(int, int)>();
        int start = -1;
        for (int i = 0; i <= coverage.Count; i++)
        {
            bool inside = i < coverage.Count && coverage[i].State == state;
            if (inside && start < 0) start = i;
            if (!inside && start >= 0)
            {
                runs.Add((start, i - start));
                start = -1;
            }
        }
        return runs;
    }

    public static string Runs(IEnumerable<(int Start, int Length)> runs, double top, double height)
    {
        var path = new StringBuilder();
        foreach (var (start, length) in runs) Box(path, start, length, top, height);
        return path.ToString();
    }

    private static void Box(StringBuilder path, int x, int width, double y, double height) =>
        path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h{width}v{height}h-{width}z");

    /// <summary>A moment as a share of the width, in percent for a style.</summary>
    public static string Left(InstanceTimeline timeline, long at) => Percent((double)(at - timeline.From) / (timeline.To - timeline.From));

    public static string Percent(double share) => (Math.Clamp(share, 0, 1) * 100).ToString("0.###", CultureInfo.InvariantCulture) + "%";

    /// <summary>Ticks of the axis: whole days, weeks, months or hours, at most about <paramref name="maximum"/>.</summary>
    public static IReadOnlyList<(long At, string Label)> Ticks(long from, long to, TimeZoneInfo zone, int maximum)
    {
        double hours = (to - from) / 3_600.0;
        int[] steps = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672, 2_016, 4_032, 8_760];
        int step = steps.FirstOrDefault(s => hours / s <= maximum, steps[^1]);
        var ticks = new List<(long, string)>();
        var first = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(from), zone);
        var local = new DateTime(first.Year, first.Month, first.Day, 0, 0, 0, DateTimeKind.Unspecified);
        // Weeks begin on Mondays, so that a tick means the same thing on every page.
        if (step >= 168) local = local.AddDays(-(((int)local.DayOfWeek + 6) % 7));
        for (; ; local = local.AddHours(step))
        {
            long at = new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUnixTimeSeconds();
            if (at >= to) return ticks;
            if (at < from) continue;
            string label = step < 24 && local.Hour != 0 ? local.ToString("HH:mm", CultureInfo.InvariantCulture) : local.ToString("d MMM", CultureInfo.InvariantCulture);
            ticks.Add((at, label));
        }
    }
}
