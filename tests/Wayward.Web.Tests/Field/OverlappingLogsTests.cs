using System.Globalization;
using System.Text;
using System.Text.Json;
using Wayward.FlowLogs;
using Wayward.Testing;
using Wayward.Web.Tests.Commands;

namespace Wayward.Web.Tests.Field;

/// <summary>Several flow logs over one interface: whatever their number and formats, the outcome is that of the one that tells most.</summary>
public sealed class OverlappingLogsTests
{
    private const long Day = 86_400, Begin = 1_790_812_800;
    private const string Eni = "eni-0aa0000000000001", OtherEni = "eni-0bb0000000000002", Machine = "i-0aa0000000000001";

    /// <summary>Twelve days with a usual resolver, a busy hour on day 10 that stays below a tunnel when it counts once, and one question to another resolver on day 11.</summary>
    private static List<FlowLine> Traffic(string eni = Eni, int interval = 60)
    {
        var lines = new List<FlowLine>();
        for (int day = 0; day < 12; day++)
        {
            Exchange("8.8.8.8", Begin + day * Day + 30_000, 2, 140);
            Web(Begin + day * Day + 31_000);
        }
        for (int at = 0; at < 3_600; at += interval) Exchange("8.8.8.8", Begin + 10 * Day + 36_000 + at, interval / 4, interval * 40L);
        Exchange("9.9.9.9", Begin + 11 * Day + 40_000, 2, 140);
        return lines;

        void Exchange(string target, long at, long packets, long bytes)
        {
            var question = Of(eni, target, 53, 17, at, packets, bytes) with { End = at + interval - 1 };
            lines.Add(question);
            lines.Add(question.Reply());
        }

        void Web(long at) => lines.Add(Of(eni, "34.240.7.7", 443, 6, at, 12, 3_000) with { TcpFlags = 3 });
    }

    private static FlowLine Of(string eni, string target, int port, int protocol, long at, long packets, long bytes) => new()
    {
        Interface = eni, Instance = Machine, Vpc = "vpc-0a1a1a1a", Subnet = "subnet-0b2b2b2b", Source = eni == Eni ? "10.1.0.5" : "10.1.0.6", Destination = target, DestinationPort = port, Protocol = protocol,
        Packets = packets, Bytes = bytes, Start = at, End = at + 50, Direction = FlowDirection.Egress,
    };

    private static string Text(IEnumerable<FlowLine> lines, LineFormat format) => string.Join('\n', lines.OrderBy(l => l.Start).Select(l => l.ToText(format)).Prepend(FlowLine.Header(format))) + "\n";

    private sealed record Outcome(string Contacts, string Findings, IReadOnlyList<string> Warnings, IReadOnlyList<string> Accepted);

    private static async Task<Outcome> ScanAsync(params (string Name, string Text)[] files)
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, text) in files) await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), text, TestContext.Current.CancellationToken);
        var run = await CommandRun.Of("scan", folder.FullName, "--format", "json");
        using var json = JsonDocument.Parse(run.Out);
        return new(
            string.Join('\n', json.RootElement.GetProperty("contacts").EnumerateArray().Select(c => $"{c.GetProperty("instance")} {c.GetProperty("address")} {c.GetProperty("first")} {Traffic(c, "out")} {Traffic(c, "in")}")),
            string.Join('\n', json.RootElement.GetProperty("findings").EnumerateArray().Select(f => $"{f.GetProperty("type")} {f.GetProperty("subject")} {f.GetProperty("severity")} {f.GetProperty("confidence")}")),
            [.. json.RootElement.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()!).Where(w => w.StartsWith("Two flow logs", StringComparison.Ordinal))],
            [.. json.RootElement.GetProperty("accepted").EnumerateArray().Select(a => $"{a.GetProperty("instance")} {a.GetProperty("address")} {a.GetProperty("reason")}")]);
    }

    private static string Traffic(JsonElement contact, string way) => string.Join('/', new[] { "records", "packets", "bytes" }.Select(n => contact.GetProperty(way).GetProperty(n).ToString()));

    private static void AssertSame(Outcome once, Outcome actual, params string[] named)
    {
        Assert.Equal((once.Contacts, once.Findings), (actual.Contacts, actual.Findings));
        string warning = Assert.Single(actual.Warnings);
        foreach (string name in named.Prepend(Eni)) Assert.Contains(name, warning, StringComparison.Ordinal);
    }

    private static Task<Outcome> OnceAsync() => ScanAsync(("once.log", Text(Traffic(), LineFormat.V5)));

    [Fact]
    public async Task One_log_reports_the_new_resolver_and_nothing_else()
    {
        var once = await OnceAsync();
        Assert.Equal($"DefenseEvasion:EC2/UnusualDNSResolver {Machine}", string.Join(' ', once.Findings.Split(' ')[..2]));
        Assert.DoesNotContain('\n', once.Findings);
        Assert.Empty(once.Warnings);
    }

    [Fact]
    public async Task The_default_format_beside_version_5_is_one_subject_and_counts_once()
        => AssertSame(await OnceAsync(), await ScanAsync(("vpc.log", Text(Traffic(), LineFormat.V2)), ("subnet.log", Text(Traffic(), LineFormat.V5))), "14 columns");

    [Fact]
    public async Task Three_logs_of_three_formats_count_once()
    {
        var once = await ScanAsync(("once.log", Text(Traffic(), LineFormat.V11)));
        var three = await ScanAsync(("a.log", Text(Traffic(), LineFormat.V2)), ("b.log", Text(Traffic(), LineFormat.V5)), ("c.log", Text(Traffic(), LineFormat.V11)));
        Assert.Equal((once.Contacts, once.Findings), (three.Contacts, three.Findings));
        Assert.Equal(3, three.Warnings.Count);
    }

    [Fact]
    public async Task Two_logs_of_one_format_are_told_apart_by_the_ids_in_their_names()
        => AssertSame(await OnceAsync(), await ScanAsync(
            ("111122223333_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261001T0000Z_aaaaaaaa.log", Text(Traffic(), LineFormat.V5)),
            ("111122223333_vpcflowlogs_eu-west-1_fl-0fedcba9876543210_20261001T0000Z_bbbbbbbb.log", Text(Traffic(), LineFormat.V5) + "\n")), "fl-0123456789abcdef0", "fl-0fedcba9876543210");

    [Fact]
    public async Task Records_of_a_minute_and_of_ten_minutes_are_the_same_traffic()
    {
        const string Fine = "x_fl-0123456789abcdef0_1.log", Coarse = "x_fl-0fedcba9876543210_1.log";
        AssertSame(await OnceAsync(), await ScanAsync((Fine, Text(Traffic(), LineFormat.V5)), (Coarse, Text(Traffic(interval: 600), LineFormat.V5))));
    }

    [Fact]
    public async Task Logs_of_the_single_interfaces_of_one_instance_add_up()
    {
        var both = Traffic().Concat(Traffic(OtherEni)).ToList();
        var once = await ScanAsync(("once.log", Text(both, LineFormat.V5)));
        var apart = await ScanAsync(("x_fl-0123456789abcdef0_1.log", Text(Traffic(), LineFormat.V5)), ("x_fl-0fedcba9876543210_1.log", Text(Traffic(OtherEni), LineFormat.V5)));
        Assert.Equal((once.Contacts, once.Findings), (apart.Contacts, apart.Findings));
        Assert.Empty(apart.Warnings);
        // Alone each is below the tunnel's volume; together they are not.
        Assert.Contains("DNSTunnel", once.Findings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_takes_the_place_of_another_within_an_hour_loses_nothing()
    {
        long change = Begin + 10 * Day + 36_000 + 1_800;
        var once = await OnceAsync();
        var replaced = await ScanAsync(("old.log", Text(Traffic().Where(l => l.Start < change), LineFormat.V5)), ("new.log", Text(Traffic().Where(l => l.Start >= change), LineFormat.V11)));
        Assert.Equal((once.Contacts, once.Findings.Split(' ')[1]), (replaced.Contacts, replaced.Findings.Split(' ')[1]));
        Assert.Empty(replaced.Warnings);
    }

    [Theory]
    [InlineData(1), InlineData(3)]
    public async Task What_a_NAT_instance_forwards_is_not_its_own_in_the_default_format(int clients)
    {
        var lines = new List<FlowLine>();
        const string Nat = "eni-0ee00000000000a1", NatAddress = "10.1.9.9";
        for (int client = 0; client < clients; client++)
        {
            string eni = string.Create(CultureInfo.InvariantCulture, $"eni-0cc000000000000{client}"), address = string.Create(CultureInfo.InvariantCulture, $"10.1.0.{11 + client}");
            for (int i = 0; i < 3; i++)
            {
                long at = Begin + i * 7_200 + client * 100;
                var asked = Of(eni, "9.9.9.9", 53, 17, at, 2, 140) with { Source = address };
                var arrives = asked with { Interface = Nat };
                var sent = arrives with { Source = NatAddress };
                foreach (var line in new[] { asked, arrives, sent }) lines.AddRange([line, line.Reply()]);
            }
        }
        var outcome = await ScanAsync(("flows.log", Text(lines, LineFormat.V2)));
        var records = outcome.Contacts.Split('\n').Select(c => (Interface: c.Split(' ')[0], Records: c.Split(' ')[3].Split('/')[0])).ToList();
        Assert.Equal(clients + 1, records.Count);
        Assert.All(records, r => Assert.Equal(r.Interface == Nat ? 3 * clients : 3, int.Parse(r.Records, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task An_address_in_the_network_of_another_interface_is_listed_as_own_and_makes_no_finding()
    {
        const string Server = "2600:1f18:aaaa:100::53";
        var lines = Traffic();
        lines.Add(Of(Eni, Server, 53, 17, Begin + 11 * Day + 50_000, 2, 200) with { Source = "2600:1f18:aaaa:200::1" });
        var alone = await ScanAsync(("a.log", Text(lines, LineFormat.V5)));
        Assert.Equal(2, alone.Findings.Split('\n').Length);
        lines.Add(Of(OtherEni, "2001:4860:4860::8888", 53, 17, Begin, 1, 100) with { Source = "2600:1f18:aaaa:100::7", Instance = "i-0bb0000000000002" });
        var both = await ScanAsync(("a.log", Text(lines, LineFormat.V5)));
        Assert.DoesNotContain('\n', both.Findings);
        Assert.Contains($"{Machine} {Server} own-network", both.Accepted);
    }
}
