using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Oracle;

/// <summary>A hundred seeded worlds: cohort fallback, alerts that establish nothing, fleets, fan-outs and rotation, the engine against plain loops.</summary>
public sealed class NaiveReferenceTests
{
    private const int Worlds = 100, Days = 20, Grid = 6 * 3_600;

    private static readonly DetectionOptions Options = DetectionOptions.Default with
    {
        HistoryWindow = TimeSpan.FromDays(4), Learning = TimeSpan.FromDays(1), AlertedEstablishes = TimeSpan.FromDays(4),
        Patterns = new PatternOptions { FanOutTargets = 4, FanOutBurstTargets = 1_000, FanOutGap = TimeSpan.FromDays(2) },
    };

    private static readonly string[] Targets = ["8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "208.67.222.222", "203.119.1.1", "203.119.1.2", "2600:1f18:1:2::1", "2600:1f18:1:2::2"];

    private static List<NaiveInstance> Seeded(int seed)
    {
        var random = new Random(seed);
        var instances = new List<NaiveInstance>();
        for (int i = random.Next(6, 11); i > 0; i--)
        {
            string[] groups = [.. random.Next(4) == 0 ? Array.Empty<string>() : [$"asg:{random.Next(2)}"], $"subnet:{random.Next(2)}", "vpc:1"];
            int from = random.Next(2) == 0 ? 0 : random.Next(1, Days - 3);
            instances.Add(new(string.Create(CultureInfo.InvariantCulture, $"i-{seed:x}-{i}"), groups, from, random.Next(4) == 0 ? random.Next(from + 2, Days + 1) : Days));
        }
        foreach (var who in instances)
            for (int n = random.Next(5); n > 0; n--)
            {
                string target = Targets[random.Next(Targets.Length)];
                var transport = random.Next(4) == 0 ? DnsTransport.DoT : DnsTransport.Dns;
                for (int times = random.Next(1, 5); times > 0; times--) Ask(who, target, transport, Time(random));
            }
        // A push: several begin the same target within about a day. Another: one instance asks many.
        for (int n = random.Next(3); n > 0; n--)
        {
            long time = Time(random);
            string target = Targets[random.Next(Targets.Length)];
            foreach (var who in instances)
                if (random.Next(2) == 0) Ask(who, random.Next(3) == 0 ? Targets[random.Next(6, Targets.Length)] : target, DnsTransport.Dns, time + random.Next(5) * Grid + random.Next(-1, 2));
        }
        for (int n = random.Next(3); n > 0; n--)
        {
            var who = instances[random.Next(instances.Count)];
            long time = Time(random);
            foreach (string target in Targets)
                if (random.Next(2) == 0) Ask(who, target, DnsTransport.Dns, time + random.Next(5) * Grid + random.Next(-1, 2));
        }
        // Operators one after the other, more slowly than a fan-out.
        var goesRound = instances[random.Next(instances.Count)];
        long next = World.At(random.Next(2, 15));
        foreach (string target in new[] { "8.8.8.8", "1.1.1.1", "9.9.9.9", "208.67.222.222" })
        {
            if (random.Next(3) > 0) Ask(goesRound, target, random.Next(2) == 0 ? DnsTransport.DoT : DnsTransport.Dns, next);
            next += random.Next(4, 9) * (long)Grid;
        }
        // Two old members of a group begin a target, which makes findings; a young one follows while these are older than L and younger than H.
        if (random.Next(2) == 0)
        {
            int day = random.Next(3, 14);
            string group = string.Create(CultureInfo.InvariantCulture, $"asg:c{seed}");
            for (int i = 0; i < 5; i++) instances.Add(new(string.Create(CultureInfo.InvariantCulture, $"i-{seed:x}-c{i}"), [group, "subnet:c", "vpc:c"], i < 4 ? 0 : day + 1, Days));
            foreach (var member in instances.TakeLast(5).Take(2)) Ask(member, "203.119.1.9", DnsTransport.Dns, World.At(day) + random.Next(2) * Grid);
            Ask(instances[^1], "203.119.1.9", DnsTransport.Dns, World.At(day + 1) + random.Next(1, 8) * Grid);
            // Two have used another since they were young themselves: just enough for the young one.
            for (double at = 0.5; at < Days; at += 3)
                foreach (var member in instances.TakeLast(5).Take(2)) Ask(member, "203.119.1.8", DnsTransport.Dns, World.At(at));
            Ask(instances[^1], "203.119.1.8", DnsTransport.Dns, World.At(day + 1) + 2 * Grid);
        }
        return instances;
    }

    private static long Time(Random random) => World.Beginning + random.Next(1, Days * 86_400 / Grid) * (long)Grid + (random.Next(4) == 0 ? random.Next(-1, 2) : 0);

    private static void Ask(NaiveInstance who, string target, DnsTransport transport, long time)
    {
        if (time >= World.At(who.From) && time < World.At(who.To) - 60) who.Contacts.Add((target, transport, time));
    }

    private static List<string> Engine(List<NaiveInstance> instances, DetectionOptions? options = null)
    {
        var ledger = new ContactLedger { MaxStart = World.At(Days) };
        foreach (var who in instances)
        {
            var history = new DirectHistory(who.Id, asg: null).Observed(who.From, who.To);
            foreach (var (address, transport, start) in who.Contacts)
                history.Asks(IpAddress.Parse(address), [(start - World.Beginning) / 86_400.0], transport == DnsTransport.DoT ? (byte)6 : (byte)17, transport == DnsTransport.DoT ? (ushort)853 : (ushort)53);
            var built = history.Build();
            foreach (string[] group in who.Groups.Select(g => g.Split(':')))
                built.Facts.Add(new InstanceFact(Enum.Parse<InstanceAttribute>(group[0], ignoreCase: true), group[1], World.At(who.From), World.At(who.To) - 1));
            ledger.Put(built);
        }
        return [.. new DetectionEngine(TestCatalog.Default, [], options ?? Options).Evaluate(ledger).Findings.Select(NaiveReference.Row).Order(StringComparer.Ordinal)];
    }

    private static List<string> Naive(List<NaiveInstance> instances, NaiveBug bug = NaiveBug.None) => new NaiveReference(instances, TestCatalog.Default, Options, bug).Findings();

    [Fact]
    public void The_engine_finds_what_plain_loops_find_in_100_worlds()
    {
        var all = new List<string>();
        for (int seed = 1; seed <= Worlds; seed++)
        {
            var world = Seeded(seed);
            var (naive, engine) = (Naive(world), Engine(world));
            Assert.True(naive.SequenceEqual(engine), $"seed {seed}: the reference alone has\n{string.Join('\n', naive.Except(engine))}\nthe engine alone has\n{string.Join('\n', engine.Except(naive))}");
            all.AddRange(naive);
        }
        foreach (var type in new[] { FleetSwitch.Type, ResolverFanOut.Type, ResolverRotation.Type }) Assert.True(all.Count(f => f.StartsWith(type.ToString()!, StringComparison.Ordinal)) >= 5, $"hardly any {type}");
    }

    [Theory]
    [InlineData(NaiveBug.NoFallback)]
    [InlineData(NaiveBug.AlertsEstablish)]
    [InlineData(NaiveBug.FleetOfTwo)]
    [InlineData(NaiveBug.FleetOverAllTime)]
    [InlineData(NaiveBug.AddressesOfAPrefixDiffer)]
    [InlineData(NaiveBug.FanOutByUtcDay)]
    [InlineData(NaiveBug.FanOutBeforeFleet)]
    [InlineData(NaiveBug.RotationByAddress)]
    public void A_planted_bug_is_seen(NaiveBug bug)
    {
        for (int seed = 1; seed <= Worlds; seed++)
        {
            var world = Seeded(seed);
            if (!Naive(world, bug).SequenceEqual(Engine(world))) return;
        }
        Assert.Fail($"no world shows {bug}");
    }

    public static TheoryData<string> OffByOne => [.. Wrong.Keys];

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Engines whose windows and numbers are wrong by one.</summary>
    private static readonly Dictionary<string, Func<DetectionOptions, DetectionOptions>> Wrong = new(StringComparer.Ordinal)
    {
        ["an age of L is too young"] = o => o with { Learning = o.Learning + Second },
        ["one peer fewer is enough"] = o => o with { CohortMinimumPeers = o.CohortMinimumPeers - 1 },
        ["one more must have established it"] = o => o with { CohortMinimumEstablished = o.CohortMinimumEstablished + 1 },
        ["a fleet ends before its window does"] = o => o with { Patterns = o.Patterns with { FleetWindow = o.Patterns.FleetWindow - Second } },
        ["a fleet goes on after its window"] = o => o with { Patterns = o.Patterns with { FleetWindow = o.Patterns.FleetWindow + Second } },
        ["a fleet needs one more"] = o => o with { Patterns = o.Patterns with { FleetInstances = o.Patterns.FleetInstances + 1 } },
        ["a fan-out counts less than its window"] = o => o with { Patterns = o.Patterns with { FanOutWindow = o.Patterns.FanOutWindow - Second } },
        ["a fan-out counts more than its window"] = o => o with { Patterns = o.Patterns with { FanOutWindow = o.Patterns.FanOutWindow + Second } },
        ["a fan-out ends before its gap does"] = o => o with { Patterns = o.Patterns with { FanOutGap = o.Patterns.FanOutGap - Second } },
        ["a fan-out needs one more"] = o => o with { Patterns = o.Patterns with { FanOutTargets = o.Patterns.FanOutTargets + 1 } },
    };

    [Theory, MemberData(nameof(OffByOne))]
    public void An_engine_that_is_off_by_one_is_seen(string fault) =>
        Assert.True(Enumerable.Range(1, Worlds).Select(Seeded).Any(world => !Naive(world).SequenceEqual(Engine(world, Wrong[fault](Options)))), $"no world shows that {fault}");
}
