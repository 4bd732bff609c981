using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Evidence;
using Wayward.Engine.Inventories;
using Wayward.Engine.Notifications;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Engine.Triage;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;
using Wayward.Testing;

namespace Wayward.Web.Tests.Components;

/// <summary>
/// The rooms below the pages, in memory: findings and histories come from the real engine over a made-up world; what a page asks for can be held back or made to fail.
/// </summary>
internal sealed partial class PageFixture : IFindingStore, IInstanceStore, IHistoryReader, IExpectedTargetStore, IAuditStore, ISourceObjectStore, Wayward.Storage.GuardDuty.IGuardDutyStore, IEvidenceReader, IAcceptedContactReader, ILearnedContactReader, IIngestControl, IChangeNotifier
{
    private readonly List<StoredFinding> _findings = [];
    private readonly List<FindingComment> _comments = [];
    private readonly List<Func<ChangeKinds, Task>> _subscribers = [];
    private readonly ContactLedger _ledger = new();
    private static readonly Lazy<(ContactLedger Ledger, DetectionResult Result)> Evaluated = new(() =>
    {
        var world = FleetWorld();
        return (world.Ledger(), world.Evaluate());
    });

    /// <summary>Nothing has been read.</summary>
    public PageFixture()
    {
    }

    public PageFixture(World world) : this(world.Ledger(), world.Evaluate())
    {
    }

    /// <summary>A world that nobody has evaluated: lanes without findings.</summary>
    public static PageFixture Unevaluated(World world) => new(world.Ledger(), new([]));

    /// <summary>The usual fleet; folded and evaluated once for all tests, which only read it.</summary>
    public static PageFixture Fleet() => new(Evaluated.Value.Ledger, Evaluated.Value.Result);

    private PageFixture(ContactLedger ledger, DetectionResult result)
    {
        _ledger = ledger;
        foreach (var finding in result.Findings)
            _findings.Add(new() { Finding = finding, Status = FindingStatus.Open, Revision = 1, DetectedAt = finding.First + 600, UpdatedAt = finding.First + 600 });
    }

    /// <summary>Web servers that ask Quad9 every day; one asks Google from day 40 on, another an unknown server, a third speaks DoT.</summary>
    public static World FleetWorld()
    {
        var world = new World();
        for (int i = 1; i <= 4; i++) world.Instance($"web-{i}").InAsg("web").InSubnet("subnet-1").Asks("9.9.9.9").Daily();
        world.Instance("web-1").Asks("8.8.8.8").Daily(40.3);
        world.Instance("web-2").Asks("45.90.77.3").Hourly(50.1);
        world.Instance("web-3").Asks("1.1.1.1", DnsTransport.DoT).Daily(45.2);
        return world;
    }

    /// <summary>Set: reads wait for it.</summary>
    public TaskCompletionSource? Gate { get; set; }
    /// <summary>Set: looking up one finding waits for it.</summary>
    public TaskCompletionSource? FindGate { get; set; }
    /// <summary>Set: reads throw it.</summary>
    public Exception? Failure { get; set; }
    public IList<StoredFinding> Findings => _findings;
    public List<ExpectedTarget> Rules { get; } = [];
    public List<AuditEntry> Entries { get; } = [];
    public List<SourceObjectRow> Objects { get; } = [];
    public List<SourceStatus> SourceList { get; } = [];
    public List<string> Calls { get; } = [];
    public int Learning { get; set; }

    private async Task ReadyAsync(CancellationToken cancellation)
    {
        if (Gate is { } gate) await gate.Task.WaitAsync(cancellation);
        if (Failure is { } failure) throw failure;
    }

    public static FindingRow RowOf(StoredFinding stored)
    {
        var f = stored.Finding;
        return new()
        {
            Id = f.Id, Type = f.Type, Subject = f.Subject, InstanceName = f.InstanceName, AccountId = f.AccountId, VpcId = f.VpcId, Asg = f.Asg, Transport = f.Transport, Provider = f.Provider,
            Address = f.Addresses[0].Address.ToString(), AddressCount = f.Addresses.Count, MemberCount = f.Members.Count, Basis = f.Basis, Outcome = f.Outcome, Severity = f.Severity, Confidence = f.Confidence,
            First = f.First, Last = f.Last, Count = f.Count, Status = stored.Status, Resolution = stored.Resolution, Assignee = stored.Assignee, Reported = f.Reported, Provisional = f.Provisional,
            Why = FindingText.Why(f), Revision = stored.Revision, DetectedAt = stored.DetectedAt, IncidentId = stored.IncidentId,
        };
    }

    public async Task<IReadOnlyDictionary<string, int>> RefsAsync(FindingQuery query, int take, CancellationToken cancellation) =>
        (await QueryAsync(query with { Skip = 0, Take = take }, cancellation)).Rows.ToDictionary(r => r.Id, r => r.Revision);

    public async Task<FindingList> QueryAsync(FindingQuery query, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        var rows = _findings.Select(RowOf).Where(r =>
            (query.Statuses.Count == 0 || query.Statuses.Contains(r.Status)) && (query.Bands.Count == 0 || query.Bands.Contains(SeverityBands.Of(r.Severity)))
            && (query.Transports.Count == 0 || query.Transports.Contains(r.Transport)) && (query.IncludeUnreported || r.Reported)
            && (query.Text is null || $"{r.Subject.Id} {r.InstanceName} {r.Address} {r.Provider} {r.Id}".Contains(query.Text, StringComparison.OrdinalIgnoreCase))
            && (query.Address is null || r.Address == query.Address) && (query.FirstFrom ?? 0) <= r.First && r.First < (query.FirstTo ?? long.MaxValue) && r.DetectedAt < (query.DetectedTo ?? long.MaxValue));
        rows = query.Sort switch { FindingSort.FirstContact => rows.OrderBy(r => r.First), FindingSort.DetectedAt => rows.OrderBy(r => r.DetectedAt), _ => rows.OrderBy(r => r.Severity) };
        var all = (query.Descending ? rows.Reverse() : rows).ToList();
        return new([.. all.Skip(query.Skip).Take(query.Take)], all.Count);
    }

    public async Task<IReadOnlySet<string>> OpenIdsAsync(CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return _findings.Where(f => f.Status.IsOpen()).Select(f => f.Finding.Id).ToHashSet(StringComparer.Ordinal);
    }

    public async Task<IReadOnlyList<FindingsOfDay>> DaysAsync(long from, long to, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return [.. _findings.Where(f => f.Finding.Reported && f.Status != FindingStatus.Withdrawn && f.Finding.First >= from && f.Finding.First < to)
            .GroupBy(f => (Day: UnixTime.Day(f.Finding.First), Band: SeverityBands.Of(f.Finding.Severity))).OrderBy(g => g.Key).Select(g => new FindingsOfDay(g.Key.Day, g.Key.Band, g.Count()))];
    }

    public async Task<IReadOnlyList<FindingFacet>> FacetsAsync(FindingQuery query, CancellationToken cancellation)
    {
        var all = await QueryAsync(query with { Statuses = [], Bands = [], Transports = [], IncludeUnreported = true, Skip = 0, Take = int.MaxValue }, cancellation);
        return [.. all.Rows.GroupBy(r => (r.Status, Band: SeverityBands.Of(r.Severity), r.Transport, r.Reported)).Select(g => new FindingFacet(g.Key.Status, g.Key.Band, g.Key.Transport, g.Key.Reported, g.Count()))];
    }

    public async Task<FindingCounts> CountAsync(CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        var open = _findings.Where(f => f.Status.IsOpen() && f.Finding.Reported).ToList();
        return new()
        {
            ByStatus = _findings.GroupBy(f => f.Status).ToDictionary(g => g.Key, g => g.Count()),
            OpenByBand = open.GroupBy(f => SeverityBands.Of(f.Finding.Severity)).ToDictionary(g => g.Key, g => g.Count()),
            OpenByTransport = open.GroupBy(f => f.Finding.Transport).ToDictionary(g => g.Key, g => g.Count()),
            Open = open.Count,
            Unreported = _findings.Count(f => !f.Finding.Reported),
        };
    }

    public Task<IReadOnlyList<StoredFinding>> PageAsync(FindingQuery query, long? changedSince, FindingPosition? after, int take, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<StoredFinding>>([]);

    public async Task<StoredFinding?> FindAsync(string id, CancellationToken cancellation)
    {
        if (FindGate is { } gate) await gate.Task.WaitAsync(cancellation);
        await ReadyAsync(cancellation);
        return _findings.FirstOrDefault(f => f.Finding.Id == id);
    }

    public Task<IReadOnlyList<FindingRow>> SiblingsAsync(string id, int take, CancellationToken cancellation)
    {
        var one = _findings.First(f => f.Finding.Id == id).Finding;
        return Task.FromResult<IReadOnlyList<FindingRow>>([.. _findings.Where(f => f.Finding.Id != id && f.Finding.Provider == one.Provider && f.Finding.Addresses[0].Address == one.Addresses[0].Address).Select(RowOf).Take(take)]);
    }

    public Task<IReadOnlyList<FindingRow>> OfInstanceAsync(string instanceId, int take, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FindingRow>>([.. _findings.Where(f => f.Finding.Members.Contains(new(instanceId))).Select(RowOf).Take(take)]);

    public Task<IReadOnlyList<FindingRow>> RowsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FindingRow>>([.. _findings.Where(f => ids.Contains(f.Finding.Id)).OrderBy(f => f.Finding.First).Select(RowOf)]);

    public Task<FindingChanges> ApplyAsync(DetectionResult result, DetectionScope? scope, Func<Finding, ExpectedTarget?> covering, CancellationToken cancellation) => throw new InvalidOperationException("Pages do not evaluate.");

    public Task<long> TriageAsync(TriageChange change, CancellationToken cancellation) => throw new InvalidOperationException("Pages decide through the triage service.");

    public Task<IReadOnlyList<FindingComment>> CommentsAsync(string findingId, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<FindingComment>>([.. _comments.Where(c => c.FindingId == findingId)]);

    public Task<long> AddCommentAsync(string findingId, string author, string text, CancellationToken cancellation)
    {
        _comments.Add(new(_comments.Count + 1, findingId, author, 1_772_000_000_000, text));
        return Task.FromResult(1L);
    }

    public async Task<InstanceList> QueryAsync(InstanceQuery query, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        var rows = _ledger.Instances.Values.Select(RowOf).Where(r => (!query.OnlyWithFindings || r.OpenFindings > 0) && (query.Text is null || $"{r.Id} {r.Name} {r.Asg}".Contains(query.Text, StringComparison.OrdinalIgnoreCase)))
            .OrderByDescending(r => r.OpenFindings).ToList();
        return new([.. rows.Skip(query.Skip).Take(query.Take)], rows.Count);
    }

    private InstanceRow RowOf(InstanceHistory history)
    {
        long first = history.Coverage.Values.Min(d => d.FirstStart), last = history.Coverage.Values.Max(d => d.LastEnd);
        var open = _findings.Where(f => f.Status.IsOpen() && f.Finding.Members.Contains(history.Key)).ToList();
        return new()
        {
            Id = history.Key.Id, Kind = history.Key.Kind, Name = history.Fact(InstanceAttribute.Name, last), AccountId = history.Fact(InstanceAttribute.Account, last), VpcId = history.Fact(InstanceAttribute.Vpc, last),
            SubnetId = history.Fact(InstanceAttribute.Subnet, last), Asg = history.Fact(InstanceAttribute.Asg, last), FirstSeen = first, LastSeen = last, ObservedSince = first,
            Destinations = history.Pairs.Count, OpenFindings = open.Count, MaxSeverity = open.Select(f => f.Finding.Severity).DefaultIfEmpty(0).Max(),
        };
    }

    /// <summary>In place of what the world says, by instance.</summary>
    public Dictionary<string, IReadOnlyList<InstanceFact>> Facts { get; } = [];

    /// <summary>How often a page read the whole history of an instance.</summary>
    public int HistoriesRead { get; private set; }

    public async Task<InstanceHistory?> FindAsync(InstanceKey key, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        HistoriesRead++;
        if (_ledger.Instances.GetValueOrDefault(key) is not { } history || !Facts.TryGetValue(key.Id, out var facts)) return _ledger.Instances.GetValueOrDefault(key);
        var copy = new InstanceHistory { Key = key };
        foreach (var (endpoint, cells) in history.Pairs) copy.Pairs.Add(endpoint, cells);
        foreach (var (day, coverage) in history.Coverage) copy.Coverage.Add(day, coverage);
        foreach (var (endpoint, lines) in history.Evidence) copy.Evidence.Add(endpoint, lines);
        copy.Facts.AddRange(facts);
        return copy;
    }

    public InstanceKey KeyAt(InstanceKey stored, long at) => stored;

    public Task<T> ReadAsync<T>(Func<InventoryView, CancellationToken, Task<T>> work, CancellationToken cancellation) => throw new InvalidOperationException("Pages read single histories.");

    public async Task<(IReadOnlyList<DestinationRow> Rows, int Total)> DestinationsAsync(string? text, int skip, int take, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        var rows = Uses().GroupBy(u => u.Endpoint).Select(g => new DestinationRow { Address = g.Key.Address, Protocol = g.Key.Protocol, Port = g.Key.Port, First = g.Min(u => u.First), Last = g.Max(u => u.Last), Instances = g.Count() })
            .Where(r => text is null || r.Address.ToString().Contains(text, StringComparison.Ordinal)).ToList();
        return ([.. rows.Skip(skip).Take(take)], rows.Count);
    }

    public async Task<IReadOnlyList<DestinationUse>> UsersOfAsync(IpAddress address, int take, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return [.. Uses().Where(u => u.Endpoint.Address == address).Select(u => new DestinationUse(u.History.Key.Id, u.History.Fact(InstanceAttribute.Name, u.Last), null, null, u.Endpoint.Protocol, u.Endpoint.Port, u.First, u.Last)).Take(take)];
    }

    private IEnumerable<(InstanceHistory History, Endpoint Endpoint, long First, long Last)> Uses() =>
        from history in _ledger.Instances.Values
        from pair in history.Pairs
        let contacts = pair.Value.Where(c => c.HasContact).ToList()
        where contacts.Count > 0
        select (history, pair.Key, contacts.Min(c => c.FirstContact), contacts.Max(c => c.LastContact));

    public async Task<bool> ExistsAsync(string id, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return _ledger.Instances.Keys.Any(k => k.Id == id);
    }

    public async Task<FleetFacts> FleetAsync(CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return new(_ledger.Instances.Count, Learning, Learning > 0 ? World.At(7) : null, Uses().Select(u => u.Endpoint).Distinct().Count(), 0, _ledger.Instances.Count == 0 ? 0 : World.Beginning, _ledger.MaxStart, 0);
    }
}
