using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Web.Reports.Formats;

/// <summary>
/// Elastic Common Schema 9.4, one document a line, with the names that Elastic's own GuardDuty integration uses. What ECS has no name for is under <c>wayward</c>.
/// <c>event.hash</c> differs with every update of a finding and may serve as the document's id.
/// </summary>
internal sealed class EcsReportWriter : JsonLinesWriter
{
    private const string Version = "9.4.0";
    private const int MaxMembers = 100, MaxEvidence = 100;

    public override string Name => "ecs";
    public override string Label => "Elastic (ECS)";
    public override int Order => 70;

    protected override void Write(Utf8JsonWriter json, ExportedFinding x, FindingDossier dossier, FindingsReport report)
    {
        var finding = x.Finding;
        json.WriteStartObject();
        json.WriteString("@timestamp", ExportedFinding.Time(finding.First));
        json.WriteStartObject("ecs");
        json.WriteString("version", Version);
        json.WriteEndObject();
        json.WriteString("message", x.Description);
        Event(json, x, dossier);
        Rule(json, finding);
        json.WriteStartObject("observer");
        json.WriteString("vendor", "Wayward");
        json.WriteString("product", "Wayward");
        json.WriteString("type", "ids");
        json.Optional("version", ReportService.Version);
        json.WriteEndObject();
        Cloud(json, x);
        Ends(json, x);
        Threat(json, finding);
        Related(json, x);
        bool https = finding.Transport is DnsTransport.DoH or DnsTransport.DoH3;
        json.Strings("tags", https ? ["wayward", "doh"] : ["wayward"]);
        Own(json, finding, dossier);
        json.WriteEndObject();
    }

    private static void Event(Utf8JsonWriter json, ExportedFinding x, FindingDossier dossier)
    {
        var finding = x.Finding;
        json.WriteStartObject("event");
        json.WriteString("id", finding.Id);
        json.WriteString("kind", "alert");
        json.Strings("category", ["intrusion_detection", "network"]);
        json.Strings("type", ["info"]);
        json.WriteString("action", "NETWORK_CONNECTION");
        json.WriteString("module", "wayward");
        json.WriteString("dataset", "wayward.finding");
        json.WriteString("provider", "wayward");
        json.WriteString("code", finding.Type.Name);
        json.WriteNumber("severity", finding.Severity / 10);
        json.WriteNumber("risk_score", finding.Severity / 10m);
        json.WriteString("start", ExportedFinding.Time(finding.First));
        json.WriteString("end", ExportedFinding.Time(finding.Last));
        json.WriteString("created", x.Created);
        json.WriteString("reason", FindingText.Why(finding));
        json.WriteString("hash", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{finding.Id}:{dossier.Revision}:{x.Updated}")))));
        json.WriteEndObject();
    }

    private static void Rule(Utf8JsonWriter json, Finding finding)
    {
        string name = finding.Type.Name;
        int colon = name.IndexOf(':', StringComparison.Ordinal), slash = name.IndexOf('/', StringComparison.Ordinal);
        json.WriteStartObject("rule");
        json.WriteString("id", finding.Basis.Name());
        json.WriteString("name", name);
        json.WriteString("category", name[..colon]);
        json.WriteString("ruleset", name[..slash]);
        json.WriteEndObject();
    }

    private static void Cloud(Utf8JsonWriter json, ExportedFinding x)
    {
        var finding = x.Finding;
        json.WriteStartObject("cloud");
        json.WriteString("provider", "aws");
        if (x.Region != ExportedFinding.UnknownRegion) json.WriteString("region", x.Region);
        json.WriteStartObject("account");
        json.WriteString("id", x.Account);
        json.WriteEndObject();
        if (finding.Subject.Kind == SubjectKind.Instance || finding.Members.Count == 1)
        {
            json.WriteStartObject("instance");
            json.WriteString("id", finding.Members.Count > 0 ? finding.Members[0].Id : finding.Subject.Id);
            json.Optional("name", finding.InstanceName);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Ends(Utf8JsonWriter json, ExportedFinding x)
    {
        var finding = x.Finding;
        if (x.Ends is { } ends)
        {
            json.WriteStartObject("source");
            Address(json, ends.Local);
            json.WriteNumber("port", ends.LocalPort);
            json.WriteNumber("packets", finding.Out.Packets);
            json.WriteNumber("bytes", finding.Out.Bytes);
            json.WriteEndObject();
        }
        if (x.Remote is { } remote)
        {
            json.WriteStartObject("destination");
            Address(json, remote.Address);
            json.WriteNumber("port", remote.Port);
            json.WriteNumber("packets", finding.In.Packets);
            json.WriteNumber("bytes", finding.In.Bytes);
            json.WriteEndObject();
        }
        json.WriteStartObject("network");
        json.WriteString("direction", x.Remote is null ? "inbound" : "outbound");
        if (x.Remote is { } to)
        {
            json.WriteString("transport", to.Protocol == 6 ? "tcp" : "udp");
            json.WriteString("iana_number", to.Protocol.ToString(CultureInfo.InvariantCulture));
            json.WriteString("type", to.Address.IsIPv4 ? "ipv4" : "ipv6");
        }
        json.WriteString("protocol", "dns");
        json.Optional("name", finding.VpcId);
        json.WriteNumber("packets", finding.Out.Packets + finding.In.Packets);
        json.WriteNumber("bytes", finding.Out.Bytes + finding.In.Bytes);
        json.WriteEndObject();
    }

    private static void Address(Utf8JsonWriter json, FlowLogs.IpAddress address)
    {
        json.WriteString("address", address.ToString());
        json.WriteString("ip", address.ToString());
    }

    private static void Threat(Utf8JsonWriter json, Finding finding)
    {
        var techniques = AttackMapping.Of(finding);
        if (techniques.Count == 0) return;
        var parents = techniques.Select(t => t.Parent ?? (t.Id, t.Name)).Distinct().ToList();
        var subs = techniques.Where(t => t.Parent is not null).ToList();
        json.WriteStartObject("threat");
        json.WriteString("framework", "MITRE ATT&CK");
        json.WriteStartObject("tactic");
        json.Strings("id", [AttackMapping.TacticId]);
        json.Strings("name", [AttackMapping.TacticName]);
        json.Strings("reference", ["https://attack.mitre.org/tactics/" + AttackMapping.TacticId]);
        json.WriteEndObject();
        json.WriteStartObject("technique");
        json.Strings("id", parents.Select(p => p.Item1));
        json.Strings("name", parents.Select(p => p.Item2));
        json.Strings("reference", parents.Select(p => "https://attack.mitre.org/techniques/" + p.Item1));
        if (subs.Count > 0)
        {
            json.WriteStartObject("subtechnique");
            json.Strings("id", subs.Select(t => t.Id));
            json.Strings("name", subs.Select(t => t.OwnName));
            json.Strings("reference", subs.Select(t => t.Address));
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Related(Utf8JsonWriter json, ExportedFinding x)
    {
        var finding = x.Finding;
        json.WriteStartObject("related");
        List<string> addresses = [.. finding.Addresses.Select(a => a.Address.ToString())];
        if (x.Ends is { } ends) addresses.Insert(0, ends.Local.ToString());
        json.Strings("ip", addresses.Distinct());
        json.Strings("hosts", finding.Members.Take(MaxMembers).Select(m => m.Id).Concat(finding.InstanceName is { Length: > 0 } name ? [name] : []));
        json.WriteEndObject();
    }

    private static void Own(Utf8JsonWriter json, Finding finding, FindingDossier dossier)
    {
        json.WriteStartObject("wayward");
        json.WriteString("subject", finding.Subject.Id);
        json.WriteNumber("member_count", finding.Members.Count);
        json.Optional("provider", finding.Provider);
        json.WriteString("transport", finding.Transport.Name());
        json.WriteNumber("confidence", finding.Confidence);
        json.WriteNumber("count", finding.Count);
        json.WriteString("status", dossier.Status.Name());
        json.Optional("assignee", dossier.Assignee);
        json.Strings("points", finding.SeverityFactors.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Code} {f.Points / 10m:+0.0;-0.0;0.0}")));
        json.WriteStartArray("evidence");
        foreach (var line in dossier.Evidence.Take(MaxEvidence))
        {
            json.WriteStartObject();
            json.Optional("object", line.Key);
            json.WriteNumber("line", line.Line);
            json.WriteString("record", line.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("attack_version", AttackMapping.Version);
        json.WriteString("catalog_version", finding.CatalogVersion);
        json.WriteEndObject();
    }
}
