using System.Globalization;
using System.Text.Json;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Web.Reports.Formats;

/// <summary>
/// GuardDuty's finding 2.0 in its wire form, as its export to S3 and EventBridge write it: camelCase, one a line, and <c>additionalInfo</c> both as members and as a string of them.
/// There is no confidence: GuardDuty writes one only for false positives. The ARN names Wayward, not GuardDuty.
/// </summary>
internal sealed class GuardDutyReportWriter : JsonLinesWriter
{
    private const int MaxMembers = 50;

    public override string Name => "guardduty";
    public override string Label => "GuardDuty";
    public override int Order => 40;

    protected override void Write(Utf8JsonWriter json, ExportedFinding x, FindingDossier dossier, FindingsReport report)
    {
        var finding = x.Finding;
        json.WriteStartObject();
        json.WriteString("schemaVersion", "2.0");
        json.WriteString("accountId", x.Account);
        json.WriteString("region", x.Region);
        json.WriteString("partition", x.Partition);
        json.WriteString("id", finding.Id);
        json.WriteString("arn", $"arn:{x.Partition}:wayward:{x.Region}:{x.Account}:finding/{finding.Id}");
        json.WriteString("type", finding.Type.Name);
        Resource(json, x);
        Service(json, x, dossier);
        json.WriteNumber("severity", finding.Severity / 10m);
        json.WriteString("createdAt", x.Created);
        json.WriteString("updatedAt", x.Updated);
        json.WriteString("title", x.Title);
        json.WriteString("description", x.Description);
        json.WriteEndObject();
    }

    private static void Resource(Utf8JsonWriter json, ExportedFinding x)
    {
        var finding = x.Finding;
        json.WriteStartObject("resource");
        json.WriteString("resourceType", "Instance");
        json.WriteStartObject("instanceDetails");
        // A finding about a group: its first member stands for it, the others are in additionalInfo.
        string instance = finding.Members.Count > 0 ? finding.Members[0].Id : finding.Subject.Id;
        if (!instance.StartsWith("eni-", StringComparison.Ordinal)) json.WriteString("instanceId", instance);
        json.WriteStartArray("networkInterfaces");
        json.WriteStartObject();
        json.Optional("networkInterfaceId", x.Ends?.Interface ?? (instance.StartsWith("eni-", StringComparison.Ordinal) ? instance : null));
        if (x.Ends is { } ends)
        {
            if (ends.Local.IsIPv4) json.WriteString("privateIpAddress", ends.Local.ToString());
            json.Strings("ipv6Addresses", ends.Local.IsIPv4 ? [] : [ends.Local.ToString()]);
        }
        json.Optional("subnetId", finding.SubnetId);
        json.Optional("vpcId", finding.VpcId);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("tags");
        Tag(json, "Name", finding.InstanceName);
        Tag(json, "aws:autoscaling:groupName", finding.Asg);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Tag(Utf8JsonWriter json, string key, string? value)
    {
        if (string.IsNullOrWhiteSpace(value)) return;
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static void Service(Utf8JsonWriter json, ExportedFinding x, FindingDossier dossier)
    {
        var finding = x.Finding;
        json.WriteStartObject("service");
        json.WriteString("serviceName", "wayward");
        json.WriteStartObject("action");
        json.WriteString("actionType", "NETWORK_CONNECTION");
        json.WriteStartObject("networkConnectionAction");
        json.WriteString("connectionDirection", x.Remote is null ? "INBOUND" : "OUTBOUND");
        if (x.Ends is { } ends)
        {
            Address(json, "localIpDetails", ends.Local);
            Port(json, "localPortDetails", ends.LocalPort);
        }
        if (x.Remote is { } remote)
        {
            Address(json, "remoteIpDetails", remote.Address);
            Port(json, "remotePortDetails", remote.Port);
            json.WriteString("protocol", ExportedFinding.ProtocolName(remote.Protocol));
        }
        json.WriteBoolean("blocked", x.Blocked);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("resourceRole", "ACTOR");
        json.WriteStartObject("additionalInfo");
        var info = AdditionalInfo(finding, dossier);
        foreach (var (name, value) in info) json.WriteString(name, value);
        json.WriteString("value", JsonSerializer.Serialize(info));
        json.WriteString("type", "default");
        json.WriteEndObject();
        json.WriteString("eventFirstSeen", ExportedFinding.Time(finding.First));
        json.WriteString("eventLastSeen", ExportedFinding.Time(finding.Last));
        json.WriteBoolean("archived", !dossier.Status.IsOpen());
        json.WriteNumber("count", Math.Clamp(finding.Count, 1, int.MaxValue));
        json.WriteEndObject();
    }

    private static OrderedDictionary<string, string> AdditionalInfo(Finding finding, FindingDossier dossier)
    {
        var info = new OrderedDictionary<string, string>
        {
            ["inBytes"] = finding.In.Bytes.ToString(CultureInfo.InvariantCulture),
            ["outBytes"] = finding.Out.Bytes.ToString(CultureInfo.InvariantCulture),
        };
        if (finding.Provider is { Length: > 0 } provider) info["unusual"] = provider;
        if (finding.Addresses.Count > 1) info["addresses"] = string.Join(' ', finding.Addresses.Select(a => a.Address.ToString()).Distinct().Take(MaxMembers));
        if (finding.Subject.Kind == SubjectKind.Cohort)
        {
            info["group"] = finding.Subject.Id;
            info["members"] = string.Join(' ', finding.Members.Select(m => m.Id).Take(MaxMembers));
            info["memberCount"] = finding.Members.Count.ToString(CultureInfo.InvariantCulture);
        }
        info["transport"] = finding.Transport.Name();
        if (dossier.Evidence.Count > 0)
        {
            info["object"] = dossier.Evidence[0].Key ?? "";
            info["line"] = dossier.Evidence[0].Line.ToString(CultureInfo.InvariantCulture);
            info["record"] = dossier.Evidence[0].Text;
        }
        info["confidence"] = finding.Confidence.ToString(CultureInfo.InvariantCulture);
        return info;
    }

    private static void Address(Utf8JsonWriter json, string name, FlowLogs.IpAddress address)
    {
        json.WriteStartObject(name);
        json.WriteString(address.IsIPv4 ? "ipAddressV4" : "ipAddressV6", address.ToString());
        json.WriteEndObject();
    }

    private static void Port(Utf8JsonWriter json, string name, int port)
    {
        json.WriteStartObject(name);
        json.WriteNumber("port", port);
        json.WriteString("portName", ExportedFinding.PortName(port));
        json.WriteEndObject();
    }
}
