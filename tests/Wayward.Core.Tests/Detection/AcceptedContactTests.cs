using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>Nothing is accepted without being listed.</summary>
public sealed class AcceptedContactTests
{
    [Fact]
    public void A_learned_contact_is_listed_with_what_went_each_way()
    {
        var world = new World();
        world.Instance("web-1").Asks("203.119.1.1").Hourly(3);
        var row = Assert.Single(world.Evaluate().Accepted);
        Assert.Equal((AcceptedReason.Learned, "203.119.1.1", DnsTransport.Dns, true), (row.Reason, row.Destination.Address.ToString(), row.Destination.Transport, row.Answered));
        Assert.Equal(World.At(3), row.First);
        Assert.True(row.Last > row.First);
        var cells = Assert.Single(World.Fold(world.Objects(), world.Catalog, world.Options).Instances[new InstanceKey(World.Id("web-1"))].Pairs, p => p.Key.Address == row.Destination.Address).Value;
        Assert.Equal(cells.Aggregate(default(TrafficSum), (sum, c) => sum + c.OutAccepted + c.OutRejected), row.Out);
        Assert.Equal(cells.Aggregate(default(TrafficSum), (sum, c) => sum + c.InAccepted + c.InRejected), row.In);
        Assert.Equal(CatalogTier.None, row.Tier);
    }

    [Fact]
    public void What_a_rule_expects_is_listed_with_the_rule()
    {
        var world = new World().Expect("8.8.8.8/32", 30, 50);
        world.Instance("web-1").Asks("9.9.9.9").Daily().Asks("8.8.8.8").Daily(40, 45);
        var row = Assert.Single(world.Evaluate().Accepted, a => a.Destination.Address.ToString() == "8.8.8.8");
        Assert.Equal((AcceptedReason.Expected, (int?)1, "Google Public DNS"), (row.Reason, row.RuleId, row.Provider));
        Assert.Equal(World.At(40), row.First);
    }

    [Fact]
    public void A_contact_that_alerts_is_not_listed()
    {
        var world = new World();
        world.Instance("web-1").Asks("9.9.9.9").Daily().Asks("8.8.8.8").On(40);
        var result = world.Evaluate();
        Assert.Single(result.Findings);
        Assert.DoesNotContain(result.Accepted, a => a.Destination.Address.ToString() == "8.8.8.8");
    }

    [Fact]
    public void Traffic_of_which_nobody_can_say_who_began_is_listed_as_unclear()
    {
        var world = new World();
        var web = world.Instance("web-1");
        web.Asks("9.9.9.9").Daily();
        var answer = web.Line(40, "203.119.1.1", 53) with { SourcePort = 53 };
        world.Add(answer.Reply());
        world.Add(answer with { Start = answer.Start + 1 });
        var result = world.Evaluate();
        Assert.Empty(result.Findings);
        var row = Assert.Single(result.Accepted, a => a.Destination.Address.ToString() == "203.119.1.1");
        Assert.Equal((AcceptedReason.Unclear, World.At(40) + 1), (row.Reason, row.First));
    }

    [Fact]
    public void What_stays_in_an_own_network_is_listed()
    {
        var world = new World();
        var web = world.Instance("web-1");
        web.Asks("9.9.9.9").Daily();
        world.Add(web.Line(40, "203.119.1.1", 53) with { TrafficPath = 5 });
        var result = world.Evaluate();
        Assert.Empty(result.Findings);
        var row = Assert.Single(result.Accepted, a => a.Destination.Address.ToString() == "203.119.1.1");
        Assert.Equal((AcceptedReason.OwnNetwork, World.At(40), 1L), (row.Reason, row.First, row.Out.Records));
    }

    [Fact]
    public void Every_contact_is_a_finding_or_accepted_in_60_seeded_worlds()
    {
        for (int seed = 1; seed <= 60; seed++)
        {
            var world = RandomRecords.Of(seed);
            var ledger = World.Fold([world.Lines], RandomRecords.Catalog, RandomRecords.Options);
            var result = new DetectionEngine(RandomRecords.Catalog, RandomRecords.Rules(world.Rules), RandomRecords.Options).Evaluate(ledger);
            var said = result.Findings.SelectMany(f => f.Members, (f, m) => (Finding: f, Member: m))
                .SelectMany(x => x.Finding.Addresses, (x, a) => (x.Member, new Destination(a.Address, x.Finding.Transport)))
                .Concat(result.Accepted.Select(a => (a.Instance, a.Destination))).ToHashSet();
            foreach (var history in ledger.Instances.Values)
            {
                foreach (var (endpoint, cells) in history.Pairs)
                {
                    if (RandomRecords.Catalog.Classify(endpoint.Address, endpoint.Protocol, endpoint.Port) is not { } transport || !cells.Exists(c => c.HasContact)) continue;
                    // Of an endpoint that only a catalogue entry makes DNS, there may be none in force.
                    if (endpoint.Port is 53 or 853) Assert.True(said.Contains((history.Key, new Destination(endpoint.Address, transport))), $"seed {seed}: {history.Key} to {endpoint.Address} by {transport}");
                }
            }
        }
    }
}
