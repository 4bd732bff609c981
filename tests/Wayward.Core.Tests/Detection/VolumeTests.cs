using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>More than names: per instance, over all targets and transports, with the boundaries to the byte.</summary>
public sealed class VolumeTests
{
    private const double Hour = 1 / 24.0;

    private static WorldInstance Uses(World world, params string[] targets)
    {
        var web = world.Instance("web-1");
        foreach (string target in targets) web.Asks(target).Daily();
        return web;
    }

    private static Finding? Tunnel(World world) => world.Evaluate().Findings.SingleOrDefault(f => f.Type == DnsTunnel.Type || f.Type == EncryptedDnsTunnel.Type);

    [Fact]
    public void Large_questions_to_many_resolvers_in_a_day_are_one_finding_from_one_mebibyte_on()
    {
        World With(long bytes, int packets, double last)
        {
            var world = new World();
            var web = Uses(world, "8.8.8.8", "1.1.1.1", "9.9.9.9", "94.140.14.14");
            int i = 0;
            foreach (string target in (string[])["8.8.8.8", "1.1.1.1", "9.9.9.9", "94.140.14.14"]) web.Asks(target).Sending(packets, bytes, 20_000).On(40 + last * i++ / 3);
            return world;
        }
        // With the questions of the days before, one at 70 bytes each within the window.
        var tunnel = Tunnel(With(262_144, 1_800, 0.9));
        Assert.NotNull(tunnel);
        Assert.Equal((DnsTunnel.Type, 4, null), (tunnel.Type, tunnel.Addresses.Count, tunnel.Provider));
        Assert.True(tunnel.Reported);
        Assert.Contains("4 DNS servers", FindingText.Why(tunnel), StringComparison.Ordinal);
        Assert.DoesNotContain("asked", FindingText.Headline(tunnel), StringComparison.Ordinal);
        Assert.Null(Tunnel(With(262_000, 1_800, 0.9)));
        Assert.Null(Tunnel(With(262_144, 2_300, 0.9)));
        Assert.Null(Tunnel(With(262_144, 1_800, 1.1)));
    }

    [Fact]
    public void A_burst_across_the_edge_of_an_hour_counts_as_one()
    {
        World With(double second)
        {
            var world = new World();
            Uses(world, "8.8.8.8").Asks("8.8.8.8").Sending(900, 140_000, 20_000).On(40 + Hour - 0.001, 40 + second);
            return world;
        }
        Assert.NotNull(Tunnel(With(Hour + 0.001)));
        Assert.Null(Tunnel(With(3 * Hour)));
    }

    [Fact]
    public void Large_answers_over_any_transport_are_a_volume_and_reflections_are_none()
    {
        World With(long received, bool asked)
        {
            var world = new World();
            var web = Uses(world, "8.8.8.8");
            web.Asks("1.1.1.1", DnsTransport.DoT).Daily();
            var line = web.Line(40, "8.8.8.8", 53, packets: 20_000, bytes: 1_400_000);
            var encrypted = web.Line(40.2, "1.1.1.1", 853, 6, packets: 20_000, bytes: 1_400_000);
            foreach (var one in new[] { line, encrypted })
            {
                if (asked) world.Add(one);
                world.Add(one.Reply() with { Packets = 20_000, Bytes = received });
            }
            return world;
        }
        Assert.Contains("came from 2 DNS servers", FindingText.Why(Tunnel(With(10 << 20, asked: true))!), StringComparison.Ordinal);
        Assert.Null(Tunnel(With(10_400_000, asked: true)));
        Assert.Null(Tunnel(With(10 << 20, asked: false)));
    }

    [Fact]
    public void Severity_grows_by_a_half_for_each_factor_of_ten()
    {
        Finding With(long bytes)
        {
            var world = new World();
            Uses(world, "8.8.8.8").Asks("8.8.8.8").Sending((int)(bytes / 130), bytes, 20_000).On(40);
            return Tunnel(world)!;
        }
        Assert.Equal([70, 75, 80], new[] { 1_048_576L, 10_485_760, 104_857_600 }.Select(b => With(b + 200).Severity));
        Assert.Equal(With(20 << 20).Severity, With(20 << 20).SeverityFactors.Sum(f => f.Points));
    }

    [Fact]
    public void A_zone_transfer_from_a_server_in_use_is_below_the_threshold_and_a_resolver_may_move_ten_times_as_much()
    {
        var world = new World();
        var dns = world.Instance("dns-1");
        for (int day = 1; day < 59; day++) world.Add(dns.Line(day, "203.119.1.1", 53, 6, bytes: 200));
        world.Add(dns.Line(50, "203.119.1.1", 53, 6, packets: 6_000, bytes: 6 << 20));
        var transfer = Tunnel(world);
        Assert.NotNull(transfer);
        Assert.False(transfer.Reported && transfer.ConfidenceFactors.All(f => f.Code != "zone-transfer"));

        var resolver = new World();
        var web = Uses(resolver, "8.8.8.8");
        for (int hour = 0; hour < 6; hour++)
            for (int client = 0; client < 3; client++) resolver.Add(web.Line(1 + hour * Hour, $"10.0.7.{client}", 40_000 + client, localPort: 53));
        web.Asks("8.8.8.8").Sending(20_000, 3_000_000, 20_000).On(5);
        Assert.Null(Tunnel(resolver));
    }

    [Fact]
    public void What_a_rule_expects_is_no_volume()
    {
        var world = new World();
        Uses(world, "8.8.8.8").Asks("8.8.8.8").Sending(9_000, 1_400_000, 20_000).On(40);
        Assert.NotNull(Tunnel(world));
        Assert.Null(Tunnel(world.Expect("8.8.8.8")));
    }

    [Fact]
    public void Unclear_traffic_counts_even_if_there_is_no_contact_at_all()
    {
        var world = new World();
        var web = Uses(world, "9.9.9.9");
        for (int minute = 0; minute < 6; minute++)
        {
            var line = web.Line(40.01 + minute / 1440.0, "203.119.1.1", 53, localPort: 53, packets: 2_000, bytes: 600_000);
            world.Add(line.Reply() with { Start = line.Start - 1, Packets = 2_000, Bytes = 100_000 }, line);
        }
        var tunnel = Tunnel(world);
        Assert.NotNull(tunnel);
        Assert.Equal(3_600_000, tunnel.Out.Bytes);
        Assert.Equal(AcceptedReason.Unclear, Assert.Single(world.Evaluate().Accepted, a => a.Destination.Address.ToString() == "203.119.1.1").Reason);
    }

    [Fact]
    public void The_screen_never_hides_a_volume()
    {
        int found = 0;
        for (int seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var world = new World(days: 12);
            var web = world.Instance("web-1");
            string[] targets = ["8.8.8.8", "1.1.1.1", "9.9.9.9"];
            int mean = random.Next(80, 180);
            for (int i = 0; i < random.Next(5, 60); i++)
            {
                int packets = random.Next(10, 2_000);
                web.Asks(targets[random.Next(3)], random.Next(3) == 0 ? DnsTransport.DoT : DnsTransport.Dns)
                    .Sending(packets, packets * (long)random.Next(Math.Max(60, mean - 60), mean + 40) * (random.Next(4) == 0 ? 6 : 1), packets * (long)random.Next(100, 900)).On(9 + random.NextDouble() * 2);
            }
            var engine = world.Engine();
            var history = world.Ledger().Find(web.Key)!;
            var pairs = DestinationPairs.Of(history, engine.Catalog);
            bool has = DnsVolumes.Of(history, pairs, engine.Matcher, engine.Parameters).Count > 0;
            if (has) found++;
            Assert.True(!has || DnsVolumes.IsPossible(pairs, engine.Parameters), $"seed {seed}");
        }
        Assert.InRange(found, 20, 199);
    }
}
