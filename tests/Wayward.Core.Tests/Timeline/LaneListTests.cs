using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Timeline;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Timeline;

/// <summary>An instance with hundreds of destinations is drawn in as few lines as one with a dozen, and nothing is lost on the way.</summary>
public sealed class LaneListTests
{
    /// <summary>One busy instance: its resolver from the start, then 300 servers of one network, 299 scattered ones, and a DoT resolver.</summary>
    private static readonly InstanceTimeline Busy = Build(world =>
    {
        var busy = world.Instance("busy");
        busy.Asks("9.9.9.9").Daily();
        for (int i = 0; i < 300; i++) busy.Asks(string.Create(CultureInfo.InvariantCulture, $"45.77.{i / 150}.{i % 150 + 1}")).Every(5, 41 + i * 0.01);
        for (int i = 0; i < 299; i++) busy.Asks(string.Create(CultureInfo.InvariantCulture, $"{60 + i / 200}.{i % 200}.9.9")).Every(5, 46 + i * 0.01);
        busy.Asks("1.1.1.1", DnsTransport.DoT).Daily(50);
    });

    private static InstanceTimeline Build(Action<World> describe, int days = 60)
    {
        var world = new World(days);
        describe(world);
        var history = world.Ledger().Instances.Values.First();
        return InstanceTimeline.Build(new() { History = history, Catalog = world.Catalog, From = World.At(0), To = World.At(days), Resolution = TimelineResolution.SixHours, MaxStart = World.At(days) });
    }

    private static LaneList Of(LaneFilter? filter = null, LaneFolding folding = LaneFolding.Network, string? open = null, Destination? chosen = null) =>
        LaneList.Of(Busy, filter ?? LaneFilter.None, folding, LaneUnfolding.Read(open), chosen);

    [Fact]
    public void Few_lanes_are_all_drawn_and_none_is_folded()
    {
        var timeline = Build(world => { for (int i = 1; i <= 25; i++) world.Instance("one").Asks($"45.77.1.{i}").Daily(); });
        var list = LaneList.Of(timeline, LaneFilter.None, LaneFolding.Network, LaneUnfolding.None);
        Assert.Equal(25, list.Drawn.Count);
        Assert.All(list.Drawn, l => Assert.Equal(LaneLineKind.Lane, l.Kind));
        Assert.Equal(25, list.Total);
    }

    [Fact]
    public void Six_hundred_lanes_are_at_most_thirty_lines_and_their_folds_tell_how_many_servers_they_hold()
    {
        var list = Of();
        Assert.Equal(601, list.Total);
        Assert.InRange(list.Drawn.Count, 5, 30 + 5);
        var fold = list.Drawn.First(l => l.Title == "45.77.0.0/24");
        Assert.Equal((LaneLineKind.Fold, 150, false), (fold.Kind, fold.Servers, fold.Unfolded));
    }

    [Fact]
    public void The_cells_of_a_fold_are_the_sum_of_the_cells_of_its_lanes()
    {
        var fold = Of().Drawn.First(l => l.Title == "45.77.0.0/24");
        Assert.Equal(fold.Members.Sum(m => m.Records), fold.Lane!.Cells.Sum(c => c.Records));
        Assert.Equal(fold.Members.Sum(m => m.Bytes), fold.Lane.Cells.Sum(c => c.Bytes));
        Assert.Equal(fold.Members.SelectMany(m => m.Cells).Select(c => c.Index).Distinct().Order(), fold.Lane.Cells.Select(c => c.Index));
        Assert.Equal(fold.Members.Min(m => m.First), fold.Lane.First);
    }

    [Fact]
    public void Every_lane_is_reached_by_unfolding_page_by_page()
    {
        var reached = new HashSet<Destination>();
        var unfolding = LaneUnfolding.None;
        for (int step = 0; step < 100; step++)
        {
            var list = LaneList.Of(Busy, LaneFilter.None, LaneFolding.Network, unfolding);
            reached.UnionWith(list.Drawn.Where(l => l.Kind == LaneLineKind.Lane).Select(l => l.Lane!.Destination));
            var next = list.Sections.SelectMany(s => s.Lines).FirstOrDefault(l => l.Kind == LaneLineKind.More || l is { Kind: LaneLineKind.Fold, Unfolded: false });
            if (next is null) break;
            unfolding = LaneUnfolding.Read(unfolding.With(next.Key, unfolding.PagesOf(next.Key) + 1));
        }
        Assert.Equal(601, reached.Count);
    }

    [Fact]
    public void A_chosen_lane_is_drawn_although_its_fold_is_not_unfolded()
    {
        var chosen = new Destination(IpAddress.Parse("45.77.1.140"), DnsTransport.Dns);
        Assert.DoesNotContain(Of().Drawn, l => l.Kind == LaneLineKind.Lane && l.Lane!.Destination == chosen);
        Assert.Contains(Of(chosen: chosen).Drawn, l => l.Kind == LaneLineKind.Lane && l.Lane!.Destination == chosen);
    }

    [Fact]
    public void Lanes_are_folded_by_operator_where_the_catalogue_names_one()
    {
        var timeline = Build(world =>
        {
            foreach (string address in new[] { "8.8.8.8", "8.8.4.4", "2001:4860:4860::8888" }) world.Instance("one").Asks(address).Daily(45);
            for (int i = 0; i < 30; i++) world.Instance("one").Asks($"45.{i}.1.1").Daily(45);
        });
        var fold = Assert.Single(LaneList.Of(timeline, LaneFilter.None, LaneFolding.Operator, LaneUnfolding.None).Drawn, l => l.Kind == LaneLineKind.Fold);
        Assert.Equal(("Google Public DNS", 3), (fold.Title, fold.Servers));
        Assert.DoesNotContain(LaneList.Of(timeline, LaneFilter.None, LaneFolding.Network, LaneUnfolding.None).Drawn, l => l.Kind == LaneLineKind.Fold);
    }

    [Fact]
    public void A_filter_takes_every_property_and_counts_what_each_further_one_would_leave()
    {
        var encrypted = LaneFilter.Read("encrypted,unknown", null);
        Assert.Equal(["encrypted"], encrypted.Properties);
        Assert.Equal(1, Of(encrypted).Matching);
        Assert.Equal(0, encrypted.CountWith("uncatalogued", Busy.Lanes));
        Assert.Equal(599, LaneFilter.None.CountWith("uncatalogued", Busy.Lanes));
        Assert.Equal(150, Of(LaneFilter.Read(null, "45.77.1.")).Matching);
        Assert.Equal(1, Of(LaneFilter.Read(null, "quad9")).Matching);
        Assert.Equal("encrypted,uncatalogued", encrypted.Toggled("uncatalogued"));
        Assert.Null(encrypted.Toggled("encrypted"));
    }

    [Theory]
    [InlineData("new*2,usual/9.9.9.0/24*1", "new", 2)]
    [InlineData("new*0", "new", 0)]
    [InlineData("new*-1", "new", 0)]
    [InlineData("new*99999999999", "new", 0)]
    [InlineData("new", "new", 0)]
    [InlineData("**,,*5,new*3", "new", 3)]
    public void An_address_is_read_and_what_makes_no_sense_in_it_is_left_out(string text, string key, int pages) => Assert.Equal(pages, LaneUnfolding.Read(text).PagesOf(key));

    [Fact]
    public void The_table_has_every_cell_once_and_the_stretches_between_without_a_gap()
    {
        var timeline = Build(world => world.Instance("one").Runs(0, 20).Runs(21, 40).Asks("9.9.9.9").Daily(0.1, 20), 40);
        var lane = Assert.Single(timeline.Lanes);
        var stretches = LaneStretch.Of(timeline, lane);
        Assert.Equal(lane.Cells.Select(c => c.Index), stretches.Where(s => s.Cell is not null).Select(s => s.Cell!.Value.Index));
        Assert.Equal((timeline.From, timeline.To), (stretches[0].From, stretches[^1].To));
        Assert.All(stretches.Zip(stretches.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.Contains(stretches, s => s is { Cell: null, Coverage.State: CoverageState.Missing } && s.From <= World.At(20.25) && s.To >= World.At(20.75));
        Assert.All(LaneStretch.Of(timeline, null), s => Assert.Null(s.Cell));
    }
}
