using System.Globalization;
using System.Text;
using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Testing;

namespace Wayward.Web.Tests.Commands;

public sealed class InventoryTests
{
    private const long Start = 1_767_225_600;

    /// <summary>A log in the default format, which knows interfaces only: eni-a uses Quad9 daily for 30 days; eni-b appears on day 20 and asks Google on day 25.</summary>
    private static string Log(TemporaryFolder folder)
    {
        var text = new StringBuilder("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n");
        for (int hour = 0; hour < 30 * 24; hour++) Line("eni-a", "10.0.0.1", "9.9.9.9", Start + hour * 3_600);
        for (int hour = 20 * 24; hour < 30 * 24; hour++) Line("eni-b", "10.0.0.2", "9.9.9.9", Start + hour * 3_600);
        Line("eni-b", "10.0.0.2", "8.8.8.8", Start + 25 * 86_400);
        return folder.Write("flows.log", text.ToString());

        void Line(string eni, string local, string remote, long at)
        {
            text.Append(CultureInfo.InvariantCulture, $"2 111122223333 {eni} {local} {remote} 40000 53 17 1 70 {at} {at + 30} ACCEPT OK\n");
            text.Append(CultureInfo.InvariantCulture, $"2 111122223333 {eni} {remote} {local} 53 40000 17 1 170 {at} {at + 30} ACCEPT OK\n");
        }
    }

    private const string Csv = "interface,instance,asg,name,from\neni-a,i-0a,web,\"web, one\",\neni-b,i-0a,web,,2026-01-10T00:00:00Z\n";
    private const string Json = """[{"interface":"eni-a","instance":"i-0a","asg":"web","name":"web, one"},{"interface":"eni-b","instance":"i-0a","asg":"web","from":"2026-01-10T00:00:00Z"}]""";
    private const string Aws = """
        {"Reservations":[{"OwnerId":"111122223333","Instances":[{"InstanceId":"i-0a","ImageId":"ami-1","Placement":{"AvailabilityZone":"eu-central-1a"},
        "Tags":[{"Key":"Name","Value":"web, one"},{"Key":"aws:autoscaling:groupName","Value":"web"}],
        "NetworkInterfaces":[{"NetworkInterfaceId":"eni-a","Attachment":{"AttachTime":"2025-01-01T00:00:00+00:00"}},{"NetworkInterfaceId":"eni-b","Attachment":{"AttachTime":"2026-01-10T00:00:00+00:00"}}]}]}]}
        """;

    [Fact]
    public async Task Without_one_a_young_interface_only_learns()
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.Of("scan", Log(folder), "--format", "json");
        Assert.Equal(0, run.ExitCode);
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal(["eni-a", "eni-b", "eni-b"], json.RootElement.GetProperty("contacts").EnumerateArray().Select(c => c.GetProperty("instance").GetString()));
    }

    [Theory]
    [InlineData(Csv)]
    [InlineData(Json)]
    [InlineData(Aws)]
    public async Task With_one_both_interfaces_are_the_instance_that_has_been_watched_long_enough(string inventory)
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.Of("scan", Log(folder), "--format", "json", "--inventory", folder.Write("inventory", inventory));
        Assert.True(run.ExitCode == 1, run.Error);
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal(["8.8.8.8", "9.9.9.9"], json.RootElement.GetProperty("contacts").EnumerateArray().Select(c => c.GetProperty("address").GetString()));
        var finding = Assert.Single(json.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal(("i-0a", "own-history"), (finding.GetProperty("subject").GetString(), finding.GetProperty("basis").GetString()));
        Assert.Equal(("web", "web, one"), (finding.GetProperty("context").GetProperty("asg").GetString(), finding.GetProperty("context").GetProperty("name").GetString()));
    }

    [Fact]
    public void An_interface_that_moved_belongs_to_each_instance_in_its_time()
    {
        var inventory = InventoryFile.Parse("interface,instance,from,to\neni-a,i-1,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z\neni-a,i-2,2026-02-01T00:00:00Z,\n", "x.csv");
        Assert.Null(inventory.InstanceOf("eni-a", Start - 1));
        Assert.Equal("i-1", inventory.InstanceOf("eni-a", Start));
        Assert.Equal("i-1", inventory.InstanceOf("eni-a", Start + 31 * 86_400 - 1));
        Assert.Equal("i-2", inventory.InstanceOf("eni-a", Start + 31 * 86_400));
        Assert.Null(inventory.InstanceOf("eni-b", Start));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("interface,colour\neni-a,red\n", "'colour' is not a column")]
    [InlineData("interface,instance\neni-a\n", "x:2: 1 cells")]
    [InlineData("interface,instance\nfoo,i-1\n", "x:2: interface 'foo'")]
    [InlineData("interface,instance\n,\n", "names neither")]
    [InlineData("interface,instance,from\neni-a,i-1,yesterday\n", "'yesterday' is not a time")]
    [InlineData("interface,instance,from,to\neni-a,i-1,2026-02-01,2026-01-01\n", "from must lie before to")]
    [InlineData("{\"a\":1}", "neither a list")]
    [InlineData("[{\"interface\":\"eni-a\",\"shape\":1}]", "x[0]: 'shape'")]
    [InlineData("[1]", "x[0]: not an object")]
    [InlineData("[", "not valid JSON")]
    public void A_bad_file_is_refused_with_its_place(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InventoryFormatException>(() => InventoryFile.Parse(text, "x")).Message, StringComparison.Ordinal);
}
