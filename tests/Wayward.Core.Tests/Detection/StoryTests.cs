using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>First contacts of one cause are one finding, with its boundaries to the second.</summary>
public sealed class StoryTests
{
    private const double Second = 1 / 86_400.0;
    private const string Unknown = "203.119.1.1";

    private static WorldInstance Mature(World world, string name, string asg = "web") => world.Instance(name).InAsg(asg).Asks("9.9.9.9").Daily();

    private static World Begun(params double[] days)
    {
        var world = new World();
        for (int i = 0; i < days.Length; i++) Mature(world, $"web-{i}").Asks("8.8.8.8").On(days[i]);
        return world;
    }

    private static List<Finding> Of(World world, FindingType type) => [.. world.Evaluate().Findings.Where(f => f.Type == type)];

    [Fact]
    public void Three_instances_of_an_account_that_begin_an_operator_within_exactly_a_day_are_one_finding()
    {
        var fleet = Assert.Single(Begun(40, 40.5, 41).Evaluate().Findings);
        Assert.Equal((FleetSwitch.Type, "asg:web", 3, World.At(40)), (fleet.Type, fleet.Subject.Id, fleet.Members.Count, fleet.First));
        Assert.Equal(3, Of(Begun(40, 40.5, 41 + Second), UnusualDnsResolver.Type).Count);
        Assert.Equal(2, Of(Begun(40, 40.5), UnusualDnsResolver.Type).Count);
    }

    [Fact]
    public void A_fleet_grows_while_the_next_begins_within_a_day_of_the_last()
    {
        Assert.Equal(5, Assert.Single(Begun(40, 40.1, 40.2, 41.2, 42.2).Evaluate().Findings).Members.Count);
        var findings = Begun(40, 40.1, 40.2, 41.2 + Second).Evaluate().Findings;
        Assert.Equal([FleetSwitch.Type, UnusualDnsResolver.Type], findings.Select(f => f.Type));
    }

    [Fact]
    public void A_fleet_is_about_the_narrowest_unit_that_its_members_share()
    {
        World With(Action<WorldInstance, int> place)
        {
            var world = new World();
            for (int i = 0; i < 3; i++)
            {
                var instance = Mature(world, $"web-{i}", $"asg-{i}").Asks("8.8.8.8").On(40 + i * 0.1);
                place(instance, i);
            }
            return world;
        }
        Assert.Equal("subnet:subnet-a", Assert.Single(With((x, i) => x.InSubnet("subnet-a")).Evaluate().Findings).Subject.Id);
        Assert.Equal("vpc:vpc-00000001", Assert.Single(With((x, i) => x.InSubnet($"subnet-{i}")).Evaluate().Findings).Subject.Id);
        Assert.Equal("account:111122223333", Assert.Single(With((x, i) => x.InVpc($"vpc-{i}")).Evaluate().Findings).Subject.Id);
        Assert.DoesNotContain(With((x, i) => x.InAccount($"11112222333{i}")).Evaluate().Findings, f => f.Type == FleetSwitch.Type);
    }

    [Fact]
    public void Addresses_of_one_operator_are_one_target_and_unknown_ones_are_not()
    {
        var world = new World();
        for (int i = 0; i < 4; i++) Mature(world, $"web-{i}").Asks(i % 2 == 0 ? "8.8.8.8" : "8.8.4.4").On(40 + i * 0.01);
        Assert.Equal(2, Assert.Single(world.Evaluate().Findings).Addresses.Count);
        world = new World();
        for (int i = 0; i < 4; i++) Mature(world, $"web-{i}").Asks($"203.119.1.{i}").On(40 + i * 0.01);
        Assert.Equal(4, Of(world, UnusualDnsResolver.Type).Count);
    }

    [Fact]
    public void A_fleet_is_as_severe_as_its_most_severe_member_and_absorbs_it()
    {
        var world = Begun(40, 40.1, 40.2);
        world.Expect("8.8.8.8", scope: ExpectedScope.Everywhere with { Instances = [World.Id("web-1")] }, action: ExpectedAction.Forbid);
        var fleet = Assert.Single(world.Evaluate().Findings);
        Assert.Equal(FleetSwitch.Type, fleet.Type);
        Assert.True(fleet.Severity > Begun(40, 40.1, 40.2).Evaluate().Findings[0].Severity);
        Assert.Equal(fleet.Severity, fleet.SeverityFactors.Sum(f => f.Points));
    }

    [Fact]
    public void Young_and_old_instances_make_one_fleet()
    {
        var world = new World();
        for (int i = 0; i < 4; i++) Mature(world, $"old-{i}");
        world.Instance("old-0").Asks(Unknown).Hourly(40);
        for (int i = 0; i < 3; i++) world.Instance($"new-{i}").InAsg("web").Runs(39).Asks(Unknown).Hourly(40.2 + i * 0.1);
        var fleet = Assert.Single(world.Evaluate().Findings);
        Assert.Equal((FleetSwitch.Type, "asg:web", 4), (fleet.Type, fleet.Subject.Id, fleet.Members.Count));
    }

    private static World Fan(int targets, double over, double at = 40, DnsTransport transport = DnsTransport.Dns)
    {
        var world = new World();
        var web = Mature(world, "web-1");
        for (int i = 0; i < targets; i++) web.Asks($"203.119.2.{i}", transport).On(at + (targets == 1 ? 0 : i * over / (targets - 1)));
        return world;
    }

    [Fact]
    public void Ten_new_targets_within_exactly_a_day_are_a_fan_out_whatever_the_hour()
    {
        var fan = Assert.Single(Fan(10, 1, at: 40.5).Evaluate().Findings);
        Assert.Equal((ResolverFanOut.Type, 10), (fan.Type, fan.Addresses.Count));
        Assert.Equal(10, Fan(10, 1 + Second * 2).Evaluate().Findings.Count);
        Assert.Equal(9, Fan(9, 0.5).Evaluate().Findings.Count);
    }

    [Fact]
    public void Five_new_targets_within_exactly_a_minute_are_a_fan_out()
    {
        Assert.Equal(ResolverFanOut.Type, Assert.Single(Fan(5, 60 * Second).Evaluate().Findings).Type);
        Assert.Equal(5, Fan(5, 61 * Second).Evaluate().Findings.Count);
        Assert.Equal(4, Fan(4, 3 * Second).Evaluate().Findings.Count);
    }

    [Fact]
    public void A_fan_out_goes_on_for_gaps_of_a_week_and_then_another_begins()
    {
        static World With(double later)
        {
            var world = Fan(10, 0.9);
            world.Instance("web-1").Asks("203.119.3.1").On(later);
            return world;
        }
        Assert.Equal(11, Assert.Single(With(40.9 + 7).Evaluate().Findings).Addresses.Count);
        Assert.Equal([ResolverFanOut.Type, UnusualDnsResolver.Type], With(40.9 + 7 + Second * 2).Evaluate().Findings.Select(f => f.Type));
    }

    [Fact]
    public void A_young_member_that_fans_out_is_one_finding()
    {
        var world = new World();
        for (int i = 0; i < 4; i++) Mature(world, $"old-{i}");
        var young = world.Instance("new").InAsg("web").Runs(39);
        for (int i = 0; i < 12; i++) young.Asks($"203.119.2.{i}").On(40 + i * 0.01);
        var fan = Assert.Single(world.Evaluate().Findings);
        Assert.Equal((ResolverFanOut.Type, World.Id("new")), (fan.Type, fan.Subject.Id));
    }

    [Fact]
    public void A_fan_out_names_more_than_two_hundred_targets()
    {
        var world = new World();
        var web = Mature(world, "web-1");
        for (int i = 0; i < 700; i++) web.Asks($"203.119.{i / 250}.{i % 250}").On(40 + i * 0.001);
        Assert.Equal(700, Assert.Single(world.Evaluate().Findings).Addresses.Count);
    }

    [Fact]
    public void A_fan_out_leaves_what_is_regular_or_forbidden_beside_it_and_is_as_severe()
    {
        var world = Fan(10, 0.5);
        world.Instance("web-1").Asks("203.119.9.9").Hourly(40.1);
        var findings = world.Evaluate().Findings;
        var fan = Assert.Single(findings, f => f.Type == ResolverFanOut.Type);
        var single = Assert.Single(findings, f => f.Type != ResolverFanOut.Type);
        Assert.Equal("203.119.9.9", single.Addresses[0].Address.ToString());
        Assert.Equal(11, fan.Addresses.Count);
        Assert.True(fan.Severity >= single.Severity);

        world = Fan(10, 0.5).Expect("203.119.2.3", action: ExpectedAction.Forbid);
        Assert.Equal(2, world.Evaluate().Findings.Count);
    }

    [Fact]
    public void Addresses_of_one_unknown_network_of_ipv6_are_one_target()
    {
        var world = new World();
        var web = Mature(world, "web-1");
        for (int i = 0; i < 24; i++) web.Asks($"2001:500:9:2::{i + 1:x}").On(40 + i * 0.01);
        var finding = Assert.Single(world.Evaluate().Findings);
        Assert.Equal((UnusualDnsResolver.Type, 24), (finding.Type, finding.Addresses.Count));
    }

    [Fact]
    public void Rotation_counts_operators_that_are_new_and_a_window_of_exactly_a_week()
    {
        static World With(double last)
        {
            var world = new World();
            Mature(world, "web-1").Asks("8.8.8.8").On(30).Asks("1.1.1.1").On(33).Asks("94.140.14.14").On(last);
            return world;
        }
        Assert.Single(Of(With(37), ResolverRotation.Type));
        Assert.Empty(Of(With(37 + Second * 2), ResolverRotation.Type));

        var known = new World();
        var web = known.Instance("web-1").Asks("9.9.9.9").Daily().Asks("8.8.8.8").Daily().Asks("1.1.1.1").Daily();
        web.Asks("149.112.112.112").On(40).Asks("8.8.4.4").On(40.1).Asks("1.0.0.1").On(40.2);
        Assert.Empty(Of(known, ResolverRotation.Type));
    }

    [Fact]
    public void A_way_around_a_block_is_one_reported_finding()
    {
        var world = new World();
        Mature(world, "web-1").Asks("8.8.8.8").Blocked().On(40).Asks("1.1.1.1", DnsTransport.DoH).On(40.02);
        Assert.Equal(EvasionAfterBlock.Type, Assert.Single(world.Reported()).Type);
    }

    [Fact]
    public void An_evasion_names_the_rejected_target_and_has_the_rejected_record_before_the_accepted_one()
    {
        var world = new World();
        Mature(world, "web-1").Asks("8.8.8.8").Blocked().On(40).Asks("1.1.1.1", DnsTransport.DoH).On(40.02);
        var finding = Assert.Single(world.Reported());
        Assert.Equal(("8.8.8.8", DnsTransport.Dns, World.At(40)), (finding.Novelty.Rejected!.Address.ToString(), finding.Novelty.Rejected.Transport, finding.Novelty.Rejected.At));
        Assert.Contains("REJECT", finding.Evidence[0].Text, StringComparison.Ordinal);
        Assert.Contains("ACCEPT", finding.Evidence[^1].Text, StringComparison.Ordinal);
        Assert.True(finding.Evidence[0].Start < finding.Evidence[^1].Start);
    }

    [Fact]
    public void A_contact_through_nat64_says_so_with_the_form_of_the_records()
    {
        var world = new World();
        Mature(world, "web-1").Asks("64:ff9b::808:808").On(40);
        Mature(world, "web-2").Asks("1.1.1.1").On(40);
        Assert.Contains("8.8.8.8 was reached through NAT64: its records have 64:ff9b::808:808.", world.Reported().Single(f => f.Members[0].Id == World.Id("web-1")).Novelty.Nearby);
        Assert.Empty(world.Reported().Single(f => f.Members[0].Id == World.Id("web-2")).Novelty.Nearby);
    }

    [Fact]
    public void Without_stories_every_first_contact_is_a_finding_of_its_own_too()
    {
        var world = Begun(40, 40.1, 40.2);
        world.Options = world.Options with { Stories = false };
        Assert.Equal(3, Of(world, UnusualDnsResolver.Type).Count);
        Assert.Single(Of(world, FleetSwitch.Type));
    }
}
