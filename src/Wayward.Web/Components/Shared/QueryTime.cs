using System.Globalization;

namespace Wayward.Web.Components.Shared;

/// <summary>Times in URLs: always absolute and UTC, so that a link pasted into a ticket shows the same tomorrow.</summary>
internal static class QueryTime
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd"];

    public static string Write(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString(Formats[0], CultureInfo.InvariantCulture);

    /// <summary>Null when absent or not a time.</summary>
    public static long? Read(string? text) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.ToUnixTimeSeconds() : null;

    /// <summary>What an analyst types into a date field (a date, or date and time), in a zone; null when it is neither.</summary>
    public static long? ReadLocal(string? text, TimeZoneInfo zone)
    {
        if (!DateTime.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return null;
        return new DateTimeOffset(time, zone.GetUtcOffset(time)).ToUnixTimeSeconds();
    }

    public static string WriteLocal(long seconds, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), zone).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
}
