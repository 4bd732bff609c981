using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Serialization;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Engine.Tests.Fakes;
using Wayward.Engine.Triage;
using Wayward.Storage;
using Wayward.Storage.Audit;
using Wayward.Storage.Contacts;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Detection;

/// <summary>
/// One seeded life of a store: objects in random order and some again, evaluated batch by batch, the process restarted in between, an analyst deciding all the while. Afterwards everything is compared
/// with a second store that was given the same objects in order, with the rules from the beginning, and evaluated once.
/// </summary>
internal sealed class LiveRun(int seed, Action<IServiceCollection>? plant = null) : IDisposable
{
    private static readonly DetectionOptions Options = RandomRecords.Options with
    {
        ProviderMerge = true, Stories = true, CohortFallback = true, AlertedEstablishes = RandomRecords.Options.HistoryWindow, Patterns = new PatternOptions { FanOutTargets = 4, FleetInstances = 3 },
    };

    private static readonly Lazy<Task<byte[]>> Empty = new(async () =>
    {
        using var data = new TempFolder();
        await using (await IngestRig.StartAsync(data.Root, IngestRig.Fast, start: false))
        {
        }
        return await File.ReadAllBytesAsync(new StorageOptions { DataDirectory = data.Root }.SqlitePath);
    });

    private static readonly Resolution[] Closes = [Resolution.TruePositive, Resolution.BenignPositive, Resolution.FalsePositive, Resolution.Duplicate, Resolution.InsufficientData];

    /// <summary>What an analyst last decided about a finding.</summary>
    private sealed record Decision(FindingStatus Status, Resolution Resolution);

    private readonly Random _random = new(seed);
    private readonly TempFolder _data = new();
    private readonly Dictionary<string, Decision> _decisions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _comments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _assignees = new(StringComparer.Ordinal);
    /// <summary>Members of fleets when they were last decided upon.</summary>
    private readonly Dictionary<string, int> _fleets = new(StringComparer.Ordinal);
    private readonly List<long> _rulesMade = [];
    private readonly Inventories _inventories = new();
    private IngestRig _rig = null!;

    private sealed class Inventories : IInventoryProvider
    {
        public Inventory Current { get; set; } = Inventory.Empty;
    }

    /// <summary>Decisions, restarts and repeated objects of all runs, so that a test can see that it tests.</summary>
    public int Decisions { get; private set; }
    public int Restarts { get; private set; }
    public int Repeats { get; private set; }
    /// <summary>How findings had been closed that the engine opened again.</summary>
    public List<Resolution> Reopened { get; } = [];
    /// <summary>Fleets that had more members in the end than when they were decided upon.</summary>
    public int Grown { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <returns>How the live store differs; null = not at all.</returns>
    public async Task<string?> RunAsync()
    {
        using var batchData = new TempFolder();
        var objects = Objects();
        _rig = await OpenAsync(_data, plant);
        try
        {
            await LiveAsync(Delivery(objects));
            await using var batch = await OpenAsync(batchData, null);
            foreach (var rule in await _rig.Get<IExpectedTargetStore>().AllAsync(Token))
            {
                var made = await batch.Triage.ExpectAsync(rule, null, "ana", Token);
                if (rule.DeletedAt is not null) await batch.Triage.UndoAsync(made.AuditId, "ana", Token);
            }
            foreach (var item in objects.OrderBy(o => o.Object.Key, StringComparer.Ordinal)) await batch.Get<IContactStore>().CommitAsync([item], Token);
            await batch.Detection.RunBatchAsync(Token);
            return await DifferenceAsync(batch);
        }
        finally
        {
            await _rig.DisposeAsync();
        }
    }

    public void Dispose() => _data.Dispose();

    private async Task<IngestRig> OpenAsync(TempFolder data, Action<IServiceCollection>? plant)
    {
        string file = new StorageOptions { DataDirectory = data.Root }.SqlitePath;
        // Migrating takes a second; a copy of one that has been migrated does not.
        if (!File.Exists(file)) await File.WriteAllBytesAsync(file, await Empty.Value, Token);
        return await IngestRig.StartAsync(data.Root, IngestRig.Fast, services =>
        {
            services.AddSingleton<ICatalogProvider>(new FixedCatalogProvider(RandomRecords.Catalog));
            services.AddSingleton(_ => RandomRecords.Catalog);
            services.AddSingleton<IInventoryProvider>(_inventories);
            plant?.Invoke(services);
        }, start: false, detection: Options);
    }

    private List<ObjectContribution> Objects()
    {
        var lines = RandomRecords.Of(seed).Lines.ToList();
        lines.AddRange(Push(lines));
        lines = [.. lines.OrderBy(l => l.Start)];
        int parts = _random.Next(5, 14);
        var folder = new ContactFolder(RandomRecords.Catalog, new AddressSpace([]));
        return [.. lines.Select((line, i) => (line, Part: _random.Next(10) == 0 ? _random.Next(parts) : i * parts / lines.Count)).GroupBy(x => x.Part, x => x.line).OrderBy(g => g.Key).Select(part =>
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"{part.Key:00}.log");
            folder.Begin(new ObjectIdentity("/logs", key, "1").Id);
            int number = 0;
            foreach (var line in part) line.Push(folder, ++number);
            return Contribution(key, key, folder.TakeBatch());
        })];
    }

    /// <summary>A configuration that is pushed to one instance after the other over days, so that its fleet grows from object to object; some use it again days later.</summary>
    private List<FlowLine> Push(List<FlowLine> lines)
    {
        var pushed = new List<FlowLine>();
        int hour = _random.Next(48, 240);
        foreach (var of in lines.Where(l => l is { Destination: "10.9.9.9", Status: LogStatus.Ok, Instance: not null }).DistinctBy(l => l.Interface))
        {
            // Three at once are a fleet; the others come as late as one can and still belong to it.
            hour += pushed.Count < 3 ? _random.Next(1, 4) : _random.Next(16, 25);
            foreach (int at in _random.Next(2) == 0 ? [hour] : new[] { hour, hour + 70 })
                if (at < 20 * 24)
                    pushed.Add(of with { Destination = "203.119.7.7", SourcePort = 40_000, DestinationPort = 53, Protocol = 17, Start = World.Beginning + at * 3_600L, End = World.Beginning + at * 3_600L + 5, Packets = 1, Bytes = 70 });
        }
        return pushed;
    }

    private static ObjectContribution Contribution(string key, string content, ContactBatch batch) => new(new SourceObjectDone
    {
        ObjectId = new ObjectIdentity("/logs", key, "1").Id, Source = "folder:/logs", Container = "/logs", Key = key, ETag = "1", Sha256 = "content of " + content, ObjectBytes = 1, ExpandedBytes = 1, Records = 1,
        ContactRecords = batch.ContactRecords, Quarantined = 0, Format = "seeded", FirstStart = World.Beginning, LastEnd = World.At(20), ReadMilliseconds = 1,
    }, batch);

    /// <summary>Mostly in order, sometimes not at all; a third comes again, under the same name or another.</summary>
    private List<ObjectContribution> Delivery(List<ObjectContribution> objects)
    {
        var delivery = objects.ToArray();
        if (_random.Next(2) == 0) _random.Shuffle(delivery);
        else
            for (int i = 1; i < delivery.Length; i++)
                if (_random.Next(4) == 0) (delivery[i - 1], delivery[i]) = (delivery[i], delivery[i - 1]);
        var list = delivery.ToList();
        foreach (var item in objects.Where(_ => _random.Next(3) == 0))
        {
            // A copy under another name comes later, so that which of the two counts is no chance, and the first records are the same ones.
            int after = list.IndexOf(item) + 1;
            list.Insert(_random.Next(after, list.Count + 1), _random.Next(2) == 0 ? item : Contribution("copy-" + item.Object.Key, item.Object.Key, item.Batch));
            Repeats++;
        }
        return list;
    }

    private async Task LiveAsync(List<ObjectContribution> delivery)
    {
        for (int i = 0; i < delivery.Count;)
        {
            int take = Math.Min(_random.Next(1, 4), delivery.Count - i);
            await _rig.Get<IContactStore>().CommitAsync(delivery[i..(i + take)], Token);
            i += take;
            // The process ends between commit and evaluation, after it, or not; sometimes two commits are evaluated at once.
            if (_random.Next(5) == 0) await RestartAsync();
            if (_random.Next(5) == 0) _inventories.Current = NewInventory();
            if (_random.Next(5) == 0) continue;
            await _rig.Detection.RunBatchAsync(Token);
            if (_random.Next(5) == 0) await RestartAsync();
            for (int n = _random.Next(3); n > 0; n--) await DecideAsync();
        }
        await _rig.Detection.RunBatchAsync(Token);
    }

    /// <summary>Every other run: interfaces belong to instances of their own or to known ones, from and until times that cut through their records; groups come and go.</summary>
    private Inventory NewInventory()
    {
        if (seed % 2 == 0) return Inventory.Empty;
        var items = new List<InventoryItem>();
        for (int i = 0; i < 8; i++)
        {
            if (_random.Next(3) == 0) continue;
            long from = World.At(_random.Next(0, 12)), to = World.At(_random.Next(12, 25));
            string name = string.Create(CultureInfo.InvariantCulture, $"{seed:x}-{i}");
            items.Add(new InventoryItem
            {
                InterfaceId = "eni-" + name, InstanceId = _random.Next(3) switch { 0 => null, 1 => "i-" + name, _ => string.Create(CultureInfo.InvariantCulture, $"i-{seed:x}-{_random.Next(8)}") },
                From = _random.Next(2) == 0 ? from : null, To = _random.Next(2) == 0 ? to : null,
                Attributes = _random.Next(2) == 0 ? new Dictionary<InstanceAttribute, string> { [InstanceAttribute.Asg] = "group-" + _random.Next(2).ToString(CultureInfo.InvariantCulture) } : new(),
            });
        }
        return new Inventory(items);
    }

    private async Task RestartAsync()
    {
        await _rig.DisposeAsync();
        _rig = await OpenAsync(_data, plant);
        Restarts++;
    }

    private async Task DecideAsync()
    {
        if (_rulesMade.Count > 0 && _random.Next(4) == 0)
        {
            long undo = _rulesMade[_random.Next(_rulesMade.Count)];
            _rulesMade.Remove(undo);
            await _rig.Triage.UndoAsync(undo, "ana", Token);
            Decisions++;
            return;
        }
        var open = (await _rig.Findings.QueryAsync(new FindingQuery { IncludeUnreported = true, Take = 500 }, Token)).Rows;
        if (open.Count == 0) return;
        // Fleets are few, and what is decided about them is what may be lost when they grow.
        var fleets = open.Where(r => r.Type == FleetSwitch.Type).ToList();
        var row = fleets.Count > 0 && _random.Next(2) == 0 ? fleets[_random.Next(fleets.Count)] : open[_random.Next(open.Count)];
        var finding = FindingRefs.One(row.Id, row.Revision);
        if (row.Type == FleetSwitch.Type && await _rig.Findings.FindAsync(row.Id, Token) is { } fleet) _fleets[row.Id] = fleet.Finding.Members.Count;
        string word = string.Create(CultureInfo.InvariantCulture, $"thought {Decisions++}");
        switch (_random.Next(6))
        {
            case 0:
                await _rig.Triage.AcknowledgeAsync(finding, "ana", "", Token);
                _decisions[row.Id] = new(FindingStatus.Acknowledged, Resolution.None);
                break;
            case 1 or 2:
                var resolution = Closes[_random.Next(Closes.Length)];
                await _rig.Triage.CloseAsync(finding, resolution, "ana", "", Token);
                _decisions[row.Id] = new(FindingStatus.Closed, resolution);
                break;
            case 3:
                await _rig.Triage.CommentAsync(row.Id, "ana", word, Token);
                if (!_comments.TryGetValue(row.Id, out var words)) _comments.Add(row.Id, words = []);
                words.Add(word);
                break;
            case 4:
                await _rig.Triage.AssignAsync(finding, word, "ana", Token);
                _assignees[row.Id] = word;
                break;
            default:
                var proposals = _rig.Triage.Propose((await _rig.Findings.FindAsync(row.Id, Token))!.Finding);
                _rulesMade.Add((await _rig.Triage.ExpectAsync(proposals[_random.Next(proposals.Count)].Rule with { Reason = word }, row.Id, "ana", Token)).AuditId);
                break;
        }
    }

    private async Task<string?> DifferenceAsync(IngestRig batch)
    {
        var expected = (await AllAsync(batch)).Where(f => f.Status == FindingStatus.Open).ToDictionary(f => f.Finding.Id, StringComparer.Ordinal);
        var actual = (await AllAsync(_rig)).ToDictionary(f => f.Finding.Id, StringComparer.Ordinal);
        foreach (var (id, finding) in expected)
        {
            if (!actual.TryGetValue(id, out var mine)) return $"{id} is missing: {WaywardJson.Write(finding.Finding)}";
            if (mine.Status is FindingStatus.Withdrawn or FindingStatus.ClosedExpected) return $"{id} is {mine.Status}: {WaywardJson.Write(finding.Finding)}";
            if (WaywardJson.Write(mine.Finding) is var live && live != WaywardJson.Write(finding.Finding)) return $"{id} differs:\n{WaywardJson.Write(finding.Finding)}\n{live}";
        }
        // A rule that was made later never touches what an analyst closed, so that stays as it was decided.
        var isOfRule = ExpectedMatcher.Differing([], [.. (await _rig.Get<IExpectedTargetStore>().AllAsync(Token)).Where(r => r.DeletedAt is null)], RandomRecords.Catalog);
        foreach (var (id, finding) in actual.Where(f => !(f.Value.Status == FindingStatus.Closed && f.Value.Finding.Addresses.All(a => isOfRule(new(a.Address, a.Protocol, a.Port))))))
            if (!expected.ContainsKey(id) && finding.Status is not (FindingStatus.Withdrawn or FindingStatus.ClosedExpected)) return $"{id} is too many, {finding.Status}: {WaywardJson.Write(finding.Finding)}";

        var decided = new Dictionary<string, Decision>(StringComparer.Ordinal);
        foreach (var (id, decision) in _decisions)
        {
            if (await _rig.Findings.FindAsync(id, Token) is not { } finding) return $"{id} was decided upon and is gone";
            // An id that was taken over shares the decision of the one that took over, unless that has its own.
            if (finding.Finding.Id == id || !_decisions.ContainsKey(finding.Finding.Id)) decided[finding.Finding.Id] = decision;
        }
        foreach (var (id, finding) in actual)
        {
            if (!expected.ContainsKey(id)) continue;
            var decision = decided.GetValueOrDefault(id, new(FindingStatus.Open, Resolution.None));
            if ((finding.Status, finding.Resolution) == (decision.Status, decision.Resolution)) continue;
            // The engine opens what grew after it was closed, and says so in the audit trail.
            if (decision.Status == FindingStatus.Closed && finding.Status == FindingStatus.Open
                && (await _rig.Get<IAuditStore>().OfFindingAsync(id, Token)).Any(e => e.Verb == "finding.reopen" && e.Actor == "system"))
            {
                Reopened.Add(decision.Resolution);
                continue;
            }
            return $"{id} is {finding.Status} {finding.Resolution}; decided was {decision}";
        }
        foreach (var (id, members) in _fleets)
            if (actual.TryGetValue(id, out var now) && now.Finding.Members.Count > members) Grown++;
        foreach (var (id, words) in _comments)
        {
            var kept = (await _rig.Findings.CommentsAsync(id, Token)).Select(c => c.Text).ToHashSet(StringComparer.Ordinal);
            if (words.Find(w => !kept.Contains(w)) is { } lost) return $"{id} lost its comment '{lost}'";
        }
        foreach (var (id, assignee) in _assignees)
            if (await _rig.Findings.FindAsync(id, Token) is not { } finding || (finding.Assignee != assignee && finding.Finding.Id == id)) return $"{id} lost {assignee}";
        return null;
    }

    private static async Task<List<StoredFinding>> AllAsync(IngestRig rig)
    {
        var query = new FindingQuery { Statuses = [], IncludeUnreported = true, Take = 5_000 };
        var all = new List<StoredFinding>();
        foreach (var row in (await rig.Findings.QueryAsync(query, Token)).Rows) all.Add((await rig.Findings.FindAsync(row.Id, Token))!);
        return all;
    }
}
