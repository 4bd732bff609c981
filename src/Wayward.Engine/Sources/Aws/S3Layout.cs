using System.Globalization;
using System.Text.RegularExpressions;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Sources.Aws;

/// <summary>
/// How flow logs are filed in a bucket. Source: VPC user guide, "Flow log files": <c>AWSLogs/account/vpcflowlogs/region/yyyy/MM/dd/[HH/]</c>, or Hive-compatible
/// <c>AWSLogs/aws-account-id=account/aws-service=vpcflowlogs/aws-region=region/year=yyyy/month=MM/day=dd/[hour=HH/]</c>, each below any prefix of the owner's.
/// </summary>
internal static partial class S3Layout
{
    /// <summary>Levels that are descended in search of years; the longest known layout needs five below the owner's own prefix.</summary>
    public const int MaxDepth = 12;

    private const string Logs = "AWSLogs/";

    [GeneratedRegex(@"^\d{4}/$")]
    private static partial Regex PlainYear { get; }

    [GeneratedRegex(@"^year=\d{4}/$")]
    private static partial Regex HiveYear { get; }

    /// <summary>Does this folder name (its last part, with its slash) stand for a year?</summary>
    public static bool IsYear(string name) => PlainYear.IsMatch(name) || HiveYear.IsMatch(name);

    public static bool IsHiveYear(string name) => HiveYear.IsMatch(name);

    /// <summary>The prefix of one day below a base.</summary>
    public static string Day(string basePrefix, bool hive, DateOnly day) => basePrefix + day.ToString(hive ? "'year='yyyy'/month='MM'/day='dd'/'" : "yyyy'/'MM'/'dd'/'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?:^|/)(?:year=)?(\d{4})/(?:month=)?(\d{2})/(?:day=)?(\d{2})/(?:(?:hour=)?(\d{2})/)?", RegexOptions.RightToLeft)]
    private static partial Regex FiledUnder { get; }

    /// <summary>A flow log's file name ends with when it was begun and a hash: <c>…_fl-1234_20260131T0805Z_abcd.log.gz</c>.</summary>
    [GeneratedRegex(@"_(\d{8}T\d{4}Z)_[^/]*$")]
    private static partial Regex Stamp { get; }

    /// <summary>The day that an object is filed under, and when within it, as its key tells; of any other key, when it was last modified. Unix seconds.</summary>
    public static (DateOnly Day, long At) Filed(string key, long lastModified)
    {
        DateTime? stamp = Stamp.Match(key) is { Success: true } s && DateTime.TryParseExact(s.Groups[1].ValueSpan, "yyyyMMdd'T'HHmm'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at) ? at : null;
        if (FiledUnder.Match(key) is { Success: true } m
            && DateOnly.TryParseExact($"{m.Groups[1].ValueSpan}{m.Groups[2].ValueSpan}{m.Groups[3].ValueSpan}", "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            int hour = m.Groups[4].Success && int.Parse(m.Groups[4].ValueSpan, CultureInfo.InvariantCulture) is >= 0 and < 24 and var h ? h : 0;
            var filed = day.ToDateTime(new TimeOnly(hour, 0), DateTimeKind.Utc);
            if (stamp is { } exact && DateOnly.FromDateTime(exact) == day) filed = exact;
            return (day, new DateTimeOffset(filed).ToUnixTimeSeconds());
        }
        var other = stamp ?? DateTimeOffset.FromUnixTimeSeconds(lastModified).UtcDateTime;
        return (DateOnly.FromDateTime(other), new DateTimeOffset(other).ToUnixTimeSeconds());
    }

    /// <summary>
    /// When an object's turn is, Unix seconds: copied files are often all of one time, and a past that is read in no order makes findings that the next objects take back.
    /// </summary>
    public static long Turn(string key, long lastModified) => Filed(key, lastModified).At;

    /// <summary>Is it one that the range asks for?</summary>
    public static bool IsWithin(BackfillRange range, OfferedObject item)
    {
        if (!item.Key.StartsWith(range.Prefix, StringComparison.Ordinal)) return false;
        var (day, _) = Filed(item.Key, item.LastModified);
        return (range.From is null || day >= range.From) && (range.To is null || day <= range.To);
    }

    /// <summary>Security Lake files each source under <c>aws/SOURCE/VERSION/region=…</c> (user guide, "Source management").</summary>
    [GeneratedRegex("(?:^|/)aws/([A-Z0-9_]+)/[0-9.]+/region=")]
    private static partial Regex SecurityLake { get; }

    /// <summary>Other services file below <c>AWSLogs</c> too, and Security Lake files other sources beside flow logs; their objects are not ours.</summary>
    public static bool MayHoldFlowLogs(string prefixOrKey)
    {
        if (SecurityLake.Match(prefixOrKey) is { Success: true } lake && lake.Groups[1].Value != "VPC_FLOW") return false;
        int at = prefixOrKey.IndexOf(Logs, StringComparison.Ordinal);
        if (at < 0 || (at > 0 && prefixOrKey[at - 1] != '/')) return true;
        string[] parts = prefixOrKey[(at + Logs.Length)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        // account, service; between AWSLogs and the account an organisation's id may stand (o-…).
        int service = parts.Length > 0 && parts[0].StartsWith("o-", StringComparison.Ordinal) ? 2 : 1;
        return parts.Length <= service || parts[service] is "vpcflowlogs" or "aws-service=vpcflowlogs";
    }
}
