using Microsoft.EntityFrameworkCore;
using Wayward.Core.Triage;
using Wayward.Storage.Model;

namespace Wayward.Storage.Findings;

/// <summary>Filter and order of the queue, shaped so that the common ones are range scans of an index.</summary>
internal static class FindingQueries
{
    public static IQueryable<FindingEntity> Matching(WaywardDbContext db, FindingQuery query)
    {
        var rows = OfStatus(db.Findings, query.Statuses);
        if (!query.IncludeUnreported) rows = rows.Where(f => f.Reported);
        if (query.Types.Count > 0)
        {
            var types = query.Types.Select(t => t.Id).ToArray();
            rows = rows.Where(f => types.Contains(f.Type));
        }
        if (query.Transports.Count > 0)
        {
            var transports = query.Transports.Select(t => (byte)t).ToArray();
            rows = rows.Where(f => transports.Contains(f.Transport));
        }
        if (query.Bands.Count > 0)
        {
            var bands = query.Bands.Select(t => (byte)t).ToArray();
            rows = rows.Where(f => bands.Contains(f.Band));
        }
        if (LikePattern.Of(query.Text) is { } pattern) rows = rows.Where(f => EF.Functions.Like(f.Search, pattern, LikePattern.Escape));
        if (query.SubjectId is { } subject) rows = rows.Where(f => f.SubjectId == subject);
        if (query.Provider is { } provider) rows = rows.Where(f => f.Provider == provider);
        if (query.Address is { } address) rows = rows.Where(f => db.FindingAddresses.Where(a => a.Address == address).Select(a => a.FindingId).Contains(f.Id));
        if (query.Assignee is { } assignee) rows = rows.Where(f => f.Assignee == assignee);
        if (query.Unassigned) rows = rows.Where(f => f.Assignee == null);
        if (query.IncidentId is { } incident) rows = rows.Where(f => f.IncidentId == incident);
        if (query.FirstFrom is { } from) rows = rows.Where(f => f.First >= from);
        if (query.FirstTo is { } to) rows = rows.Where(f => f.First < to);
        if (query.DetectedTo is { } detected) rows = rows.Where(f => f.DetectedAt < detected);
        return rows;
    }

    /// <summary>Open and closed are a column of their own: an IN over statuses would have to be sorted.</summary>
    private static IQueryable<FindingEntity> OfStatus(IQueryable<FindingEntity> rows, IReadOnlyList<FindingStatus> statuses)
    {
        var wanted = statuses.Distinct().ToList();
        if (wanted.Count == 0) return rows;
        int open = wanted.Count(s => s.IsOpen());
        if (open == wanted.Count)
        {
            rows = rows.Where(f => f.IsOpen);
            if (open == Enum.GetValues<FindingStatus>().Count(s => s.IsOpen())) return rows;
        }
        else if (open == 0) rows = rows.Where(f => !f.IsOpen);
        var values = wanted.Select(s => (byte)s).ToArray();
        return rows.Where(f => values.Contains(f.Status));
    }

    public static IQueryable<FindingEntity> Sorted(IQueryable<FindingEntity> rows, FindingSort sort, bool descending) => (sort, descending) switch
    {
        (FindingSort.FirstContact, false) => rows.OrderBy(f => f.First).ThenBy(f => f.Id),
        (FindingSort.FirstContact, true) => rows.OrderByDescending(f => f.First).ThenByDescending(f => f.Id),
        (FindingSort.LastContact, false) => rows.OrderBy(f => f.Last).ThenBy(f => f.Id),
        (FindingSort.LastContact, true) => rows.OrderByDescending(f => f.Last).ThenByDescending(f => f.Id),
        (FindingSort.Count, false) => rows.OrderBy(f => f.Count).ThenBy(f => f.Id),
        (FindingSort.Count, true) => rows.OrderByDescending(f => f.Count).ThenByDescending(f => f.Id),
        (FindingSort.Subject, false) => rows.OrderBy(f => f.SubjectId).ThenBy(f => f.Id),
        (FindingSort.Subject, true) => rows.OrderByDescending(f => f.SubjectId).ThenByDescending(f => f.Id),
        (FindingSort.DetectedAt, false) => rows.OrderBy(f => f.DetectedAt).ThenBy(f => f.Id),
        (FindingSort.DetectedAt, true) => rows.OrderByDescending(f => f.DetectedAt).ThenByDescending(f => f.Id),
        (_, false) => rows.OrderBy(f => f.Severity).ThenBy(f => f.First).ThenBy(f => f.Id),
        (_, true) => rows.OrderByDescending(f => f.Severity).ThenByDescending(f => f.First).ThenByDescending(f => f.Id),
    };

    /// <summary>Whether the query filters only by what the tallies are kept by.</summary>
    public static bool IsTallied(FindingQuery query) =>
        LikePattern.Of(query.Text) is null && query is { SubjectId: null, Provider: null, Address: null, Assignee: null, Unassigned: false, IncidentId: null, FirstFrom: null, FirstTo: null, DetectedTo: null };

    /// <summary>The number of matches: from the tallies where only their columns are filtered, else counted up to the cap.</summary>
    public static async Task<int> TotalAsync(WaywardDbContext db, FindingQuery query, IQueryable<FindingEntity> matching, CancellationToken cancellation)
    {
        if (!IsTallied(query)) return await matching.Take(FindingList.TotalCap).CountAsync(cancellation);
        var tallies = await db.FindingTallies.ToListAsync(cancellation);
        int total = tallies.Where(t =>
            (query.Statuses.Count == 0 || query.Statuses.Contains((FindingStatus)t.Status))
            && (query.IncludeUnreported || t.Reported)
            && (query.Types.Count == 0 || query.Types.Any(type => type.Id == t.Type))
            && (query.Transports.Count == 0 || query.Transports.Contains((Core.Resolvers.DnsTransport)t.Transport))
            && (query.Bands.Count == 0 || query.Bands.Contains((Core.Detection.SeverityBand)t.Band))).Sum(t => t.Count);
        return Math.Min(total, FindingList.TotalCap);
    }
}
