using System.Globalization;
using System.Text.RegularExpressions;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.FlowLogs;

namespace Wayward.Web.Reports.Formats;

/// <summary>A finding as the machine formats see it: AWS's names for the place, one remote end, one local end.</summary>
internal sealed partial class ExportedFinding
{
    /// <summary>Written where neither the records nor the object's key name it.</summary>
    public const string UnknownAccount = "000000000000", UnknownRegion = "unknown";

    private readonly FindingDossier _dossier;

    public ExportedFinding(FindingDossier dossier)
    {
        _dossier = dossier;
        var place = dossier.Evidence.Select(e => Key().Match(e.Key ?? "")).FirstOrDefault(m => m.Success);
        Account = Finding.AccountId is { } account && Twelve().IsMatch(account) ? account : place?.Groups["account"].Value ?? UnknownAccount;
        Region = Finding.Region is { } region && RegionName().IsMatch(region) ? region : place?.Groups["region"].Value ?? UnknownRegion;
        Ends = dossier.Evidence.Select(e => e.Ends).FirstOrDefault(e => e is not null);
    }

    public Finding Finding => _dossier.Finding;
    /// <summary>Twelve digits.</summary>
    public string Account { get; }
    /// <summary>At most 16 characters.</summary>
    public string Region { get; }
    public string Partition => Region.StartsWith("cn-", StringComparison.Ordinal) ? "aws-cn" : Region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov" : "aws";
    /// <summary>The first record's two ends; null when it cannot be read.</summary>
    public RecordEnds? Ends { get; }
    public FindingAddress? Remote => Finding.FirstAddress;
    /// <summary>UDP and TCP as words.</summary>
    public string? Protocol => Remote is { } remote ? ProtocolName(remote.Protocol) : null;
    public bool Blocked => Finding.Outcome == ContactOutcome.Blocked;
    public string Title => FindingText.Headline(Finding);
    public string Description => string.Join(' ', [Title, .. FindingText.Reasons(Finding)]);
    /// <summary>One paragraph.</summary>
    public string Advice => string.Join(' ', Recommendations.For(Finding).Select(r => r.Text));

    public string Arn(string instance) => $"arn:{Partition}:ec2:{Region}:{Account}:{(instance.StartsWith("eni-", StringComparison.Ordinal) ? "network-interface" : "instance")}/{instance}";

    public static string ProtocolName(int protocol) => protocol == 6 ? "TCP" : "UDP";

    /// <summary>The service of a DNS port, as GuardDuty names ports.</summary>
    public static string PortName(int port) => port switch { 53 => "DNS", 443 => "HTTPS", _ => "Unknown" };

    /// <summary>The lower layers first, as STIX wants them.</summary>
    public static string[] Layers(IpAddress address, int protocol, DnsTransport transport)
    {
        string ip = address.IsIPv4 ? "ipv4" : "ipv6", below = protocol == 6 ? "tcp" : "udp";
        return transport switch
        {
            DnsTransport.DoT => [ip, below, "tls", "dns"],
            DnsTransport.DoQ => [ip, below, "quic", "dns"],
            DnsTransport.DoH => [ip, below, "tls", "http", "dns"],
            DnsTransport.DoH3 => [ip, below, "quic", "http", "dns"],
            _ => [ip, below, "dns"],
        };
    }

    /// <summary>Cut to a number of UTF-16 units, no surrogate pair in two. Null when nothing visible is left.</summary>
    public static string? Clamp(string? text, int maximum)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        if (text.Length > maximum) text = text[..(char.IsHighSurrogate(text[maximum - 1]) ? maximum - 1 : maximum)];
        // U+FEFF is white space to the regular expressions of other languages.
        return text.All(c => char.IsWhiteSpace(c) || c == '\uFEFF') ? null : text;
    }

    /// <summary>ISO 8601 with milliseconds, UTC.</summary>
    public static string Time(long unixSeconds) => UtcTime.IsoMilliseconds(Math.Clamp(unixSeconds, 0, 253_402_300_799) * 1_000);

    /// <summary>
    /// When the finding changed last, milliseconds since 1970. Readers ignore an update that is not later than the one before, and the store counts in seconds,
    /// so the revision makes the fraction; the first revision is exactly the time of creation.
    /// </summary>
    public long UpdatedMilliseconds => Math.Clamp(Math.Max(_dossier.UpdatedAt, _dossier.DetectedAt), 0, 253_402_300_799) * 1_000 + Math.Clamp(_dossier.Revision - 1, 0, 999);
    public string Updated => UtcTime.IsoMilliseconds(UpdatedMilliseconds);
    public string Created => Time(_dossier.DetectedAt);

    public static string Tenths(int tenths) => (tenths / 10m).ToString("0.0", CultureInfo.InvariantCulture);

    [GeneratedRegex("AWSLogs/(?:[^/]+/)?(?:aws-account-id=)?(?<account>[0-9]{12})/(?:aws-service=)?vpcflowlogs/(?:aws-region=)?(?<region>[a-z]{2}(?:-[a-z]+){1,2}-[0-9])/")]
    private static partial Regex Key();

    [GeneratedRegex(@"^[0-9]{12}\z")]
    private static partial Regex Twelve();

    [GeneratedRegex(@"^[a-z]{2}(-[a-z]{1,9}){1,2}-[0-9]\z")]
    private static partial Regex RegionName();
}
