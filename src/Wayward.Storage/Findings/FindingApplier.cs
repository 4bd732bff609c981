using Microsoft.EntityFrameworkCore;
using Wayward.Core.Detection;
using Wayward.Core.Serialization;
using Wayward.Core.Triage;
using Wayward.Storage.Audit;
using Wayward.Storage.Model;

namespace Wayward.Storage.Findings;

/// <summary>Brings the stored findings into line with an evaluation, within one transaction. How its triage changes, <see cref="TriageTransitions"/> decides.</summary>
internal sealed class FindingApplier(WaywardDbContext db, Database database, Func<Finding, string> why)
{
    /// <summary>Findings whose rows are held at one time.</summary>
    private const int AtOnce = 1_000;

    /// <summary>What is needed of a stored finding to see whether anything changed.</summary>
    private sealed record Known(string Id, string GroupId, long First, long Last, long ContentHash, FindingTriage Triage);

    private readonly List<string> _opened = [], _updated = [], _closed = [], _reopened = [];
    private readonly List<(string Verb, string Id, TriageState Before, TriageState After, string Summary)> _decisions = [];
    private readonly Dictionary<int, List<string>> _closedByRule = [];

    public async Task<FindingChanges> ApplyAsync(DetectionResult result, DetectionScope? scope, Func<Finding, ExpectedTarget?> covering, CancellationToken cancellation)
    {
        // What the engine says it evaluated is the scope widened to what the data may have changed.
        var evaluated = scope is null ? null : result.Evaluated ?? scope;
        var known = await KnownAsync(result, evaluated, cancellation);
        var said = result.Findings.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        var vanished = known.Values.Where(k => !said.Contains(k.Id)).ToDictionary(k => k.Id);
        var byGroup = vanished.Values.ToLookup(k => k.GroupId, StringComparer.Ordinal);

        int unsaved = 0;
        foreach (var finding in result.Findings)
        {
            if (++unsaved == AtOnce)
            {
                await SaveAsync(cancellation);
                unsaved = 0;
            }
            string json = WaywardJson.Write(finding);
            if (known.TryGetValue(finding.Id, out var same)) await UpdateAsync(finding, json, same, cancellation);
            else if (TriageTransitions.Superseded(finding, byGroup[finding.GroupId].Where(k => vanished.ContainsKey(k.Id)).Select(k => (k.Id, k.First, k.Last))) is { } old)
            {
                vanished.Remove(old);
                await SupersedeAsync(finding, json, old, cancellation);
            }
            else Open(finding, json);
        }
        await SaveAsync(cancellation);
        var wholes = new FindingWholes(result.Findings);
        foreach (var some in vanished.Values.OrderBy(k => k.First).ThenBy(k => k.Id, StringComparer.Ordinal).Chunk(AtOnce))
        {
            foreach (var gone in some) await CloseAsync(gone, wholes, covering, cancellation);
            await SaveAsync(cancellation);
        }
        await WriteAuditAsync(cancellation);
        return new(_opened, _updated, _closed, _reopened);
    }

    /// <summary>What was saved is forgotten: a first evaluation may say a hundred thousand findings, and nothing here looks at a row twice.</summary>
    private async Task SaveAsync(CancellationToken cancellation)
    {
        await FindingChangesSaver.SaveAsync(db, database.Dialect, cancellation);
        db.ChangeTracker.Clear();
    }

    /// <summary>Stored findings that this evaluation speaks about: all, or those that the scope covers (<see cref="DetectionScope.Covers"/>), and those that it names itself.</summary>
    private async Task<Dictionary<string, Known>> KnownAsync(DetectionResult result, DetectionScope? scope, CancellationToken cancellation)
    {
        var rows = db.Findings.AsNoTracking();
        if (scope is not null)
        {
            var ids = await IdsInScopeAsync(result, scope, cancellation);
            rows = rows.Where(f => ids.Contains(f.Id));
        }
        return await rows.Select(f => new Known(f.Id, f.GroupId, f.First, f.Last, f.ContentHash,
            new FindingTriage((FindingStatus)f.Status, f.PreviousStatus == 0 ? null : (FindingStatus)f.PreviousStatus, (Resolution)f.Resolution, f.ExpectedTargetId, f.Note))).ToDictionaryAsync(k => k.Id, StringComparer.Ordinal, cancellation);
    }

    private async Task<List<string>> IdsInScopeAsync(DetectionResult result, DetectionScope scope, CancellationToken cancellation)
    {
        var ids = result.Findings.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        if (scope.Groups is not null)
        {
            // Exactly these groups were evaluated: another finding of the same instances is not spoken of.
            var evaluated = scope.Groups.ToList();
            ids.UnionWith(await db.Findings.AsNoTracking().Where(f => evaluated.Contains(f.GroupId)).Select(f => f.Id).ToListAsync(cancellation));
            return [.. ids];
        }
        var instances = scope.Instances.Select(i => i.Id).ToList();
        ids.UnionWith(await db.FindingMembers.AsNoTracking().Where(m => instances.Contains(m.InstanceKey)).Select(m => m.FindingId).Distinct().ToListAsync(cancellation));

        var addresses = scope.Destinations.Select(d => d.Address.ToString()).Distinct().ToList();
        var byAddress = await db.FindingAddresses.AsNoTracking().Where(a => addresses.Contains(a.Address))
            .Join(db.Findings, a => a.FindingId, f => f.Id, (a, f) => new { a.Address, f.Transport, f.Id }).ToListAsync(cancellation);
        var destinations = scope.Destinations.Select(d => (d.Address.ToString(), (byte)d.Transport)).ToHashSet();
        ids.UnionWith(byAddress.Where(a => destinations.Contains((a.Address, a.Transport))).Select(a => a.Id));

        // A finding whose start moved is known by its group.
        var groups = result.Findings.Select(f => f.GroupId).Distinct().ToList();
        ids.UnionWith(await db.Findings.AsNoTracking().Where(f => groups.Contains(f.GroupId)).Select(f => f.Id).ToListAsync(cancellation));
        return [.. ids];
    }

    private void Open(Finding finding, string json)
    {
        var row = new FindingEntity { Status = (byte)FindingStatus.Open, IsOpen = true, Revision = 1, GuardRevision = 1, DetectedAt = database.NowSeconds, UpdatedAt = database.NowSeconds };
        finding.CopyTo(row, json, why(finding));
        db.Findings.Add(row);
        db.FindingDocuments.Add(new() { FindingId = finding.Id, Json = json });
        AddParts(finding);
        _opened.Add(finding.Id);
    }

    private void AddParts(Finding finding)
    {
        var members = finding.Members.Select(m => m.Id);
        if (finding.Subject.Kind == SubjectKind.Instance) members = members.Append(finding.Subject.Id);
        db.FindingMembers.AddRange(members.Distinct(StringComparer.Ordinal).Select(m => new FindingMemberEntity { FindingId = finding.Id, InstanceKey = m }));
        db.FindingAddresses.AddRange(finding.Addresses.Select(a => a.Address.ToString()).Distinct(StringComparer.Ordinal).Select(a => new FindingAddressEntity { FindingId = finding.Id, Address = a }));
    }

    private async Task UpdateAsync(Finding finding, string json, Known known, CancellationToken cancellation)
    {
        bool changed = known.ContentHash != FindingMapping.ContentHash(json);
        if (TriageTransitions.Said(known.Triage, changed, grew: false).Kind == TriageChangeKind.None) return;
        var row = await db.Findings.FirstAsync(f => f.Id == finding.Id, cancellation);
        var (grew, news) = changed ? await RewriteAsync(finding, json, row, cancellation) : (false, null);
        Apply(row, TriageTransitions.Said(TriageOf(row), changed, grew, news));
    }

    private static string? NewsOf(Finding before, Finding after, FindingEntity row) =>
        row.Status == (byte)FindingStatus.Closed ? TriageTransitions.RecurrenceOf(before, after, (Resolution)row.Resolution, new(row.ClosedThrough, row.ClosedBytes)) : null;

    /// <summary>Replaces what the engine says; tells whether addresses or members joined, and what is new since it was closed.</summary>
    private async Task<(bool Grew, string? News)> RewriteAsync(Finding finding, string json, FindingEntity row, CancellationToken cancellation)
    {
        var document = await db.FindingDocuments.FirstAsync(d => d.FindingId == row.Id, cancellation);
        var before = WaywardJson.ReadFinding(document.Json);
        document.Json = json;
        finding.CopyTo(row, json, why(finding));
        bool grew = TriageTransitions.Grew(before, finding);
        string? news = NewsOf(before, finding, row);
        if (!grew && finding.Addresses.Count == before.Addresses.Count && finding.Members.Count == before.Members.Count) return (false, news);
        var (members, addresses) = await PartsAsync(row.Id, cancellation);
        db.FindingMembers.RemoveRange(members);
        db.FindingAddresses.RemoveRange(addresses);
        await FindingChangesSaver.SaveAsync(db, database.Dialect, cancellation);
        foreach (var part in members.Cast<object>().Concat(addresses)) db.Entry(part).State = EntityState.Detached;
        AddParts(finding);
        return (grew, news);
    }

    private async Task<(List<FindingMemberEntity> Members, List<FindingAddressEntity> Addresses)> PartsAsync(string id, CancellationToken cancellation) => (
        await db.FindingMembers.Where(m => m.FindingId == id).ToListAsync(cancellation),
        await db.FindingAddresses.Where(a => a.FindingId == id).ToListAsync(cancellation));

    private static FindingTriage TriageOf(FindingEntity row) => new(
        (FindingStatus)row.Status, row.PreviousStatus == 0 ? null : (FindingStatus)row.PreviousStatus, (Resolution)row.Resolution, row.ExpectedTargetId, row.Note);

    private void Apply(FindingEntity row, TriageTransition transition)
    {
        var before = TriageState.Of(row);
        var after = transition.After;
        (row.Status, row.IsOpen, row.PreviousStatus) = ((byte)after.Status, after.Status.IsOpen(), (byte)(after.Previous ?? 0));
        (row.Resolution, row.ExpectedTargetId, row.Note) = ((byte)after.Resolution, after.RuleId, after.Note);
        row.Revision++;
        row.UpdatedAt = database.NowSeconds;
        if (transition.Guards) row.GuardRevision = row.Revision;
        if (transition.Decision is { } decision) _decisions.Add(("finding.reopen", row.Id, before, TriageState.Of(row), decision));
        (transition.Kind switch { TriageChangeKind.Closed => _closed, TriageChangeKind.Reopened => _reopened, _ => _updated }).Add(row.Id);
    }

    /// <summary>The same finding with a moved start: triage, comments and audit move to the new id.</summary>
    private async Task SupersedeAsync(Finding finding, string json, string oldId, CancellationToken cancellation)
    {
        var previous = await db.Findings.FirstAsync(f => f.Id == oldId, cancellation);
        var document = await db.FindingDocuments.FirstAsync(d => d.FindingId == oldId, cancellation);
        var before = WaywardJson.ReadFinding(document.Json);
        var (members, addresses) = await PartsAsync(oldId, cancellation);

        var row = new FindingEntity
        {
            Status = previous.Status, IsOpen = previous.IsOpen, PreviousStatus = previous.PreviousStatus, Resolution = previous.Resolution, Assignee = previous.Assignee,
            ClosedThrough = previous.ClosedThrough, ClosedBytes = previous.ClosedBytes, ExpectedTargetId = previous.ExpectedTargetId, IncidentId = previous.IncidentId, Note = previous.Note,
            Revision = previous.Revision, GuardRevision = previous.GuardRevision,
            DetectedAt = previous.DetectedAt, UpdatedAt = database.NowSeconds,
        };
        finding.CopyTo(row, json, why(finding));
        db.FindingMembers.RemoveRange(members);
        db.FindingAddresses.RemoveRange(addresses);
        db.FindingDocuments.Remove(document);
        db.Findings.Remove(previous);
        db.Findings.Add(row);
        db.FindingDocuments.Add(new() { FindingId = row.Id, Json = json });
        AddParts(finding);
        db.FindingAliases.Add(new() { OldId = oldId, FindingId = row.Id });
        await FindingChangesSaver.SaveAsync(db, database.Dialect, cancellation);
        await db.FindingAliases.Where(a => a.FindingId == oldId).ExecuteUpdateAsync(s => s.SetProperty(a => a.FindingId, row.Id), cancellation);
        // The new id is an old one that comes back: it stands for itself again.
        await db.FindingAliases.Where(a => a.OldId == row.Id).ExecuteDeleteAsync(cancellation);
        // Loaded, so that the checksum of each comment follows.
        foreach (var comment in await db.FindingComments.AsTracking().Where(m => m.FindingId == oldId).ToListAsync(cancellation)) comment.FindingId = row.Id;
        await db.AuditSubjects.Where(s => s.Subject == oldId).ExecuteUpdateAsync(s => s.SetProperty(x => x.Subject, row.Id), cancellation);

        Apply(row, TriageTransitions.Said(TriageOf(row), changed: true, TriageTransitions.Grew(before, finding), NewsOf(before, finding, row)));
    }

    private async Task CloseAsync(Known gone, FindingWholes wholes, Func<Finding, ExpectedTarget?> covering, CancellationToken cancellation)
    {
        string json = await db.FindingDocuments.AsNoTracking().Where(d => d.FindingId == gone.Id).Select(d => d.Json).SingleAsync(cancellation);
        var finding = WaywardJson.ReadFinding(json);
        var rule = covering(finding);
        var whole = rule is null ? wholes.Of(finding) : null;
        var transition = TriageTransitions.Vanished(gone.Triage, rule?.Id, whole is null ? null : $"the finding about {whole.Subject.Id}");
        if (transition.Kind == TriageChangeKind.None) return;
        var row = await db.Findings.FirstAsync(f => f.Id == gone.Id, cancellation);
        Apply(row, transition);
        if (whole is not null) await FindingWholes.CarryAsync(db, database.NowMilliseconds, finding, row, whole, cancellation);
        if (rule is null) return;
        if (!_closedByRule.TryGetValue(rule.Id, out var list)) _closedByRule.Add(rule.Id, list = []);
        list.Add(row.Id);
    }

    private async Task WriteAuditAsync(CancellationToken cancellation)
    {
        foreach (var (verb, id, before, after, summary) in _decisions)
        {
            await AuditLog.AppendAsync(db, database.NowMilliseconds, new(AuditLog.System, verb, id, summary,
                new AuditState { Findings = new Dictionary<string, TriageState> { [id] = before } }.ToJson(), new AuditState { Findings = new Dictionary<string, TriageState> { [id] = after } }.ToJson(), []), cancellation);
        }
        foreach (var (rule, ids) in _closedByRule) await AuditLog.LinkAsync(db, AuditLog.RuleSubject(rule), ids, cancellation);
    }
}
