using Wayward.Core.Incidents;
using Wayward.Storage.Findings;

namespace Wayward.Storage.Incidents;

/// <summary>Filter and position of the list, last changed first. All filters AND; null = any.</summary>
public sealed record IncidentQuery
{
    public bool? Open { get; init; }
    public string? Owner { get; init; }
    /// <summary>Title, owner, narrative and number; matched as a substring, case-insensitive.</summary>
    public string? Text { get; init; }
    /// <summary>The last row of the page before; null = the first page.</summary>
    public IncidentPosition? After { get; init; }
    public int Take { get; init; } = 50;
}

/// <summary>A place in the list.</summary>
/// <param name="UpdatedAt">Unix seconds.</param>
public readonly record struct IncidentPosition(long UpdatedAt, int Id);

/// <param name="OpenFindings">Open or acknowledged.</param>
/// <param name="OpenTasks">Not ticked off.</param>
public sealed record IncidentRow(Incident Incident, int OpenFindings, int OpenTasks);

/// <param name="Open">Open incidents that match the other filters.</param>
/// <param name="Closed">Closed ones.</param>
public sealed record IncidentList(IReadOnlyList<IncidentRow> Rows, IncidentPosition? Next, int Open, int Closed);

public sealed record StoredIncident(Incident Incident, IReadOnlyList<IncidentTask> Tasks, IReadOnlyList<FindingRow> Findings);

/// <summary>A finding that may belong to the same incident as another.</summary>
public sealed record RelatedFinding(FindingRow Row, Kinship Kinship);

/// <summary>Reads and writes incidents; every change has its audit entry, whose id is returned for undo.</summary>
public interface IIncidentStore
{
    Task<IncidentList> QueryAsync(IncidentQuery query, CancellationToken cancellation);
    /// <summary>Null when unknown, or when its creation was undone.</summary>
    Task<StoredIncident?> FindAsync(int id, CancellationToken cancellation);
    /// <summary>Findings that share instance, target or group with one finding and began within two weeks of it: closest kin first, withdrawn ones left out.</summary>
    Task<IReadOnlyList<RelatedFinding>> RelatedAsync(string findingId, int take, CancellationToken cancellation);

    /// <exception cref="ArgumentException">A finding is unknown, or is in another incident; the message is for the analyst.</exception>
    Task<(int Id, long AuditId)> CreateAsync(string title, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation);
    /// <param name="revision">The revision that the analyst saw: of the narrative when that changes, else of the incident.</param>
    /// <exception cref="IncidentConflictException">Someone else changed the same since.</exception>
    /// <exception cref="ArgumentException">There is no such incident, or nothing changes.</exception>
    Task<long> EditAsync(int id, int revision, IncidentEdit edit, string actor, CancellationToken cancellation);
    /// <summary>Gathers findings into an incident. Those that are in it already stay.</summary>
    /// <exception cref="ArgumentException">A finding is unknown, or is in another incident.</exception>
    Task<long> AttachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation);
    /// <exception cref="ArgumentException">None of the findings is in the incident.</exception>
    Task<long> DetachAsync(int id, IReadOnlyCollection<string> findingIds, string actor, CancellationToken cancellation);
    Task<long> AddTaskAsync(int id, string text, string actor, CancellationToken cancellation);
    /// <param name="done">Null = the task is removed.</param>
    /// <exception cref="ArgumentException">There is no such task, or it is so already.</exception>
    Task<long> SetTaskAsync(long taskId, bool? done, string actor, CancellationToken cancellation);
}

/// <summary>Someone else changed the incident first; nothing was written.</summary>
public sealed class IncidentConflictException(int id) : Exception($"Incident {id} was changed by someone else in the meantime.");
