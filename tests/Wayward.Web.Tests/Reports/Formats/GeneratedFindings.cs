using System.Globalization;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Web.Tests.Reports.Formats;

/// <summary>Findings of all types with whatever a log, a catalogue or a person may put into a text, made from a seed.</summary>
internal static class GeneratedFindings
{
    public const string Columns = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
    private const long Start = 1_790_000_000;
    private static readonly string[] Regions = ["eu-central-1", "us-east-1", "us-gov-west-1", "cn-north-1", "ap-northeast-1"];
    private static readonly string[] Accounts = ["111122223333", "444455556666"];

    /// <summary>600 texts: the known traps, and random mixtures of them with characters that hide, reorder, control or are half of a pair.</summary>
    public static IReadOnlyList<string> HostileTexts { get; } = Texts();

    public static List<FindingDossier> Make(int seed, int count, int evidenceRows = 3)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => One(random, i, FindingTypes.All[i % FindingTypes.All.Count], evidenceRows))];
    }

    /// <summary>An ordinary finding of a type, without hostile text.</summary>
    public static FindingDossier Plain(FindingType type, int number = 1) => One(new Random(7), number, type, 3, hostile: false);

    private static FindingDossier One(Random random, int number, FindingType type, int evidenceRows, bool hostile = true)
    {
        string? Text(string? plain) => !hostile || random.Next(3) == 0 ? plain : random.Next(8) == 0 ? random.Next(2) == 0 ? "" : null : HostileTexts[random.Next(HostileTexts.Count)];
        string Some(string plain) => Text(plain) ?? plain;
        bool cohort = type == FleetSwitch.Type || random.Next(5) == 0;
        bool server = type == BecameResolver.Type;
        long first = Start + number * 3_600L;
        var transport = type is FirstContactType ? Transport(type) : DnsTransport.Dns;
        byte protocol = transport is DnsTransport.DoT or DnsTransport.DoH ? (byte)6 : (byte)17;
        ushort port = transport switch { DnsTransport.DoT or DnsTransport.DoQ => 853, DnsTransport.DoH or DnsTransport.DoH3 => 443, _ => 53 };
        List<IpAddress> remotes = server ? [] : [.. Enumerable.Range(0, 1 + random.Next(4)).Select(i => Remote(random, number, i)).Distinct().Order()];
        string[] members = [.. Enumerable.Range(0, cohort ? 1 + random.Next(60) : 1).Select(i => string.Create(CultureInfo.InvariantCulture, $"{(random.Next(9) == 0 ? "eni" : "i")}-{number:x8}{i:x9}"))];
        Array.Sort(members, StringComparer.Ordinal);
        string group = "asg:" + Some("shop-web");
        var remote = remotes.Count > 0 ? remotes[0] : IpAddress.Parse("10.0.7.9");
        var status = (FindingStatus)(1 + random.Next(5));
        var finding = new Finding
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{number:x32}"),
            GroupId = string.Create(CultureInfo.InvariantCulture, $"{number + 1_000_000:x32}"),
            Type = type,
            Subject = cohort ? new(SubjectKind.Cohort, group) : new(SubjectKind.Instance, members[0]),
            Transport = transport,
            Provider = type.HasOperator && !server ? Text("Google Public DNS") : null,
            Addresses = [.. remotes.Select((a, i) => new FindingAddress(a, protocol, port, null, CatalogTier.Dedicated, "google", first + i, first + 7_200))],
            Basis = cohort ? FindingBasis.CohortHistory : random.Next(9) == 0 ? FindingBasis.Forbidden : FindingBasis.OwnHistory,
            Members = [.. members.Select(m => new InstanceKey(m))],
            First = first,
            Last = first + 7_200,
            Count = 1 + random.Next(10_000),
            Out = new(12, 40, 2_900),
            In = new(11, 38, 6_400),
            Outcome = (ContactOutcome)(1 + random.Next(4)),
            Severity = 10 + random.Next(80),
            SeverityFactors = [new("start", 50, Some("Starts at 5.0.")), new("first-in-account", 15, Some("Nobody else in the account uses it."))],
            Confidence = random.Next(100),
            ConfidenceFactors = [new("base", 90, Some("Answered from port 53."))],
            Reported = random.Next(4) != 0,
            Provisional = random.Next(4) == 0,
            Novelty = new()
            {
                ObservedSince = first - 5_000_000, Coverage = 0.97, HistoryWindow = 3_888_000, Learning = 604_800, Cohort = cohort ? group : Text(null), CohortPeers = 12, CohortEstablished = 2,
                Usual = [new(IpAddress.Parse("9.9.9.9"), DnsTransport.Dns, Text("Quad9"), first - 4_000_000, first - 60, 41), new(IpAddress.Parse("2620:fe::fe"), DnsTransport.DoT, null, first - 3_000_000, first - 90, 3)],
                Others = [new(new("i-0123456789abcdef0"), remote, first - 9_000, first - 10, false, true)], OtherCount = 1, Nearby = [Some("9.9.9.9 fell silent an hour before.")],
                Path = [Some("First contact.")], Counterfactuals = [Some("Had it been used before.")],
            },
            AccountId = Text(Accounts[random.Next(Accounts.Length)]),
            Region = Text(Regions[random.Next(Regions.Length)]),
            VpcId = Text("vpc-0123456789abcdef0"),
            SubnetId = Text("subnet-0123456789abcdef0"),
            Asg = Text("shop-web"),
            InstanceName = cohort ? null : Text("shop-web-2"),
            CatalogVersion = "2026.11",
            CatalogHash = new string('a', 64),
            Evidence = [],
        };
        var remoteSet = remotes.ToHashSet();
        string local = remote.IsIPv4 ? "10.0.1.23" : "2600:1f18::10";
        return new FindingDossier
        {
            Finding = finding,
            Status = status,
            Resolution = status == FindingStatus.Closed ? (Resolution)(1 + random.Next(5)) : Resolution.None,
            Assignee = Text("ada"),
            Revision = 1 + random.Next(1_500),
            DetectedAt = first + 600,
            UpdatedAt = first + 600 + random.Next(100_000),
            Note = Text(null),
            Evidence =
            [
                .. Enumerable.Range(0, hostile && random.Next(10) == 0 ? 0 : evidenceRows).Select(i =>
                {
                    string line = string.Create(CultureInfo.InvariantCulture, $"2 111122223333 eni-0123456789abcdef0 {local} {remote} {40_000 + i % 20_000} {port} {protocol} 1 56 {first + i} {first + i + 58} ACCEPT OK");
                    // Evidence is stored as printable ASCII; a text that was not has been escaped long before.
                    string text = hostile && random.Next(6) == 0 ? EvidenceText.Escape(Encoding.UTF8.GetBytes(HostileTexts[random.Next(HostileTexts.Count)])) : line;
                    return new DossierEvidence(Text("wayward-logs"), Text("AWSLogs/111122223333/vpcflowlogs/eu-central-1/2026/04/14/x.log.gz"), i, i + 2, first + i, text, RecordEnds.Of(Columns, text, remoteSet), new string('b', 64));
                }),
            ],
            Decisions = [new(first * 1_000 + 5, Some("ada"), "finding.close", Some("Closed as benign"), random.Next(2) == 0)],
            Comments = [new(first * 1_000 + 9, Some("ada"), Some("Asked the owner."))],
            Siblings = [new("00000000000000000000000000000009", new(SubjectKind.Instance, "i-1"), Text("web"), "8.8.8.8", first, 50, FindingStatus.Open, Resolution.None)],
        };
    }

    private static DnsTransport Transport(FindingType type) => Enum.GetValues<DnsTransport>().First(t => FindingTypes.Of(t) == type);

    private static IpAddress Remote(Random random, int number, int i) => random.Next(3) == 0
        ? IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"2001:db8:{number % 0xffff:x}::{i + 1:x}"))
        : IpAddress.FromIPv4((uint)(0xC6336400 + (number * 7 + i) % 250 + 1));

    private static List<string> Texts()
    {
        var random = new Random(20_261_201);
        List<string> texts = [.. HostileNames.All.Values, "\ud800", "a\udc00b", "\ud83d", " ", "\t", "\r\n", "\u0085", "\ufeff", "\u2028next", "| a | b |", "`code`", "[x](javascript:alert(1))", "![i](http://x)", "# h\n\n<b>", "www.example.com http://x.y",
            "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\uff1d1", "\",\"forged\":\"1", "\0", "{subject} {{x}} {unknown}", new string('\u202e', 300), new string('"', 5_000), new string('\\', 3_000)];
        string[] pieces = [.. texts];
        while (texts.Count < 600)
        {
            var text = new StringBuilder();
            for (int n = 1 + random.Next(6); n > 0; n--)
            {
                string piece = pieces[random.Next(pieces.Length)];
                text.Append(piece.Length > 400 ? piece[..(1 + random.Next(400))] : piece);
                if (random.Next(3) == 0) text.Append((char)random.Next(0, 0x10000));
            }
            texts.Add(text.ToString());
        }
        return texts;
    }
}
