using System.ComponentModel.DataAnnotations;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports.Contracts;

/// <summary>The report of a finding as other programs read it, schema <c>wayward.report/1</c>. Text is given as it is, not made safe to look at: JSON is for programs.</summary>
public sealed record ReportDocument
{
    public const string SchemaId = "wayward.report/1";

    [AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    [DataType(DataType.DateTime)]
    public required string GeneratedAt { get; init; }
    public required string GeneratedBy { get; init; }
    public required string Generator { get; init; }
    [AllowedValues("UTC")]
    public string TimeZone { get; init; } = "UTC";
    public required FindingDocument Finding { get; init; }
    public required TriageDocument Triage { get; init; }
    public required IEnumerable<string> Explanation { get; init; }
    public required IEnumerable<EvidenceDocument> Evidence { get; init; }
    public required TimelineDocument? Timeline { get; init; }
    public required IEnumerable<SiblingDocument> Siblings { get; init; }
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public static ReportDocument Of(FindingReport report)
    {
        var dossier = report.Dossier;
        return new()
        {
            GeneratedAt = UtcTime.Iso(report.GeneratedAt),
            GeneratedBy = report.GeneratedBy,
            Generator = report.Generator,
            Finding = new(dossier.Finding, dossier.Status),
            Triage = TriageDocument.Of(dossier),
            Explanation = FindingText.Explain(dossier.Finding),
            Evidence = dossier.Evidence.Select(e => new EvidenceDocument(e.Container, e.Key, e.Line, UtcTime.Iso(e.Start), e.Text)),
            Timeline = dossier.Timeline is { } timeline ? TimelineDocument.Of(timeline) : null,
            Siblings = dossier.Siblings.Select(s => new SiblingDocument(
                s.Id, s.InstanceName is null ? s.Subject.Id : $"{s.InstanceName} {s.Subject.Id}", s.Address, UtcTime.Iso(s.First), ContractValues.Tenths(s.Severity), s.Status.Name())),
            Parameters = new OrderedDictionary<string, string>(report.Parameters),
        };
    }
}

public sealed record TriageDocument
{
    public required string Status { get; init; }
    [AllowedValues("true-positive", "benign-positive", "false-positive", "duplicate", "insufficient-data", null)]
    public required string? Resolution { get; init; }
    public required string? Assignee { get; init; }
    public required int Revision { get; init; }
    [DataType(DataType.DateTime)]
    public required string DetectedAt { get; init; }
    [DataType(DataType.DateTime)]
    public required string UpdatedAt { get; init; }
    public required string? Note { get; init; }
    public required IEnumerable<string> Supersedes { get; init; }
    public required ExpectedByDocument? ExpectedBy { get; init; }
    public required IEnumerable<DecisionDocument> Decisions { get; init; }
    public required IEnumerable<CommentDocument> Comments { get; init; }

    public static TriageDocument Of(FindingDossier dossier) => new()
    {
        Status = dossier.Status.Name(),
        Resolution = ContractValues.Name(dossier.Resolution),
        Assignee = dossier.Assignee,
        Revision = dossier.Revision,
        DetectedAt = UtcTime.Iso(dossier.DetectedAt),
        UpdatedAt = UtcTime.Iso(dossier.UpdatedAt),
        Note = dossier.Note,
        Supersedes = dossier.Supersedes,
        ExpectedBy = dossier.ExpectedBy is { } rule ? new(rule.Id, rule.Reason, rule.CreatedBy, UtcTime.Iso(rule.CreatedAt)) : null,
        Decisions = dossier.Decisions.Select(d => new DecisionDocument(UtcTime.IsoMilliseconds(d.At), d.Actor, d.Verb, d.Summary, d.Undone)),
        Comments = dossier.Comments.Select(c => new CommentDocument(UtcTime.IsoMilliseconds(c.At), c.Author, c.Text)),
    };
}

public sealed record ExpectedByDocument(int Rule, string Reason, string CreatedBy, [property: DataType(DataType.DateTime)] string CreatedAt);

public sealed record DecisionDocument([property: DataType(DataType.DateTime)] string At, string Actor, string Verb, string Summary, bool Undone);

public sealed record CommentDocument([property: DataType(DataType.DateTime)] string At, string Author, string Text);

public sealed record EvidenceDocument(string? Container, string? Object, long Line, [property: DataType(DataType.DateTime)] string Start, string Text);

public sealed record SiblingDocument(
    string Id, string Subject, string Address, [property: DataType(DataType.DateTime)] string First, decimal Severity, string Status);

public sealed record SpanDocument([property: DataType(DataType.DateTime)] string From, [property: DataType(DataType.DateTime)] string To);

public sealed record LaneCellDocument([property: DataType(DataType.DateTime)] string Start, long Records, long BytesOut, long BytesIn, long Rejected);

public sealed record LaneDocument(
    string Address, string Transport, string? Provider, string? Tier,
    [property: DataType(DataType.DateTime)] string? First, [property: DataType(DataType.DateTime)] string? Last, IEnumerable<LaneCellDocument> Cells);

public sealed record CoverageDocument(
    [property: DataType(DataType.DateTime)] string Start, [property: AllowedValues("missing", "partly", "logged")] string State, int LoggedHours, int Hours);

public sealed record TimelineDocument(
    string Instance, [property: DataType(DataType.DateTime)] string From, [property: DataType(DataType.DateTime)] string To, long CellSeconds,
    IEnumerable<SpanDocument> Learned, IEnumerable<LaneDocument> Lanes, IEnumerable<CoverageDocument> Coverage)
{
    public static TimelineDocument Of(InstanceTimeline timeline) => new(
        timeline.Instance.Id, UtcTime.Iso(timeline.From), UtcTime.Iso(timeline.To), timeline.CellSeconds,
        timeline.Learned.Select(s => new SpanDocument(UtcTime.Iso(s.From), UtcTime.Iso(s.To))),
        timeline.Lanes.Select(l => new LaneDocument(
            l.Destination.Address.ToString(), l.Destination.Transport.Name(), l.Provider, l.Tier.Letter(), Iso(l.First), Iso(l.Last),
            l.Cells.Select(c => new LaneCellDocument(UtcTime.Iso(timeline.CellStart(c.Index)), c.Records, c.Out.Bytes, c.In.Bytes, c.Rejected)))),
        timeline.Coverage.Select((cell, i) => (Cell: cell, Index: i)).Where(c => c.Cell.State != CoverageState.Outside)
            .Select(c => new CoverageDocument(UtcTime.Iso(timeline.CellStart(c.Index)), c.Cell.State.ToString().ToLowerInvariant(), c.Cell.LoggedHours, c.Cell.Hours)));

    private static string? Iso(long? unixSeconds) => unixSeconds is { } at ? UtcTime.Iso(at) : null;
}
