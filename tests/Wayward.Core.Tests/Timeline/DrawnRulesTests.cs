using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Timeline;

/// <summary>What the timeline frames as decided by a rule is what the engine decides by that rule, contact hour by contact hour.</summary>
public sealed class DrawnRulesTests
{
    [Fact]
    public void Frames_are_the_decisions_of_the_engine_in_60_seeded_worlds()
    {
        var seen = new HashSet<string>();
        for (int seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var ledger = World.Fold([RandomRecords.Of(seed).Lines], RandomRecords.Catalog, RandomRecords.Options);
            foreach (var history in ledger.Instances.Values)
            {
                Add(history, random, InstanceAttribute.LaunchTemplate, "lt-1", "lt-2");
                Add(history, random, InstanceAttribute.Role, RoleNames.Scanner, RoleNames.ServesDns);
            }
            var rules = Enumerable.Range(1, 6).Select(id => Rule(id, random, ledger.Instances.Keys.ElementAt(random.Next(ledger.Instances.Count)))).ToList();
            Compare(ledger, RandomRecords.Catalog, RandomRecords.Options, rules, $"seed {seed}", seen);
        }
        Assert.Superset(new HashSet<string> { "template", "role", "forbid", "expected" }, seen);
    }

    [Fact]
    public void A_rule_for_a_role_that_records_prove_is_drawn_where_it_acts()
    {
        var world = Scenarios.All.Single(s => s.Name.StartsWith("iterating", StringComparison.Ordinal)).Build();
        var seen = new HashSet<string>();
        Compare(world.Ledger(), world.Catalog, world.Options,
            [new ExpectedTarget { Id = 1, Action = ExpectedAction.Expected, Reason = "resolvers", Scope = new ExpectedScope { Roles = [RoleNames.IteratingResolver] } }], "iterating", seen);
        Assert.Contains("role", seen);
    }

    [Fact]
    public void The_role_of_an_iterating_resolver_is_named_and_of_others_none()
    {
        var world = Scenarios.All.Single(s => s.Name.StartsWith("iterating", StringComparison.Ordinal)).Build();
        var roles = world.Ledger().Instances.Values.Select(h => ObservedRole.Of(h, world.Catalog, world.Options)).ToList();
        Assert.Contains(RoleNames.IteratingResolver, roles);
        var plain = new World(20);
        plain.Instance("web-1").Asks("9.9.9.9").Daily();
        Assert.Null(ObservedRole.Of(plain.Ledger().Instances.Values.Single(), plain.Catalog, plain.Options));
    }

    private static void Add(InstanceHistory history, Random random, InstanceAttribute attribute, params string[] values)
    {
        foreach (string value in values)
        {
            if (random.Next(3) == 0) continue;
            long first = World.Beginning + random.Next(400) * 3_600L + random.Next(3_600);
            history.Facts.Add(new InstanceFact(attribute, value, first, first + random.Next(100) * 3_600L + random.Next(3_600)));
        }
    }

    private static ExpectedTarget Rule(int id, Random random, InstanceKey anyone) => new()
    {
        Id = id, Reason = "seeded", Action = random.Next(4) == 0 ? ExpectedAction.Forbid : ExpectedAction.Expected,
        Prefixes = random.Next(3) == 0 ? [] : [IpPrefix.Parse(random.Next(2) == 0 ? "8.8.8.8" : "203.119.1.0/24")],
        Ports = random.Next(4) == 0 ? [53] : [],
        ValidFrom = random.Next(3) == 0 ? World.Beginning + random.Next(400) * 3_600L : null,
        ValidTo = random.Next(3) == 0 ? World.Beginning + (200 + random.Next(280)) * 3_600L : null,
        Scope = random.Next(4) switch
        {
            0 => new ExpectedScope { Cohorts = ["template:lt-" + (1 + random.Next(2)).ToString(CultureInfo.InvariantCulture)] },
            1 => new ExpectedScope { Roles = [random.Next(2) == 0 ? RoleNames.Scanner : RoleNames.ServesDns] },
            2 => new ExpectedScope { Instances = [anyone.Id] },
            _ => new ExpectedScope { Cohorts = ["template:lt-1"], Roles = [RoleNames.Scanner] },
        },
    };

    private static void Compare(ContactLedger ledger, ResolverCatalog catalog, DetectionOptions options, List<ExpectedTarget> rules, string which, HashSet<string> seen)
    {
        var engine = new DetectionEngine(catalog, rules, options);
        var cells = new List<EpisodeCell>();
        foreach (var history in ledger.Instances.Values)
        {
            var timeline = InstanceTimeline.Build(new()
            {
                History = history, Catalog = catalog, Expected = rules, Options = options, Resolution = TimelineResolution.Hour,
                From = World.Beginning - UnixTime.DaySeconds, To = ledger.MaxStart + UnixTime.DaySeconds, MaxStart = ledger.MaxStart,
            });
            foreach (var pairs in DestinationPairs.Of(history, catalog))
            {
                var lane = timeline.Lanes.Single(l => l.Destination == pairs.Destination);
                pairs.Collect(history, engine.Matcher, engine.Parameters, cells);
                foreach (var cell in cells.Where(c => c.Cell.HasContact))
                {
                    long hour = cell.Cell.Hour * UnixTime.HourSeconds;
                    string at = $"{which}, {history.Key}, {pairs.Destination}, {DateTimeOffset.FromUnixTimeSeconds(hour):s}";
                    Assert.True(lane.Windows.Any(w => w.From <= hour && hour < w.To && w.RuleId == cell.Rule?.Id) == cell.Rule is not null, at + ": frame");
                    // Of several endpoints of one destination in an hour, the drawn cell is expected when one of them is.
                    int index = (int)((hour - timeline.From) / UnixTime.HourSeconds);
                    bool expected = cells.Exists(c => c.Cell.Hour == cell.Cell.Hour && c.IsExpected);
                    Assert.True((lane.Cells.Single(c => c.Index == index).Expected is not null) == expected, at + ": cell");
                    if (cell.Rule is not { } rule) continue;
                    seen.Add(rule.Action == ExpectedAction.Forbid ? "forbid" : "expected");
                    if (rule.Scope.Cohorts.Count > 0) seen.Add("template");
                    if (rule.Scope.Roles.Count > 0) seen.Add("role");
                }
                if (pairs.Endpoints.Count > 1) continue;
                // Nothing is framed where the engine would not act.
                Assert.All(lane.Windows, w => Assert.All(Enumerable.Range(0, (int)((w.To - w.From) / UnixTime.HourSeconds)), i =>
                {
                    long hour = w.From + i * UnixTime.HourSeconds;
                    var decide = engine.Matcher.For(history, pairs.Endpoints[0].Endpoint, pairs.Destination.Transport, pairs.Endpoints[0].Entry);
                    Assert.Equal(w.RuleId, decide!(new ContactHour { Hour = UnixTime.Hour(hour) })!.Id);
                }));
            }
        }
    }
}
