using System.Globalization;

namespace Wayward.Web.Demo;

/// <summary>The demo's fixed span: sixty days of event time, the same on every machine and in every year.</summary>
internal static class DemoTime
{
    public const int Days = 60;
    public const long Hour = 3_600;
    public const long Day = 86_400;

    /// <summary>2026-03-01T00:00:00Z, a Sunday. Unix seconds.</summary>
    public static readonly long Start = At("2026-03-01T00:00:00Z");

    /// <summary>2026-04-30T00:00:00Z, exclusive.</summary>
    public static readonly long End = Start + Days * Day;

    public static long At(string utc) =>
        DateTimeOffset.ParseExact(utc, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds();

    /// <summary>How busy an office-hours service is in this hour, 0.25 to 1; weekends are quiet.</summary>
    public static double Load(long hourStart)
    {
        double hourOfDay = hourStart % Day / (double)Hour;
        // 1970-01-01 was a Thursday, so day 2 and 3 of each week counted from the epoch are Saturday and Sunday.
        bool weekend = hourStart / Day % 7 is 2 or 3;
        double daylight = Math.Max(0, Math.Sin((hourOfDay - 5) / 16 * Math.PI));
        return 0.25 + 0.75 * daylight * (weekend ? 0.4 : 1);
    }
}
