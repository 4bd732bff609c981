using Wayward.Core.Detection;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports;

/// <summary>
/// Everything that is known of one finding: what happened, why it is new, on what records that rests, and what was decided.
/// The page, every export format and the HTTP API are made from it. All times are UTC.
/// </summary>
public sealed record FindingDossier
{
    public required Finding Finding { get; init; }
    public required FindingStatus Status { get; init; }
    public Resolution Resolution { get; init; }
    public string? Assignee { get; init; }
    /// <summary>Rises with every change, for optimistic concurrency.</summary>
    public required int Revision { get; init; }
    /// <summary>Unix seconds.</summary>
    public required long DetectedAt { get; init; }
    public required long UpdatedAt { get; init; }
    /// <summary>Why it is withdrawn or marked.</summary>
    public string? Note { get; init; }
    /// <summary>Ids that it took over from.</summary>
    public IReadOnlyList<string> Supersedes { get; init; } = [];
    /// <summary>The rule that closed it; null when none did.</summary>
    public int? ExpectedTargetId { get; init; }
    /// <summary>The incident that it is gathered into; null = none.</summary>
    public int? IncidentId { get; init; }

    /// <summary>The same rule, when it is still stored.</summary>
    public ExpectedTarget? ExpectedBy { get; init; }
    /// <summary>The first member's destinations, from what was usual before to a week after the first contact; null when its history is gone from the store.</summary>
    public InstanceTimeline? Timeline { get; init; }
    public IReadOnlyList<DossierEvidence> Evidence { get; init; } = [];
    /// <summary>Oldest first; comments are among them as <c>finding.comment</c>.</summary>
    public IReadOnlyList<DossierDecision> Decisions { get; init; } = [];
    /// <summary>Oldest first.</summary>
    public IReadOnlyList<DossierComment> Comments { get; init; } = [];
    /// <summary>Other findings on the same target, newest first.</summary>
    public IReadOnlyList<DossierSibling> Siblings { get; init; } = [];

    public string Headline => FindingText.Headline(Finding);
    /// <summary>The paragraphs that follow the headline.</summary>
    public IReadOnlyList<string> Reasons => FindingText.Reasons(Finding);
    public (string Operator, string Address) Target => FindingText.Target(Finding);
}

/// <summary>A raw record as it stood.</summary>
/// <param name="Container">Folder or bucket; null when the ledger no longer knows the object.</param>
/// <param name="Line">1-based line in the expanded object.</param>
/// <param name="Start">Unix seconds.</param>
/// <param name="Ends">The record's two ends; null when its columns are unknown.</param>
/// <param name="Sha256">Of the object's bytes as they were read; null when it was never hashed.</param>
public sealed record DossierEvidence(string? Container, string? Key, long ObjectId, long Line, long Start, string Text, RecordEnds? Ends = null, string? Sha256 = null);

/// <param name="At">Unix milliseconds.</param>
/// <param name="Verb">As in the audit trail, such as <c>finding.close</c>.</param>
public sealed record DossierDecision(long At, string Actor, string Verb, string Summary, bool Undone);

/// <param name="At">Unix milliseconds.</param>
public sealed record DossierComment(long At, string Author, string Text);

/// <param name="First">Unix seconds.</param>
/// <param name="Severity">Tenths.</param>
public sealed record DossierSibling(string Id, Subject Subject, string? InstanceName, string Address, long First, int Severity, FindingStatus Status, Resolution Resolution);
