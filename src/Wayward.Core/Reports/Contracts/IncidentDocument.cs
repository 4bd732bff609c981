using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports.Contracts;

/// <summary>The report of an incident as other programs read it, schema <c>wayward.incident/1</c>. Text is given as it is, not made safe to look at.</summary>
public sealed record IncidentDocument
{
    public const string SchemaId = "wayward.incident/1";

    [AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    [DataType(DataType.DateTime)]
    public required string GeneratedAt { get; init; }
    public required string GeneratedBy { get; init; }
    public required string Generator { get; init; }
    [AllowedValues("UTC")]
    public string TimeZone { get; init; } = "UTC";
    public required int Number { get; init; }
    public required string Title { get; init; }
    [AllowedValues("open", "in-progress", "contained", "closed")]
    public required string Status { get; init; }
    public required string? Owner { get; init; }
    [Description("The one that was set, else the highest of the findings; null without findings")]
    public required decimal? Severity { get; init; }
    [Description("Why the severity was set by hand; null when it was not")]
    public required string? SeverityReason { get; init; }
    [Description("Markdown")]
    public required string Narrative { get; init; }
    [DataType(DataType.DateTime)]
    public required string CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    [DataType(DataType.DateTime)]
    public required string UpdatedAt { get; init; }
    [Description("Sentences for people")]
    public required IEnumerable<string> Summary { get; init; }
    public required IEnumerable<IncidentTaskDocument> Tasks { get; init; }
    [Description("Oldest first")]
    public required IEnumerable<IncidentEventDocument> Events { get; init; }
    public required IEnumerable<IncidentFindingDocument> Findings { get; init; }
    [Description("Findings of the incident that the report leaves out")]
    public required int OmittedFindings { get; init; }
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public static IncidentDocument Of(IncidentReport report)
    {
        var incident = report.Incident;
        return new()
        {
            GeneratedAt = UtcTime.Iso(report.GeneratedAt),
            GeneratedBy = report.GeneratedBy,
            Generator = report.Generator,
            Number = incident.Id,
            Title = incident.Title,
            Status = incident.Status.Name(),
            Owner = incident.Owner,
            Severity = incident.Severity == 0 ? null : ContractValues.Tenths(incident.Severity),
            SeverityReason = incident.SetSeverity is null ? null : incident.SeverityReason,
            Narrative = incident.Narrative,
            CreatedAt = UtcTime.Iso(incident.CreatedAt),
            CreatedBy = incident.CreatedBy,
            UpdatedAt = UtcTime.Iso(incident.UpdatedAt),
            Summary = report.Summary,
            Tasks = report.Tasks.Select(t => new IncidentTaskDocument(t.Text, t.Done, t.DoneBy, t.DoneAt is { } at ? UtcTime.Iso(at) : null)),
            Events = report.Events.Select(e => new IncidentEventDocument(UtcTime.Iso(e.At), Kind(e.Kind), e.FindingId, e.Subject, e.Text, e.Actor)),
            Findings = report.Findings.Select(f => new IncidentFindingDocument(
                new(f.Finding, f.Status), TriageDocument.Of(f), FindingText.Explain(f.Finding),
                f.Evidence.Select(e => new EvidenceDocument(e.Container, e.Key, e.Line, UtcTime.Iso(e.Start), e.Text)))),
            OmittedFindings = report.Omitted,
            Parameters = new OrderedDictionary<string, string>(report.Parameters),
        };
    }

    private static string Kind(IncidentEventKind kind) => kind switch
    {
        IncidentEventKind.FirstContact => "first-contact",
        IncidentEventKind.LastContact => "last-contact",
        _ => kind.ToString().ToLowerInvariant(),
    };
}

public sealed record IncidentTaskDocument(string Text, bool Done, string? DoneBy, [property: DataType(DataType.DateTime)] string? DoneAt);

public sealed record IncidentEventDocument(
    [property: DataType(DataType.DateTime)] string At, [property: AllowedValues("first-contact", "last-contact", "detected", "decision", "incident")] string Kind,
    string? Finding, string Subject, string Text, string? Actor);

public sealed record IncidentFindingDocument(FindingDocument Finding, TriageDocument Triage, IEnumerable<string> Explanation, IEnumerable<EvidenceDocument> Evidence);

/// <summary>The report of a period as other programs read it, schema <c>wayward.period/1</c>.</summary>
public sealed record PeriodDocument
{
    public const string SchemaId = "wayward.period/1";

    [AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    [DataType(DataType.DateTime)]
    public required string GeneratedAt { get; init; }
    public required string GeneratedBy { get; init; }
    public required string Generator { get; init; }
    [AllowedValues("UTC")]
    public string TimeZone { get; init; } = "UTC";
    [Description("First contacts from this moment; null = from the start of the data"), DataType(DataType.DateTime)]
    public required string? From { get; init; }
    [DataType(DataType.DateTime)]
    public required string? To { get; init; }
    [Description("The filters in words")]
    public required IEnumerable<string> Filters { get; init; }
    public required IEnumerable<string> Summary { get; init; }
    public required int Findings { get; init; }
    public required int Open { get; init; }
    public required IEnumerable<PeriodGroupDocument> Groups { get; init; }
    public required IEnumerable<PeriodCountDocument> Targets { get; init; }
    [Description("Findings decided by each person")]
    public required IEnumerable<PeriodCountDocument> People { get; init; }
    [Description("Seconds from the storing of a finding to the first decision of a person; null when none was decided")]
    public required long? MedianSeconds { get; init; }
    [Description("Nine of ten were decided within this time")]
    public required long? NinthDecileSeconds { get; init; }
    public required PeriodCoverageDocument Coverage { get; init; }
    [Description("The highest of those that are open")]
    public required IEnumerable<PeriodOpenDocument> OpenFindings { get; init; }

    public static PeriodDocument Of(PeriodReport report)
    {
        var period = report.Period;
        var speed = period.Speed;
        return new()
        {
            GeneratedAt = UtcTime.Iso(report.GeneratedAt),
            GeneratedBy = report.GeneratedBy,
            Generator = report.Generator,
            From = period.From is { } from ? UtcTime.Iso(from) : null,
            To = period.To is { } to ? UtcTime.Iso(to) : null,
            Filters = period.Filters,
            Summary = report.Summary,
            Findings = period.Total,
            Open = period.OpenCount,
            Groups = period.Groups.OrderByDescending(g => g.Count).Select(g => new PeriodGroupDocument(g.Type.Name, g.Band.ToString().ToLowerInvariant(), g.Transport.Name(), g.Status.Name(), ContractValues.Name(g.Resolution), g.Count)),
            Targets = period.Targets.Select(t => new PeriodCountDocument(t.Target, t.Count)),
            People = period.ByActor.Select(a => new PeriodCountDocument(a.Actor, a.Findings)),
            MedianSeconds = speed.Median,
            NinthDecileSeconds = speed.Ninth,
            Coverage = new(period.Coverage.Instances, period.Coverage.LoggedHours, period.Coverage.Hours, period.Coverage.Share is { } share ? Math.Round(share, 4) : null),
            OpenFindings = period.Open.Select(f => new PeriodOpenDocument(f.Id, ContractValues.Tenths(f.Severity), f.Subject, f.Target, f.Transport, UtcTime.Iso(f.First), UtcTime.Iso(f.DetectedAt), f.Status.Name(), f.Assignee)),
        };
    }
}

public sealed record PeriodGroupDocument(string Type, string Severity, string Transport, string Status, string? Resolution, int Count);

public sealed record PeriodCountDocument(string Name, int Findings);

public sealed record PeriodCoverageDocument(int Instances, long LoggedHours, long Hours, double? Share);

public sealed record PeriodOpenDocument(
    string Id, decimal Severity, string Subject, string Target, string Transport, [property: DataType(DataType.DateTime)] string First,
    [property: DataType(DataType.DateTime)] string DetectedAt, string Status, string? Assignee);
