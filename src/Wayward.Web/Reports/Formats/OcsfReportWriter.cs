using System.Globalization;
using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Web.Reports.Formats;

/// <summary>
/// OCSF Detection Finding (class 2004), one event a line, with the profiles <c>cloud</c>, <c>datetime</c> and, from 1.4, <c>incident</c>. What was usual goes to
/// <c>anomaly_analyses</c>, which exists from 1.5; before that to <c>unmapped</c>.
/// </summary>
internal sealed class OcsfReportWriter : JsonLinesWriter
{
    private const int MaxMembers = 50, MaxEvidence = 500;

    public override string Name => "ocsf";
    public override string Label => "OCSF";
    public override int Order => 60;

    /// <summary>The number after "1.".</summary>
    private static int Minor(FindingsReport report) => int.Parse(report.Options.OcsfVersion.Split('.')[1], CultureInfo.InvariantCulture);

    protected override void Write(Utf8JsonWriter json, ExportedFinding x, FindingDossier dossier, FindingsReport report)
    {
        var finding = x.Finding;
        int minor = Minor(report);
        var (activity, activityName) = dossier.Status.IsOpen() ? dossier.Revision <= 1 ? (1, "Create") : (2, "Update") : (3, "Close");
        json.WriteStartObject();
        json.WriteNumber("activity_id", activity);
        json.WriteString("activity_name", activityName);
        json.WriteNumber("category_uid", 2);
        json.WriteString("category_name", "Findings");
        json.WriteNumber("class_uid", 2004);
        json.WriteString("class_name", "Detection Finding");
        json.WriteNumber("type_uid", 200400 + activity);
        json.WriteString("type_name", "Detection Finding: " + activityName);
        json.WriteNumber("time", x.UpdatedMilliseconds);
        json.WriteString("time_dt", x.Updated);
        json.WriteNumber("start_time", finding.First * 1_000);
        json.WriteNumber("end_time", finding.Last * 1_000);
        json.WriteNumber("timezone_offset", 0);
        json.WriteNumber("count", Math.Clamp(finding.Count, 1, int.MaxValue));
        Caption(json, "severity", SeverityBands.Of(finding.Severity) switch { SeverityBand.High => (4, "High"), SeverityBand.Medium => (3, "Medium"), _ => (2, "Low") });
        Caption(json, "status", dossier.Status switch
        {
            FindingStatus.Open => (1, "New"),
            FindingStatus.Acknowledged => (2, "In Progress"),
            FindingStatus.ClosedExpected => (3, "Suppressed"),
            FindingStatus.Closed => (4, "Resolved"),
            _ => (99, "Other"),
        });
        Caption(json, "confidence", finding.Confidence >= 80 ? (3, "High") : finding.Confidence >= 50 ? (2, "Medium") : (1, "Low"));
        json.WriteNumber("confidence_score", finding.Confidence);
        json.WriteString("message", x.Title);
        Metadata(json, x, dossier, report, minor);
        json.WriteStartObject("cloud");
        json.WriteString("provider", "AWS");
        json.WriteString("region", x.Region);
        json.WriteStartObject("account");
        json.WriteString("uid", x.Account);
        json.WriteNumber("type_id", 10);
        json.WriteString("type", "AWS Account");
        json.WriteEndObject();
        json.WriteEndObject();
        FindingInfo(json, x);
        Evidence(json, x, dossier);
        Resources(json, x, minor);
        Observables(json, x);
        json.WriteStartObject("remediation");
        json.WriteString("desc", x.Advice);
        json.WriteEndObject();
        if (minor >= 4) Incident(json, dossier);
        if (minor >= 5) Anomaly(json, finding);
        Unmapped(json, finding, dossier, minor);
        json.WriteEndObject();
    }

    private static void Caption(Utf8JsonWriter json, string name, (int Id, string Caption) value)
    {
        json.WriteNumber(name + "_id", value.Id);
        json.WriteString(name, value.Caption);
    }

    private static void Metadata(Utf8JsonWriter json, ExportedFinding x, FindingDossier dossier, FindingsReport report, int minor)
    {
        json.WriteStartObject("metadata");
        json.WriteString("version", report.Options.OcsfVersion);
        // Of the event; finding_info.uid stays the same through all updates.
        json.WriteString("uid", string.Create(CultureInfo.InvariantCulture, $"wayward:{x.Finding.Id}:{dossier.Revision}"));
        json.WriteStartObject("product");
        json.WriteString("name", "Wayward");
        json.WriteString("vendor_name", "Wayward");
        json.WriteString("uid", "wayward");
        json.Optional("version", ReportService.Version);
        json.WriteEndObject();
        json.Strings("profiles", minor >= 4 ? ["cloud", "datetime", "incident"] : ["cloud", "datetime"]);
        json.WriteEndObject();
    }

    private static void FindingInfo(Utf8JsonWriter json, ExportedFinding x)
    {
        var finding = x.Finding;
        json.WriteStartObject("finding_info");
        json.WriteString("uid", finding.Id);
        json.WriteString("title", x.Title);
        json.WriteString("desc", x.Description);
        json.Strings("types", [finding.Type.Name]);
        json.WriteNumber("created_time", DateTimeOffset.Parse(x.Created, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds());
        json.WriteString("created_time_dt", x.Created);
        json.WriteNumber("modified_time", x.UpdatedMilliseconds);
        json.WriteString("modified_time_dt", x.Updated);
        json.WriteNumber("first_seen_time", finding.First * 1_000);
        json.WriteNumber("last_seen_time", finding.Last * 1_000);
        json.WriteStartObject("analytic");
        json.WriteNumber("type_id", 2);
        json.WriteString("type", "Behavioral");
        json.WriteString("name", finding.Basis.Name());
        json.WriteString("uid", "wayward/" + finding.Basis.Name());
        json.WriteEndObject();
        json.WriteStartArray("attacks");
        foreach (var technique in AttackMapping.Of(finding))
        {
            json.WriteStartObject();
            json.WriteString("version", AttackMapping.Version);
            Named(json, "tactic", AttackMapping.TacticId, AttackMapping.TacticName);
            var parent = technique.Parent ?? (technique.Id, technique.Name);
            Named(json, "technique", parent.Item1, parent.Item2);
            if (technique.Parent is not null) Named(json, "sub_technique", technique.Id, technique.OwnName);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Named(Utf8JsonWriter json, string member, string uid, string name)
    {
        json.WriteStartObject(member);
        json.WriteString("uid", uid);
        json.WriteString("name", name);
        json.WriteEndObject();
    }

    private static void Evidence(Utf8JsonWriter json, ExportedFinding x, FindingDossier dossier)
    {
        if (dossier.Evidence.Count == 0) return;
        json.WriteStartArray("evidences");
        foreach (var line in dossier.Evidence.Take(MaxEvidence))
        {
            json.WriteStartObject();
            if (line.Ends is { } ends)
            {
                json.WriteStartObject("src_endpoint");
                json.WriteString("ip", ends.Local.ToString());
                json.WriteNumber("port", ends.LocalPort);
                if (x.Finding.Members.Count == 1) json.WriteString("instance_uid", x.Finding.Members[0].Id);
                json.Optional("interface_uid", ends.Interface);
                json.Optional("vpc_uid", x.Finding.VpcId);
                json.Optional("subnet_uid", x.Finding.SubnetId);
                json.WriteEndObject();
                json.WriteStartObject("dst_endpoint");
                json.WriteString("ip", ends.Remote.ToString());
                json.WriteNumber("port", ends.RemotePort);
                json.WriteString("svc_name", "dns");
                json.WriteEndObject();
                json.WriteStartObject("connection_info");
                json.WriteNumber("direction_id", x.Remote is null ? 1 : 2);
                json.WriteString("direction", x.Remote is null ? "Inbound" : "Outbound");
                json.WriteNumber("protocol_num", ends.Protocol);
                json.WriteString("protocol_name", ends.Protocol == 6 ? "tcp" : "udp");
                json.WriteEndObject();
            }
            json.WriteStartObject("data");
            json.WriteString("rawRecord", line.Text);
            json.Optional("object", line.Key);
            json.Optional("objectSha256", line.Sha256);
            json.WriteNumber("line", line.Line);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Resources(Utf8JsonWriter json, ExportedFinding x, int minor)
    {
        var finding = x.Finding;
        json.WriteStartArray("resources");
        foreach (var member in finding.Members.Take(MaxMembers))
        {
            json.WriteStartObject();
            json.WriteString("uid", x.Arn(member.Id));
            if (finding.Members.Count == 1) json.Optional("name", finding.InstanceName);
            json.WriteString("type", member.Kind == InstanceKind.Interface ? "AWS::EC2::NetworkInterface" : "AWS::EC2::Instance");
            json.WriteString("region", x.Region);
            json.WriteString("cloud_partition", x.Partition);
            if ((finding.Novelty.Cohort ?? (finding.Subject.Kind == SubjectKind.Cohort ? finding.Subject.Id : null)) is { Length: > 0 } cohort) json.Strings("labels", [cohort]);
            if (minor >= 6)
            {
                json.WriteNumber("role_id", 2);
                json.WriteString("role", "Actor");
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Observables(Utf8JsonWriter json, ExportedFinding x)
    {
        json.WriteStartArray("observables");
        foreach (string address in x.Finding.Addresses.Select(a => a.Address.ToString()).Distinct()) Observable(json, "evidences[].dst_endpoint.ip", 2, "IP Address", address);
        foreach (var member in x.Finding.Members.Take(MaxMembers)) Observable(json, "resources[].uid", 10, "Resource UID", x.Arn(member.Id));
        json.WriteEndArray();
    }

    private static void Observable(Utf8JsonWriter json, string name, int type, string caption, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteNumber("type_id", type);
        json.WriteString("type", caption);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static void Incident(Utf8JsonWriter json, FindingDossier dossier)
    {
        json.WriteBoolean("is_alert", dossier.Finding.Reported);
        if (dossier.Assignee is { Length: > 0 } assignee)
        {
            json.WriteStartObject("assignee");
            json.WriteString("name", assignee);
            json.WriteEndObject();
        }
        var verdict = dossier.Resolution switch
        {
            Resolution.TruePositive => (2, "True Positive"),
            Resolution.FalsePositive => (1, "False Positive"),
            Resolution.BenignPositive => (5, "Benign"),
            Resolution.Duplicate => (10, "Duplicate"),
            Resolution.InsufficientData => (7, "Insufficient Data"),
            _ => (0, "Unknown"),
        };
        Caption(json, "verdict", verdict);
    }

    private static void Anomaly(Utf8JsonWriter json, Finding finding)
    {
        if (finding.Addresses.Count == 0) return;
        json.WriteStartArray("anomaly_analyses");
        json.WriteStartObject();
        json.WriteStartArray("analysis_targets");
        json.WriteStartObject();
        json.WriteString("name", finding.Subject.Id);
        json.WriteString("type", finding.Subject.Kind == SubjectKind.Cohort ? "group" : "AWS::EC2::Instance");
        json.WriteEndObject();
        json.WriteEndArray();
        if (finding.Novelty.Usual.Count > 0)
        {
            Start(json, "baselines", "in use before");
            foreach (var usual in finding.Novelty.Usual) Observation(json, usual.Address.ToString(), usual.DaysSeen, usual.Since, usual.LastContact);
            End(json);
        }
        Start(json, "anomalies", "first contact");
        foreach (var address in finding.Addresses) Observation(json, address.Address.ToString(), finding.Count, address.FirstContact, address.LastContact);
        End(json);
        json.WriteEndObject();
        json.WriteEndArray();

        static void Start(Utf8JsonWriter json, string member, string pattern)
        {
            json.WriteStartArray(member);
            json.WriteStartObject();
            json.WriteString("observation_parameter", "dst_endpoint.ip");
            json.WriteString("observation_type", "DNS destination");
            json.WriteString("observed_pattern", pattern);
            json.WriteStartArray("observations");
        }

        static void End(Utf8JsonWriter json)
        {
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        }
    }

    private static void Observation(Utf8JsonWriter json, string value, long count, long start, long end)
    {
        json.WriteStartObject();
        json.WriteString("value", value);
        json.WriteNumber("count", Math.Clamp(count, 0, int.MaxValue));
        json.WriteStartObject("timespan");
        json.WriteNumber("duration_secs", Math.Clamp(end - start, 0, int.MaxValue));
        json.WriteNumber("type_id", 2);
        json.WriteString("type", "Seconds");
        json.WriteNumber("start_time", start * 1_000);
        json.WriteNumber("end_time", end * 1_000);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Unmapped(Utf8JsonWriter json, Finding finding, FindingDossier dossier, int minor)
    {
        json.WriteStartObject("unmapped");
        json.WriteString("wayward.severity", ExportedFinding.Tenths(finding.Severity));
        json.WriteString("wayward.transport", finding.Transport.Name());
        json.Optional("wayward.provider", finding.Provider);
        json.WriteString("wayward.status", dossier.Status.Name());
        json.WriteString("wayward.points", string.Join("; ", finding.SeverityFactors.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Points / 10m:+0.0;-0.0;0.0} {f.Evidence}"))));
        json.WriteNumber("wayward.memberCount", finding.Members.Count);
        if (minor < 5) json.WriteString("wayward.usual", string.Join("; ", finding.Novelty.Usual.Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Address} ({u.Transport.Name()}) on {u.DaysSeen} days"))));
        json.WriteEndObject();
    }
}
