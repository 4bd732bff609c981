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

    private static DetectionScope Touched(IEnumerable<ContactBatch> batches, ResolverCatalog catalog) => new(
        batches.SelectMany(b => b.Instances.Values).SelectMany(i => i.Cells.Keys).Select(c => (c.Endpoint, Transport: catalog.Classify(c.Endpoint.Address, c.Endpoint.Protocol, c.Endpoint.Port)))
            .Where(x => x.Transport is not null).Select(x => new Destination(x.Endpoint.Address, x.Transport!.Value)).ToHashSet(),
        batches.SelectMany(b => b.Instances.Keys).ToHashSet());

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
    public void A_session_fed_live_ends_where_a_batch_ends()
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
            var session = new DetectionSession(engine);
            var stored = new Dictionary<string, Finding>(StringComparer.Ordinal);
            var batches = World.Batches(Objects(seed, random), RandomRecords.Catalog, Options).ToList();
            foreach (var batch in batches)
            {
                bool isLast = batch == batches[^1];
                ledger.Add(batch);
                // The process ends between commit and evaluation.
                if (random.Next(5) == 0) session = Loaded(engine, ledger);
                session.MaxStart = ledger.MaxStart;
                foreach (var key in batch.Instances.Keys) session.Update(ledger.Find(key)!);
                if (isLast || random.Next(4) == 0)
                {
                    var before = engine.Expected;
                    session.UseRules(engine = Engine(isLast ? rules : [.. rules.Where(_ => random.Next(2) == 0)]));
                    var differing = ExpectedMatcher.Differing(before, engine.Expected, RandomRecords.Catalog);
                    foreach (var history in ledger.Instances.Values)
                        if (history.Pairs.Keys.Any(differing)) session.Update(history);
                }
                var needs = session.Needs();
                var result = session.Evaluate(key => needs.Contains(key) ? ledger.Find(key) : null);
                // Now and then storing fails, and what was evaluated is evaluated again with the next batch.
                if (!isLast && random.Next(6) == 0) continue;
                Apply(stored, result);
                session.Accept();
                if (random.Next(5) != 0) continue;
                // The process ends with everything stored; the next one goes on from there.
                session = Loaded(engine, ledger);
                session.Resume();
            }
            Assert.True(Text(engine.Evaluate(ledger).Findings) == Text(stored.Values), $"seed {seed}: live differs from batch");
        }
    }

    private static DetectionSession Loaded(DetectionEngine engine, ContactLedger ledger)
    {
        var session = new DetectionSession(engine) { MaxStart = ledger.MaxStart };
        foreach (var history in ledger.Instances.Values) session.Load(history);
        return session;
    }

    [Fact]
    public void A_scoped_evaluation_says_of_its_groups_what_the_full_one_says()
    {
        for (int seed = 1; seed <= Runs; seed++)
        {
            var random = new Random(seed);
            var engine = new DetectionEngine(RandomRecords.Catalog, RandomRecords.Rules(RandomRecords.Of(seed).Rules), Options);
            var ledger = new ContactLedger();
            var batches = World.Batches(Objects(seed, random), RandomRecords.Catalog, Options).ToList();
            foreach (var batch in batches) ledger.Add(batch);
            var result = engine.Evaluate(ledger, Touched([batches[random.Next(batches.Count)]], RandomRecords.Catalog));
            var full = engine.Evaluate(ledger).Findings;
            Assert.True(Text(full.Where(result.Evaluated!.Covers)) == Text(result.Findings.Where(result.Evaluated.Covers)), $"seed {seed}");
            Assert.True(Text(full.Where(f => result.Findings.Any(r => r.Id == f.Id))) == Text(result.Findings), $"seed {seed}");
        }
    }
}
