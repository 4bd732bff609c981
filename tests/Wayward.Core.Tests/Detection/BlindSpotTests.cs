using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>What cannot be seen, each shown by the miss itself. The documentation lists the same.</summary>
public sealed class BlindSpotTests
{
    private static WorldInstance Web(World world) => world.Instance("web-1").InAsg("web").Asks("9.9.9.9").Daily();

    [Fact]
    public void A_tunnel_through_the_vpc_resolver_is_never_logged_and_a_private_resolver_is_no_target()
    {
        var world = new World();
        Web(world).Asks("10.0.0.2").Sending(90_000, 22_500_000, 20_000_000).Hourly(40);
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void DoH_on_a_server_that_no_catalogue_knows_looks_like_any_https()
    {
        var world = new World();
        Web(world).Asks("203.119.1.1", DnsTransport.DoH).Hourly(40);
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void DoH_behind_a_shared_cdn_looks_like_any_site_of_it()
    {
        var world = new World();
        Web(world).Asks("104.21.7.7", DnsTransport.DoH).Hourly(40);
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void A_first_contact_while_learning_in_an_immature_cohort_is_only_listed()
    {
        var world = new World();
        world.Instance("web-1").InAsg("web").Asks("203.119.1.1").Hourly(3);
        var result = world.Evaluate();
        Assert.Empty(result.Findings);
        Assert.Equal(AcceptedReason.Learned, Assert.Single(result.Accepted).Reason);
    }

    [Fact]
    public void A_target_already_in_use_is_not_new_for_an_attacker_either()
    {
        var world = new World();
        world.Instance("web-1").Asks("8.8.8.8").Daily().Asks("8.8.8.8").Hourly(40);
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void DNS_inside_a_vpn_has_the_vpns_port()
    {
        var world = new World();
        var web = Web(world);
        for (int i = 0; i < 100; i++) world.Add(web.Line(40 + i * 0.01, "203.119.1.1", 51_820, packets: 900, bytes: 900_000));
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void A_slow_leak_through_a_known_resolver_stays_under_every_threshold()
    {
        var world = new World();
        world.Instance("web-1").Asks("8.8.8.8").Daily().Asks("8.8.8.8").Sending(290, 40_000, 60_000).Hourly(30);
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void Without_packet_level_addresses_a_middle_box_hides_the_target()
    {
        World With(bool packetLevel)
        {
            var world = new World();
            var web = Web(world);
            var line = web.Line(40, "10.0.0.99", 53);
            return world.Add(packetLevel ? line with { PacketSource = line.Source, PacketDestination = "8.8.8.8" } : line);
        }
        Assert.Empty(With(packetLevel: false).Evaluate().Findings);
        Assert.Single(With(packetLevel: true).Evaluate().Findings);
    }

    [Fact]
    public void Without_direction_and_own_prefixes_ipv6_has_no_side()
    {
        World With(params string[] own)
        {
            var world = new World();
            world.Options = world.Options with { OwnPrefixes = own };
            var web = Web(world);
            return world.Add(web.Line(40, "2001:4860:4860::8888", 53) with { Source = "2600:1f18::10", Direction = FlowDirection.Unknown });
        }
        Assert.Empty(With().Evaluate().Findings);
        Assert.Single(With("2600:1f18::/36").Evaluate().Findings);
    }

    [Fact]
    public void An_exchange_that_the_far_end_begins_cannot_be_told_from_a_service_of_the_instance()
    {
        var world = new World();
        var web = world.Instance("web-1").Asks("9.9.9.9").Daily();
        var answer = web.Line(40, "203.119.1.1", 53, localPort: 5353);
        world.Add(answer.Reply());
        world.Add(answer with { Start = answer.Start + 1 });
        Assert.Empty(world.Evaluate().Findings);
    }

    [Fact]
    public void Interfaces_that_name_no_instance_are_no_subject_and_the_meter_counts_their_hours()
    {
        var world = new World();
        var web = Web(world);
        // As the interfaces of Fargate tasks and Lambda functions are logged.
        world.Add(web.Line(40, "203.0.113.53", 53) with { Interface = "eni-0fa", Instance = null });
        var result = world.Evaluate();
        Assert.Empty(result.Findings);
        Assert.Equal(1, result.Blindness.Rows.Sum(r => r.Blind.GetValueOrDefault(BlindReason.ServiceInterface)));
    }
}
