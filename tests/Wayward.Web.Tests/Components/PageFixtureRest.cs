using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.GuardDuty;
using Wayward.Core.Triage;
using Wayward.Engine.Detection;
using Wayward.Engine.Evidence;
using Wayward.Engine.Notifications;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Storage.Ingest;

namespace Wayward.Web.Tests.Components;

/// <summary>Rules, audit, objects, evidence and notifications of the fake fixture.</summary>
internal sealed partial class PageFixture
{
    public async Task<IReadOnlyList<ExpectedTarget>> AllAsync(CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return Rules;
    }

    public Task<(ExpectedTarget Rule, long AuditId)> AddAsync(ExpectedTarget rule, string? findingId, string actor, CancellationToken cancellation) => throw new InvalidOperationException("Pages decide through the triage service.");
    public Task<long?> DeleteAsync(int id, string actor, string reason, CancellationToken cancellation) => throw new InvalidOperationException("Pages decide through the triage service.");
    public Task<(IReadOnlyList<ExpectedTarget> Added, long AuditId)> ChangeAsync(RuleChange change, string actor, CancellationToken cancellation)
    {
        for (int i = 0; i < Rules.Count; i++)
            if (change.End.Contains(Rules[i].Id)) Rules[i] = Rules[i] with { DeletedAt = 1 };
        List<ExpectedTarget> added = [.. change.Add.Select((rule, i) => rule with { Id = Rules.Count + 1 + i, CreatedBy = actor })];
        Rules.AddRange(added);
        return Task.FromResult<(IReadOnlyList<ExpectedTarget>, long)>((added, 1));
    }

    public Task<long> AppendAsync(string actor, string verb, string subject, string summary, string? before, string? after, CancellationToken cancellation) =>
        verb == "audit.read" ? Task.FromResult(0L) : throw new InvalidOperationException("Pages do not write the log.");

    public async Task<(IReadOnlyList<AuditEntry> Rows, int Total)> QueryAsync(AuditFilter filter, int skip, int take, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        var rows = Entries.Where(e => filter.Text is null || e.Summary.Contains(filter.Text, StringComparison.OrdinalIgnoreCase)).ToList();
        return ([.. rows.Skip(skip).Take(take)], rows.Count);
    }

    public IAsyncEnumerable<AuditEntry> ReadAsync(AuditFilter filter, CancellationToken cancellation) => Entries.ToAsyncEnumerable();
    public Task<AuditHead> HeadAsync(CancellationToken cancellation) => throw new NotSupportedException();
    public Task<AuditVerdict> VerifyAsync(AuditCheckpoints checkpoints, string? expectedHead, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<int> EraseAsync(string person, string actor, CancellationToken cancellation) => throw new NotSupportedException();
    Task<AuditEntry?> IAuditStore.FindAsync(long entryId, CancellationToken cancellation) => Task.FromResult(Entries.Find(e => e.Id == entryId));
    public Task<IReadOnlyList<AuditEntry>> OfFindingAsync(string findingId, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<AuditEntry>>([.. Entries.Where(e => e.Subject == findingId)]);
    public Task<IReadOnlyList<AuditEntry>> OfSubjectsAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<AuditEntry>>([.. Entries.Where(e => subjects.Contains(e.Subject))]);
    public Task<UndoResult> UndoAsync(long entryId, string actor, CancellationToken cancellation) => throw new InvalidOperationException("Pages undo through the triage service.");

    public Task<IReadOnlyList<OfferedObject>> OfferAsync(IReadOnlyList<OfferedObject> objects, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<IReadOnlyList<OfferedObject>> WaitingAsync(string source, int take, bool newestFirst, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<IReadOnlySet<long>> KnownAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task MarkRetryAsync(long objectId, string reason, TimeSpan delay, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task MarkQuarantinedAsync(long objectId, string reason, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<bool> RequeueAsync(long objectId, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<bool> SkipAsync(long objectId, CancellationToken cancellation) => throw new InvalidOperationException();
    public Task<IReadOnlyList<SourceObjectRow>> CoveringAsync(long from, long to, int take, CancellationToken cancellation) => throw new InvalidOperationException();

    public async Task<(IReadOnlyList<SourceObjectRow> Rows, int Total)> QueryAsync(IReadOnlyList<SourceObjectState> states, string? text, int skip, int take, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        var rows = Objects.Where(o => states.Count == 0 || states.Contains(o.State)).ToList();
        return ([.. rows.Skip(skip).Take(take)], rows.Count);
    }

    public Task<SourceObjectRow?> FindAsync(long objectId, CancellationToken cancellation) => Task.FromResult(Objects.FirstOrDefault(o => o.ObjectId == objectId));
    public List<GuardDutyFinding> GuardDuty { get; } = [];
    public Task<Storage.GuardDuty.GuardDutySaved> SaveAsync(IReadOnlyCollection<GuardDutyFinding> findings, CancellationToken cancellation) => throw new NotSupportedException();
    Task<IReadOnlyList<GuardDutyFinding>> Wayward.Storage.GuardDuty.IGuardDutyStore.AllAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<GuardDutyFinding>>(GuardDuty);
    public Task<IReadOnlyList<GuardDutyFinding>> OfInstanceAsync(string instanceId, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<GuardDutyFinding>>([.. GuardDuty.Where(g => g.Instance == instanceId)]);

    public Task<IReadOnlyDictionary<long, SourceObjectName>> NamesAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<long, SourceObjectName>>(Objects.Where(o => objectIds.Contains(o.ObjectId)).ToDictionary(o => o.ObjectId, o => new SourceObjectName(o.Container, o.Key, o.Columns, o.Sha256)));

    async Task<IngestCounts> ISourceObjectStore.CountAsync(CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return new(Objects.GroupBy(o => o.State).ToDictionary(g => g.Key, g => (long)g.Count()), Objects.Sum(o => o.Records), Objects.Sum(o => o.Bytes), Objects.Sum(o => o.QuarantinedLines), null, null);
    }

    public Task<IReadOnlyDictionary<(string Source, SourceObjectState State), long>> CountBySourceAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<(string, SourceObjectState), long>>(Objects.GroupBy(o => (o.Source, o.State)).ToDictionary(g => g.Key, g => (long)g.Count()));

    public Task<EvidenceResult> ReadAsync(InstanceKey instance, Destination destination, long from, long to, int take, CancellationToken cancellation)
    {
        Calls.Add($"evidence {instance} {destination.Address}");
        return Task.FromResult(new EvidenceResult([new("/logs", "a/b.log.gz", 12, from, from + 10, true, "ACCEPT", 1, 70, "2 111122223333 eni-1 … ACCEPT OK")], true, []));
    }

    public List<AcceptedContact> Accepted { get; } = [];
    Task<Wayward.Engine.Detection.LearnedList> Wayward.Engine.Detection.ILearnedContactReader.ReadAsync(CancellationToken cancellation) =>
        Task.FromResult(new Wayward.Engine.Detection.LearnedList([.. LearnedContacts.Ranked(Accepted).Take(1_000)], Accepted.Count));

    Task<IReadOnlyList<AcceptedContact>> IAcceptedContactReader.ReadAsync(InstanceKey instance, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<AcceptedContact>>([.. Accepted.Where(a => a.Instance == instance)]);

    public IReadOnlyList<SourceStatus> Sources => SourceList;
    public IngestProgress Progress => new(Objects.Count, Objects.Count, 0, 0, 0, true, null, null) { StoreProblem = StoreProblem };
    public string? StoreProblem { get; set; }

    public Task<bool> RetryAsync(long objectId, string actor, CancellationToken cancellation)
    {
        Calls.Add($"retry {objectId}");
        return Task.FromResult(true);
    }

    internal FakeBackfills Backfills { get; } = new();

    Task<bool> IIngestControl.PauseAsync(string source, bool paused, string actor, CancellationToken cancellation)
    {
        Calls.Add($"{(paused ? "pause" : "resume")} {source} by {actor}");
        return Task.FromResult(true);
    }

    Task<bool> IIngestControl.SkipAsync(long objectId, string actor, CancellationToken cancellation)
    {
        Calls.Add($"skip {objectId}");
        return Task.FromResult(true);
    }

    public void ScanNow() => Calls.Add("scan-now");
    public Task WhenIdleAsync(CancellationToken cancellation) => Task.CompletedTask;

    public int Subscribers => _subscribers.Count;

    public IDisposable Subscribe(Func<ChangeKinds, Task> handler)
    {
        _subscribers.Add(handler);
        return new Subscription(() => _subscribers.Remove(handler));
    }

    public void Publish(ChangeKinds kinds) => Task.WaitAll([.. _subscribers.ToArray().Select(s => s(kinds))]);

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
