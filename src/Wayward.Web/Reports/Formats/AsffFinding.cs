using System.Globalization;
using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Web.Reports.Formats;

/// <summary>
/// One finding in the AWS Security Finding Format. Limits that AWS states in prose only are kept here: no blank string, cut texts, at most 32 resources and 50 fields.
/// Severity, types and confidence stand under <c>FindingProviderFields</c>, because the members of the same name at the top belong to the customer after creation.
/// </summary>
internal static class AsffFinding
{
    private const int MaxTitle = 256, MaxDescription = 1_024, MaxAdvice = 512, MaxField = 1_024, MaxTag = 256, MaxName = 512, MaxResources = 32;

    private static readonly Dictionary<string, string> GuardDutyTypes = new()
    {
        [UnusualDnsResolver.Type.Name] = "TTPs/DefenseEvasion/EC2:Unusual-DNS-Resolver",
        [UnusualDohActivity.Type.Name] = "TTPs/DefenseEvasion/EC2:Unusual-DoH-Activity",
        [UnusualDotActivity.Type.Name] = "TTPs/DefenseEvasion/EC2:Unusual-DoT-Activity",
    };

    public static void Write(Utf8JsonWriter json, ExportedFinding x, FindingDossier dossier)
    {
        var finding = x.Finding;
        json.WriteStartObject();
        json.WriteString("SchemaVersion", "2018-10-08");
        json.WriteString("Id", $"wayward/{x.Region}/{x.Account}/{finding.Id}");
        json.WriteString("ProductArn", $"arn:{x.Partition}:securityhub:{x.Region}:{x.Account}:product/{x.Account}/default");
        json.WriteString("ProductName", "Wayward");
        json.WriteString("CompanyName", "Wayward");
        json.WriteString("Region", x.Region);
        json.WriteString("GeneratorId", "wayward/" + finding.Type.Name);
        json.WriteString("AwsAccountId", x.Account);
        json.WriteString("FirstObservedAt", ExportedFinding.Time(finding.First));
        json.WriteString("LastObservedAt", ExportedFinding.Time(Math.Max(finding.First, finding.Last)));
        json.WriteString("CreatedAt", x.Created);
        json.WriteString("UpdatedAt", x.Updated);
        json.WriteString("Title", ExportedFinding.Clamp(x.Title, MaxTitle) ?? finding.Type.Name);
        json.WriteString("Description", ExportedFinding.Clamp(x.Description, MaxDescription) ?? finding.Type.Name);
        json.WriteStartObject("Remediation");
        json.WriteStartObject("Recommendation");
        json.WriteString("Text", ExportedFinding.Clamp(x.Advice, MaxAdvice) ?? "See the finding.");
        json.WriteEndObject();
        json.WriteEndObject();
        Fields(json, x, dossier);
        Resources(json, x);
        Action(json, x);
        json.WriteStartObject("FindingProviderFields");
        json.WriteNumber("Confidence", finding.Confidence);
        json.WriteStartObject("Severity");
        json.WriteString("Label", finding.Severity switch { <= 0 => "INFORMATIONAL", < 40 => "LOW", < 70 => "MEDIUM", < 90 => "HIGH", _ => "CRITICAL" });
        json.WriteString("Original", ExportedFinding.Tenths(finding.Severity));
        json.WriteEndObject();
        json.Strings("Types", Types(finding));
        json.WriteEndObject();
        // Security Hub takes these two from the first import of a finding only; afterwards they are the customer's.
        json.WriteStartObject("Workflow");
        json.WriteString("Status", WorkflowStatus(dossier));
        json.WriteEndObject();
        json.WriteString("VerificationState", Verification(dossier));
        json.WriteString("RecordState", dossier.Status == FindingStatus.Withdrawn ? "ARCHIVED" : "ACTIVE");
        json.WriteEndObject();
    }

    private static string[] Types(Finding finding)
    {
        string kind = finding.Type.Name[(finding.Type.Name.LastIndexOf('/') + 1)..];
        string flow = "Unusual Behaviors/Network Flow/" + kind;
        return GuardDutyTypes.TryGetValue(finding.Type.Name, out string? type) ? [type, flow] : ["TTPs/Command and Control/Wayward:" + kind, flow];
    }

    private static string WorkflowStatus(FindingDossier dossier) => dossier.Status switch
    {
        FindingStatus.Open => "NEW",
        FindingStatus.Acknowledged => "NOTIFIED",
        FindingStatus.ClosedExpected => "SUPPRESSED",
        FindingStatus.Closed when dossier.Resolution == Resolution.BenignPositive => "SUPPRESSED",
        _ => "RESOLVED",
    };

    private static string Verification(FindingDossier dossier) => dossier.Status == FindingStatus.ClosedExpected ? "BENIGN_POSITIVE" : dossier.Resolution switch
    {
        Resolution.TruePositive => "TRUE_POSITIVE",
        Resolution.FalsePositive => "FALSE_POSITIVE",
        Resolution.BenignPositive => "BENIGN_POSITIVE",
        _ => "UNKNOWN",
    };

    private static void Fields(Utf8JsonWriter json, ExportedFinding x, FindingDossier dossier)
    {
        var finding = x.Finding;
        json.WriteStartObject("ProductFields");
        Field(json, "wayward/type", finding.Type.Name);
        Field(json, "wayward/subject", finding.Subject.Id);
        Field(json, "wayward/transport", finding.Transport.Name());
        Field(json, "wayward/provider", finding.Provider);
        Field(json, "wayward/why", FindingText.Why(finding));
        Field(json, "wayward/basis", finding.Basis.Name());
        Field(json, "wayward/count", finding.Count.ToString(CultureInfo.InvariantCulture));
        Field(json, "wayward/outBytes", finding.Out.Bytes.ToString(CultureInfo.InvariantCulture));
        Field(json, "wayward/inBytes", finding.In.Bytes.ToString(CultureInfo.InvariantCulture));
        Field(json, "wayward/memberCount", finding.Members.Count.ToString(CultureInfo.InvariantCulture));
        Field(json, "wayward/group", finding.Novelty.Cohort);
        Field(json, "wayward/status", dossier.Status.Name());
        Field(json, "wayward/note", dossier.Note);
        Field(json, "wayward/points", string.Join("; ", finding.SeverityFactors.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Code} {f.Points / 10m:+0.0;-0.0;0.0}"))));
        Field(json, "wayward/remote/addresses", string.Join(' ', finding.Addresses.Select(a => a.Address.ToString()).Distinct()));
        // The format's own member takes IPv4 only.
        if (x.Remote is { Address.IsIPv4: false } remote) Field(json, "wayward/remote/ipAddressV6", remote.Address.ToString());
        // Our technique ids are from ATT&CK's data; the format has no member for them.
        Field(json, "wayward/attack/technique", string.Join(' ', AttackMapping.Of(finding).Select(t => $"{t.Id}@v{AttackMapping.Version}")));
        Field(json, "wayward/catalog", finding.CatalogVersion);
        if (dossier.Evidence.Count > 0)
        {
            var line = dossier.Evidence[0];
            Field(json, "wayward/evidence/record", line.Text);
            Field(json, "wayward/evidence/object", line.Key);
            Field(json, "wayward/evidence/line", line.Line.ToString(CultureInfo.InvariantCulture));
        }
        json.WriteEndObject();
    }

    private static void Field(Utf8JsonWriter json, string key, string? value)
    {
        if (ExportedFinding.Clamp(value, MaxField) is { } text) json.WriteString(key, text);
    }

    private static void Resources(Utf8JsonWriter json, ExportedFinding x)
    {
        var finding = x.Finding;
        json.WriteStartArray("Resources");
        foreach (var member in finding.Members.DefaultIfEmpty(new(finding.Subject.Id)).Take(MaxResources))
        {
            bool isInterface = member.Kind == InstanceKind.Interface && member.Id.StartsWith("eni-", StringComparison.Ordinal);
            json.WriteStartObject();
            json.WriteString("Type", isInterface ? "AwsEc2NetworkInterface" : "AwsEc2Instance");
            json.WriteString("Id", ExportedFinding.Clamp(x.Arn(member.Id), MaxName));
            json.WriteString("Partition", x.Partition);
            json.WriteString("Region", x.Region);
            json.WriteString("ResourceRole", "Actor");
            if (finding.Members.Count <= 1) Tags(json, finding);
            if (!isInterface && finding.Members.Count <= 1) Details(json, x);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Tags(Utf8JsonWriter json, Finding finding)
    {
        string? name = ExportedFinding.Clamp(finding.InstanceName, MaxTag), group = ExportedFinding.Clamp(finding.Asg, MaxTag);
        if (name is null && group is null) return;
        json.WriteStartObject("Tags");
        json.Optional("Name", name);
        json.Optional("aws:autoscaling:groupName", group);
        json.WriteEndObject();
    }

    private static void Details(Utf8JsonWriter json, ExportedFinding x)
    {
        json.WriteStartObject("Details");
        json.WriteStartObject("AwsEc2Instance");
        if (x.Ends is { } ends) json.Strings(ends.Local.IsIPv4 ? "IpV4Addresses" : "IpV6Addresses", [ends.Local.ToString()]);
        json.Optional("VpcId", ExportedFinding.Clamp(x.Finding.VpcId, MaxName));
        json.Optional("SubnetId", ExportedFinding.Clamp(x.Finding.SubnetId, MaxName));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Action(Utf8JsonWriter json, ExportedFinding x)
    {
        if (x.Remote is not { } remote) return;
        json.WriteStartObject("Action");
        json.WriteString("ActionType", "NETWORK_CONNECTION");
        json.WriteStartObject("NetworkConnectionAction");
        json.WriteString("ConnectionDirection", "OUT");
        if (remote.Address.IsIPv4)
        {
            json.WriteStartObject("RemoteIpDetails");
            json.WriteString("IpAddressV4", remote.Address.ToString());
            json.WriteEndObject();
        }
        Port(json, "RemotePortDetails", remote.Port);
        if (x.Ends is { } ends) Port(json, "LocalPortDetails", ends.LocalPort);
        json.WriteString("Protocol", ExportedFinding.ProtocolName(remote.Protocol));
        json.WriteBoolean("Blocked", x.Blocked);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Port(Utf8JsonWriter json, string name, int port)
    {
        json.WriteStartObject(name);
        json.WriteNumber("Port", port);
        json.WriteString("PortName", ExportedFinding.PortName(port));
        json.WriteEndObject();
    }
}
