using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Dates, spans and lists as they read in sentences. English, culture-invariant, UTC.</summary>
internal static class Wording
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>"12 March 2026".</summary>
    public static string Date(long seconds) => UnixTime.ToDateTime(seconds).ToString("d MMMM yyyy", Culture);

    /// <summary>"12 Mar".</summary>
    public static string ShortDate(long seconds) => UnixTime.ToDateTime(seconds).ToString("d MMM", Culture);

    /// <summary>"12 March 2026 14:05:09 UTC".</summary>
    public static string Moment(long seconds) => UnixTime.ToDateTime(seconds).ToString("d MMMM yyyy HH:mm:ss 'UTC'", Culture);

    /// <summary>"61 days", "5 hours", "12 minutes", "1 second": the largest unit of which there are two or more, rounded down.</summary>
    public static string Span(long seconds) => seconds switch
    {
        >= 2 * UnixTime.DaySeconds => Count(seconds / UnixTime.DaySeconds, "day"),
        >= 2 * UnixTime.HourSeconds => Count(seconds / UnixTime.HourSeconds, "hour"),
        >= 120 => Count(seconds / 60, "minute"),
        _ => Count(Math.Max(0, seconds), "second"),
    };

    public static string Count(long count, string noun) => string.Create(Culture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    public static string Number(long value) => value.ToString("N0", Culture);

    /// <summary>"99 %".</summary>
    public static string Percent(double share) => string.Create(Culture, $"{Math.Floor(share * 100 + 1e-9):0} %");

    /// <summary>"5.0" from tenths.</summary>
    public static string Tenths(int tenths) => (tenths / 10m).ToString("0.0", Culture);

    /// <summary>"a", "a and b", "a, b and c", "a, b and 4 more".</summary>
    public static string List(IReadOnlyList<string> items, int show = 3) => items.Count switch
    {
        0 => "",
        1 => items[0],
        _ when items.Count <= show => $"{string.Join(", ", items.Take(items.Count - 1))} and {items[^1]}",
        _ => string.Create(Culture, $"{string.Join(", ", items.Take(show - 1))} and {items.Count - show + 1} more"),
    };

    /// <summary>"of 11 other members none had used it for 7 days; 5 had begun since 3 May 2026 03:00:00 UTC".</summary>
    public static string OfGroup(int peers, int established, int begun, long since, long learning)
    {
        string used = $"of {Count(peers, "other member")} {(established == 0 ? "none" : Number(established))} had used it for {Span(learning)} or learned it with the group";
        return begun == 0 ? used : $"{used}; {Number(begun)} had begun since {Moment(since)}";
    }

    /// <summary>"Quad9 (9.9.9.9)", or the address alone.</summary>
    public static string Target(string? provider, FlowLogs.IpAddress address) => provider is null ? address.ToString() : $"{provider} ({address})";

    /// <summary>"over TLS" and the like, to follow "DNS"; empty for plain DNS.</summary>
    public static string Over(DnsTransport transport) => transport switch
    {
        DnsTransport.DoT => " over TLS",
        DnsTransport.DoQ => " over QUIC",
        DnsTransport.DoH => " over HTTPS",
        DnsTransport.DoH3 => " over HTTP/3",
        _ => "",
    };

    public static string Protocol(DnsTransport transport) => transport == DnsTransport.DnsCrypt ? "DNSCrypt" : "DNS" + Over(transport);
}
