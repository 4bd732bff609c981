using Bunit;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;
using Wayward.Web.Components.Instances;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Tests.Components;

public sealed class InstancePageTests : FixtureContext
{
    private static readonly string Id = World.Id("web-1");

    private IRenderedComponent<InstancePage> OpenWeb1(string query = "")
    {
        Use(PageFixture.Fleet());
        return Open<InstancePage>($"instances/{Id}{query}", p => p.Add(x => x.Id, Id));
    }

    [Fact]
    public void Lanes_stand_in_groups_with_learned_span_finding_line_and_coverage()
    {
        var page = OpenWeb1();
        Assert.Equal(["8.8.8.8", "9.9.9.9"], page.FindAll(".tl .lane .mono").Select(e => e.TextContent));
        Assert.Equal(["New here", "Usual here"], page.FindAll(".tl .group > span").Select(g => g.ChildNodes[0].TextContent.Trim()));
        Assert.NotNull(page.Find(".tl .learn"));
        Assert.Equal("Learned span", page.Find(".tl .learnname").TextContent);
        Assert.Single(page.FindAll(".tl .fline"));
        Assert.Contains("Google Public DNS", page.Find(".tl .marks a").TextContent, StringComparison.Ordinal);
        Assert.Contains("100 % of hours logged", page.Find(".tl .strip").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flow_log_is_named_with_its_interface_and_without_the_number_that_the_ledger_gives_it()
    {
        Use(PageFixture.Fleet());
        Fixture.Facts[Id] = [new(InstanceAttribute.FlowLog, "eni-1 7e1b48 fl-0123456789abcdef0", World.At(0), World.At(60)), new(InstanceAttribute.FlowLog, "- 40001 a format of named fields", World.At(0), World.At(60))];
        var page = Open<InstancePage>($"instances/{Id}", p => p.Add(x => x.Id, Id));
        string facts = page.Find("dl.facts").TextContent;
        Assert.Contains("fl-0123456789abcdef0 on eni-1", facts, StringComparison.Ordinal);
        Assert.Contains("a format of named fields", facts, StringComparison.Ordinal);
        Assert.DoesNotContain("7e1b48", facts, StringComparison.Ordinal);
        Assert.DoesNotContain("40001", facts, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lane_is_a_link_that_selects_it_in_the_URL()
    {
        var page = OpenWeb1();
        Assert.Contains("dest=8.8.8.8%2FDNS", page.Find(".tl .lane a.who").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chosen_lane_tells_its_facts_and_a_chosen_cell_its_hours()
    {
        var page = OpenWeb1($"?dest=8.8.8.8%2FDNS&cell={QueryTime.Write(World.At(41.25))}");
        Assert.NotNull(page.Find(".tl .lane.on"));
        string detail = page.Find("#lane-detail").TextContent;
        Assert.Contains("first contact", detail, StringComparison.Ordinal);
        Assert.Contains("answered", detail, StringComparison.Ordinal);
        page.Find("#read-records").Click();
        page.WaitForAssertion(() => Assert.Contains("a/b.log.gz", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Opening_a_cell_and_drawing_a_span_change_the_URL()
    {
        var page = OpenWeb1();
        var timeline = page.FindComponent<DestinationTimeline>();
        page.InvokeAsync(() => timeline.Instance.Opened(0, 170));
        Assert.Contains("dest=8.8.8.8%2FDNS", Url, StringComparison.Ordinal);
        Assert.Contains("cell=", Url, StringComparison.Ordinal);
        page.InvokeAsync(() => timeline.Instance.Brushed(0.5, 0.75));
        Assert.Contains("from=2026-01-31", Url, StringComparison.Ordinal);
        Assert.Contains("to=2026-02-15", Url, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_reads_in_words_and_silence_is_not_missing_data()
    {
        var page = OpenWeb1();
        var timeline = page.FindComponent<DestinationTimeline>().Instance;
        Assert.Contains("1 record out", timeline.Describe(0, 161)!, StringComparison.Ordinal);
        Assert.Contains("Silent: this time was fully logged", timeline.Describe(0, 3)!, StringComparison.Ordinal);
        Assert.Null(timeline.Describe(99, 0));
        Assert.Empty(page.FindAll(".tl .gone"));
    }

    [Fact]
    public void A_day_without_records_is_drawn_as_missing_across_all_lanes()
    {
        var world = new World();
        world.Instance("web-1").Runs(0, 20).Runs(21).Asks("9.9.9.9").Daily(0.1, 20);
        Use(new PageFixture(world));
        var page = Open<InstancePage>($"instances/{Id}", p => p.Add(x => x.Id, Id));
        Assert.NotEmpty(page.FindAll(".tl .gone"));
        Assert.Contains("No data: nothing is known of this time.", page.FindComponent<DestinationTimeline>().Instance.Describe(0, 20 * 4 + 1)!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_data_is_a_table_one_key_away()
    {
        var page = OpenWeb1();
        var keys = Services.GetService<Shortcuts>()!;
        await page.InvokeAsync(() => keys.PressAsync("t"));
        Assert.Contains("view=table", Url, StringComparison.Ordinal);
        page = Open<InstancePage>($"instances/{Id}?view=table", p => p.Add(x => x.Id, Id));
        Assert.Equal(2, page.FindAll(".tablebox tbody tr").Count);
    }

    [Fact]
    public void Arrows_step_from_cell_to_cell()
    {
        var page = OpenWeb1();
        page.Find(".plot[data-lane='0']").KeyDown("ArrowRight");
        Assert.Contains("cell=2026-02-10T06", Url, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_accepted_without_a_finding_stands_on_the_page_with_its_reason()
    {
        Use(PageFixture.Fleet());
        static AcceptedContact Row(string address, AcceptedReason reason) => new(new(Id), new(IpAddress.Parse(address), DnsTransport.Dns), null, CatalogTier.None, reason, World.At(1), World.At(2), true, default, default);
        Fixture.Accepted.AddRange([
            Row("9.9.9.9", AcceptedReason.Learned), Row("8.8.4.4", AcceptedReason.LearnedFromGroup) with { Group = "asg:web" }, Row("198.41.0.4", AcceptedReason.Role) with { Role = "iterating-resolver" },
            Row("1.1.1.1", AcceptedReason.Expected) with { RuleId = 7 }, Row("5.5.5.5", AcceptedReason.Unclear),
        ]);
        var page = Open<InstancePage>($"instances/{Id}", p => p.Add(x => x.Id, Id));
        page.WaitForAssertion(() => Assert.Equal(5, page.FindAll("#accepted tbody tr").Count));
        string text = page.Find("#accepted").TextContent;
        Assert.All(["learned: nothing could evaluate it yet", "learned from group web, which used it before", "its role iterating-resolver explains it", "a rule allows it:", "unclear which side began", "2 Jan: 1 new target"], said => Assert.Contains(said, text, StringComparison.Ordinal));
        Assert.Equal("expected?rule=7", page.Find("#accepted a[href^=expected]").GetAttribute("href"));
        page.FindAll("#accepted .chip")[0].Click();
        Assert.Single(page.FindAll("#accepted tbody tr"));
    }

    [Fact]
    public void An_unknown_instance_says_so()
    {
        Use(new PageFixture());
        Assert.Contains("No such instance has been seen", Open<InstancePage>("instances/i-0", p => p.Add(x => x.Id, "i-0")).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_hundred_lanes_over_ninety_days_stay_small_on_the_wire()
    {
        var world = new World(90);
        var instance = world.Instance("busy");
        for (int i = 0; i < 200; i++) instance.Asks($"45.90.{i}.3").Every(0.5, i / 400.0);
        Use(PageFixture.Unevaluated(world));
        var page = Open<InstancePage>("instances/" + World.Id("busy"), p => p.Add(x => x.Id, World.Id("busy")));
        Assert.Equal(200, page.FindAll(".tl .lane").Count);
        Assert.True(page.Find(".tl").OuterHtml.Length < 2_500_000, $"{page.Find(".tl").OuterHtml.Length} characters");
    }

    [Fact]
    public void Lanes_in_URLs_are_read_back()
    {
        var lane = new Destination(IpAddress.Parse("2001:4860:4860::8888"), DnsTransport.DoH3);
        Assert.Equal(lane, Links.ReadLane(Links.Lane(lane)));
        Assert.Null(Links.ReadLane("8.8.8.8"));
        Assert.Null(Links.ReadLane("8.8.8.8/FTP"));
        Assert.Null(Links.ReadLane(null));
    }
}
