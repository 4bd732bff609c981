using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Testing;

/// <summary>A finding that a scenario must raise: all four have to agree.</summary>
/// <param name="Subject">Instance id, or cohort.</param>
/// <param name="Target">Address first contacted; empty where the finding is about no address.</param>
public sealed record ExpectedFinding(FindingType Type, string Subject, DnsTransport Transport, string Target, long First);

/// <summary>A scenario with its known answer: the findings that an analyst is told of, and those that are only stored (low).</summary>
public sealed record Scenario(string Name, bool IsAttack, Func<World> Build, IReadOnlyList<ExpectedFinding> Reported, IReadOnlyList<ExpectedFinding> Low)
{
    public override string ToString() => Name;
}

/// <summary>The attack and benign scenarios by name. Each has the usual resolver 9.9.9.9 and a first contact on day 40 unless it says otherwise.</summary>
public static class Scenarios
{
    private const string Unknown = "203.119.1.1";
    private static readonly ScenarioList List = [];

    public static IReadOnlyList<Scenario> All => List.Items;

    static Scenarios()
    {
        Attacks();
        Benign();
    }

    /// <summary>An instance with a history of its own.</summary>
    private static WorldInstance Mature(World world, string name = "web-1", string asg = "web") => world.Instance(name).InAsg(asg).Asks("9.9.9.9").Daily();

    private static ExpectedFinding On(double day, string target, DnsTransport transport = DnsTransport.Dns, string name = "web-1", FindingType? type = null) =>
        new(type ?? FindingTypes.Of(transport), name.Contains(':', StringComparison.Ordinal) || name == "fleet" ? name : World.Id(name), transport, target, World.At(day));

    private static World With(Action<World> describe, double days = 60, LineFormat format = LineFormat.V11)
    {
        var world = new World(days, format);
        describe(world);
        return world;
    }

    private static void Attacks()
    {
        List.Attack("resolv.conf to 8.8.8.8 on a mature instance", () => With(w => Mature(w).Asks("8.8.8.8").Hourly(40)), On(40, "8.8.8.8"));
        List.Attack("to an uncatalogued answering server", () => With(w => Mature(w).Asks(Unknown).Hourly(40)), On(40, Unknown));
        List.Attack("hard-coded DoH once an hour", () => With(w => Mature(w).Asks("1.1.1.1", DnsTransport.DoH).Hourly(40)), On(40, "1.1.1.1", DnsTransport.DoH));
        List.Attack("DoT stub", () => With(w => Mature(w).Asks("1.1.1.1", DnsTransport.DoT).Hourly(40)), On(40, "1.1.1.1", DnsTransport.DoT));
        List.Attack("DoQ", () => With(w => Mature(w).Asks("94.140.14.14", DnsTransport.DoQ).Hourly(40)), On(40, "94.140.14.14", DnsTransport.DoQ));
        // 50 kbit/s in an hour is 22.5 MB.
        List.Attack("iodine-like 50 kbit/s to its own server", () => With(w => Mature(w).Asks(Unknown).Sending(90_000, 22_500_000, 20_000_000).Hourly(40, 40.2)),
            On(40, Unknown), On(40, Unknown, type: DnsTunnel.Type));
        List.Attack("iodine-like through an 8.8.8.8 already in use", () => With(w => w.Instance("web-1").Asks("8.8.8.8").Daily().Asks("8.8.8.8").Sending(90_000, 22_500_000, 20_000_000).Hourly(40, 40.2)),
            On(40, "8.8.8.8", type: DnsTunnel.Type));
        List.Attack("53 rejected, then DoH", () => With(w => w.Instance("web-1").Asks("9.9.9.9").Daily(0.1, 40).Asks("9.9.9.9").Blocked().On(40).Asks("1.1.1.1", DnsTransport.DoH).Daily(40.02)),
            On(40.02, "1.1.1.1", DnsTransport.DoH, type: EvasionAfterBlock.Type));
        List.Attack("12 public resolvers in a day", () => With(w =>
        {
            var web = w.Instance("web-1").Asks("45.90.28.1").Daily();
            for (int i = 0; i < 12; i++) web.Asks(TestCatalog.TwelveOperators[i]).On(40 + i * 0.05);
        }), On(40, TestCatalog.TwelveOperators[0], type: ResolverFanOut.Type));
        List.Attack("rotation over operators", () => With(w =>
        {
            var web = Mature(w);
            for (int i = 0; i < 3; i++) web.Asks(new[] { "1.1.1.1", "94.140.14.14", "76.76.2.0" }[i]).On(40 + i * 2);
        }), On(40, "1.1.1.1"), On(42, "94.140.14.14"), On(44, "76.76.2.0"), On(40, "1.1.1.1", type: ResolverRotation.Type));
        List.Attack("worm in an ASG of new instances", () => With(w =>
        {
            for (int i = 0; i < 5; i++) Mature(w, $"old-{i}");
            for (int i = 0; i < 4; i++) w.Instance($"new-{i}").InAsg("web").Runs(39).Asks(Unknown).Hourly(40 + i * 0.3);
        }), On(40, Unknown, name: "asg:web", type: FleetSwitch.Type));
        List.Attack("NAT64 form of 8.8.8.8", () => With(w =>
        {
            var web = Mature(w);
            var line = web.Line(40, "8.8.8.8", 53) with { Source = "2600:1f18::10", Destination = "64:ff9b::808:808" };
            w.Add(line, line.Reply());
        }), On(40, "8.8.8.8"));
        List.Attack("cold instance in a mature cohort", () => With(w =>
        {
            for (int i = 0; i < 5; i++) Mature(w, $"old-{i}");
            w.Instance("new").InAsg("web").Runs(39).Asks("8.8.8.8").Hourly(40);
        }), On(40, "8.8.8.8", name: "asg:web"));
        List.Attack("became a resolver for others", () => With(w =>
        {
            var web = Mature(w);
            for (int hour = 0; hour < 6; hour++)
                for (int client = 0; client < 3; client++)
                    w.Add(web.Line(40 + hour / 24.0, $"10.0.7.{client}", 40_000 + client, localPort: 53));
        }), On(40 + 2 / 24.0, "", type: BecameResolver.Type));
        List.Attack("fleet switch", () => With(w =>
        {
            for (int i = 0; i < 12; i++) Mature(w, $"web-{i}", i % 2 == 0 ? "web" : "api").Asks("8.8.8.8").Hourly(40 + i * 0.01);
        }), On(40, "8.8.8.8", name: "vpc:vpc-00000001", type: FleetSwitch.Type));
        List.Attack("a tunnel spread over resolvers in use", () => With(w =>
        {
            var web = w.Instance("web-1");
            foreach (string operatorOf in TestCatalog.TwelveOperators) web.Asks(operatorOf).Daily().Asks(operatorOf).Sending(600, 108_000, 100_000).On(40);
        }), On(40, TestCatalog.TwelveOperators.Select(IpAddress.Parse).Min().ToString(), type: DnsTunnel.Type));
        List.Attack("an imitated iterating resolver with a server of its own", () => With(w =>
        {
            var web = Mature(w);
            for (int day = 0; day < 3; day++)
            {
                web.Asks("198.41.0.4").Unanswered().On(40 + day);
                for (int i = 0; i < 21; i++) web.Asks(string.Create(CultureInfo.InvariantCulture, $"203.120.{day}.{i}")).Unanswered().On(40.0001 + day + i * 0.00001);
            }
            web.Asks(Unknown).Hourly(43, 50);
        }), [On(40.0001, "203.120.0.0", type: ResolverFanOut.Type), On(42.0001 + 19 * 0.00001, "", type: BecameResolver.Type), On(43, Unknown)], low: [On(40, "198.41.0.4", type: AskedAuthoritative.Type)]);
        List.Attack("upload over DoH", () => With(w => w.Instance("web-1").Asks("1.1.1.1", DnsTransport.DoH).Daily().Asks("1.1.1.1", DnsTransport.DoH).Sending(9_000, 9_000_000, 400_000).On(40)),
            On(40, "1.1.1.1", DnsTransport.DoH, type: EncryptedDnsTunnel.Type));
    }

    private static void Benign()
    {
        List.Benign("cold instance in an immature cohort", () => With(w =>
        {
            w.Instance("old").InAsg("web").Asks("9.9.9.9").Daily();
            w.Instance("new").InAsg("web").Runs(39).Asks("8.8.8.8").Hourly(40);
        }));
        List.Benign("ASG scale-out with an established resolver", () => With(w =>
        {
            for (int i = 0; i < 5; i++) Mature(w, $"old-{i}");
            for (int i = 0; i < 20; i++) w.Instance($"new-{i}").InAsg("web").Runs(30 + i).Asks("9.9.9.9").Daily(30.1 + i);
        }));
        List.Benign("image update that changes the resolver", () => With(w =>
        {
            for (int i = 0; i < 5; i++) w.Instance($"old-{i}").InAsg("web").Runs(0, 45).Asks("9.9.9.9").Daily(0.1, 45);
            for (int i = 0; i < 5; i++) w.Instance($"new-{i}").InAsg("web").Runs(40 + i * 0.2).Asks("8.8.8.8").Daily(40.1 + i * 0.2);
        }), reported: [On(40.1, "8.8.8.8", name: "asg:web", type: FleetSwitch.Type)]);
        List.Benign("monthly cron with a 35-day gap", () => With(w => Mature(w).Asks("8.8.8.8").Every(35, 20), 160), reported: [On(20, "8.8.8.8")]);
        List.Benign("quarterly job", () => With(w => Mature(w).Asks("8.8.8.8").Every(91, 20), 290), reported: [On(20, "8.8.8.8")], low: [On(111, "8.8.8.8"), On(202, "8.8.8.8")]);
        List.Benign("iterating resolver with root hints and a root address change", () => With(w =>
        {
            var resolver = Mature(w, "unbound", "dns");
            for (int day = 0; day < 60; day++)
            {
                resolver.Asks(day < 40 ? "199.9.14.201" : "170.247.170.2").On(day + 0.2);
                resolver.Asks("198.41.0.4").On(day + 0.21);
                for (int i = 0; i < 30; i++) resolver.Asks(string.Create(CultureInfo.InvariantCulture, $"204.{13 + day % 50}.{i}.53")).On(day + 0.3 + i * 0.001);
            }
        }), low: [.. Enumerable.Range(7, 53).Select(day => day == 40 ? On(40.2, "170.247.170.2", name: "unbound", type: AskedAuthoritative.Type)
            : On(day + 0.3, string.Create(CultureInfo.InvariantCulture, $"204.{13 + day % 50}.0.53"), name: "unbound", type: AskedAuthoritative.Type))]);
        List.Benign("dig +trace", () => With(w => Mature(w).Asks("198.41.0.4").On(40).Asks(Unknown).On(40.00002).Asks("203.119.2.2").On(40.00003)), low: [On(40, "198.41.0.4", type: AskedAuthoritative.Type)]);
        List.Benign("small iterator", () => With(w =>
        {
            var web = Mature(w);
            for (int day = 1; day < 60; day++) web.Asks("198.41.0.4").On(day + 0.5).Asks(string.Create(CultureInfo.InvariantCulture, $"204.13.{day}.53")).On(day + 0.6);
        }), low: [.. Enumerable.Range(7, 53).Select(day => On(day + 0.6, string.Create(CultureInfo.InvariantCulture, $"204.13.{day}.53"), type: AskedAuthoritative.Type))]);
        List.Benign("CoreDNS to the VPC resolver", () => With(w => w.Instance("node-1").InAsg("nodes").Asks("10.0.0.2").Hourly(0)));
        List.Benign("scanner with its tag", () => With(w => Scanner(w, tagged: true)));
        List.Benign("scanner without its tag", () => With(w => Scanner(w, tagged: false)), reported: [On(40, "203.120.0.1", type: ResolverFanOut.Type)]);
        List.Benign("scan from source port 53 and reflected floods", () => With(w =>
        {
            var web = Mature(w);
            for (int i = 0; i < 40; i++)
            {
                string scanner = string.Create(CultureInfo.InvariantCulture, $"185.242.226.{i + 1}");
                double at = 40 + i * 0.01;
                // A closed port answers with a reset, an open one with SYN+ACK.
                w.Add(web.Line(at, scanner, 53, 6, localPort: 21_078, bytes: 40, flags: 4), web.Line(at, scanner, 53, 6, localPort: 443, bytes: 60, flags: 18), web.Line(at, scanner, 53, 6, localPort: 8080, bytes: 60, flags: 18));
                w.Add(web.Line(at, scanner, 53, localPort: 40_000, packets: 900, bytes: 900_000).Reply());
            }
        }));
        List.Benign("NAT gateway and load-balancer interfaces", () => With(w =>
        {
            var web = Mature(w);
            for (int i = 0; i < 500; i++) w.Add(web.Line(10 + i * 0.1, "8.8.8.8", 53) with { Instance = null, Interface = "eni-nat" });
        }));
        List.Benign("49 catalogue additions a day for 60 days", () =>
        {
            var world = With(w => Mature(w).Asks("151.101.1.1", DnsTransport.DoH).Daily(1).Asks("151.101.1.2", DnsTransport.DoH).Daily(1), 70);
            // Known since long by their records, learned of as DoH only on day 30 and later.
            world.Catalog = TestCatalog.Default.With(Enumerable.Range(0, 60 * 49).Select(i =>
                TestCatalog.Entry($"Feed {i}", string.Create(CultureInfo.InvariantCulture, $"151.101.{1 + i / 250}.{1 + i % 250}"), 6, 443, DnsTransport.DoH, CatalogTier.PersonalHost) with { AlertsFrom = World.At(i / 49 + 7) }));
            return world;
        });
        List.Benign("8.8.8.8 to 8.8.4.4", () => With(w => w.Instance("web-1").Asks("8.8.8.8").Daily(0.1, 40).Asks("8.8.4.4").Daily(40)), low: [On(40, "8.8.4.4")]);
        List.Benign("format change from v2 to v5 and interval from 10 minutes to one", () =>
        {
            var world = With(_ => { });
            var web = new World(60).Instance("web-1");
            for (double day = 0; day < 60; day += 0.25)
            {
                var line = web.Line(day, "9.9.9.9", 53, seconds: day < 30 ? 600 : 60);
                foreach (var one in new[] { line, line.Reply() }) world.Add((day < 30 ? one.In(LineFormat.V2) : one.In(LineFormat.V5)) with { Interface = web.Interface });
            }
            return world;
        });
        List.Benign("three-day delivery outage", () => With(w => w.Instance("web-1").InAsg("web").Runs(0, 30).Runs(33).Asks("9.9.9.9").Daily(0.1, 30).Asks("9.9.9.9").Daily(33.1)));
        List.Benign("instance stopped for 60 days", () => With(w => w.Instance("web-1").InAsg("web").Runs(0, 30).Runs(90).Asks("9.9.9.9").Daily(0.1, 30).Asks("9.9.9.9").Daily(90.1).Asks("8.8.8.8").On(91), 110));
        List.Benign("rule window that expires", () =>
        {
            var world = With(w => Mature(w).Asks("8.8.8.8").Daily(40));
            return world.Expect("8.8.8.8", from: 40, to: 50);
        }, reported: [On(50, "8.8.8.8")]);
    }

    private static void Scanner(World world, bool tagged)
    {
        var scanner = Mature(world, tagged ? "scanner" : "web-1", "tools");
        for (int i = 0; i < 300; i++) scanner.Asks(string.Create(CultureInfo.InvariantCulture, $"203.120.{i / 250}.{1 + i % 250}")).Unanswered().On(40 + i * 0.0003);
        if (tagged) scanner.Tagged(RoleNames.Scanner);
    }

    private sealed class ScenarioList : System.Collections.IEnumerable
    {
        public List<Scenario> Items { get; } = [];
        public void Attack(string name, Func<World> build, params ExpectedFinding[] reported) => Items.Add(new(name, true, build, reported, []));
        public void Attack(string name, Func<World> build, ExpectedFinding[] reported, ExpectedFinding[] low) => Items.Add(new(name, true, build, reported, low));
        public void Benign(string name, Func<World> build, ExpectedFinding[]? reported = null, ExpectedFinding[]? low = null) => Items.Add(new(name, false, build, reported ?? [], low ?? []));
        public System.Collections.IEnumerator GetEnumerator() => Items.GetEnumerator();
    }
}
