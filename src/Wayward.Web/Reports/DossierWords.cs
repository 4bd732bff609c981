using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Reports.Contracts;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Reports;

/// <summary>The facts of a finding as names and values, alike in every format for people. Values may hold foreign text.</summary>
internal static class DossierWords
{
    /// <summary>At a glance.</summary>
    public static IReadOnlyList<(string Name, string Value)> Facts(FindingDossier dossier)
    {
        var finding = dossier.Finding;
        return
        [
            ("Severity", $"{Words.Severity(finding.Severity)} {SeverityBands.Of(finding.Severity)}"),
            ("Confidence", Words.Count(finding.Confidence)),
            ("Outcome", ContractValues.Name(finding.Outcome).Replace('-', ' ')),
            ("State", State(dossier.Status, dossier.Resolution)),
            ("First contact", UtcTime.Words(finding.First)),
            ("Last contact", UtcTime.Words(finding.Last)),
        ];
    }

    /// <summary>In full; what does not apply is left out.</summary>
    public static IEnumerable<(string Name, string Value)> Pairs(FindingDossier dossier)
    {
        var finding = dossier.Finding;
        return new (string Name, string? Value)[]
        {
            (finding.Subject.Kind == SubjectKind.Instance ? "Instance" : "Group", Join(" ", finding.InstanceName, finding.Subject.Id)),
            ("Members", finding.Members.Count > 1 ? string.Join(", ", finding.Members.Select(m => m.Id)) : null),
            ("Where", Join(", ", Named("account", finding.AccountId), Named("region", finding.Region), Named("VPC", finding.VpcId), Named("subnet", finding.SubnetId), Named("Auto Scaling group", finding.Asg))),
            ("Target", dossier.Target.Operator == dossier.Target.Address ? dossier.Target.Address : $"{dossier.Target.Operator} ({dossier.Target.Address})"),
            ("Transport", finding.Transport.Name()),
            ("Contacts", $"{Words.Count(finding.Count)} records; sent {Words.Count(finding.Out.Packets)} packets, {Words.Count(finding.Out.Bytes)} bytes; received {Words.Count(finding.In.Packets)} packets, {Words.Count(finding.In.Bytes)} bytes"),
            ("Inner sources", string.Join(", ", finding.Novelty.InnerSources)),
            ("ATT&CK", string.Join("; ", AttackMapping.Of(finding).Select(t => $"{t.Id} {t.Name} ({t.Tactic})")) + $"; version {AttackMapping.Version}"),
            ("Assigned to", dossier.Assignee),
            ("Note", dossier.Note),
            ("Provisional", finding.Provisional ? "Records of earlier contacts may still arrive; the first contact could move." : null),
            ("Not reported", finding.Reported ? null : "Severity or confidence is below the report threshold; kept for reference."),
            ("Finding", finding.Id),
        }.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => (p.Name, p.Value!));
    }

    public static string State(FindingStatus status, Resolution resolution) =>
        (resolution == Resolution.None ? Words.Status(status) : $"{Words.Status(status)}, {Words.Resolution(resolution)}").ToLowerInvariant();

    /// <summary>An object of evidence, as people read it.</summary>
    public static string Object(DossierEvidence line) => line.Key is null ? string.Create(CultureInfo.InvariantCulture, $"object {line.ObjectId} (no longer in the ledger)") : $"{line.Container}/{line.Key}";

    private static string? Named(string what, string? value) => string.IsNullOrEmpty(value) ? null : $"{what} {value}";

    private static string Join(string separator, params IEnumerable<string?> parts) => string.Join(separator, parts.Where(p => !string.IsNullOrEmpty(p)));
}
