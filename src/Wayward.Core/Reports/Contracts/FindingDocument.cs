using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports.Contracts;

/// <summary>
/// A finding as other programs read it: the same members, in the same order, in a scan, a back-test, a report and the HTTP API.
/// Within a schema version members are only added.
/// </summary>
public record FindingDocument
{
    [Description("The same in every run for the same first contact"), RegularExpression("^[0-9a-f]{32}$")]
    public required string Id { get; init; }
    [Description("Such as DefenseEvasion:EC2/UnusualDNSResolver")]
    public required string Type { get; init; }
    [Description("An instance id, or a cohort such as asg:web")]
    public required string Subject { get; init; }
    [AllowedValues("instance", "cohort")]
    public required string SubjectKind { get; init; }
    [AllowedValues("DNS", "DoT", "DoQ", "DoH", "DoH3", "DNSCrypt")]
    public required string Transport { get; init; }
    [Description("As the catalogue names the target; null when it does not")]
    public required string? Provider { get; init; }
    [Description("Remote addresses, ascending")]
    public required IEnumerable<string> Addresses { get; init; }
    [Description("Which rule fired"), AllowedValues("own-history", "cohort-history", "forbidden")]
    public required string Basis { get; init; }
    [Description("The instances concerned")]
    public required IEnumerable<string> Members { get; init; }
    [Description("First contact"), DataType(DataType.DateTime)]
    public required string First { get; init; }
    [Description("Last contact"), DataType(DataType.DateTime)]
    public required string Last { get; init; }
    [Description("Contact records"), Range(0, double.MaxValue)]
    public required long Count { get; init; }
    [Description("One decimal"), Range(1.0, 8.9)]
    public required decimal Severity { get; init; }
    [Range(0, 99)]
    public required int Confidence { get; init; }
    [Description("At or above both report thresholds")]
    public required bool Reported { get; init; }
    [AllowedValues("open", "acknowledged", "closed", "closed-expected", "withdrawn")]
    public required string Status { get; init; }
    [Description("Records of earlier contacts may still arrive")]
    public required bool Provisional { get; init; }
    [Description("What makes the severity, in tenths")]
    public required IEnumerable<ScoreFactorDocument> Signs { get; init; }
    [Description("What makes the confidence")]
    public required IEnumerable<ScoreFactorDocument> ConfidenceSigns { get; init; }
    [Description("Shared by findings that follow each other on one subject and target"), RegularExpression("^[0-9a-f]{32}$")]
    public required string GroupId { get; init; }
    [AllowedValues("low", "medium", "high")]
    public required string SeverityBand { get; init; }
    [AllowedValues("answered", "unanswered", "blocked", "answer-blocked")]
    public required string Outcome { get; init; }
    public required string Headline { get; init; }
    public required string Why { get; init; }
    public required TrafficDocument Out { get; init; }
    public required TrafficDocument In { get; init; }
    public required IEnumerable<EndpointDocument> Endpoints { get; init; }
    [Description("Where the subject was at the first contact")]
    public required FindingContextDocument Context { get; init; }
    [Description("Why the contact is new")]
    public required NoveltyDocument Novelty { get; init; }
    [Description("MITRE ATT&CK, as Wayward reads it")]
    public required AttackDocument Attack { get; init; }
    [Description("The resolver catalogue that the evaluation used")]
    public required CatalogDocument Catalog { get; init; }

    public FindingDocument() { }

    [SetsRequiredMembers]
    public FindingDocument(Finding finding, FindingStatus status)
    {
        Id = finding.Id;
        Type = finding.Type.Name;
        Subject = finding.Subject.Id;
        SubjectKind = finding.Subject.Kind == Detection.SubjectKind.Instance ? "instance" : "cohort";
        Transport = finding.Transport.Name();
        Provider = finding.Provider;
        Addresses = [.. finding.Addresses.Select(a => a.Address).Distinct().Select(a => a.ToString())];
        Basis = finding.Basis.Name();
        Members = finding.Members.Select(m => m.Id);
        First = UtcTime.Iso(finding.First);
        Last = UtcTime.Iso(finding.Last);
        Count = finding.Count;
        Severity = ContractValues.Tenths(finding.Severity);
        Confidence = finding.Confidence;
        Reported = finding.Reported;
        Status = status.Name();
        Provisional = finding.Provisional;
        Signs = finding.SeverityFactors.Select(f => new ScoreFactorDocument(f.Code, f.Points, f.Evidence));
        ConfidenceSigns = finding.ConfidenceFactors.Select(f => new ScoreFactorDocument(f.Code, f.Points, f.Evidence));
        GroupId = finding.GroupId;
        SeverityBand = SeverityBands.Of(finding.Severity).ToString().ToLowerInvariant();
        Outcome = ContractValues.Name(finding.Outcome);
        Headline = FindingText.Headline(finding);
        Why = FindingText.Why(finding);
        Out = new(finding.Out.Records, finding.Out.Packets, finding.Out.Bytes);
        In = new(finding.In.Records, finding.In.Packets, finding.In.Bytes);
        Endpoints = finding.Addresses.Select(a => new EndpointDocument(
            a.Address.ToString(), a.Protocol, a.Port, a.Provider, a.Tier.Letter(), UtcTime.Iso(a.FirstContact), UtcTime.Iso(a.LastContact)));
        Context = new(finding.AccountId, finding.Region, finding.VpcId, finding.SubnetId, finding.Asg, finding.InstanceName);
        Novelty = new(finding.Novelty);
        Attack = new(AttackMapping.Version, AttackMapping.Of(finding).Select(t => new AttackTechniqueDocument(t.Id, t.Name, t.Tactic)));
        Catalog = new(finding.CatalogVersion, finding.CatalogHash);
    }
}

/// <param name="Sign">A stable code.</param>
/// <param name="Points">Tenths of severity, or points of confidence.</param>
/// <param name="Evidence">A sentence with the facts.</param>
public sealed record ScoreFactorDocument(string Sign, int Points, string Evidence);

public sealed record TrafficDocument(long Records, long Packets, long Bytes);

public sealed record EndpointDocument(
    string Address,
    [property: AllowedValues(6, 17)] int Protocol,
    [property: Range(0, 65_535)] int Port,
    string? Provider,
    [property: AllowedValues("A", "B", "C", "D", "R", "X", "H", null)] string? Tier,
    [property: DataType(DataType.DateTime)] string First,
    [property: DataType(DataType.DateTime)] string Last);

public sealed record FindingContextDocument(string? Account, string? Region, string? Vpc, string? Subnet, string? Asg, string? Name);

/// <param name="Version">Of ATT&amp;CK.</param>
public sealed record AttackDocument(string Version, IEnumerable<AttackTechniqueDocument> Techniques);

public sealed record AttackTechniqueDocument([property: RegularExpression(@"^T[0-9]{4}(\.[0-9]{3})?$")] string Id, string Name, string Tactic);

/// <summary>Which resolver catalogue.</summary>
public sealed record CatalogDocument(string Version, string Hash);
