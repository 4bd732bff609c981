using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Core.Tests.Timeline;

public sealed class InstanceTimelineTests
{
    /// <summary>2026-03-01T00:00:00Z, a whole day.</summary>
    private const long Start = 1_772_323_200;
    private const long Day = UnixTime.DaySeconds;
    private const long Hour = UnixTime.HourSeconds;

    private static readonly Endpoint Quad9 = new(IpAddress.Parse("9.9.9.9"), 17, 53);
    private static readonly Endpoint Google = new(IpAddress.Parse("8.8.8.8"), 17, 53);
    private static readonly Endpoint Unknown = new(IpAddress.Parse("45.90.77.3"), 17, 53);

    private static InstanceHistory History(int days = 30, Func<int, (bool Logged, bool Skipped)>? hours = null)
    {
        var history = new InstanceHistory { Key = new("i-0123456789abcdef0") };
        int firstDay = UnixTime.Day(Start);
        for (int d = 0; d < days; d++)
        {
            var day = new CoverageDay { Day = firstDay + d };
            for (int h = 0; h < 24; h++)
            {
                var (logged, skipped) = hours?.Invoke(d * 24 + h) ?? (true, false);
                if (logged) day.Hours |= 1u << h;
                if (skipped) day.SkipHours |= 1u << h;
                if (!logged && !skipped) continue;
                long at = Start + d * Day + h * Hour;
                day.FirstStart = Math.Min(day.FirstStart, at);
                day.LastEnd = Math.Max(day.LastEnd, at + Hour);
            }
            if (day.FirstStart != long.MaxValue) history.Coverage.Add(day.Day, day);
        }
        return history;
    }

    private static void Contact(InstanceHistory history, Endpoint endpoint, long at, long bytes = 100, bool answered = true, bool rejected = false)
    {
        if (!history.Pairs.TryGetValue(endpoint, out var cells)) history.Pairs.Add(endpoint, cells = []);
        var sum = new TrafficSum(1, 1, bytes);
        cells.Add(new()
        {
            Hour = UnixTime.Hour(at),
            FirstContact = at,
            LastContact = at + 10,
            OutAccepted = rejected ? default : sum,
            OutRejected = rejected ? sum : default,
            InAccepted = answered ? new(1, 1, bytes * 2) : default,
        });
    }

    private static TimelineRequest Request(InstanceHistory history, int days = 30, TimelineResolution resolution = TimelineResolution.Day) => new()
    {
        History = history,
        Catalog = ResolverCatalog.Shipped,
        From = Start,
        To = Start + days * Day,
        Resolution = resolution,
    };

    private static TimelineFinding Finding(Endpoint endpoint, long at, FindingStatus status = FindingStatus.Open) =>
        new("f" + at, at, DnsTransport.Dns, endpoint.Address, null, 50, status, "target");

    [Fact]
    public void What_began_while_learning_is_usual_and_what_a_finding_names_is_new_and_stands_above()
    {
        var history = History();
        for (int d = 0; d < 30; d++) Contact(history, Quad9, Start + d * Day + 60);
        Contact(history, Google, Start + 20 * Day);
        var timeline = InstanceTimeline.Build(Request(history) with { Findings = [Finding(Google, Start + 20 * Day)] });
        Assert.Equal([(Google.Address, LaneGroup.New), (Quad9.Address, LaneGroup.Usual)], timeline.Lanes.Select(l => (l.Destination.Address, l.Group)));
        Assert.Equal(LaneClass.KnownPublic, timeline.Lanes[0].Class);
        Assert.Equal(Start + 20 * Day, timeline.Lanes[0].First);
        Assert.Equal(20, Assert.Single(timeline.Lanes[0].Cells).Index);
        Assert.Equal(30, timeline.Lanes[1].Cells.Count);
    }

    [Fact]
    public void A_withdrawn_finding_makes_nothing_new()
    {
        var history = History();
        Contact(history, Google, Start + 10 * Day);
        var timeline = InstanceTimeline.Build(Request(history) with { Findings = [Finding(Google, Start + 10 * Day, FindingStatus.Withdrawn)] });
        Assert.Equal(LaneGroup.Usual, Assert.Single(timeline.Lanes).Group);
    }

    [Fact]
    public void Answers_without_a_contact_of_ours_are_other()
    {
        var history = History();
        history.Pairs.Add(Unknown, [new ContactHour { Hour = UnixTime.Hour(Start + Day), InAccepted = new(5, 5, 500) }]);
        var lane = Assert.Single(InstanceTimeline.Build(Request(history)).Lanes);
        Assert.Equal(LaneGroup.Other, lane.Group);
        Assert.Equal(LaneClass.Uncatalogued, lane.Class);
        Assert.Null(lane.First);
        Assert.Equal(500, lane.Bytes);
    }

    [Fact]
    public void First_seen_is_true_even_when_it_lies_before_the_span_shown()
    {
        var history = History();
        Contact(history, Quad9, Start + 60);
        Contact(history, Quad9, Start + 25 * Day);
        var timeline = InstanceTimeline.Build(Request(history) with { From = Start + 20 * Day });
        var lane = Assert.Single(timeline.Lanes);
        Assert.Equal(Start + 60, lane.First);
        Assert.Equal(5, Assert.Single(lane.Cells).Index);
    }

    [Fact]
    public void A_cell_sums_its_hours_and_tells_blocked_from_unanswered()
    {
        var history = History();
        Contact(history, Google, Start, bytes: 100);
        Contact(history, Google, Start + Hour, bytes: 50, answered: false, rejected: true);
        Contact(history, Google, Start + 6 * Hour, bytes: 7, answered: false, rejected: true);
        var cells = Assert.Single(InstanceTimeline.Build(Request(history, resolution: TimelineResolution.SixHours)).Lanes).Cells;
        Assert.Equal(new TimelineCell(0, new(2, 2, 150), new(1, 1, 200), 1, true, null), cells[0]);
        Assert.False(cells[0].Blocked);
        Assert.Equal(new TimelineCell(1, new(1, 1, 7), default, 1, false, null), cells[1]);
        Assert.True(cells[1].Blocked);
    }

    [Fact]
    public void Tcp_and_udp_of_one_transport_share_a_lane_and_name_their_ports()
    {
        var history = History();
        Contact(history, Google, Start);
        Contact(history, new Endpoint(Google.Address, 6, Google.Port), Start + Hour);
        var lane = Assert.Single(InstanceTimeline.Build(Request(history)).Lanes);
        Assert.Equal([((byte)6, (ushort)53), ((byte)17, (ushort)53)], lane.Ports);
        Assert.Equal(2, Assert.Single(lane.Cells).Out.Records);
    }

    [Fact]
    public void Silence_missing_data_lost_records_and_the_time_outside_all_differ()
    {
        // Day 0 logged, day 1 half, day 2 lost records, day 3 nothing, day 4 logged, day 5 not come yet.
        var history = History(5, h => (h / 24) switch { 0 or 4 => (true, false), 1 => (h % 24 < 12, false), 2 => (true, h % 24 == 3), _ => (false, false) });
        var coverage = InstanceTimeline.Build(Request(history, 6) with { From = Start - Day }).Coverage;
        Assert.Equal(
            [CoverageState.Outside, CoverageState.Logged, CoverageState.Partly, CoverageState.Partly, CoverageState.Missing, CoverageState.Logged, CoverageState.Outside],
            coverage.Select(c => c.State));
        Assert.Equal(new CoverageCell(CoverageState.Partly, 12, 0, 24), coverage[2]);
        Assert.Equal(new CoverageCell(CoverageState.Partly, 24, 1, 24), coverage[3]);
    }

    [Fact]
    public void An_instance_that_fell_silent_while_others_went_on_is_missing_not_outside()
    {
        var timeline = InstanceTimeline.Build(Request(History(2), 4) with { MaxStart = Start + 4 * Day - 1 });
        Assert.Equal([CoverageState.Logged, CoverageState.Logged, CoverageState.Missing, CoverageState.Missing], timeline.Coverage.Select(c => c.State));
        Assert.Equal(0.5, timeline.CoverageShare);
    }

    [Fact]
    public void A_new_epoch_learns_again()
    {
        var history = History(70, h => (h / 24 is < 5 or >= 60, false));
        var options = DetectionOptions.Default;
        var timeline = InstanceTimeline.Build(Request(history, 70) with { Options = options });
        Assert.Equal([new LearnedSpan(Start, Start + 7 * Day), new(Start + 60 * Day, Start + 67 * Day)], timeline.Learned);
    }

    [Fact]
    public void Expected_windows_are_what_the_matcher_says_and_mark_the_cells_inside()
    {
        var history = History();
        for (int d = 0; d < 30; d++) Contact(history, Google, Start + d * Day);
        var rule = new ExpectedTarget
        {
            Id = 7,
            Action = ExpectedAction.Expected,
            Prefixes = [IpPrefix.Parse("8.8.8.8")],
            ValidFrom = Start + 10 * Day,
            ValidTo = Start + 12 * Day,
            Reason = "test window",
        };
        var lane = Assert.Single(InstanceTimeline.Build(Request(history) with { Expected = [rule] }).Lanes);
        Assert.Equal([new ExpectedWindow(Start + 10 * Day, Start + 12 * Day, 7, ExpectedAction.Expected)], lane.Windows);
        Assert.Equal([10, 11], lane.Cells.Where(c => c.Expected == 7).Select(c => c.Index));
    }

    [Fact]
    public void The_span_is_widened_to_whole_cells()
    {
        var timeline = InstanceTimeline.Build(Request(History()) with { From = Start + 5 * Hour, To = Start + 2 * Day + 1 });
        Assert.Equal((Start, Start + 3 * Day, 3), (timeline.From, timeline.To, timeline.CellCount));
        Assert.Equal(3, timeline.Coverage.Count);
    }

    [Fact]
    public void Levels_follow_the_logarithm_and_any_traffic_shows()
    {
        var history = History();
        Contact(history, Google, Start, bytes: 1, answered: false);
        Contact(history, Google, Start + Day, bytes: 1_000_000, answered: false);
        var timeline = InstanceTimeline.Build(Request(history));
        Assert.Equal(1_000_000, timeline.MaxCellBytes);
        Assert.Equal([1, 1, 3, 5, 5], new[] { 0L, 1, 1_000, 100_000, 1_000_000 }.Select(b => timeline.Level(b, 5)));
    }

    [Fact]
    public void Cells_of_nearly_the_same_volume_look_nearly_the_same()
    {
        var history = History();
        Contact(history, Google, Start, bytes: 900, answered: false);
        Contact(history, Google, Start + Day, bytes: 1_000, answered: false);
        var timeline = InstanceTimeline.Build(Request(history));
        Assert.Equal([5, 5], new[] { 900L, 1_000 }.Select(b => timeline.Level(b, 5)));
    }

    [Fact]
    public void Two_hundred_lanes_over_ninety_days_are_all_there()
    {
        var history = History(90);
        for (uint lane = 0; lane < 200; lane++)
            for (int h = 0; h < 90 * 24; h += 2) Contact(history, new(IpAddress.FromIPv4(0x2D000000 + lane), 17, 53), Start + h * Hour, h);
        var timeline = InstanceTimeline.Build(Request(history, 90, TimelineResolution.SixHours));
        Assert.Equal(200, timeline.Lanes.Count);
        Assert.All(timeline.Lanes, lane => Assert.Equal(90 * 4, lane.Cells.Count));
    }
}
