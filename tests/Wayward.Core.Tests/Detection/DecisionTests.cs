using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>Section 4 of the rules and its three boundaries, to the second.</summary>
public sealed class DecisionTests
{
    private const double Second = 1 / 86_400.0;

    private static WorldInstance Mature(World world, string name = "web-1") => world.Instance(name).InAsg("web").Asks("9.9.9.9").Daily();

    [Fact]
    public void A_first_contact_of_an_old_instance_is_a_finding_by_its_own_history()
    {
        var world = new World();
        Mature(world).Asks("8.8.8.8").On(40.5);
        var finding = Assert.Single(world.Evaluate().Findings);
        Assert.Equal((UnusualDnsResolver.Type, FindingBasis.OwnHistory, "Google Public DNS"), (finding.Type, finding.Basis, finding.Provider));
        Assert.Equal(World.At(40.5), finding.First);
        Assert.Equal(World.Id("web-1"), finding.Subject.Id);
        Assert.True(finding.Reported);
    }

    [Fact]
    public void An_age_of_exactly_L_alerts_and_a_second_less_learns()
    {
        var world = new World();
        world.Instance("web-1").Asks("8.8.8.8").On(7);
        Assert.Single(world.Evaluate().Findings);

        world = new World();
        world.Instance("web-1").Asks("8.8.8.8").On(7 - Second);
        var result = world.Evaluate();
        Assert.Empty(result.Findings);
        Assert.Equal(AcceptedReason.Learned, Assert.Single(result.Accepted).Reason);
    }

    [Fact]
    public void A_gap_equal_to_H_joins_and_a_second_more_begins_a_new_episode()
    {
        // A record ends ten seconds after its start.
        var world = new World(120);
        world.Instance("web-1").Asks("8.8.8.8").On(1, 46 + 10 * Second);
        Assert.Empty(world.Evaluate().Findings);

        world = new World(120);
        world.Instance("web-1").Asks("8.8.8.8").On(1, 46 + 11 * Second);
        Assert.Equal(World.At(46 + 11 * Second), Assert.Single(world.Evaluate().Findings).First);
    }

    [Fact]
    public void The_gap_counts_from_the_latest_end_so_far_not_from_the_last_start()
    {
        var world = new World(120);
        var instance = world.Instance("web-1");
        world.Add(instance.Line(1, "8.8.8.8", 53, seconds: 2 * 86_400), instance.Line(2, "8.8.8.8", 53));
        instance.Asks("8.8.8.8").On(48);
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void An_instance_unobserved_for_longer_than_H_learns_again()
    {
        var world = new World(140);
        world.Instance("web-1").Runs(0, 60).Runs(120, 140).Asks("8.8.8.8").On(121);
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void An_outage_of_delivery_shorter_than_H_does_not_start_learning_anew()
    {
        var world = new World(140);
        world.Instance("web-1").Runs(0, 60).Runs(100, 140).Asks("8.8.8.8").On(101);
        Assert.Single(world.Evaluate().Findings);
    }

    [Fact]
    public void Nodata_counts_as_observation()
    {
        var world = new World();
        world.Instance("web-1").Quiet().Asks("8.8.8.8").On(30);
        Assert.Single(world.Evaluate().Findings);
    }

    private static World Fleet(int peers, int users, double since, double at = 40)
    {
        var world = new World();
        for (int i = 0; i < peers; i++)
        {
            var peer = world.Instance($"old-{i}").InAsg("web").Asks("9.9.9.9").Daily();
            if (i < users) peer.Asks("8.8.8.8").Daily(since);
        }
        world.Instance("new").InAsg("web").Runs(39).Asks("8.8.8.8").On(at);
        return world;
    }

    private static AcceptedReason? New(World world) => world.Evaluate().Accepted.SingleOrDefault(a => a.Instance.Id == World.Id("new"))?.Reason;

    [Fact] public void A_cold_instance_learns_what_is_established_in_its_cohort() => Assert.Equal(AcceptedReason.LearnedFromGroup, New(Fleet(3, 2, 0.5)));

    [Fact]
    public void A_cold_instance_in_a_mature_cohort_is_a_finding_about_the_cohort()
    {
        var finding = Assert.Single(Fleet(3, 1, 0.5).Evaluate().Findings);
        Assert.Equal((new Subject(SubjectKind.Cohort, "asg:web"), FindingBasis.CohortHistory), (finding.Subject, finding.Basis));
        Assert.Equal([World.Id("new")], finding.Members.Select(m => m.Id));
    }

    [Fact] public void Two_peers_are_no_cohort() => Assert.Equal(AcceptedReason.Learned, New(Fleet(2, 0, 0.5)));

    [Fact]
    public void A_peers_use_is_established_when_it_is_exactly_L_old()
    {
        // The peers' uses made findings of their own, which establishes nothing by the default.
        static World With(double since)
        {
            var world = Fleet(3, 2, since);
            world.Options = world.Options with { AlertedEstablishes = world.Options.Learning };
            return world;
        }
        Assert.Equal(AcceptedReason.LearnedFromGroup, New(With(33)));
        Assert.Null(New(With(33 + Second)));
    }

    [Fact]
    public void A_use_that_made_a_finding_is_established_when_it_is_exactly_H_old()
    {
        static World With(double since, double at)
        {
            var world = new World(80);
            for (int i = 0; i < 3; i++) world.Instance($"old-{i}").InAsg("web").Asks("9.9.9.9").Daily().Asks("8.8.8.8").Daily(since + i / 100.0);
            world.Instance("new").InAsg("web").Runs(at - 1).Asks("8.8.8.8").On(at);
            return world;
        }
        Assert.Null(New(With(20, 30)));
        Assert.Equal(AcceptedReason.LearnedFromGroup, New(With(20, 20.01 + 45)));
        Assert.Null(New(With(20, 20.01 + 45 - Second)));
    }

    [Fact]
    public void What_a_young_member_was_told_of_does_not_excuse_the_next_one()
    {
        var world = Fleet(3, 0, 0.5);
        for (int i = 0; i < 4; i++) world.Instance($"new-{i}").InAsg("web").Runs(40 + i * 3).Asks("8.8.8.8").Daily(40.5 + i * 3, 58);
        var finding = Assert.Single(world.Evaluate().Findings);
        Assert.Equal(5, finding.Members.Count);
    }

    [Theory]
    [InlineData("image", true)]
    [InlineData("subnet", true)]
    [InlineData("vpc", true)]
    [InlineData("none", false)]
    public void The_first_group_that_is_mature_evaluates_a_young_instance(string shared, bool isEvaluated)
    {
        var world = new World();
        for (int i = 0; i < 3; i++)
        {
            world.Instance($"old-{i}").InAsg("blue").InSubnet(shared == "subnet" ? "subnet-a" : $"subnet-{i}").InVpc(shared is "vpc" or "subnet" ? "vpc-a" : $"vpc-{i}").Asks("9.9.9.9").Daily();
            if (shared == "image") world.Instance($"old-{i}").OfImage("ami-1");
        }
        var young = world.Instance("new").InAsg("green").InSubnet(shared == "subnet" ? "subnet-a" : "subnet-z").InVpc(shared is "vpc" or "subnet" ? "vpc-a" : "vpc-z").Runs(39).Asks("8.8.8.8").On(40);
        if (shared == "image") young.OfImage("ami-1");
        var findings = world.Evaluate().Findings;
        Assert.Equal(isEvaluated, findings.Count == 1);
        if (isEvaluated) Assert.StartsWith(shared + ":", findings[0].Subject.Id, StringComparison.Ordinal);
        world.Options = world.Options with { CohortFallback = false };
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void What_peers_began_while_the_cohort_was_immature_is_established_at_once()
    {
        static World With(double since)
        {
            var world = new World();
            for (int i = 0; i < 3; i++) world.Instance($"old-{i}").InAsg("web").Asks("9.9.9.9").Daily().Asks("8.8.8.8").Daily(since);
            world.Instance("new").InAsg("web").Runs(8).Asks("8.8.8.8").On(8.5);
            return world;
        }
        Assert.Equal(AcceptedReason.LearnedFromGroup, New(With(7 - Second)));
        Assert.Null(New(With(7)));
    }

    [Fact]
    public void A_peer_counts_when_it_was_seen_strictly_before()
    {
        // The third peer's very first record starts with the contact, or a second before.
        World With(double thirdSince)
        {
            var world = Fleet(2, 0, 0.5);
            world.Instance("third").InAsg("web").Runs(thirdSince);
            return world;
        }
        Assert.Equal(AcceptedReason.Learned, New(With(40)));
        Assert.Null(New(With(40 - Second)));
    }

    [Fact]
    public void A_worms_first_victim_does_not_excuse_its_second()
    {
        var world = Fleet(4, 0, 0.5);
        world.Instance("old-0").Asks("8.8.8.8").Daily(38);
        world.Instance("old-1").Asks("8.8.8.8").Daily(38.1);
        Assert.Null(New(world));
        Assert.Equal(3, world.Evaluate().Findings.Count);
    }

    [Fact]
    public void Members_of_a_cohort_join_one_finding()
    {
        var world = Fleet(4, 0, 0.5);
        world.Instance("new-2").InAsg("web").Runs(39).Asks("8.8.8.8").On(40.2);
        world.Instance("new-3").InAsg("web").Runs(39).Asks("8.8.4.4").On(41);
        var finding = Assert.Single(world.Evaluate().Findings);
        Assert.Equal(3, finding.Members.Count);
        Assert.Equal(["8.8.4.4", "8.8.8.8"], finding.Addresses.Select(a => a.Address.ToString()));
    }

    [Fact]
    public void Without_cohorts_young_instances_only_learn()
    {
        var world = Fleet(3, 1, 0.5);
        world.Options = world.Options with { Cohorts = false };
        Assert.Equal(AcceptedReason.Learned, New(world));
    }

    [Fact] public void The_subnet_is_the_cohort_where_nothing_better_is_known()
    {
        var world = new World(format: LineFormat.V5);
        for (int i = 0; i < 4; i++) world.Instance($"old-{i}").InSubnet("subnet-1").Asks("9.9.9.9").Daily();
        world.Instance("new").InSubnet("subnet-1").Runs(39).Asks("8.8.8.8").On(40);
        Assert.Equal("subnet:subnet-1", Assert.Single(world.Evaluate().Findings).Subject.Id);
    }

    [Fact]
    public void A_data_set_shorter_than_L_yields_no_finding_but_the_learning_list()
    {
        var world = new World(6);
        world.Instance("web-1").Asks("8.8.8.8").Daily(1).Asks("1.1.1.1", DnsTransport.DoH).On(5);
        var result = world.Evaluate();
        Assert.Empty(result.Findings);
        Assert.Equal(2, result.Accepted.Count(a => a.Reason == AcceptedReason.Learned));
    }

    [Fact]
    public void A_catalogue_entry_alerts_only_while_it_is_in_force_or_in_its_hold()
    {
        World With(double from, double to, double at)
        {
            var world = new World(120);
            world.Instance("web-1").Asks("9.9.9.9").Daily().Asks("51.0.0.1", DnsTransport.DoH).On(at);
            world.Catalog = TestCatalog.Default.With([TestCatalog.Entry("X", "51.0.0.1", 6, 443, DnsTransport.DoH, CatalogTier.Dedicated) with { ValidFrom = World.At(from), ValidTo = World.At(to) }]);
            return world;
        }
        Assert.Empty(With(20, 40, 20 - Second).Evaluate().Findings);
        Assert.Single(With(20, 40, 20).Evaluate().Findings);
        Assert.Single(With(20, 40, 70 - Second).Evaluate().Findings);
        Assert.Empty(With(20, 40, 70).Evaluate().Findings);
    }

    [Fact]
    public void A_new_entry_learns_until_it_alerts()
    {
        World With(double at)
        {
            var world = new World();
            world.Instance("web-1").Asks("9.9.9.9").Daily().Asks("51.0.0.1", DnsTransport.DoH).On(at);
            world.Catalog = TestCatalog.Default.With([TestCatalog.Entry("X", "51.0.0.1", 6, 443, DnsTransport.DoH, CatalogTier.Dedicated) with { AlertsFrom = World.At(30) }]);
            return world;
        }
        Assert.Empty(With(30 - Second).Evaluate().Findings);
        var finding = Assert.Single(With(30).Evaluate().Findings);
        Assert.Contains(finding.ConfidenceFactors, s => s.Code == "target-learning");
    }

    [Fact]
    public void A_forbid_rule_is_a_finding_at_once_even_while_learning()
    {
        var world = new World().Expect("8.8.8.8", action: ExpectedAction.Forbid);
        world.Instance("web-1").Asks("8.8.8.8").Daily(2.5);
        var finding = Assert.Single(world.Evaluate().Findings);
        Assert.Equal((FindingBasis.Forbidden, World.At(2.5)), (finding.Basis, finding.First));
        Assert.Contains(finding.SeverityFactors, s => s is { Code: "forbidden", Points: 30 });
    }

    [Fact]
    public void A_forbid_rule_that_begins_later_alerts_from_then_on()
    {
        var world = new World().Expect("8.8.8.8", from: 30, action: ExpectedAction.Forbid);
        world.Instance("web-1").Asks("8.8.8.8").Daily(2.5);
        var finding = Assert.Single(world.Evaluate().Findings);
        Assert.Equal(World.At(30.5), finding.First);
        Assert.Equal(30, finding.Count);
    }

    [Fact]
    public void Episodes_that_follow_within_H_are_one_finding_and_later_ones_name_it()
    {
        var world = new World(200);
        Mature(world).Asks("8.8.8.8").On(20).Asks("8.8.4.4").On(50).Asks("8.8.8.8").On(140);
        var findings = world.Evaluate().Findings;
        Assert.Equal([World.At(20), World.At(140)], findings.Select(f => f.First));
        Assert.Equal(2, findings[0].Addresses.Count);
        Assert.Equal([World.At(20), World.At(50)], findings[1].Novelty.Earlier.Select(e => e.Start));
        Assert.Equal(findings[0].GroupId, findings[1].GroupId);
        Assert.NotEqual(findings[0].Id, findings[1].Id);
    }

    [Fact]
    public void Without_provider_merge_each_address_is_its_own_finding()
    {
        var world = new World();
        Mature(world).Asks("8.8.8.8").On(20).Asks("8.8.4.4").On(21);
        world.Options = world.Options with { ProviderMerge = false };
        Assert.Equal(2, world.Evaluate().Findings.Count);
    }

    [Fact]
    public void A_finding_is_provisional_until_the_watermark_passes_it()
    {
        var world = new World(40.5);
        Mature(world).Asks("8.8.8.8").On(40.49);
        Assert.True(Assert.Single(world.Evaluate().Findings).Provisional);
        world = new World(41);
        Mature(world).Asks("8.8.8.8").On(40.49);
        Assert.False(Assert.Single(world.Evaluate().Findings).Provisional);
    }

    [Fact]
    public void Udp_and_tcp_port_53_are_one_kind()
    {
        var world = new World();
        var instance = Mature(world);
        world.Add(instance.Line(30, "8.8.8.8", 53, 6));
        instance.Asks("8.8.8.8").On(1);
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void The_guardduty_profile_knows_three_types_and_one_severity()
    {
        var world = new World();
        Mature(world).Asks("8.8.8.8").On(30).Asks("1.1.1.1", DnsTransport.DoQ).On(31).Asks("1.1.1.1", DnsTransport.DoT).On(32);
        world.Options = DetectionOptions.GuardDutyProfile(world.Options);
        var findings = world.Evaluate().Findings;
        Assert.Equal([UnusualDnsResolver.Type, UnusualDotActivity.Type], findings.Select(f => f.Type));
        Assert.All(findings, f => Assert.Equal(50, f.Severity));
    }
}
