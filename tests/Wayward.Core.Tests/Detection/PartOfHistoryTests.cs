using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>A finding about many instances is made of parts of their histories, some instances at a time, and is the same as from whole ones.</summary>
public sealed class PartOfHistoryTests
{
    [Fact]
    public async Task Parts_of_histories_make_the_findings_that_whole_ones_make()
    {
        int cut = 0, fleets = 0;
        for (int seed = 1; seed <= 80; seed++)
        {
            var world = Fleet(seed);
            var engine = world.Engine();
            var ledger = world.Ledger();
            string whole = Text(engine.Evaluate(ledger).Findings);
            var parts = await EvaluateAsync(engine, ledger, addresses => addresses, () => cut++);
            fleets += parts.Count(f => f.Type == FleetSwitch.Type);
            Assert.True(whole == Text(parts), $"seed {seed}: parts make other findings");
        }
        Assert.InRange(cut, 100, int.MaxValue);
        Assert.InRange(fleets, 60, int.MaxValue);
    }

    [Fact]
    public async Task A_part_that_lacks_an_address_is_noticed()
    {
        var world = Fleet(1);
        var engine = world.Engine();
        var ledger = world.Ledger();
        int lost = 0;
        foreach (var address in Targets(ledger))
        {
            try
            {
                if (Text(engine.Evaluate(ledger).Findings) != Text(await EvaluateAsync(engine, ledger, asked => asked.Where(a => a != address).ToHashSet(), () => { }))) lost++;
            }
            catch (KeyNotFoundException)
            {
                lost++;
            }
        }
        Assert.InRange(lost, 1, int.MaxValue);
    }

    private static IEnumerable<IpAddress> Targets(ContactLedger ledger) => ledger.Instances.Values.SelectMany(h => h.Pairs.Keys).Select(e => e.Address).Where(a => !a.IsNone).Distinct();

    private static async Task<IReadOnlyList<Finding>> EvaluateAsync(DetectionEngine engine, ContactLedger ledger, Func<IReadOnlySet<IpAddress>, IReadOnlySet<IpAddress>> change, Action asked)
    {
        var loader = new FleetLoader(engine, ledger.MaxStart);
        foreach (var history in ledger.Instances.Values) loader.Load(history);
        var evaluation = await loader.Start().Begin(engine, ledger.MaxStart).EvaluateAsync(keys => Task.FromResult(Part(ledger, keys, null)), atOnce: 2, (keys, addresses) =>
        {
            asked();
            return Task.FromResult<ContactLedger?>(Part(ledger, keys, change(addresses)));
        });
        return evaluation.Result.Findings;
    }

    /// <summary>Instances that use several resolvers, of which most begin another one in the last hours; some were blocked there, some go around it, some have known its operator.</summary>
    private static World Fleet(int seed)
    {
        var random = new Random(seed);
        string[] usual = ["9.9.9.9", "149.112.112.112", "8.8.4.4", "1.0.0.1", "45.90.28.77"];
        string target = random.Next(3) == 0 ? "1.1.1.1" : "8.8.8.8";
        var world = new World(20);
        for (int i = 0; i < random.Next(5, 14); i++)
        {
            var web = world.Instance($"web-{i}").InSubnet($"subnet-{i % 3}");
            if (random.Next(2) == 0) web.InAsg($"group-{i % 2}");
            if (random.Next(5) == 0) web.Runs(18);
            foreach (string address in usual)
                if (random.Next(2) == 0) web.Asks(address, address == "1.0.0.1" ? DnsTransport.DoT : DnsTransport.Dns).Every(random.Next(2) == 0 ? 1 : 0.2, random.NextDouble() * 5);
            if (i > 3 && random.Next(5) == 0) continue;
            double at = 19.5 + random.NextDouble() * 0.4;
            var asked = web.Asks(target);
            (random.Next(4) == 0 ? asked.Blocked() : asked).On(at);
            if (random.Next(4) == 0) web.Asks(target, DnsTransport.DoT).On(at + 0.01);
            if (random.Next(4) == 0) web.Asks("45.77.1.9").On(at + 0.02);
        }
        return world;
    }

    private static string Text(IEnumerable<Finding> findings) => string.Join('\n', findings.OrderBy(f => f.Id, StringComparer.Ordinal).Select(f => JsonSerializer.Serialize(f)));

    private static ContactLedger Part(ContactLedger ledger, IReadOnlySet<InstanceKey> keys, IReadOnlySet<IpAddress>? addresses)
    {
        var part = new ContactLedger { MaxStart = ledger.MaxStart };
        foreach (var key in keys) part.Put(addresses is null ? ledger.Find(key)! : Cut(ledger.Find(key)!, addresses));
        return part;
    }

    private static InstanceHistory Cut(InstanceHistory history, IReadOnlySet<IpAddress> addresses)
    {
        var cut = new InstanceHistory { Key = history.Key, OwnNetworks = history.OwnNetworks };
        cut.Facts.AddRange(history.Facts);
        foreach (var (day, coverage) in history.Coverage) cut.Coverage.Add(day, coverage);
        foreach (var (endpoint, cells) in history.Pairs)
            if (endpoint.Address.IsNone || addresses.Contains(endpoint.Address)) cut.Pairs.Add(endpoint, cells);
        foreach (var (endpoint, lines) in history.Evidence)
            if (endpoint.Address.IsNone || addresses.Contains(endpoint.Address)) cut.Evidence.Add(endpoint, lines);
        return cut;
    }
}
