using Bunit;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;
using Wayward.Web.Components.Ingest;

namespace Wayward.Web.Tests.Components;

public sealed class BackfillPanelTests : FixtureContext
{
    private const string Source = "s3://logs/";

    private void WithSource(params BackfillRow[] rows) => Use(PageFixture.Fleet(), d =>
    {
        d.Backfills.Known.Add(new("sqs:https://queue", false, 1, null, null));
        d.Backfills.Known.Add(new(Source, true, 1, null, null));
        d.Backfills.Rows.AddRange(rows);
    });

    private static BackfillRow Row(BackfillState state) => new()
    {
        Id = 7, Range = new(Source, new(2026, 10, 1), new(2026, 10, 31), "AWSLogs/<b>", true), State = state, RequestedBy = "ana", RequestedAt = 1, StartedAt = 2, Leased = true,
        SurveyObjects = 1_200, SurveyBytes = 5_000_000, LackingObjects = 1_000, LackingBytes = 4_000_000, Objects = 1_000, Bytes = 4_000_000, Listed = true, Settled = 250, ObjectsPerSecond = 10,
    };

    [Fact]
    public void A_backfill_begins_with_a_dry_run_of_what_was_chosen()
    {
        WithSource();
        var page = Open<IngestPage>("ingest");
        Assert.Equal([Source], page.FindAll("#bf-source option").Select(o => o.GetAttribute("value")));
        page.Find("#bf-from").Change("2026-10-01");
        page.Find("#bf-to").Change("2026-10-31");
        page.Find("#bf-prefix").Change(" AWSLogs/ ");
        page.Find("#bf-order").Change("newest");
        page.Find("#backfills form").Submit();
        page.WaitForAssertion(() => Assert.Contains("Waits for a process", page.Find("#backfills tbody").TextContent, StringComparison.Ordinal));
        Assert.Equal([$"request {Source} 2026-10-01 2026-10-31 'AWSLogs/' newest survey by tester"], Fixture.Backfills.Calls);
    }

    [Fact]
    public void Days_the_wrong_way_round_are_refused_with_a_sentence()
    {
        WithSource();
        var page = Open<IngestPage>("ingest");
        page.Find("#bf-from").Change("2026-10-31");
        page.Find("#bf-to").Change("2026-10-01");
        page.Find("#backfills form").Submit();
        Assert.Contains("before the first", page.Find("#backfills .problem").TextContent, StringComparison.Ordinal);
        Assert.Empty(Fixture.Backfills.Calls);
    }

    [Theory]
    [InlineData(BackfillState.Surveyed, "Start", "Start 7 by tester", "is started")]
    [InlineData(BackfillState.Surveyed, "Discard", "Cancel 7 by tester", "is discarded")]
    [InlineData(BackfillState.Running, "Pause", "Pause 7 by tester", "is paused")]
    [InlineData(BackfillState.Paused, "Resume", "Resume 7 by tester", "continues")]
    [InlineData(BackfillState.Running, "Cancel", "Cancel 7 by tester", "can be retried")]
    public void Each_state_offers_its_verbs(BackfillState state, string button, string call, string told)
    {
        WithSource(Row(state));
        var page = Open<IngestPage>("ingest");
        page.FindAll("#backfills tbody button.btn").Single(b => b.TextContent == button).Click();
        page.WaitForAssertion(() => Assert.Equal([call], Fixture.Backfills.Calls));
        Snackbars.WaitForAssertion(() => Assert.Contains(told, Snackbars.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void A_verb_that_came_too_late_says_so()
    {
        WithSource(Row(BackfillState.Running));
        Fixture.Backfills.Accepts = false;
        Open<IngestPage>("ingest").FindAll("#backfills tbody button.btn")[0].Click();
        Snackbars.WaitForAssertion(() => Assert.Contains("no longer in a state for that", Snackbars.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Progress_rate_and_time_left_are_shown_and_foreign_text_is_only_text()
    {
        WithSource(Row(BackfillState.Running), Row(BackfillState.Surveyed) with { Id = 6 }, Row(BackfillState.Running) with { Id = 5, Leased = false, Problem = "no such <i>bucket</i>" }, Row(BackfillState.Done) with { Id = 4, Settled = 1_000, Quarantined = 3 });
        var rows = Open<IngestPage>("ingest").FindAll("#backfills tbody tr");
        Assert.Contains("250 of 1,000 objects", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("10 objects/s", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("1 min", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("2026-10-01 to 2026-10-31", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("AWSLogs/<b>", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Equal("250", rows[0].QuerySelector("progress")!.GetAttribute("value"));
        Assert.Contains("not yet read: 1,000", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("Waits for a process", rows[2].TextContent, StringComparison.Ordinal);
        Assert.Contains("no such <i>bucket", rows[2].TextContent, StringComparison.Ordinal);
        Assert.Contains("3 quarantined", rows[3].TextContent, StringComparison.Ordinal);
        Assert.Empty(rows[3].QuerySelectorAll("button.btn"));
    }

    [Theory]
    [InlineData(false, "Pause", "pause")]
    [InlineData(true, "Resume", "resume")]
    public void A_source_is_paused_and_resumed_from_its_row(bool paused, string button, string call)
    {
        WithSource();
        Fixture.SourceList.Add(new(Source, SourceHealth.Healthy, null, null, 0, 3, 1) { Paused = paused });
        var page = Open<IngestPage>("ingest");
        page.FindAll("button").Single(b => b.TextContent == button).Click();
        page.WaitForAssertion(() => Assert.Contains($"{call} {Source} by tester", Fixture.Calls));
    }

    [Fact]
    public void Where_no_source_can_be_listed_that_is_said()
    {
        Use(PageFixture.Fleet());
        Assert.Contains("No source that can be listed", Open<IngestPage>("ingest").Find("#backfills").TextContent, StringComparison.Ordinal);
    }
}
