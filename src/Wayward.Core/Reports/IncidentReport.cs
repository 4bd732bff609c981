using Wayward.Core.Detection;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports;

/// <summary>
/// One finding with everything an outsider needs to follow it: what happened, why it is new, on what records that rests, and what was decided.
/// The one model behind the HTML and the JSON report. All times are UTC.
/// </summary>
public sealed record IncidentReport
{
    public const string Schema = "wayward.report/1";

    /// <summary>Unix seconds.</summary>
    public required long GeneratedAt { get; init; }
    public required string GeneratedBy { get; init; }
    /// <summary>Name and version of the program.</summary>
    public required string Generator { get; init; }

    public required Finding Finding { get; init; }
    public required FindingStatus Status { get; init; }
    public Resolution Resolution { get; init; }
    public string? Assignee { get; init; }
    public required int Revision { get; init; }
    public required long DetectedAt { get; init; }
    public required long UpdatedAt { get; init; }
    /// <summary>Why it is withdrawn or marked.</summary>
    public string? Note { get; init; }
    public IReadOnlyList<string> Supersedes { get; init; } = [];

    /// <summary>Null when the instance's history is gone from the store.</summary>
    public InstanceTimeline? Timeline { get; init; }
    public IReadOnlyList<ReportEvidence> Evidence { get; init; } = [];
    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ReportDecision> Decisions { get; init; } = [];
    public IReadOnlyList<ReportComment> Comments { get; init; } = [];
    /// <summary>The rule that closed it, when one did.</summary>
    public ExpectedTarget? ExpectedBy { get; init; }
    /// <summary>Other findings on the same target, newest first.</summary>
    public IReadOnlyList<ReportSibling> Siblings { get; init; } = [];
    /// <summary>Detection parameters as used, by key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];
}

/// <summary>A raw record as it stood.</summary>
/// <param name="Container">Folder or bucket; null when the ledger no longer knows the object.</param>
/// <param name="Line">1-based line in the expanded object.</param>
/// <param name="Start">Unix seconds.</param>
public sealed record ReportEvidence(string? Container, string? Key, long ObjectId, long Line, long Start, string Text);

/// <param name="At">Unix milliseconds.</param>
/// <param name="Verb">As in the audit trail, such as <c>finding.close</c>.</param>
public sealed record ReportDecision(long At, string Actor, string Verb, string Summary, bool Undone);

/// <param name="At">Unix milliseconds.</param>
public sealed record ReportComment(long At, string Author, string Text);

/// <param name="First">Unix seconds.</param>
/// <param name="Severity">Tenths.</param>
public sealed record ReportSibling(string Id, string Subject, string Address, long First, int Severity, FindingStatus Status);
