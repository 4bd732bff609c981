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
    public void The_resolver_states_of_an_instance_stand_in_a_strip_with_its_changes()
    {
        var page = OpenWeb1();
        Assert.Contains("New server", page.Find("#resolver-states svg.states").GetAttribute("aria-label"), StringComparison.Ordinal);
        var changes = page.FindAll("#resolver-states tbody tr").Select(r => r.Children.Skip(1).Select(c => c.TextContent.Trim()).ToList()).ToList();
        Assert.Contains(changes, c => c[0] == "Known servers" && c[1] == "New server" && c[2].StartsWith("Google Public DNS", StringComparison.Ordinal));
        var toNew = Assert.Single(page.FindAll("#resolver-states tbody tr"), r => r.Children[2].TextContent.Trim() == "New server");
        Assert.Contains("dest=8.8.8.8%2FDNS", toNew.QuerySelector(".statelane")!.GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_instance_that_keeps_its_resolver_has_no_change_of_state()
    {
        Use(PageFixture.Fleet());
        string id = World.Id("web-4");
        var page = Open<InstancePage>($"instances/{id}", p => p.Add(x => x.Id, id));
        Assert.DoesNotContain("New server", page.Find("#resolver-states").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#resolver-states tbody tr"));
        Assert.Contains("No change in this span.", page.Find("#resolver-states").TextContent, StringComparison.Ordinal);
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
        Assert.Contains("First contact", detail, StringComparison.Ordinal);
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
        Assert.Equal(2, page.FindAll("#lanes-table tbody tr").Count);
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

    /// <summary>600 servers that are new and the resolver that is not.</summary>
    private static readonly Lazy<PageFixture> Busy = new(() =>
    {
        var world = new World(90);
        var instance = world.Instance("busy");
        instance.Asks("9.9.9.9").Every(0.5, 0.1);
        for (int i = 0; i < 249; i++) instance.Asks($"45.77.0.{i + 1}").Every(0.5, 80 + i / 400.0);
        for (int i = 0; i < 351; i++) instance.Asks($"{60 + i / 200}.{i % 200}.9.9").Every(0.5, 81 + i / 400.0);
        return PageFixture.Unevaluated(world);
    });

    private IRenderedComponent<InstancePage> OpenBusy(string query = "")
    {
        Use(Busy.Value);
        return Open<InstancePage>($"instances/{World.Id("busy")}{query}", p => p.Add(x => x.Id, World.Id("busy")));
    }

    [Fact]
    public void Six_hundred_lanes_over_ninety_days_are_few_lines_and_stay_small_on_the_wire()
    {
        var page = OpenBusy();
        Assert.InRange(page.FindAll(".tl .lane").Count, 10, 35);
        Assert.True(page.Markup.Length < 120_000, $"{page.Markup.Length} characters");
        Assert.Contains("601 destinations", page.Find(".tl .top").TextContent, StringComparison.Ordinal);
        Assert.Contains("45.77.0.0/24249 servers", page.Find(".tl .fold .who").TextContent, StringComparison.Ordinal);
        Assert.Equal("false", page.Find(".tl .fold a.who").GetAttribute("aria-expanded"));
    }

    [Fact]
    public void A_fold_and_an_offer_of_more_lead_to_addresses_that_show_them()
    {
        var page = OpenBusy();
        string fold = page.Find(".tl .fold a.who").GetAttribute("href")!, more = page.Find(".tl .more a").GetAttribute("href")!;
        Assert.Contains("Show 25 more of", page.Find(".tl .more a").TextContent, StringComparison.Ordinal);
        int before = page.FindAll(".tl .lane").Count;
        page = Open<InstancePage>(fold, p => p.Add(x => x.Id, World.Id("busy")));
        Assert.Equal(25, page.FindAll(".tl .lane.inside").Count);
        page = Open<InstancePage>(more, p => p.Add(x => x.Id, World.Id("busy")));
        Assert.Equal(before + 25, page.FindAll(".tl .lane").Count);
    }

    [Fact]
    public void Lanes_are_filtered_by_property_and_text()
    {
        var page = OpenBusy("?lanes=uncatalogued&lq=45.77.0.1");
        Assert.Equal("true", page.Find("#lanes-uncatalogued").GetAttribute("aria-pressed"));
        Assert.Contains("111 of 601 destinations", page.Find(".tl .top").TextContent, StringComparison.Ordinal);
        page.Find("#lane-text").Input("quad9");
        page.Find("form[aria-label=Destinations]").Submit();
        Assert.Contains("lq=quad9", Url, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lane_inside_a_fold_that_an_address_names_is_drawn_with_its_detail_beside_the_lanes()
    {
        var page = OpenBusy("?dest=45.77.0.200%2FDNS");
        Assert.Contains("45.77.0.200", page.Find(".tl .lane.on").TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.Find(".tlsplit > #lane-detail"));
    }

    [Fact]
    public void Another_lane_or_cell_reads_no_history_again()
    {
        Use(PageFixture.Fleet());
        var page = Open<InstancePage>($"instances/{Id}", p => p.Add(x => x.Id, Id));
        int reads = Fixture.HistoriesRead;
        page.Find(".plot[data-lane='0']").KeyDown("ArrowRight");
        page.Find(".plot[data-lane='1']").KeyDown("End");
        Assert.Contains("dest=9.9.9.9", Url, StringComparison.Ordinal);
        Assert.NotNull(page.Find("#cell-detail"));
        Assert.Equal(reads, Fixture.HistoriesRead);
    }

    [Fact]
    public void The_period_before_is_a_thin_line_or_is_said_to_have_no_data()
    {
        var page = OpenWeb1($"?before=1&from={QueryTime.Write(World.At(50))}&to={QueryTime.Write(World.At(60))}");
        Assert.NotEmpty(page.FindAll(".tl path.g"));
        page = Open<InstancePage>($"instances/{Id}?before=1", p => p.Add(x => x.Id, Id));
        Assert.Empty(page.FindAll(".tl path.g"));
        Assert.Contains("No data before this span.", page.Find(".lanebar").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_lists_the_cells_of_the_chosen_lane_and_what_is_missing_between()
    {
        var world = new World();
        world.Instance("web-1").Runs(0, 20).Runs(21).Asks("9.9.9.9").Daily(0.1, 20);
        Use(new PageFixture(world));
        var page = Open<InstancePage>($"instances/{Id}?view=table", p => p.Add(x => x.Id, Id));
        Assert.Contains("missing", page.Find("#cells-table").TextContent, StringComparison.Ordinal);
        page = Open<InstancePage>($"instances/{Id}?view=table&dest=9.9.9.9%2FDNS", p => p.Add(x => x.Id, Id));
        string cells = page.Find("#cells-table").TextContent;
        Assert.All(["Cells of 9.9.9.9 DNS", "silent", "not known", "answered"], said => Assert.Contains(said, cells, StringComparison.Ordinal));
    }

    [Fact]
    public void Missing_data_are_drawn_above_the_lanes_so_that_no_selection_hides_them()
    {
        var world = new World();
        world.Instance("web-1").Runs(0, 20).Runs(21).Asks("9.9.9.9").Daily(0.1, 20);
        Use(new PageFixture(world));
        var page = Open<InstancePage>($"instances/{Id}?dest=9.9.9.9%2FDNS", p => p.Add(x => x.Id, Id));
        Assert.NotEmpty(page.FindAll(".tl .marksover .gone"));
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
