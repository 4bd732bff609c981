using Bunit;
using Wayward.Core.Triage;
using Wayward.Engine.Notifications;
using Wayward.Testing;
using Wayward.Web.Components.Findings;

namespace Wayward.Web.Tests.Components;

public sealed class FindingsPageTests : FixtureContext
{
    [Fact]
    public void Before_the_first_answer_a_skeleton_stands_and_then_the_rows()
    {
        Use(PageFixture.Fleet(), d => d.Gate = new());
        var page = Open<FindingsPage>("findings");
        Assert.NotNull(page.Find(".skeleton"));
        Fixture.Gate!.SetResult();
        page.WaitForAssertion(() => Assert.Equal(Fixture.Findings.Count(f => f.Finding.Reported), page.FindAll("tbody tr").Count));
        Assert.Empty(page.FindAll(".skeleton"));
    }

    [Fact]
    public void An_empty_queue_says_who_is_still_learning_or_where_to_look()
    {
        Use(new PageFixture());
        Assert.Contains("No flow logs have been read yet", Open<FindingsPage>("findings").Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_queue_of_a_learning_fleet_names_the_first_evaluation()
    {
        var world = new World(3);
        world.Instance("web-1").Asks("9.9.9.9").Daily();
        Use(new PageFixture(world) { Learning = 41 });
        string markup = Open<FindingsPage>("findings").Markup;
        Assert.Contains("41 instances are still learning", markup, StringComparison.Ordinal);
        Assert.Contains("8 Jan 2026", markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_beyond_the_last_is_answered_by_the_last()
    {
        Use(PageFixture.Fleet());
        int rows = Open<FindingsPage>("findings").FindAll("tbody tr").Count;
        var page = Open<FindingsPage>("findings?page=9");
        Assert.Equal(rows, page.FindAll("tbody tr").Count);
        Assert.DoesNotContain("No open findings", page.Markup, StringComparison.Ordinal);
        Assert.Contains($"1 to {rows} of {rows}", page.Find(".pager").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void An_all_clear_stands_only_where_nothing_is_open_and_says_what_it_rests_on()
    {
        Use(PageFixture.Fleet());
        Assert.DoesNotContain("No open findings", Open<FindingsPage>("findings?q=nobody").Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("No open findings", Open<FindingsPage>("findings?show=closed").Markup, StringComparison.Ordinal);
        for (int i = 0; i < Fixture.Findings.Count; i++) Fixture.Findings[i] = Fixture.Findings[i] with { Status = FindingStatus.Closed };
        Fixture.Objects.Add(new() { ObjectId = 1, Source = "s", Container = "c", Key = "k", ETag = "1", State = Storage.Ingest.SourceObjectState.Quarantined });
        string text = Open<FindingsPage>("findings").Find(".empty").TextContent;
        Assert.Contains("No open findings", text, StringComparison.Ordinal);
        Assert.Contains("in the data up to 1 Mar 2026", text, StringComparison.Ordinal);
        Assert.Contains("All 4 instances are evaluated by their own history.", text, StringComparison.Ordinal);
        Assert.Contains("Every instance seen in the last day of data still sends logs.", text, StringComparison.Ordinal);
        Assert.Contains("1 object could not be read", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_read_keeps_the_old_rows_and_offers_to_try_again()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        int rows = page.FindAll("tbody tr").Count;
        Fixture.Failure = new IOException("disk");
        Fixture.Publish(ChangeKinds.Findings);
        page.WaitForAssertion(() => Assert.Contains("Not up to date", page.Markup, StringComparison.Ordinal));
        Assert.Equal(rows, page.FindAll("tbody tr").Count);
        Fixture.Failure = null;
        page.Find(".problem button").Click();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".problem")));
    }

    [Fact]
    public void The_first_row_is_reasoned_beside_the_list_and_a_click_moves_it()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        Assert.Contains("45.90.77.3", page.Find(".side h2").TextContent, StringComparison.Ordinal);
        page.FindAll("tbody tr")[1].Click();
        Assert.Contains("sel=", Url, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_of_the_URL_reach_the_store()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings?transport=DoT");
        Assert.Equal("DoT", Assert.Single(page.FindAll("tbody tr")).QuerySelectorAll("td")[3].TextContent.Trim().Split(' ')[0].Replace("Cloudflare", "", StringComparison.Ordinal).Trim());
        Assert.Equal("true", page.FindAll("a.chip").Single(c => c.TextContent.StartsWith("DoT", StringComparison.Ordinal)).GetAttribute("aria-pressed"));
    }

    [Fact]
    public async Task Keys_move_acknowledge_and_undo()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        var keys = Services.GetService<Web.Components.Shared.Shortcuts>();
        Assert.True(await page.InvokeAsync(() => keys!.PressAsync("j")));
        Assert.Contains("sel=", Url, StringComparison.Ordinal);
        Assert.True(await page.InvokeAsync(() => keys!.PressAsync("a")));
        Assert.Equal(["acknowledge 1"], Triage.Calls);
        Snackbars.WaitForAssertion(() => Assert.Contains("Undo", Snackbars.Markup, StringComparison.Ordinal));
        Assert.True(await page.InvokeAsync(() => keys!.PressAsync("u")));
        Assert.Equal("undo 101", Triage.Calls[^1]);
        Assert.False(await page.InvokeAsync(() => keys!.PressAsync("t")));
    }

    [Fact]
    public async Task A_verb_is_about_the_row_moved_to_while_its_reasoning_is_still_read()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        var keys = Services.GetService<Web.Components.Shared.Shortcuts>()!;
        string[] ids = [.. page.FindAll("tbody tr").Select(r => r.Id!["row-".Length..])];
        Fixture.FindGate = new();
        await page.InvokeAsync(() => keys.PressAsync("j"));
        page.WaitForAssertion(() => Assert.Equal("row-" + ids[1], page.Find("tbody tr.selected").Id));
        var pressed = page.InvokeAsync(() => keys.PressAsync("a"));
        Fixture.FindGate.SetResult();
        Assert.True(await pressed);
        Assert.Equal([FindingStatus.Open, FindingStatus.Acknowledged], ids[..2].Select(id => Fixture.Findings.Single(f => f.Finding.Id == id).Status));
    }

    [Fact]
    public void Many_are_acknowledged_with_one_call()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        int rows = page.FindAll("tbody tr").Count;
        page.Find("thead input[type=checkbox]").Change(true);
        page.FindAll(".bulk button").Single(b => b.TextContent == "Acknowledge").Click();
        Assert.Equal([$"acknowledge {rows}"], Triage.Calls);
        Assert.All(Fixture.Findings.Where(f => f.Finding.Reported), f => Assert.Equal(FindingStatus.Acknowledged, f.Status));
    }

    [Fact]
    public void Many_are_decided_although_somebody_changed_one_of_them_which_is_told_in_its_row()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        int rows = page.FindAll("tbody tr").Count;
        string changed = page.FindAll("tbody tr")[1].Id!["row-".Length..];
        page.Find("thead input[type=checkbox]").Change(true);
        Triage.Changed.Add(changed);
        page.WaitForElement(".bulk");
        page.FindAll(".bulk button").Single(b => b.TextContent == "Acknowledge").Click();
        page.WaitForAssertion(() => Assert.Equal([$"acknowledge {rows - 1}"], Triage.Calls));
        Assert.Equal("row-" + changed, Assert.Single(page.FindAll("tbody tr:has(.conflict)")).Id);
        Snackbars.WaitForAssertion(() => Assert.Contains("1 finding was changed by someone else", Snackbars.Markup, StringComparison.Ordinal));
        // The row stays selected with its present revision: the second attempt is not refused.
        Triage.Changed.Clear();
        Assert.Contains("1 finding selected", page.Find(".bulk").TextContent, StringComparison.Ordinal);
        page.FindAll(".bulk button").Single(b => b.TextContent == "Acknowledge").Click();
        page.WaitForAssertion(() => Assert.Equal("acknowledge 1", Triage.Calls[^1]));
        Assert.Empty(page.FindAll(".conflict"));
    }

    [Fact]
    public async Task Moving_by_key_is_spoken()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        await page.InvokeAsync(() => Services.GetService<Web.Components.Shared.Shortcuts>()!.PressAsync("j"));
        Assert.StartsWith("2 of ", page.Find("[aria-live]#said").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_conflict_is_told_and_nothing_is_lost()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        Triage.Conflict = true;
        page.FindAll(".side button").Single(b => b.TextContent.StartsWith("Acknowledge", StringComparison.Ordinal)).Click();
        Snackbars.WaitForAssertion(() => Assert.Contains("Someone else changed this finding first", Snackbars.Markup, StringComparison.Ordinal));
        Assert.Empty(Triage.Calls);
    }

    [Fact]
    public void A_change_elsewhere_redraws_and_a_page_that_is_left_listens_no_more()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        int before = page.FindAll("tbody tr").Count;
        Fixture.Findings[Fixture.Findings.ToList().FindIndex(f => f.Finding.Reported)] = Fixture.Findings.First(f => f.Finding.Reported) with { Status = FindingStatus.Closed };
        Fixture.Publish(ChangeKinds.Triage);
        page.WaitForAssertion(() => Assert.Equal(before - 1, page.FindAll("tbody tr").Count));
        int subscribers = Fixture.Subscribers;
        page.Instance.Dispose();
        Assert.Equal(subscribers - 1, Fixture.Subscribers);
    }

    [Fact]
    public void A_decided_row_gives_its_place_to_the_next_one()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        string[] ids = [.. page.FindAll("tbody tr").Select(r => r.Id!)];
        page.FindAll("tbody tr")[1].Click();
        page.WaitForAssertion(() => Assert.Equal(ids[1], page.Find("tr.selected").Id));
        int at = Fixture.Findings.ToList().FindIndex(f => "row-" + f.Finding.Id == ids[1]);
        Fixture.Findings[at] = Fixture.Findings[at] with { Status = FindingStatus.Closed };
        Fixture.Publish(ChangeKinds.Triage);
        page.WaitForAssertion(() => Assert.Equal(ids.Length - 1, page.FindAll("tbody tr").Count));
        Assert.Equal(ids.Length > 2 ? ids[2] : ids[0], page.Find("tr.selected").Id);
    }

    [Fact]
    public async Task While_paused_nothing_moves_and_going_live_catches_up()
    {
        Use(PageFixture.Fleet());
        var page = Open<FindingsPage>("findings");
        int before = page.FindAll("tbody tr").Count;
        var ui = Services.GetService<Web.Components.Shared.UiState>()!;
        await page.InvokeAsync(() => ui.SetPaused(true));
        Fixture.Findings.Clear();
        Fixture.Publish(ChangeKinds.Findings);
        page.WaitForAssertion(() => Assert.Equal(1, ui.Waiting));
        Assert.Equal(before, page.FindAll("tbody tr").Count);
        await page.InvokeAsync(() => ui.SetPaused(false));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("tbody tr")));
    }
}
