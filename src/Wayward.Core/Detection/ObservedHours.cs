using System.Numerics;
using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>How well an instance was observed, from its coverage.</summary>
internal static class ObservedHours
{
    /// <summary>Share of the whole hours of [t-H, t) that had records, 0 to 1.</summary>
    public static double Share(InstanceHistory history, long time, long window)
    {
        long from = UnixTime.Hour(Math.Max(0, time - window)), to = UnixTime.Hour(time);
        if (to <= from) return 0;
        long seen = 0;
        foreach (var (day, coverage) in history.Coverage)
        {
            uint hours = coverage.Hours;
            long first = day * 24L;
            if (first >= to || first + 24 <= from) continue;
            if (first < from) hours &= uint.MaxValue << (int)(from - first);
            if (first + 24 > to) hours &= (1u << (int)(to - first)) - 1;
            seen += BitOperations.PopCount(hours);
        }
        return Math.Min(1, seen / (double)(to - from));
    }

    /// <summary>Were records lost in the hour of this time?</summary>
    public static bool HasSkipData(InstanceHistory history, long time) =>
        history.Coverage.TryGetValue(UnixTime.Day(time), out var day) && (day.SkipHours >> (int)(time % UnixTime.DaySeconds / UnixTime.HourSeconds) & 1) != 0;
}
