using System.Globalization;
using System.Text;
using Wayward.Core.Timeline;

namespace Wayward.Web.Components.Instances;

/// <summary>
/// Turns cells into few SVG paths: one for each level of intensity, with neighbours of one level joined, so that ninety days of many lanes stay small on the wire.
/// A cell is one unit wide and ten high.
/// </summary>
internal static class TimelineShape
{
    public const int Levels = 5;
    private static readonly double[] Opacities = [0.34, 0.5, 0.66, 0.83, 1];

    public static string Opacity(int level) => Opacities[level - 1].ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Path data by level (index 0 = level 1); null where there is none. Blocked cells are left out. A path is drawn with a stroke as high as the lane, so a run of cells is one move and one line.</summary>
    public static IReadOnlyList<string?> Filled(InstanceTimeline timeline, TimelineLane lane)
    {
        var runs = new List<(int Start, int Length)>?[Levels];
        foreach (var cell in lane.Cells)
            if (!cell.Blocked) Extend(runs[timeline.Level(cell.Bytes, Levels) - 1] ??= [], cell.Index);
        return [.. runs.Select(r => r is null ? null : Lines(r, 5))];
    }

    /// <summary>Cells in which everything was rejected: hollow and low.</summary>
    public static string? Blocked(TimelineLane lane)
    {
        var runs = new List<(int Start, int Length)>();
        foreach (var cell in lane.Cells)
            if (cell.Blocked) Extend(runs, cell.Index);
        return runs.Count == 0 ? null : Runs(runs, 3, 4);
    }

    /// <summary>Cells with any traffic, as a thin line: what was there in the period before. Null where there was none.</summary>
    public static string? Ghost(IEnumerable<TimelineCell> cells)
    {
        var runs = new List<(int Start, int Length)>();
        foreach (var cell in cells) Extend(runs, cell.Index);
        return runs.Count == 0 ? null : Lines(runs, 9.5);
    }

    /// <summary>Cells come in ascending order; neighbours join.</summary>
    private static void Extend(List<(int Start, int Length)> runs, int index)
    {
        if (runs.Count > 0 && runs[^1] is var last && last.Start + last.Length >= index) runs[^1] = (last.Start, index + 1 - last.Start);
        else runs.Add((index, 1));
    }

    /// <summary>Relative moves: most runs then take six characters.</summary>
    private static string Lines(List<(int Start, int Length)> runs, double y)
    {
        var path = new StringBuilder();
        int at = -1;
        foreach (var (start, length) in runs)
        {
            if (at < 0) path.Append(CultureInfo.InvariantCulture, $"M{start} {y}");
            else path.Append(CultureInfo.InvariantCulture, $"m{start - at} 0");
            path.Append(CultureInfo.InvariantCulture, $"h{length}");
            at = start + length;
        }
        return path.ToString();
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
