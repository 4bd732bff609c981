using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Storage.Findings;

/// <summary>One row of the queue: only the columns shown.</summary>
public sealed record FindingRow
{
    public required string Id { get; init; }
    public required FindingType Type { get; init; }
    public required Subject Subject { get; init; }
    public string? InstanceName { get; init; }
    public string? AccountId { get; init; }
    public string? VpcId { get; init; }
    public string? Asg { get; init; }
    public required DnsTransport Transport { get; init; }
    public string? Provider { get; init; }
    /// <summary>First address, and how many there are.</summary>
    public required string Address { get; init; }
    public required int AddressCount { get; init; }
    public required int MemberCount { get; init; }
    public required FindingBasis Basis { get; init; }
    public required ContactOutcome Outcome { get; init; }
    public required int Severity { get; init; }
    public required int Confidence { get; init; }
    public required long First { get; init; }
    public required long Last { get; init; }
    public required long Count { get; init; }
    public required FindingStatus Status { get; init; }
    public Resolution Resolution { get; init; }
    public string? Assignee { get; init; }
    public required bool Reported { get; init; }
    public required bool Provisional { get; init; }
    /// <summary>The "why new" clause of the row, plain text.</summary>
    public required string Why { get; init; }
    /// <summary>As in <see cref="StoredFinding.Revision"/>: what an action on the row is checked against.</summary>
    public int Revision { get; init; }
    /// <summary>When the finding was first stored, Unix seconds.</summary>
    public required long DetectedAt { get; init; }
    /// <summary>The incident that it is gathered into; null = none.</summary>
    public int? IncidentId { get; init; }
}

public enum FindingSort : byte { Severity, FirstContact, LastContact, Count, Subject, DetectedAt }

/// <summary>Filter, sort and keyset position of the queue. All filters AND; empty = any.</summary>
public sealed record FindingQuery
{
    public IReadOnlyList<FindingStatus> Statuses { get; init; } = [FindingStatus.Open, FindingStatus.Acknowledged];
    public IReadOnlyList<FindingType> Types { get; init; } = [];
    public IReadOnlyList<DnsTransport> Transports { get; init; } = [];
    public IReadOnlyList<SeverityBand> Bands { get; init; } = [];
    /// <summary>Free text over subject id, name, account, address, provider, finding id; matched as a substring, case-insensitive.</summary>
    public string? Text { get; init; }
    public string? SubjectId { get; init; }
    public string? Provider { get; init; }
    public string? Address { get; init; }
    public string? Assignee { get; init; }
    /// <summary>Only findings that nobody is assigned to.</summary>
    public bool Unassigned { get; init; }
    public int? IncidentId { get; init; }
    public long? FirstFrom { get; init; }
    public long? FirstTo { get; init; }
    /// <summary>First stored before this moment.</summary>
    public long? DetectedTo { get; init; }
    /// <summary>False: only reported ones.</summary>
    public bool IncludeUnreported { get; init; }
    public FindingSort Sort { get; init; } = FindingSort.Severity;
    public bool Descending { get; init; } = true;
    public int Skip { get; init; }
    public int Take { get; init; } = 50;
}

/// <param name="Total">Matching rows, counted up to <see cref="TotalCap"/>.</param>
public sealed record FindingList(IReadOnlyList<FindingRow> Rows, int Total)
{
    public const int TotalCap = 1_000_000;
}

/// <summary>Findings that share what the queue can be filtered by with one click.</summary>
public sealed record FindingFacet(FindingStatus Status, SeverityBand Band, DnsTransport Transport, bool Reported, int Count);

/// <param name="Day">Whole days since 1970.</param>
public sealed record FindingsOfDay(int Day, SeverityBand Band, int Count);

/// <summary>Counts for chips and the overview.</summary>
public sealed record FindingCounts
{
    public IReadOnlyDictionary<FindingStatus, int> ByStatus { get; init; } = new Dictionary<FindingStatus, int>();
    /// <summary>Open or acknowledged, reported.</summary>
    public IReadOnlyDictionary<SeverityBand, int> OpenByBand { get; init; } = new Dictionary<SeverityBand, int>();
    public IReadOnlyDictionary<DnsTransport, int> OpenByTransport { get; init; } = new Dictionary<DnsTransport, int>();
    public int Open { get; init; }
    public int Unreported { get; init; }
}

/// <summary>A finding with its triage.</summary>
public sealed record StoredFinding
{
    public required Finding Finding { get; init; }
    public required FindingStatus Status { get; init; }
    public Resolution Resolution { get; init; }
    public string? Assignee { get; init; }
    /// <summary>The rule that closed it, when <see cref="FindingStatus.ClosedExpected"/>.</summary>
    public int? ExpectedTargetId { get; init; }
    /// <summary>The incident that it is gathered into; null = none.</summary>
    public int? IncidentId { get; init; }
    /// <summary>Raised with every change of the engine's or of triage: optimistic concurrency.</summary>
    public required int Revision { get; init; }
    public required long DetectedAt { get; init; }
    public required long UpdatedAt { get; init; }
    /// <summary>Ids that this finding took over from (a moved start).</summary>
    public IReadOnlyList<string> Supersedes { get; init; } = [];
    /// <summary>Why it is withdrawn or marked, in a sentence.</summary>
    public string? Note { get; init; }
}

/// <param name="First">First contact of the last finding read, Unix seconds.</param>
/// <param name="Id">Its id.</param>
public readonly record struct FindingPosition(long First, string Id);

/// <summary>Reads and writes findings. Every method opens its own short-lived connection, is cancellable and never runs on a circuit's thread for long.</summary>
public interface IFindingStore
{
    Task<FindingList> QueryAsync(FindingQuery query, CancellationToken cancellation);
    /// <summary>Id and revision of the findings that match, in the order of the query; its page is left aside.</summary>
    Task<IReadOnlyDictionary<string, int>> RefsAsync(FindingQuery query, int take, CancellationToken cancellation);
    Task<FindingCounts> CountAsync(CancellationToken cancellation);
    /// <summary>How many findings match a query in each state, band and transport, whichever of these the query itself asks for.</summary>
    Task<IReadOnlyList<FindingFacet>> FacetsAsync(FindingQuery query, CancellationToken cancellation);
    /// <summary>Reported findings that stand (not withdrawn), decided ones too, by UTC day of first contact and band: days that have any, oldest first.</summary>
    /// <param name="from">Unix seconds, included.</param>
    /// <param name="to">Unix seconds, not included.</param>
    Task<IReadOnlyList<FindingsOfDay>> DaysAsync(long from, long to, CancellationToken cancellation);
    /// <summary>Ids of all open findings, those below the report threshold too.</summary>
    Task<IReadOnlySet<string>> OpenIdsAsync(CancellationToken cancellation);
    /// <summary>By id, or by an id that was superseded. Null when unknown.</summary>
    Task<StoredFinding?> FindAsync(string id, CancellationToken cancellation);
    /// <summary>Whole findings that match, ascending by first contact and id, whatever the query's sort and place; for an export of any length.</summary>
    /// <param name="changedSince">Only those that changed at or after this Unix second.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    Task<IReadOnlyList<StoredFinding>> PageAsync(FindingQuery query, long? changedSince, FindingPosition? after, int take, CancellationToken cancellation);
    /// <summary>Other findings on the same target (provider, else address): siblings, newest first.</summary>
    Task<IReadOnlyList<FindingRow>> SiblingsAsync(string id, int take, CancellationToken cancellation);
    /// <summary>Rows of these findings, present ids or superseded ones, in the order of their first contact; unknown ids are left out.</summary>
    Task<IReadOnlyList<FindingRow>> RowsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation);
    /// <summary>Findings of a subject or with it as a member, newest first.</summary>
    Task<IReadOnlyList<FindingRow>> OfInstanceAsync(string instanceId, int take, CancellationToken cancellation);

    /// <summary>
    /// Stores an evaluation in one transaction: new findings open, known ones updated with their triage kept, those of the evaluated scope that the engine no longer says become
    /// <see cref="FindingStatus.ClosedExpected"/> (when a rule covers them) or <see cref="FindingStatus.Withdrawn"/>, a moved start carries triage over (<see cref="StoredFinding.Supersedes"/>).
    /// </summary>
    /// <param name="result">The engine's findings of the scope.</param>
    /// <param name="scope">Null = the whole data set was evaluated.</param>
    /// <param name="covering">For a finding that vanished: the rule that covers it now, or null.</param>
    /// <returns>What changed.</returns>
    Task<FindingChanges> ApplyAsync(DetectionResult result, DetectionScope? scope, Func<Finding, ExpectedTarget?> covering, CancellationToken cancellation);

    /// <summary>Changes triage of several findings at once, with one audit entry; refused when a revision differs (someone else acted).</summary>
    /// <returns>The audit entry's id, for undo.</returns>
    /// <exception cref="TriageConflictException"/>
    Task<long> TriageAsync(TriageChange change, CancellationToken cancellation);

    Task<IReadOnlyList<FindingComment>> CommentsAsync(string findingId, CancellationToken cancellation);
    Task<long> AddCommentAsync(string findingId, string author, string text, CancellationToken cancellation);
}

public sealed record FindingChanges(IReadOnlyList<string> Opened, IReadOnlyList<string> Updated, IReadOnlyList<string> Closed, IReadOnlyList<string> Reopened)
{
    public bool Any => Opened.Count + Updated.Count + Closed.Count + Reopened.Count > 0;
}

/// <param name="Revisions">Finding id to the revision the analyst saw.</param>
/// <param name="Assignee">Null = unchanged; empty = nobody.</param>
public sealed record TriageChange(IReadOnlyDictionary<string, int> Revisions, FindingStatus? Status, Resolution Resolution, string? Assignee, string Actor, string Comment);

public sealed record FindingComment(long Id, string FindingId, string Author, long At, string Text);

/// <summary>Someone else changed one of the findings first; nothing was written.</summary>
public sealed class TriageConflictException(IReadOnlyList<string> findingIds)
    : Exception($"Changed by someone else in the meantime: {string.Join(", ", findingIds)}")
{
    public IReadOnlyList<string> FindingIds { get; } = findingIds;
}
