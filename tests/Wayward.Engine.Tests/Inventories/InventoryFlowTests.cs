using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Inventories;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage.Findings;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Inventories;

/// <summary>Logs that name interfaces only, and an inventory that comes, changes and fails while the server runs.</summary>
public sealed class InventoryFlowTests : IDisposable
{
    private const long Day = 86_400, Begin = SmallObjects.Begin, T = Begin + 9 * Day + 40_000;
    private readonly TempFolder _logs = new();
    private readonly TempFolder _data = new();

    [Theory]
    [InlineData("""[{"interface":"eni-1","name":"\ud800"}]"""), InlineData("""[{"\ud800":"x","interface":"eni-1"}]"""), InlineData("\0\u0001"), InlineData("[[[[[["), InlineData("")]
    public void No_inventory_file_ends_the_program_and_the_last_good_one_stays(string broken)
    {
        string file = _data.Write("inventory.json", """[{"interface":"eni-1","instance":"i-1"}]""");
        var options = new InventoryOptions { Files = [file] };
        var store = new InventoryStore(options, _data.Path("cache"), TimeProvider.System);
        Assert.Null(store.States.Single().Problem);
        string good = store.Current.Hash;
        File.WriteAllText(file, broken);
        Assert.False(store.ReadFiles());
        Assert.Equal(good, store.Current.Hash);
        Assert.Contains("inventory.json", store.States.Single().Problem, StringComparison.Ordinal);
        // The same at a start.
        var again = new InventoryStore(options, _data.Path("cache"), TimeProvider.System);
        Assert.Equal(0, again.Current.Count);
        Assert.NotNull(again.States.Single().Problem);
    }

    private static string Eni(int host) => $"eni-{host:x17}";
    private static string Machine(int host) => $"i-{host:x17}";

    /// <summary>Ten days of two interfaces with a usual resolver; the first then asks a new one. In the default format, which knows no instances.</summary>
    private void WriteLogs()
    {
        List<string> lines = [FlowLine.Header(LineFormat.V2)];
        for (int host = 1; host <= 2; host++)
            for (int day = 0; day < 10; day++) Add(host, "9.9.9.9", Begin + day * Day + 3_600 * 8);
        Add(1, "8.8.8.8", T);
        string path = _logs.Write("a.log", string.Join('\n', lines) + "\n");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));

        void Add(int host, string target, long at)
        {
            var line = new FlowLine { Account = "111122223333", Interface = Eni(host), Source = $"10.0.0.{host}", Destination = target, Start = at, End = at + 30 };
            lines.Add(line.ToText(LineFormat.V2));
            lines.Add(line.Reply().ToText(LineFormat.V2));
        }
    }

    private Task<IngestRig> StartAsync(InventoryOptions options) => IngestRig.StartAsync(_data.Root, IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }] }, services =>
    {
        services.AddSingleton(options);
        services.AddSingleton(FakeAws.Settings);
        services.AddHostedService<InventoryWatch>();
    });

    private static async Task<string> SubjectsAsync(IngestRig rig) =>
        string.Join(' ', (await rig.Findings.QueryAsync(new FindingQuery { IncludeUnreported = true }, CancellationToken.None)).Rows.Select(r => $"{r.Subject.Id} {r.InstanceName} {r.Asg}".Trim()));

    private static async Task EventuallyAsync(Func<Task<string>> actual, string expected)
    {
        string last = "";
        for (var until = DateTimeOffset.UtcNow.AddSeconds(30); DateTimeOffset.UtcNow < until; await Task.Delay(30))
            if ((last = await actual()) == expected) return;
        Assert.Equal(expected, last);
    }

    [Fact]
    public async Task A_file_is_read_again_when_it_changes_and_a_broken_one_changes_nothing()
    {
        WriteLogs();
        string file = Path.Combine(_data.Root, "inventory.csv");
        await using var rig = await StartAsync(new InventoryOptions { Files = [file], FileInterval = TimeSpan.FromMilliseconds(50) });
        await rig.WhenIdleAsync();
        Assert.Equal(Eni(1), await SubjectsAsync(rig));
        Assert.Contains("does not exist", Assert.Single(rig.Get<InventoryStore>().States).Problem, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, $"interface,instance,name\n{Eni(1)},{Machine(1)},web-1\n", TestContext.Current.CancellationToken);
        await EventuallyAsync(() => SubjectsAsync(rig), $"{Machine(1)} web-1");
        Assert.Null(Assert.Single(rig.Get<InventoryStore>().States).Problem);

        await File.WriteAllTextAsync(file, "interface,colour\neni-1,red\n", TestContext.Current.CancellationToken);
        await EventuallyAsync(() => Task.FromResult(rig.Get<InventoryStore>().States[0].Problem is { } p && p.Contains("'colour' is not a column", StringComparison.Ordinal) ? "told" : ""), "told");
        Assert.Equal($"{Machine(1)} web-1", await SubjectsAsync(rig));

        await File.WriteAllTextAsync(file, $"interface,instance,name\n{Eni(1)},{Machine(7)},web-7\n", TestContext.Current.CancellationToken);
        await EventuallyAsync(() => SubjectsAsync(rig), $"{Machine(7)} web-7");
    }

    [Fact]
    public async Task Aws_is_asked_page_by_page_in_each_account_and_what_it_said_outlives_errors_and_restarts()
    {
        WriteLogs();
        await using var ec2 = await FakeEc2.StartAsync();
        var launched = DateTimeOffset.FromUnixTimeSeconds(Begin - Day);
        ec2.Accounts["own"] = ([new(Machine(5), launched, null, null)], [new(Eni(5), Machine(5), launched, "10.0.0.5")]);
        ec2.Accounts["222233334444"] = (
            [.. new[] { 9, 8, 1 }.Select(h => new FakeEc2.Machine(Machine(h), launched, "web", $"web-{h}"))],
            [.. new[] { 9, 8, 7, 6, 1 }.Select(h => new FakeEc2.Eni(Eni(h), h is 7 or 6 ? null : Machine(h), launched, $"10.0.0.{h}"))]);
        var options = new InventoryOptions
        {
            AwsInterval = TimeSpan.FromMilliseconds(200),
            Aws =
            [
                new InventoryAwsOptions { Region = "eu-west-1", Endpoint = ec2.Url },
                new InventoryAwsOptions { Region = "eu-west-1", RoleArn = "arn:aws:iam::222233334444:role/reader", ExternalId = "x-1", Endpoint = ec2.Url, StsEndpoint = ec2.Url },
            ],
        };
        string answer = $"{Machine(1)} web-1 web";
        await using (var rig = await StartAsync(options))
        {
            await rig.WhenIdleAsync();
            await EventuallyAsync(() => SubjectsAsync(rig), answer);
            Assert.Contains("assumed arn:aws:iam::222233334444:role/reader x-1", ec2.Calls);
            Assert.Equal([2, 8], rig.Get<InventoryStore>().States.Select(s => s.Items).Order());

            ec2.Fault = action => action == "AssumeRole" ? "AccessDenied" : action == "DescribeInstances" ? "UnauthorizedOperation" : null;
            await EventuallyAsync(() => Task.FromResult(string.Join(' ', rig.Get<InventoryStore>().States.Select(s => s.Problem?.Split(' ')[2] ?? "well"))), "UnauthorizedOperation. AccessDenied.");
            await rig.Detection.RunBatchAsync(CancellationToken.None);
            Assert.Equal(answer, await SubjectsAsync(rig));
        }
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_data.Root, "inventory")).Length);

        // Started again while AWS still refuses: what it once said is known.
        await using (var rig = await StartAsync(options))
        {
            await rig.WhenIdleAsync();
            Assert.Equal(answer, await SubjectsAsync(rig));
            // The interface is given to another machine after the contact: whose it was then does not change.
            ec2.Fault = null;
            var (machines, enis) = ec2.Accounts["222233334444"];
            ec2.Accounts["222233334444"] = (machines, [.. enis.Select(e => e.Id == Eni(1) ? e with { Instance = Machine(9), Attached = DateTimeOffset.FromUnixTimeSeconds(T + Day) } : e)]);
            await EventuallyAsync(() => Task.FromResult(rig.Get<InventoryStore>().Current.InstanceOf(Eni(1), T + 2 * Day) ?? ""), Machine(9));
            await rig.Detection.RunBatchAsync(CancellationToken.None);
            Assert.Equal(Machine(1), rig.Get<InventoryStore>().Current.InstanceOf(Eni(1), T));
            Assert.Equal(answer, await SubjectsAsync(rig));
        }
    }

    [Fact]
    public void Answers_one_after_the_other_tell_from_when_and_until_when()
    {
        static InventoryItem Item(string eni, string? instance, long? from, string? name = null) => new()
        {
            InterfaceId = eni, InstanceId = instance, From = from, Addresses = [IpAddress.Parse("10.0.0.1")],
            Attributes = name is null ? new() : new Dictionary<InstanceAttribute, string> { [InstanceAttribute.Name] = name },
        };
        static string Text(IEnumerable<InventoryItem> items) => string.Join(' ', items.Select(i => $"{i.InterfaceId}/{i.InstanceId}:{i.From}-{i.To}").Order(StringComparer.Ordinal));

        var first = InventoryTimes.Fold([], [Item("eni-1", "i-1", 100), Item("eni-2", "i-2", 100, "a")], 1_000, 0);
        Assert.Equal("eni-1/i-1:100- eni-2/i-2:100-", Text(first));
        Assert.Equal(Text(first), Text(InventoryTimes.Fold(first, [Item("eni-2", "i-2", 100, "a"), Item("eni-1", "i-1", 100)], 1_100, 0)));
        var moved = InventoryTimes.Fold(first, [Item("eni-1", "i-9", 1_500), Item("eni-2", "i-2", 100, "b")], 2_000, 0);
        Assert.Equal("eni-1/i-1:100-1500 eni-1/i-9:1500- eni-2/i-2:100-2000 eni-2/i-2:2000-", Text(moved));
        var gone = InventoryTimes.Fold(moved, [Item("eni-1", "i-9", 1_500)], 3_000, 0);
        Assert.Equal("eni-1/i-1:100-1500 eni-1/i-9:1500- eni-2/i-2:100-2000 eni-2/i-2:2000-3000", Text(gone));
        Assert.Equal("eni-1/i-9:1500- eni-2/i-2:2000-3000", Text(InventoryTimes.Fold(gone, [Item("eni-1", "i-9", 1_500)], 4_000, 2_500)));

        string written = Encoding.UTF8.GetString(InventoryFile.Write(gone));
        Assert.Equal(new Inventory(gone).Hash, InventoryFile.Parse(written, "written").Hash);
    }

    [Fact]
    public void The_interfaces_own_addresses_tell_the_side_where_nothing_else_does()
    {
        var line = new FlowLine { Interface = Eni(1), Source = "2600:1f18::1", Destination = "2001:4860:4860::8888", Start = T, End = T + 30 };
        var inventory = InventoryFile.Parse($"interface,instance,addresses\n{Eni(1)},{Machine(1)},10.0.0.1 2600:1f18::1\n", "inventory");
        Assert.Equal((0, 1), Contacts(null));
        Assert.Equal((1, 0), Contacts(inventory));

        (long Contacts, long Unresolved) Contacts(Inventory? known)
        {
            var folder = new ContactFolder(TestCatalog.Default, new AddressSpace([]), known);
            folder.Begin(1);
            line.In(LineFormat.V2).Push(folder, 1);
            var batch = folder.TakeBatch();
            return (batch.ContactRecords, batch.Skipped.GetValueOrDefault(SkipReason.UnresolvedSide));
        }
    }

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }
}
