using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>Live equals batch: objects in random order, some twice, evaluated after each batch, the process restarted in between.</summary>
public sealed class LiveTests
{
    private const int Runs = 100;
    private static readonly DetectionOptions Options = RandomRecords.Options with { ProviderMerge = true, Patterns = new PatternOptions { FanOutTargets = 4, FleetInstances = 3 } };

    private static string Text(IEnumerable<Finding> findings) => string.Join('\n', findings.OrderBy(f => f.Id, StringComparer.Ordinal).Select(f => JsonSerializer.Serialize(f)));

    /// <summary>What a store does: an evaluated finding that is no longer said is gone.</summary>
    private static void Apply(Dictionary<string, Finding> stored, DetectionResult result)
    {
        foreach (var (id, finding) in stored.ToArray())
            if (result.Evaluated is null || result.Evaluated.Covers(finding) || result.Findings.Any(f => f.GroupId == finding.GroupId)) stored.Remove(id);
        foreach (var finding in result.Findings) stored[finding.Id] = finding;
    }

    private static List<IReadOnlyList<FlowLine>> Objects(int seed, Random random)
    {
        var lines = RandomRecords.Of(seed).Lines;
        // Mostly in order of time, as delivered, with late ones; sometimes quite at random.
        int parts = random.Next(4, 12);
        bool chaos = random.Next(3) == 0;
        var ordered = lines.OrderBy(l => l.Start).ToList();
        var objects = ordered.Select((line, i) => (line, Part: chaos || random.Next(12) == 0 ? random.Next(parts) : i * parts / ordered.Count)).GroupBy(x => x.Part, x => x.line)
            .OrderBy(g => g.Key).Select(g => (IReadOnlyList<FlowLine>)[.. g]).ToList();
        if (chaos)
        {
            var shuffled = objects.ToArray();
            random.Shuffle(shuffled);
            objects = [.. shuffled];
        }
        return objects;
    }

    [Fact]
    public async Task A_fleet_fed_live_ends_where_a_batch_ends()
    {
        for (int seed = 1; seed <= Runs; seed++)
        {
            var random = new Random(seed);
            var rules = RandomRecords.Rules(RandomRecords.Of(seed).Rules);
            var options = seed % 2 == 0 ? Options : Options with { CohortFallback = true, AlertedEstablishes = Options.HistoryWindow, Stories = true };
            DetectionEngine Engine(IReadOnlyList<ExpectedTarget> rules) => new(RandomRecords.Catalog, rules, options);
            // Rules come and go while it runs; at the end all are in force.
            var engine = Engine([.. rules.Where(_ => random.Next(2) == 0)]);
            var ledger = new ContactLedger();
            var fleet = new FleetLoader(engine, 0).Start();
            var stored = new Dictionary<string, Finding>(StringComparer.Ordinal);
            var batches = World.Batches(Objects(seed, random), RandomRecords.Catalog, Options).ToList();
            foreach (var batch in batches)
            {
                bool isLast = batch == batches[^1];
                ledger.Add(batch);
                // The process ends between commit and evaluation.
                if (random.Next(5) == 0) fleet = Loaded(engine, ledger).Start();
                var before = engine.Expected;
                if (isLast || random.Next(4) == 0) engine = Engine(isLast ? rules : [.. rules.Where(_ => random.Next(2) == 0)]);
                var live = fleet.Begin(engine, ledger.MaxStart);
                foreach (var key in batch.Instances.Keys) live.Update(ledger.Find(key)!);
                var differing = ExpectedMatcher.Differing(before, engine.Expected, RandomRecords.Catalog);
                foreach (var history in ledger.Instances.Values)
                    if (history.Pairs.Keys.Any(differing)) live.Update(history);
                // Only the histories that are asked for are given.
                var evaluation = await live.EvaluateAsync(keys => Task.FromResult(Part(ledger, keys)), atOnce: 3);
                // Now and then storing fails, and what was evaluated is evaluated again with the next batch.
                if (!isLast && random.Next(6) == 0) continue;
                Apply(stored, evaluation.Result);
                evaluation.MarkStored();
                if (random.Next(5) != 0) continue;
                // The process ends with everything stored; the next one goes on from there.
                fleet = Loaded(engine, ledger).Resume();
            }
            Assert.True(Text(engine.Evaluate(ledger).Findings) == Text(stored.Values), $"seed {seed}: live differs from batch");
        }
    }

    private static FleetLoader Loaded(DetectionEngine engine, ContactLedger ledger)
    {
        var loader = new FleetLoader(engine, ledger.MaxStart);
        foreach (var history in ledger.Instances.Values) loader.Load(history);
        return loader;
    }

    private static ContactLedger Part(ContactLedger ledger, IReadOnlySet<InstanceKey> keys)
    {
        var part = new ContactLedger { MaxStart = ledger.MaxStart };
        foreach (var key in keys) part.Put(ledger.Find(key)!);
        return part;
    }
}
