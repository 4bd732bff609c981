using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.FlowLogs;
using Wayward.Storage.Findings;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Inventories;

/// <summary>What the logs of a fleet say together and no history by itself: whose an interface is, which flow logs overlap, and which IPv6 networks are the fleet's own. In whatever order the objects come.</summary>
public sealed class FleetLessonsTests : IDisposable
{
    private const long Day = 86_400, Begin = SmallObjects.Begin, T = Begin + 9 * Day + 40_000;
    private const string Eni = "eni-00000000000000001", Machine = "i-00000000000000001";
    private readonly TempFolder _logs = new();
    private readonly TempFolder _data = new();

    private static FlowLine Asks(string target, long at, string source = "10.0.0.1", string eni = Eni, string machine = Machine) => new()
    {
        Account = "111122223333", Interface = eni, Instance = machine, Vpc = "vpc-1", Subnet = "subnet-1", Source = source, Destination = target, Start = at, End = at + 30, Direction = FlowDirection.Egress,
    };

    private static IEnumerable<FlowLine> Traffic()
    {
        for (int day = 0; day < 10; day++)
            foreach (var line in Both(Asks("9.9.9.9", Begin + day * Day + 3_600 * 8))) yield return line;
        foreach (var line in Both(Asks("8.8.8.8", T))) yield return line;
    }

    private static IEnumerable<FlowLine> Both(FlowLine line) => [line, line.Reply()];

    private void Write(string name, IEnumerable<FlowLine> lines, LineFormat format)
    {
        string path = _logs.Write(name, string.Join('\n', lines.Select(l => l.ToText(format)).Prepend(FlowLine.Header(format))) + "\n");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
    }

    private Task<IngestRig> StartAsync() => IngestRig.StartAsync(_data.Root, IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }] });

    private static async Task<string> FindingsAsync(IngestRig rig) =>
        string.Join(' ', (await rig.Findings.QueryAsync(new FindingQuery { IncludeUnreported = true }, CancellationToken.None)).Rows.Select(r => $"{r.Subject.Id} {r.Type.ToString().Split('/')[^1]}").Order(StringComparer.Ordinal));

    private static async Task EventuallyAsync(Func<Task<string>> actual, string expected)
    {
        string last = "";
        for (var until = DateTimeOffset.UtcNow.AddSeconds(30); DateTimeOffset.UtcNow < until; await Task.Delay(30))
            if ((last = await actual()) == expected) return;
        Assert.Equal(expected, last);
    }

    [Theory]
    [InlineData(LineFormat.V2, LineFormat.V5), InlineData(LineFormat.V5, LineFormat.V2)]
    public async Task A_log_with_instances_teaches_one_without_and_the_traffic_counts_once(LineFormat first, LineFormat second)
    {
        Write("a.log", Traffic(), first);
        await using var rig = await StartAsync();
        await rig.WhenIdleAsync();
        Assert.Equal($"{(first == LineFormat.V2 ? Eni : Machine)} UnusualDNSResolver", await FindingsAsync(rig));

        Write("b.log", Traffic(), second);
        await EventuallyAsync(() => FindingsAsync(rig), $"{Machine} UnusualDNSResolver");
        await rig.WhenIdleAsync();
        Assert.Equal($"{Machine} UnusualDNSResolver", await FindingsAsync(rig));

        var reader = rig.Get<IHistoryReader>();
        var history = await reader.FindAsync(new(Eni), CancellationToken.None);
        Assert.Equal(Machine, history!.Key.Id);
        var cells = history.Pairs.SelectMany(p => p.Value).ToList();
        Assert.Equal((11, 11), (cells.Count, cells.Sum(c => (int)c.OutAccepted.Records)));
        Assert.Equal(Eni, Assert.Single(FlowLogOverlaps.Of([history])).Interface);
        Assert.Equal(Eni, Assert.Single(await reader.ReadAsync((view, c) => view.OverlapsAsync(c), CancellationToken.None)).Interface);
    }

    [Fact]
    public async Task The_server_measures_how_much_of_the_last_day_can_be_evaluated()
    {
        Write("a.log", Enumerable.Range(0, 240).Select(h => Asks("9.9.9.9", Begin + h * 3_600)), LineFormat.V5);
        Write("young.log", Enumerable.Range(228, 12).Select(h => Asks("9.9.9.9", Begin + h * 3_600, eni: "eni-00000000000000002", machine: "i-00000000000000002")), LineFormat.V5);
        await using var rig = await StartAsync();
        await rig.WhenIdleAsync();
        var meter = rig.Get<BlindnessGauge>().Latest;
        var row = Assert.Single(meter!.Rows);
        Assert.Equal((36, 12), (row.Hours, row.Blind[BlindReason.Learning]));
        Assert.Contains("33.3 % of 36 instance-hours of account 111122223333", Assert.Single(meter.Notices()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_the_network_of_any_interface_is_no_destination_once_the_log_shows_it()
    {
        const string Server = "2600:1f18:aaaa:100::53";
        Write("a.log", Traffic().Concat(Both(Asks(Server, T + 600, source: "2600:1f18:aaaa:200::1"))), LineFormat.V5);
        await using var rig = await StartAsync();
        await rig.WhenIdleAsync();
        Assert.Equal($"{Machine} UnusualDNSResolver {Machine} UnusualDNSResolver", await FindingsAsync(rig));

        // The server's own interface speaks from an address of the same /64.
        Write("b.log", Both(Asks("2001:4860:4860::8888", Begin, source: "2600:1f18:aaaa:100::7", eni: "eni-00000000000000002", machine: "i-00000000000000002")), LineFormat.V5);
        await EventuallyAsync(() => FindingsAsync(rig), $"{Machine} UnusualDNSResolver");
    }

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }
}
