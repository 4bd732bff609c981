using System.Globalization;
using System.Text.RegularExpressions;

namespace Wayward.Ingest.Sources.Aws;

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

    /// <summary>Other services file below <c>AWSLogs</c> too; their objects are not ours.</summary>
    public static bool MayHoldFlowLogs(string prefixOrKey)
    {
        int at = prefixOrKey.IndexOf(Logs, StringComparison.Ordinal);
        if (at < 0 || (at > 0 && prefixOrKey[at - 1] != '/')) return true;
        string[] parts = prefixOrKey[(at + Logs.Length)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        // account, service; between AWSLogs and the account an organisation's id may stand (o-…).
        int service = parts.Length > 0 && parts[0].StartsWith("o-", StringComparison.Ordinal) ? 2 : 1;
        return parts.Length <= service || parts[service] is "vpcflowlogs" or "aws-service=vpcflowlogs";
    }
}
