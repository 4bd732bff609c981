using System.Globalization;
using System.Text;
using Wayward.FlowLogs.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Tests;

/// <summary>Three readers, one meaning: the fast one on every vector path and over every sort of refill, the careful one, and the naive one.</summary>
public sealed class DifferentialTests
{
    private static readonly ushort[] Ports = [53, 853, 443];

    /// <summary>Full counts run with WAYWARD_LONG=1; short ones always.</summary>
    internal static bool Long => Environment.GetEnvironmentVariable("WAYWARD_LONG") == "1";

    private static void AssertAllAgree(string text, string what)
    {
        AssertAllAgree(text, what, (_, _, _) => true);
        // A sink that wants some ends and not others: what is not asked about must not be checked, by anybody.
        AssertAllAgree(text, $"{what}, not all wanted", (end, address, port) => (address.Sum(c => c) + port + (int)end) % 3 == 0);
    }

    private static void AssertAllAgree(string text, string what, Func<FlowEnd, string, ushort, bool> wants)
    {
        var naive = new NaiveReader(Ports, wants).Read(text);
        var limits = new FlowReadLimits { QuarantineSamples = int.MaxValue };
        Check(new ReadTuning { FastLines = false, Path = VectorPath.Scalar });
        foreach (var path in VectorPaths.All)
            foreach (int chunk in new[] { 64, 777, 64 * 1024 })
                Check(new ReadTuning { Path = path, Chunk = chunk });

        void Check(ReadTuning tuning)
        {
            var reading = Reading.Of(Encoding.Latin1.GetBytes(text), limits: limits, tuning: tuning, recorder: new Recorder(Ports) { Wanted = (end, address, port) => wants(end, address.ToString(), port) });
            string name = $"{what}, {tuning}";
            Same(naive.Observed, reading.Observed, name);
            Same(naive.Accepted, reading.Accepted, name);
            Same(naive.Quarantined, [.. reading.Result.Quarantined.Select(q => $"{q.Line} {q.Column ?? "-"}")], name);
            Assert.Equal(naive.Observed.Count, reading.Result.Records);
        }
    }

    private static void Same(List<string> expected, List<string> actual, string name)
    {
        for (int i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            string? e = i < expected.Count ? expected[i] : null, a = i < actual.Count ? actual[i] : null;
            if (e != a) Assert.Fail($"{name}: entry {i}\n naive {e}\n fast  {a}");
        }
    }

    [Fact]
    public void Random_logs_of_all_versions_orders_and_oddities_read_the_same()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < (Long ? 400 : 25); round++) AssertAllAgree(RandomLog.Make(random), $"seed {seed}, round {round}");
    }

    [Fact]
    public void A_mutated_line_is_set_aside_with_its_column_or_means_what_the_naive_reader_says()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int mutations = Long ? 20_000 : 1_500;
        for (int done = 0; done < mutations;)
        {
            string[] lines = RandomLog.Make(random, odd: false).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            for (int i = 1; i < lines.Length; i++, done++) lines[i] = RandomLog.Mutate(lines[i], random);
            AssertAllAgree(string.Join('\n', lines) + "\n", $"seed {seed}, after {done}");
        }
    }
}

/// <summary>Flow logs as they might be: any columns that are enough, in any order and spelling, with whatever may stand between.</summary>
internal static class RandomLog
{
    private static readonly FlowField[] Needed = [FlowField.InterfaceId, FlowField.SourceAddress, FlowField.DestinationAddress, FlowField.SourcePort, FlowField.DestinationPort, FlowField.Protocol, FlowField.Start];

    public static string Make(Random random, bool odd = true)
    {
        var text = new StringBuilder();
        var columns = Header(random, text);
        int lines = random.Next(20, 120);
        for (int i = 0; i < lines; i++)
        {
            if (odd)
            {
                switch (random.Next(40))
                {
                    case 0: text.Append(random.Next(3) switch { 0 => "\n", 1 => "  \t \n", _ => "\r\n" }); break;
                    case 1: columns = Header(random, text); break;
                    case 2: text.Append(new string('x', random.Next(1, 400))).Append('\n'); break;
                }
            }
            string line = string.Join(' ', columns.Select(c => Value(c, random)));
            if (odd)
            {
                line = random.Next(30) switch
                {
                    0 => line.Replace(" ", "  ", StringComparison.Ordinal),
                    1 => " " + line.Replace(' ', '\t') + "\t",
                    2 => line[..random.Next(line.Length)],
                    3 => line + " extra",
                    4 => Mutate(line, random),
                    _ => line,
                };
            }
            text.Append(line).Append(odd && random.Next(15) == 0 ? "\r\n" : "\n");
        }
        if (odd && random.Next(3) == 0) text.Length--;
        return text.ToString();
    }

    public static string Mutate(string line, Random random)
    {
        var text = new StringBuilder(line);
        for (int n = random.Next(1, 3); n > 0 && text.Length > 1; n--)
        {
            int at = random.Next(text.Length);
            switch (random.Next(7))
            {
                case 0: text[at] = Character(random); break;
                case 1: text.Insert(at, Character(random)); break;
                case 2: text.Remove(at, 1); break;
                case 3: text.Length = at; break;
                case 4: text[at] ^= (char)(1 << random.Next(8)); break;
                case 5: text.Insert(at, text.ToString(at, Math.Min(random.Next(1, 12), text.Length - at))); break;
                default: text[at] = (char)('0' + random.Next(10)); break;
            }
        }
        // A line feed would make two lines of it, which is another test's business.
        text.Replace('\n', '\v');
        return text.Length == 0 ? "x" : text.ToString();
    }

    private static char Character(Random random) => random.Next(4) switch { 0 => (char)random.Next(256), 1 => "-. :eOA09"[random.Next(9)], 2 => (char)random.Next('0', '9' + 1), _ => (char)random.Next(' ', '~' + 1) };

    private static FlowField[] Header(Random random, StringBuilder text)
    {
        var optional = FlowColumns.All.Select(c => c.Field).Except(Needed).Where(_ => random.Next(3) == 0);
        FlowField[] columns = random.Next(4) == 0 ? [.. FlowColumns.UpTo(random.Next(2, 12))] : [.. Needed.Concat(optional)];
        if (random.Next(2) == 0) random.Shuffle(columns);
        var names = columns.Select(c => FlowColumns.Of(c).Name).Select(n => random.Next(3) switch { 0 => n.Replace('-', '_'), 1 => n.ToUpperInvariant(), _ => n });
        text.Append(string.Join(' ', names)).Append('\n');
        return columns;
    }

    private static string Value(FlowField field, Random random)
    {
        if (random.Next(200) == 0) return "-";
        if (random.Next(400) == 0) return random.Next(4) switch { 0 => "0x1F", 1 => "65536", 2 => "01", _ => "?" };
        return field switch
        {
            FlowField.Version => random.Next(2, 12).ToString(CultureInfo.InvariantCulture),
            FlowField.AccountId => random.Next(30) == 0 ? "unknown" : "210987654321",
            FlowField.InterfaceId => "eni-" + Id(random),
            FlowField.InstanceId => random.Next(10) == 0 ? "-" : "i-" + Id(random),
            FlowField.VpcId => "vpc-" + Id(random),
            FlowField.SubnetId => "subnet-" + Id(random),
            FlowField.SourceAddress or FlowField.DestinationAddress or FlowField.PacketSourceAddress or FlowField.PacketDestinationAddress => Address(random),
            FlowField.SourcePort or FlowField.DestinationPort => random.Next(4) == 0 ? "53" : random.Next(65536).ToString(CultureInfo.InvariantCulture),
            FlowField.Protocol => random.Next(3) switch { 0 => "6", 1 => "17", _ => random.Next(256).ToString(CultureInfo.InvariantCulture) },
            FlowField.Packets or FlowField.Bytes => random.NextInt64(1L << random.Next(1, 50)).ToString(CultureInfo.InvariantCulture),
            FlowField.Start => random.Next(1_700_000_000, 1_700_000_600).ToString(CultureInfo.InvariantCulture),
            FlowField.End => random.Next(1_700_000_590, 1_700_001_200).ToString(CultureInfo.InvariantCulture),
            FlowField.Action => random.Next(8) == 0 ? "REJECT" : "ACCEPT",
            FlowField.LogStatus => random.Next(12) switch { 0 => "NODATA", 1 => "SKIPDATA", _ => "OK" },
            FlowField.TcpFlags => random.Next(20).ToString(CultureInfo.InvariantCulture),
            FlowField.FlowDirection => random.Next(2) == 0 ? "ingress" : "egress",
            FlowField.AsgTag or FlowField.InstanceTag => "web%20" + random.Next(9).ToString(CultureInfo.InvariantCulture),
            FlowField.Region => "eu-west-1",
            _ => random.Next(3) == 0 ? "-" : Id(random),
        };
    }

    private static string Id(Random random) => random.NextInt64().ToString("x16", CultureInfo.InvariantCulture)[..random.Next(1, 17)];

    private static string Address(Random random) => random.Next(12) switch
    {
        0 => $"2001:db8::{random.Next(65536):x}",
        1 => $"fe80:0:0:1:{random.Next(65536):x}:{random.Next(65536):x}:0:1",
        2 => $"::ffff:{random.Next(256)}.{random.Next(256)}.1.{random.Next(256)}",
        3 => $"{random.Next(300)}.{random.Next(300)}.0{random.Next(10)}.1",
        _ => $"{random.Next(256)}.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}",
    };
}
