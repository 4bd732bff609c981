namespace Wayward.FlowLogs.Tests;

public sealed class FlowColumnsTests
{
    [Fact]
    public void Every_field_stands_at_its_number()
    {
        Assert.Equal(Enum.GetValues<FlowField>(), FlowColumns.All.Select(c => c.Field));
        Assert.Equal(14, FlowColumns.Default.Count);
        Assert.Equal(29, FlowColumns.UpTo(5).Count);
    }

    [Theory]
    [InlineData("pkt-srcaddr", FlowField.PacketSourceAddress)]
    [InlineData("pkt_src_addr", FlowField.PacketSourceAddress)]
    [InlineData("PktSrcAddr", FlowField.PacketSourceAddress)]
    [InlineData("${pkt-srcaddr}", FlowField.PacketSourceAddress)]
    [InlineData("sourceaddress", FlowField.SourceAddress)]
    [InlineData("instance-tag-2", FlowField.InstanceTag2)]
    [InlineData("nothing", null)]
    [InlineData("", null)]
    public void A_field_is_found_under_each_of_its_names(string name, FlowField? field) => Assert.Equal(field, FlowColumns.Find(name));

    [Fact]
    public void The_default_format_is_told_what_it_lacks()
    {
        var missing = FlowColumns.Missing(FlowColumns.Default.Select(f => FlowColumns.Of(f).Name)).Select(c => c.Name);
        Assert.Equal(["vpc-id", "subnet-id", "instance-id", "tcp-flags", "pkt-srcaddr", "pkt-dstaddr", "region", "flow-direction", "traffic-path", "instance-tag", "asg-tag"], missing);
        Assert.Empty(FlowColumns.Missing(FlowColumns.All.Select(c => c.Name)));
    }

    [Fact]
    public void The_manual_s_table_of_fields_is_this_one()
    {
        string manual = Path.Combine(Repository(), "docs", "formats.md");
        string[] rows = [.. FlowColumns.All.Select(c => $"| {c.Name} | {c.Version} | {c.Need.ToString().ToLowerInvariant()} | {c.Use} | {c.Cost} |".Replace("|  |", "| |", StringComparison.Ordinal))];
        string text = File.ReadAllText(manual);
        Assert.All(rows, row => Assert.Contains(row + "\n", text, StringComparison.Ordinal));
    }

    private static string Repository()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Dashboard.sln"))) at = at.Parent ?? throw new InvalidOperationException("The repository is not above the tests.");
        return at.FullName;
    }
}
