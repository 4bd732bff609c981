using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Testing;

/// <summary>
/// Seeded small worlds full of boundaries: times lie on a coarse grid, a second off now and then, so that gaps equal to H, ages equal to L and peers that start with the
/// contact come up all the time. Names carry the seed, so that many worlds can be evaluated as one fleet and still not meet.
/// </summary>
public static class RandomRecords
{
    private const int Grid = 6 * 3_600;
    private const int Days = 20;

    /// <summary>H of four days and L of one, so that a world of twenty days sees everything.</summary>
    public static readonly DetectionOptions Options = DetectionOptions.Default with { HistoryWindow = TimeSpan.FromDays(4), Learning = TimeSpan.FromDays(1), CatalogHold = TimeSpan.FromDays(2), ProviderMerge = false, CohortFallback = false, AlertedEstablishes = TimeSpan.FromDays(1), Stories = false, Patterns = new PatternOptions { FanOutTargets = 1_000_000 } };

    public static readonly ResolverCatalog Catalog = new("random-1",
    [
        .. TestCatalog.Public("Google Public DNS", CatalogTier.Dedicated, "8.8.8.8"),
        .. TestCatalog.Public("Cloudflare", CatalogTier.Dedicated, "1.1.1.1"),
        TestCatalog.Entry("Lapsed", "51.0.0.1", 6, 443, DnsTransport.DoH, CatalogTier.PersonalHost) with { ValidFrom = World.At(5), ValidTo = World.At(12) },
    ]);

    /// <summary>A rule of the reference's shape: one instance or all, one prefix, one transport or all, whole hours.</summary>
    public sealed record RuleRow(string? Instance, string Address, DnsTransport? Transport, long? From, long? To);

    public sealed record RandomWorld(int Seed, IReadOnlyList<FlowLine> Lines, IReadOnlyList<RuleRow> Rules);

    public static RandomWorld Of(int seed)
    {
        var random = new Random(seed);
        var lines = new List<FlowLine>();
        var rules = new List<RuleRow>();
        int instances = random.Next(4, 8), subnets = random.Next(1, 3);
        for (int i = 0; i < instances; i++)
        {
            bool old = random.Next(6) == 0;
            var format = old ? LineFormat.V2 : LineFormat.V5;
            var basis = new FlowLine
            {
                Interface = string.Create(CultureInfo.InvariantCulture, $"eni-{seed:x}-{i}"),
                Instance = string.Create(CultureInfo.InvariantCulture, $"i-{seed:x}-{i}"),
                Subnet = string.Create(CultureInfo.InvariantCulture, $"subnet-{seed:x}-{random.Next(subnets)}"),
                Vpc = "vpc-1",
                Source = string.Create(CultureInfo.InvariantCulture, $"10.0.{i}.9"),
                Direction = FlowDirection.Egress,
                TcpFlags = 0,
            };
            Observe(random, basis, format, lines);
            Contacts(random, basis, format, lines);
            if (random.Next(5) == 0)
            {
                int from = random.Next(Days * 24), hours = random.Next(1, 200);
                rules.Add(new RuleRow(format == LineFormat.V2 ? basis.Interface : basis.Instance, Targets[random.Next(Targets.Length)].Address, random.Next(2) == 0 ? null : DnsTransport.Dns,
                    random.Next(3) == 0 ? null : World.Beginning + from * 3_600L, random.Next(3) == 0 ? null : World.Beginning + (from + hours) * 3_600L));
            }
        }
        if (random.Next(2) == 0) Newcomers(random, seed, lines);
        if (random.Next(3) == 0) lines.Add(new FlowLine { Instance = null, Interface = "eni-nat", Source = "10.0.0.200", Start = Time(random), End = World.At(Days), Direction = FlowDirection.Egress });
        // The reference counts records that are equal in every field once, so there must be none.
        return new RandomWorld(seed, [.. lines.Distinct()], rules);
    }

    public static IReadOnlyList<ExpectedTarget> Rules(IEnumerable<RuleRow> rows) =>
    [
        .. rows.Select((row, i) => new ExpectedTarget
        {
            Id = i + 1, Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Parse(row.Address)], Transports = row.Transport is { } t ? [t] : [], ValidFrom = row.From, ValidTo = row.To, Reason = "seeded",
            Scope = row.Instance is { } instance ? new ExpectedScope { Instances = [instance] } : ExpectedScope.Everywhere,
        }),
    ];

    private static readonly (string Address, int Protocol, int Port)[] Targets =
    [
        ("8.8.8.8", 17, 53), ("8.8.8.8", 6, 53), ("203.119.1.1", 17, 53), ("203.119.1.1", 6, 853), ("1.1.1.1", 6, 443), ("1.1.1.1", 17, 443), ("51.0.0.1", 6, 443), ("1.1.1.1", 17, 853), ("151.101.1.1", 6, 443), ("203.119.1.2", 17, 8853),
        ("10.7.7.7", 17, 53),
    ];

    private static long Time(Random random) => World.Beginning + random.Next(1, Days * 86_400 / Grid) * (long)Grid + (random.Next(4) == 0 ? random.Next(-1, 2) : 0);

    private static void Observe(Random random, FlowLine basis, LineFormat format, List<FlowLine> lines)
    {
        long from = random.Next(2) == 0 ? World.Beginning : Time(random);
        for (long time = from; time < World.At(Days); time += Grid * random.Next(1, 4))
        {
            if (random.Next(25) == 0) time += Grid * random.Next(14, 20);
            if (time >= World.At(Days)) break;
            lines.Add((basis with
            {
                Destination = "10.9.9.9", DestinationPort = 5432, Protocol = 6, Start = time, End = time + Lasting(random), Bytes = random.Next(60, 9_999),
                Status = random.Next(3) switch { 0 => LogStatus.NoData, 1 when random.Next(4) == 0 => LogStatus.SkipData, _ => LogStatus.Ok },
            }).In(format));
        }
    }

    /// <summary>A cohort that is just large enough, or just not: its third peer appears with the contact of a cold instance, a second earlier or a second later.</summary>
    private static void Newcomers(Random random, int seed, List<FlowLine> lines)
    {
        long time = World.Beginning + random.Next(12, 60) * (long)Grid;
        for (int i = 0; i < 4; i++)
        {
            var basis = new FlowLine
            {
                Interface = string.Create(CultureInfo.InvariantCulture, $"eni-{seed:x}-n{i}"), Instance = string.Create(CultureInfo.InvariantCulture, $"i-{seed:x}-n{i}"),
                Subnet = string.Create(CultureInfo.InvariantCulture, $"subnet-{seed:x}-n"), Source = "10.1.0.9", Destination = "10.9.9.9", DestinationPort = 5432, Protocol = 6, Direction = FlowDirection.Egress, TcpFlags = 0,
            };
            long from = i switch { 0 or 1 => World.Beginning, 2 => time + random.Next(-1, 2), _ => time - Grid };
            for (long at = from; at < World.At(Days); at += Grid * 2) lines.Add(basis with { Start = at, End = at });
            if (i == 3) lines.Add(basis with { Destination = "203.119.1.9", DestinationPort = 53, Protocol = 17, Start = time, End = time });
            if (i < 2 && random.Next(2) == 0)
            {
                long use = time - 86_400 + random.Next(-1, 2);
                lines.Add(basis with { Destination = "203.119.1.9", DestinationPort = 53, Protocol = 17, Start = use, End = use });
            }
        }
    }

    /// <summary>The far end's record before the first one of ours in that hour: the references leave unclear traffic out.</summary>
    private static bool SpeaksFirst(FlowLine line, List<FlowLine> pair) =>
        line.DestinationPort != pair[0].DestinationPort && pair.Exists(l => l.DestinationPort == pair[0].DestinationPort && l.Start / 3_600 == line.Start / 3_600 && l.Start > line.Start);

    private static int Lasting(Random random) => random.Next(4) switch { 0 => 60, 1 => 600, _ => 0 };

    private static void Contacts(Random random, FlowLine basis, LineFormat format, List<FlowLine> lines)
    {
        foreach (var (address, protocol, port) in Targets)
        {
            if (random.Next(3) != 0) continue;
            int contacts = random.Next(1, 6);
            var pair = new List<FlowLine>();
            for (int i = 0; i < contacts; i++)
            {
                long time = Time(random);
                var line = basis with
                {
                    Destination = address,
                    DestinationPort = port,
                    Protocol = protocol,
                    SourcePort = random.Next(32_768, 60_000),
                    Start = time,
                    End = time + Lasting(random),
                    Packets = random.Next(1, 20),
                    Bytes = random.Next(70, 99_999),
                    Rejected = random.Next(5) == 0,
                    TcpFlags = protocol == 17 ? 0 : random.Next(10) switch { 0 => 18, 1 => 4, 2 => 5, 3 => 0, 4 => 6, 5 => 2, 6 => 19, _ => 3 },
                };
                // A server's port without our own SYN is unclear: the references go no further.
                if (random.Next(3) == 0 && line.TcpFlags is 2 or 3 or 6 && format == LineFormat.V5) line = line with { SourcePort = random.Next(3) switch { 0 => 53, 1 => 853, _ => port } };
                // Without a direction NAT64 tells the side, which the references leave unresolved.
                if (random.Next(10) == 0 && address == "8.8.8.8" && format == LineFormat.V5) line = line with { Source = "2600:1f18::" + random.Next(1, 99), Destination = "64:ff9b::808:808" };
                if (random.Next(10) == 0 && format == LineFormat.V5) line = line with { Destination = "10.0.0.99", PacketSource = line.Source, PacketDestination = line.Destination };
                // Without flags, segments are long enough to be ours: a record that may be a bare reset proves nothing by itself, which the references leave out.
                if (format == LineFormat.V2) line = line with { Bytes = line.Packets * 90 + random.Next(9_999) };
                pair.Add(line.In(format));
                if (random.Next(3) == 0) continue;
                long delay = random.Next(3) switch { 0 => 0, 1 => random.Next(0, 130), _ => Grid };
                // Never the answer to a SYN: an ingress SYN+ACK would be a contact of its own, which the reference leaves out.
                var reply = (line with { TcpFlags = 0 }).Reply(random.Next(4) == 0);
                pair.Add((reply with { Start = time + delay, End = time + delay + Lasting(random), Bytes = random.Next(70, 9_999) }).In(format));
            }
            lines.AddRange(pair.Where(l => !SpeaksFirst(l, pair)));
        }
    }
}
