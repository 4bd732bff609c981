namespace Wayward.Storage.Audit;

/// <summary>One audited action. Rows are only ever added.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Verb">Stable: <c>finding.acknowledge</c>, <c>finding.close</c>, <c>finding.reopen</c>, <c>finding.comment</c>, <c>finding.assign</c>, <c>expected.add</c>, <c>expected.delete</c>, <c>undo</c>, <c>object.retry</c>, <c>object.skip</c>, <c>source.pause</c>, <c>source.resume</c>, <c>backfill.dry-run</c>, <c>backfill.start</c>, <c>backfill.pause</c>, <c>backfill.resume</c>, <c>backfill.cancel</c>, <c>incident.create</c>, <c>incident.edit</c>, <c>incident.attach</c>, <c>incident.detach</c>, <c>incident.task</c>, <c>report.export</c>.</param>
/// <param name="Subject">Finding id, rule number, object id, source or backfill.</param>
/// <param name="Before">JSON of what was, per subject; what undo restores.</param>
/// <param name="After">JSON of what is.</param>
/// <param name="UndoOf">The entry that this one undid.</param>
/// <param name="UndoneBy">The entry that undid this one.</param>
public sealed record AuditEntry(long Id, long At, string Actor, string Verb, string Subject, string Summary, string? Before, string? After, long? UndoOf, long? UndoneBy);

public interface IAuditStore
{
    Task<long> AppendAsync(string actor, string verb, string subject, string summary, string? before, string? after, CancellationToken cancellation);
    Task<(IReadOnlyList<AuditEntry> Rows, int Total)> QueryAsync(string? subject, string? text, int skip, int take, CancellationToken cancellation);
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
