using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Serialization;
using Wayward.Core.Triage;
using Wayward.Storage.Audit;
using Wayward.Storage.Model;

namespace Wayward.Storage.Findings;

/// <inheritdoc cref="IFindingStore"/>
/// <param name="why">The clause of a row; <see cref="FindingText.Why"/>.</param>
internal sealed class FindingStore(Database database, Func<Finding, string> why) : IFindingStore
{
    public Task<FindingList> QueryAsync(FindingQuery query, CancellationToken cancellation) => database.ReadAsync(async (db, c) =>
    {
        var matching = FindingQueries.Matching(db, query);
        var rows = await FindingQueries.Sorted(matching, query.Sort, query.Descending).Skip(query.Skip).Take(query.Take).Select(FindingMapping.ToRow).ToListAsync(c);
        return new FindingList(rows, await FindingQueries.TotalAsync(db, query, matching, c));
    }, cancellation);

    public Task<IReadOnlyDictionary<string, int>> RefsAsync(FindingQuery query, int take, CancellationToken cancellation) => database.ReadAsync<IReadOnlyDictionary<string, int>>(async (db, c) =>
        (await FindingQueries.Sorted(FindingQueries.Matching(db, query), query.Sort, query.Descending).Take(take).Select(f => new { f.Id, f.Revision }).ToListAsync(c)).ToDictionary(f => f.Id, f => f.Revision, StringComparer.Ordinal), cancellation);

    public Task<FindingCounts> CountAsync(CancellationToken cancellation) => database.ReadAsync(async (db, c) =>
    {
        var tallies = await db.FindingTallies.ToListAsync(c);
        var reported = tallies.Where(t => t.Reported).ToList();
        var open = reported.Where(t => ((FindingStatus)t.Status).IsOpen()).ToList();
        return new FindingCounts
        {
            ByStatus = reported.GroupBy(t => (FindingStatus)t.Status).ToDictionary(g => g.Key, g => g.Sum(t => t.Count)),
            OpenByBand = open.GroupBy(t => (SeverityBand)t.Band).ToDictionary(g => g.Key, g => g.Sum(t => t.Count)),
            OpenByTransport = open.GroupBy(t => (DnsTransport)t.Transport).ToDictionary(g => g.Key, g => g.Sum(t => t.Count)),
            Open = open.Sum(t => t.Count),
            Unreported = tallies.Where(t => !t.Reported).Sum(t => t.Count),
        };
    }, cancellation);

    public Task<IReadOnlyList<FindingFacet>> FacetsAsync(FindingQuery query, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<FindingFacet>>(async (db, c) =>
    {
        if (FindingQueries.IsTallied(query))
        {
            var tallies = (await db.FindingTallies.ToListAsync(c)).Where(t => query.Types.Count == 0 || query.Types.Any(type => type.Id == t.Type));
            return [.. tallies.GroupBy(t => (t.Status, t.Band, t.Transport, t.Reported)).Select(g => new FindingFacet((FindingStatus)g.Key.Status, (SeverityBand)g.Key.Band, (DnsTransport)g.Key.Transport, g.Key.Reported, g.Sum(t => t.Count)))];
        }
        var groups = await FindingQueries.Matching(db, query with { Statuses = [], Bands = [], Transports = [], IncludeUnreported = true })
            .GroupBy(f => new { f.Status, f.Band, f.Transport, f.Reported }).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(c);
        return [.. groups.Select(g => new FindingFacet((FindingStatus)g.Key.Status, (SeverityBand)g.Key.Band, (DnsTransport)g.Key.Transport, g.Key.Reported, g.Count))];
    }, cancellation);

    public Task<IReadOnlyList<FindingsOfDay>> DaysAsync(long from, long to, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<FindingsOfDay>>(async (db, c) =>
    {
        byte withdrawn = (byte)FindingStatus.Withdrawn;
        var days = await db.Findings.Where(f => f.First >= from && f.First < to && f.Reported && f.Status != withdrawn)
            .GroupBy(f => new { Day = f.First / UnixTime.DaySeconds, f.Band })
            .Select(g => new { g.Key.Day, g.Key.Band, Count = g.Count() })
            .OrderBy(g => g.Day).ThenBy(g => g.Band).ToListAsync(c);
        return [.. days.Select(d => new FindingsOfDay((int)d.Day, (SeverityBand)d.Band, d.Count))];
    }, cancellation);

    public Task<IReadOnlySet<string>> OpenIdsAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlySet<string>>(async (db, c) =>
        (await db.Findings.Where(f => f.IsOpen).Select(f => f.Id).ToListAsync(c)).ToHashSet(StringComparer.Ordinal), cancellation);

    public Task<StoredFinding?> FindAsync(string id, CancellationToken cancellation) => database.ReadAsync(async (db, c) =>
    {
        string present = await PresentIdAsync(db, id, c);
        var row = await db.Findings.FirstOrDefaultAsync(f => f.Id == present, c);
        if (row is null) return null;
        string json = await db.FindingDocuments.Where(d => d.FindingId == present).Select(d => d.Json).SingleAsync(c);
        return FindingMapping.ToStored(row, json, await db.FindingAliases.Where(a => a.FindingId == present).OrderBy(a => a.OldId).Select(a => a.OldId).ToListAsync(c));
    }, cancellation);

    public Task<IReadOnlyList<StoredFinding>> PageAsync(FindingQuery query, long? changedSince, FindingPosition? after, int take, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<StoredFinding>>(async (db, c) =>
    {
        var matching = FindingQueries.Matching(db, query);
        if (changedSince is { } since) matching = matching.Where(f => f.UpdatedAt >= since);
        // The database compares; only this overload is translated.
#pragma warning disable CA1309
        if (after is { } last) matching = matching.Where(f => f.First > last.First || (f.First == last.First && string.Compare(f.Id, last.Id) > 0));
#pragma warning restore CA1309
        var rows = await matching.OrderBy(f => f.First).ThenBy(f => f.Id).Take(take).ToListAsync(c);
        var ids = rows.Select(f => f.Id).ToList();
        var json = await db.FindingDocuments.Where(d => ids.Contains(d.FindingId)).ToDictionaryAsync(d => d.FindingId, d => d.Json, c);
        var aliases = (await db.FindingAliases.Where(a => ids.Contains(a.FindingId)).OrderBy(a => a.OldId).ToListAsync(c)).ToLookup(a => a.FindingId, a => a.OldId);
        return [.. rows.Select(f => FindingMapping.ToStored(f, json[f.Id], [.. aliases[f.Id]]))];
    }, cancellation);

    private static async Task<string> PresentIdAsync(WaywardDbContext db, string id, CancellationToken cancellation) =>
        await db.FindingAliases.Where(a => a.OldId == id).Select(a => a.FindingId).FirstOrDefaultAsync(cancellation) ?? id;

    public Task<IReadOnlyList<FindingRow>> SiblingsAsync(string id, int take, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<FindingRow>>(async (db, c) =>
    {
        string present = await PresentIdAsync(db, id, c);
        string? target = await db.Findings.Where(f => f.Id == present).Select(f => f.Target).FirstOrDefaultAsync(c);
        if (target is null) return [];
        return await db.Findings.Where(f => f.Target == target && f.Id != present)
            .OrderByDescending(f => f.First).ThenByDescending(f => f.Id).Take(take).Select(FindingMapping.ToRow).ToListAsync(c);
    }, cancellation);

    public Task<IReadOnlyList<FindingRow>> RowsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<FindingRow>>(async (db, c) =>
    {
        var asked = ids.ToList();
        var present = asked.Concat(await db.FindingAliases.Where(a => asked.Contains(a.OldId)).Select(a => a.FindingId).ToListAsync(c)).ToList();
        return await db.Findings.Where(f => present.Contains(f.Id)).OrderBy(f => f.First).ThenBy(f => f.Id).Select(FindingMapping.ToRow).ToListAsync(c);
    }, cancellation);

    public Task<IReadOnlyList<FindingRow>> OfInstanceAsync(string instanceId, int take, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<FindingRow>>(async (db, c) =>
        await db.Findings.Where(f => db.FindingMembers.Where(m => m.InstanceKey == instanceId).Select(m => m.FindingId).Contains(f.Id))
            .OrderByDescending(f => f.First).ThenByDescending(f => f.Id).Take(take).Select(FindingMapping.ToRow).ToListAsync(c), cancellation);

    public Task<FindingChanges> ApplyAsync(DetectionResult result, DetectionScope? scope, Func<Finding, ExpectedTarget?> covering, CancellationToken cancellation) =>
        database.WriteAsync(async (db, c) =>
        {
            await database.RequireDetectorAsync(db, c);
            return await new FindingApplier(db, database, why).ApplyAsync(result, scope, covering, c);
        }, cancellation);

    public Task<long> TriageAsync(TriageChange change, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var asked = change.Revisions.Keys.ToList();
        var aliases = await db.FindingAliases.Where(a => asked.Contains(a.OldId)).ToDictionaryAsync(a => a.OldId, a => a.FindingId, c);
        var ids = asked.Select(id => aliases.GetValueOrDefault(id, id)).ToList();
        var rows = await db.Findings.Where(f => ids.Contains(f.Id)).ToDictionaryAsync(f => f.Id, c);

        // Refused only when someone else decided, or something was added, after what the analyst saw: the engine's counting on is no conflict.
        var conflicts = change.Revisions.Where(r =>
            !rows.TryGetValue(aliases.GetValueOrDefault(r.Key, r.Key), out var row) || r.Value < row.GuardRevision || r.Value > row.Revision).Select(r => r.Key).Order(StringComparer.Ordinal).ToList();
        if (conflicts.Count > 0) throw new TriageConflictException(conflicts);

        // The past may be read long after it happened: a decision is made at the time that the data have reached.
        long watermark = Math.Min(database.NowSeconds, await db.LedgerState.Select(l => l.MaxStart).SingleOrDefaultAsync(c));
        var before = new Dictionary<string, TriageState>();
        var after = new Dictionary<string, TriageState>();
        foreach (var row in rows.Values.OrderBy(f => f.Id, StringComparer.Ordinal))
        {
            before.Add(row.Id, TriageState.Of(row));
            Decide(row, change, watermark);
            after.Add(row.Id, TriageState.Of(row));
        }
        await FindingChangesSaver.SaveAsync(db, database.Dialect, c);
        string verb = VerbOf(change);
        var entry = await AuditLog.AppendAsync(db, database.NowMilliseconds, new(change.Actor, verb, rows.Count == 1 ? rows.Keys.Single() : Number(rows.Count) + " findings", SummaryOf(change, rows.Count),
            new AuditState { Findings = before }.ToJson(), new AuditState { Findings = after, Comment = change.Comment.Length == 0 ? null : change.Comment }.ToJson(), rows.Keys), c);
        return entry.Id;
    }, cancellation);

    private void Decide(FindingEntity row, TriageChange change, long watermark)
    {
        if (change.Status is { } status)
        {
            row.Status = (byte)status;
            row.IsOpen = status.IsOpen();
            row.Resolution = (byte)(status == FindingStatus.Closed ? change.Resolution : Resolution.None);
            row.PreviousStatus = 0;
            // The rule stays known, so that it does not close again what was reopened against it.
            if (!status.IsOpen()) row.ExpectedTargetId = null;
            row.Note = null;
            if (status == FindingStatus.Closed) (row.ClosedThrough, row.ClosedBytes) = (Math.Max(row.Last, watermark), row.Bytes);
        }
        if (change.Assignee is { } assignee) row.Assignee = assignee.Length == 0 ? null : assignee;
        row.Revision++;
        row.GuardRevision = row.Revision;
        row.UpdatedAt = database.NowSeconds;
    }

    private static string VerbOf(TriageChange change) => change.Status switch
    {
        FindingStatus.Acknowledged => "finding.acknowledge",
        FindingStatus.Closed => "finding.close",
        FindingStatus.Open => "finding.reopen",
        null => "finding.assign",
        _ => throw new ArgumentException($"{change.Status} is set by the engine, not by an analyst.", nameof(change)),
    };

    private static string SummaryOf(TriageChange change, int count)
    {
        string what = change.Status switch
        {
            FindingStatus.Acknowledged => "Acknowledged",
            FindingStatus.Closed => $"Closed as {change.Resolution.Words()}",
            FindingStatus.Open => "Reopened",
            _ => change.Assignee is { Length: > 0 } who ? $"Assigned to {who}" : "Unassigned",
        };
        string whom = count == 1 ? "" : $" {Number(count)} findings";
        return change.Comment.Length == 0 ? what + whom : $"{what}{whom}: {change.Comment}";
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    public Task<IReadOnlyList<FindingComment>> CommentsAsync(string findingId, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<FindingComment>>(async (db, c) =>
    {
        string id = await PresentIdAsync(db, findingId, c);
        return await db.FindingComments.Where(m => m.FindingId == id && !m.Withdrawn).OrderBy(m => m.At).ThenBy(m => m.Id)
            .Select(m => new FindingComment(m.Id, m.FindingId, m.Author, m.At, m.Text)).ToListAsync(c);
    }, cancellation);

    public Task<long> AddCommentAsync(string findingId, string author, string text, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        string id = await PresentIdAsync(db, findingId, c);
        if (!await db.Findings.AnyAsync(f => f.Id == id, c)) throw new ArgumentException($"There is no finding {findingId}.", nameof(findingId));
        var comment = new FindingCommentEntity { FindingId = id, Author = author, At = database.NowMilliseconds, Text = text };
        db.FindingComments.Add(comment);
        await db.SaveChangesAsync(c);
        var (before, after) = (new Dictionary<long, bool> { [comment.Id] = false }, new Dictionary<long, bool> { [comment.Id] = true });
        return (await AuditLog.AppendAsync(db, comment.At, new(author, "finding.comment", id, $"Commented: {text}", new AuditState { Comments = before }.ToJson(), new AuditState { Comments = after }.ToJson(), []), c)).Id;
    }, cancellation);
}
