namespace Wayward.Storage.Audit;

/// <summary>One audited action. Rows are only ever added.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Verb">Stable: <c>finding.acknowledge</c>, <c>finding.close</c>, <c>finding.reopen</c>, <c>finding.comment</c>, <c>finding.assign</c>, <c>expected.add</c>, <c>expected.delete</c>, <c>expected.import</c>, <c>undo</c>, <c>object.retry</c>, <c>object.skip</c>, <c>source.pause</c>, <c>source.resume</c>, <c>backfill.dry-run</c>, <c>backfill.start</c>, <c>backfill.pause</c>, <c>backfill.resume</c>, <c>backfill.cancel</c>, <c>incident.create</c>, <c>incident.edit</c>, <c>incident.attach</c>, <c>incident.detach</c>, <c>incident.task</c>, <c>report.export</c>, <c>audit.read</c>, <c>audit.export</c>, <c>audit.erase</c>, <c>access.sign-in</c>, <c>access.sign-out</c>, <c>access.refused</c>, <c>access.denied</c>, <c>access.disable</c>, <c>access.enable</c>.</param>
/// <param name="Subject">Finding id, rule number, object id, source or backfill.</param>
/// <param name="Before">JSON of what was, per subject; what undo restores.</param>
/// <param name="After">JSON of what is.</param>
/// <param name="UndoOf">The entry that this one undid.</param>
/// <param name="UndoneBy">The entry that undid this one.</param>
public sealed record AuditEntry(long Id, long At, string Actor, string Verb, string Subject, string Summary, string? Before, string? After, long? UndoOf, long? UndoneBy);

/// <summary>Which entries are asked for; all conditions must hold.</summary>
public sealed record AuditFilter
{
    public string? Actor { get; init; }
    /// <summary>Whole, or its first part: <c>finding.close</c> or <c>finding</c>.</summary>
    public string? Verb { get; init; }
    /// <summary>A finding's id, <c>rule:n</c>, <c>user:n</c> or another subject.</summary>
    public string? Subject { get; init; }
    /// <summary>Part of name, action, subject or summary.</summary>
    public string? Text { get; init; }
    /// <summary>Unix seconds, inclusive.</summary>
    public long? From { get; init; }
    /// <summary>Unix seconds, exclusive.</summary>
    public long? To { get; init; }
}

public static class AuditQueries
{
    public static Task<(IReadOnlyList<AuditEntry> Rows, int Total)> QueryAsync(this IAuditStore store, string? subject, string? text, int skip, int take, CancellationToken cancellation) =>
        store.QueryAsync(new AuditFilter { Subject = subject, Text = text }, skip, take, cancellation);
}

public interface IAuditStore
{
    Task<long> AppendAsync(string actor, string verb, string subject, string summary, string? before, string? after, CancellationToken cancellation);
    /// <summary>Newest first.</summary>
    Task<(IReadOnlyList<AuditEntry> Rows, int Total)> QueryAsync(AuditFilter filter, int skip, int take, CancellationToken cancellation);
    /// <summary>Oldest first, one after the other: for an export.</summary>
    IAsyncEnumerable<AuditEntry> ReadAsync(AuditFilter filter, CancellationToken cancellation);
    Task<AuditHead> HeadAsync(CancellationToken cancellation);
    /// <param name="expectedHead">A hash that the log must contain; null = none is known.</param>
    Task<AuditVerdict> VerifyAsync(AuditCheckpoints checkpoints, string? expectedHead, CancellationToken cancellation);
    /// <summary>Erases who, what and why from all entries of a person. What was done to which subject, and when, stays.</summary>
    /// <returns>Entries erased.</returns>
    Task<int> EraseAsync(string person, string actor, CancellationToken cancellation);
    Task<AuditEntry?> FindAsync(long entryId, CancellationToken cancellation);
    /// <summary>Entries about a finding (its own, and rules made from it), oldest first.</summary>
    Task<IReadOnlyList<AuditEntry>> OfFindingAsync(string findingId, CancellationToken cancellation);

    /// <summary>Entries about any of these subjects (present finding ids, <see cref="AuditSubjects"/>), oldest first.</summary>
    Task<IReadOnlyList<AuditEntry>> OfSubjectsAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellation);

    /// <summary>
    /// Restores exactly what the entry changed, as a new entry; what someone changed since is left alone and reported.
    /// Undoing <c>expected.add</c> withdraws the rule; undoing <c>expected.delete</c> puts it back.
    /// </summary>
    Task<UndoResult> UndoAsync(long entryId, string actor, CancellationToken cancellation);
}

/// <param name="Restored">Subjects restored.</param>
/// <param name="Left">Subjects left alone because someone acted since, with the reason.</param>
/// <param name="ReevaluationNeeded">A rule changed: detection must run.</param>
public sealed record UndoResult(long? EntryId, IReadOnlyList<string> Restored, IReadOnlyList<string> Left, bool ReevaluationNeeded);
