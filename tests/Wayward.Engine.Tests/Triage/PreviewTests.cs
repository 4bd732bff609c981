using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Engine.Tests.Fakes;
using Wayward.EngineHost;
using Wayward.Storage.Contacts;
using Wayward.Storage.Findings;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Triage;

/// <summary>The preview that reads what a rule touches says what the one over the whole ledger says.</summary>
public sealed class PreviewTests
{
    private static readonly DetectionOptions Options = RandomRecords.Options with { ProviderMerge = true, Stories = true, Patterns = new PatternOptions { FanOutTargets = 4, FleetInstances = 3 } };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed class Inventories(Inventory inventory) : IInventoryProvider
    {
        public Inventory Current => inventory;
    }

    private static Inventory Inventory(int seed, Random random) => seed % 3 != 0 ? Core.Contacts.Inventory.Empty : new(Enumerable.Range(0, 6).Select(i => new InventoryItem
    {
        InterfaceId = string.Create(CultureInfo.InvariantCulture, $"eni-{seed:x}-{i}"), InstanceId = random.Next(2) == 0 ? string.Create(CultureInfo.InvariantCulture, $"i-{seed:x}-{i}") : null,
        From = random.Next(2) == 0 ? World.At(random.Next(10)) : null, Attributes = new Dictionary<InstanceAttribute, string> { [InstanceAttribute.Asg] = "group-" + random.Next(2).ToString(CultureInfo.InvariantCulture) },
    }));

    private static ExpectedTarget Rule(int seed, Random random, InstanceKey anyone)
    {
        string[] targets = ["8.8.8.8", "203.119.1.1", "203.119.1.9", "1.1.1.1", "0.0.0.0/0"];
        return new ExpectedTarget
        {
            Action = random.Next(5) == 0 ? ExpectedAction.Forbid : ExpectedAction.Expected, Reason = "seeded",
            Prefixes = [IpPrefix.Parse(targets[random.Next(targets.Length)])],
            Providers = random.Next(6) == 0 ? ["Google Public DNS"] : [],
            Transports = random.Next(3) == 0 ? [DnsTransport.Dns] : [],
            Ports = random.Next(8) == 0 ? [53] : [],
            ValidFrom = random.Next(3) == 0 ? World.Beginning + random.Next(400) * 3_600L : null,
            ValidTo = random.Next(3) == 0 ? World.Beginning + (400 + random.Next(80)) * 3_600L : null,
            Scope = random.Next(4) switch
            {
                0 => new ExpectedScope { Instances = [anyone.Id] },
                1 => new ExpectedScope { Cohorts = [string.Create(CultureInfo.InvariantCulture, $"subnet:subnet-{seed:x}-0"), "asg:group-1"] },
                2 => new ExpectedScope { Interfaces = [string.Create(CultureInfo.InvariantCulture, $"eni-{seed:x}-{random.Next(6)}")] },
                _ => ExpectedScope.Everywhere,
            },
        };
    }

    [Fact]
    public async Task It_says_what_the_whole_ledger_says()
    {
        string? difference = await DifferenceAsync(plant: false);
        Assert.True(difference is null, difference);
    }

    [Fact]
    public async Task It_turns_red_when_peers_are_left_out() => Assert.NotNull(await DifferenceAsync(plant: true));

    /// <summary>A store that knows no cohorts.</summary>
    private sealed class Lonely(IContactStore inner) : ContactStoreDecorator(inner)
    {
        public override Task<T> ReadAsync<T>(Func<ILedgerSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellation) => base.ReadAsync((ledger, c) => work(new Snapshot(ledger), c), cancellation);

        private sealed class Snapshot(ILedgerSnapshot inner) : LedgerSnapshotDecorator(inner)
        {
            public override Task<IReadOnlySet<InstanceKey>> WithFactAsync(InstanceAttribute attribute, IReadOnlyCollection<string> values, CancellationToken cancellation) =>
                Task.FromResult<IReadOnlySet<InstanceKey>>(new HashSet<InstanceKey>());
        }
    }

    private static async Task<string?> DifferenceAsync(bool plant)
    {
        int closes = 0, partly = 0, unasked = 0, left = 0;
        for (int seed = 1; seed <= 36; seed++)
        {
            var random = new Random(seed);
            using var data = new TempFolder();
            var inventory = Inventory(seed, random);
            await using var rig = await IngestRig.StartAsync(data.Root, IngestRig.Fast, services =>
            {
                services.AddSingleton<ICatalogProvider>(new FixedCatalogProvider(RandomRecords.Catalog));
                services.AddSingleton(_ => RandomRecords.Catalog);
                services.AddSingleton<IInventoryProvider>(new Inventories(inventory));
                if (!plant) return;
                var original = services.Last(s => s.ServiceType == typeof(IContactStore));
                services.AddSingleton<IContactStore>(p => new Lonely((IContactStore)original.ImplementationFactory!(p)));
            }, start: false, detection: Options);
            // Two worlds in one fleet, so that there is someone whom a rule does not concern; and records that were not evaluated yet.
            var lines = RandomRecords.Of(seed).Lines.Concat(RandomRecords.Of(seed + 1_000).Lines).OrderBy(l => l.Start).ToList();
            await CommitAsync(rig, "a", lines[..(lines.Count * 4 / 5)]);
            await rig.Detection.RunBatchAsync(Token);
            await CommitAsync(rig, "b", lines[(lines.Count * 4 / 5)..]);
            if (random.Next(2) == 0) await rig.Detection.RunBatchAsync(Token);

            var ledger = inventory.Apply(await rig.Get<IContactStore>().ReadAsync((l, c) => l.LoadAllAsync(c), Token));
            var engine = new DetectionEngine(RandomRecords.Catalog, [], Options);
            var open = await rig.Findings.OpenIdsAsync(Token);
            var stored = (await rig.Findings.QueryAsync(new FindingQuery { IncludeUnreported = true, Take = 500 }, Token)).Rows;
            for (int n = 0; n < 8; n++)
            {
                var anyone = ledger.Instances.Keys.ElementAt(random.Next(ledger.Instances.Count));
                var rule = Rule(seed, random, anyone);
                string? from = stored.Count > 0 && random.Next(2) == 0 ? stored[random.Next(stored.Count)].Id : null;
                var expected = ExpectedPreviewBuilder.Build(ledger, engine, rule, open, from);
                var actual = await rig.Triage.PreviewAsync(rule, from, Token);
                if (JsonSerializer.Serialize(expected) != JsonSerializer.Serialize(actual))
                    return $"seed {seed}, rule {n}: {JsonSerializer.Serialize(rule)}\n{JsonSerializer.Serialize(expected)}\n{JsonSerializer.Serialize(actual)}";
                (closes, partly, unasked) = (closes + expected.Closes.Count, partly + expected.PartlyCovered.Count, unasked + expected.UnaskedCount);
                if (expected.Closes.Count < open.Count) left++;
            }
        }
        Assert.True(closes > 50 && partly > 5 && unasked > 5 && left > 50, $"{closes} close, {partly} in part, {unasked} unasked, {left} of the rules left something open: too few to show anything");
        return null;
    }

    private static Task CommitAsync(IngestRig rig, string key, List<FlowLine> lines)
    {
        var folder = new ContactFolder(RandomRecords.Catalog, new AddressSpace([]));
        folder.Begin(new ObjectIdentity("/logs", key, "1").Id);
        for (int n = 0; n < lines.Count; n++) lines[n].Push(folder, n + 1);
        var batch = folder.TakeBatch();
        return rig.Get<IContactStore>().CommitAsync([new ObjectContribution(new SourceObjectDone
        {
            ObjectId = new ObjectIdentity("/logs", key, "1").Id, Source = "folder:/logs", Container = "/logs", Key = key, ETag = "1", Sha256 = "content of " + key, ObjectBytes = 1, ExpandedBytes = 1, Records = 1,
            ContactRecords = batch.ContactRecords, Quarantined = 0, Format = "seeded", FirstStart = World.Beginning, LastEnd = World.At(20), ReadMilliseconds = 1,
        }, batch)], Token);
    }
}
