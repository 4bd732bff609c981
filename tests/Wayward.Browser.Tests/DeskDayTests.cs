using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Wayward.Testing;
using static Microsoft.Playwright.Assertions;

namespace Wayward.Browser.Tests;

/// <summary>What an analyst does in a day: many findings, two analysts, rules, time zones and time spans.</summary>
[Collection("Browser")]
public sealed partial class DeskDayTests(Chromium chromium)
{
    private static Task<BrowserFixture> ServeAsync(World world) => BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(world.Lines())));

    /// <summary>Servers with a new target each.</summary>
    private static World Many(int count)
    {
        var world = new World(20);
        for (int i = 0; i < count; i++)
        {
            world.Instance($"web-{i}").InSubnet($"subnet-{i}").Asks("9.9.9.9").Every(1, 0.1);
            world.Instance($"web-{i}").Asks($"45.77.{i}.9").Every(1, 12 + i * 0.05);
        }
        return world;
    }

    private static async Task CloseAsync(IPage page)
    {
        await page.Keyboard.PressAsync("c");
        await page.Keyboard.PressAsync("3");
        await Expect(page.Locator("#close-submit")).ToHaveTextAsync("Close as false positive");
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Deciding_the_last_row_of_the_last_page_leads_to_the_page_before_and_an_all_clear_comes_only_when_nothing_is_open()
    {
        await using var fixture = await ServeAsync(Many(51));
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;
        await window.GoAsync("/findings?page=9");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.GetByText("No open findings")).ToHaveCountAsync(0);
        await CloseAsync(page);
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(50);
        await Expect(page.GetByText("No open findings")).ToHaveCountAsync(0);
        // A filter that nothing matches is no all-clear.
        await window.GoAsync("/findings?q=nobody-has-this-name");
        await Expect(page.Locator(".empty")).ToBeVisibleAsync();
        await Expect(page.GetByText("No open findings")).ToHaveCountAsync(0);
        await window.GoAsync("/findings");
        await page.Locator("thead input[type=checkbox]").CheckAsync();
        await Expect(page.Locator(".bulk")).ToContainTextAsync("50 findings selected");
        await CloseAsync(page);
        await Expect(page.Locator(".empty")).ToContainTextAsync("No open findings");
        await Expect(page.Locator(".empty")).ToContainTextAsync(LastDay());
        await window.AssertCleanAsync();
    }

    [GeneratedRegex("20 Jan|21 Jan|2026-01-2[01]")]
    private static partial Regex LastDay();

    [Fact]
    public async Task A_rule_names_what_it_would_do_to_each_finding_and_leaves_a_decided_one_as_it_was_decided()
    {
        await using var fixture = await ServeAsync(BrowserFixture.Fleet());
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/findings?q=web-1");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await keys.PressAsync("c");
        await keys.PressAsync("1");
        await Expect(page.Locator("#close-submit")).ToHaveTextAsync("Close as true positive");
        await keys.PressAsync("Control+Enter");
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(0);

        await window.GoAsync("/findings?q=web-2");
        await page.Locator("#open-finding").ClickAsync();
        await page.Locator(".panel .choice", new() { HasText = "account" }).ClickAsync();
        var effect = page.Locator(".panel .effect");
        await Expect(effect.Locator(".affected")).ToContainTextAsync("closed as true positive, stays as decided");
        await Expect(effect.Locator(".warning").Filter(new() { HasText = "confirmed as a true positive before" })).ToHaveCountAsync(1);
        await page.Locator(".panel textarea[name=reason]").FillAsync("agreed");
        await page.Locator(".panel button[data-verb=expect]").ClickAsync();
        await Expect(page.Locator(".panel")).ToContainTextAsync("Closed by rule 1");
        await Expect(page.Locator(".mud-snackbar")).ToContainTextAsync("1 finding closed");

        await window.GoAsync("/findings?show=all&q=web-1");
        await page.Locator("#open-finding").ClickAsync();
        await Expect(page.Locator(".panel")).ToContainTextAsync("Closed: true positive");
        await page.Locator(".panel button", new() { HasText = "Reopen" }).ClickAsync();
        await Expect(page.Locator(".panel button", new() { HasText = "Acknowledge" })).ToBeVisibleAsync();
        await window.AssertCleanAsync();
    }

    [Fact]
    public async Task Local_time_is_local_after_a_toggle_and_after_a_reload_and_the_zone_stands_beside_it()
    {
        await using var fixture = await ServeAsync(BrowserFixture.Fleet());
        await using var window = await chromium.OpenAsync(fixture.Url, timeZone: "Asia/Tokyo");
        var page = window.Page;
        await window.GoAsync("/instances/" + World.Id("web-1"));
        var time = page.Locator("dl.facts time").First;
        string utc = await time.InnerTextAsync();
        Assert.EndsWith(" UTC", utc, StringComparison.Ordinal);
        await page.Locator("[aria-label='Time zone'] button").Last.ClickAsync();
        await Expect(time).ToContainTextAsync("UTC+9");
        await page.ReloadAsync();
        await Expect(time).ToContainTextAsync("UTC+9");
        Assert.Contains("UTC", await time.GetAttributeAsync("title"), StringComparison.Ordinal);
        // No table keeps the other zone.
        await window.GoAsync("/findings");
        Assert.DoesNotContain(await page.Locator("tbody time").AllInnerTextsAsync(), t => t.EndsWith("UTC", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_are_decided_although_somebody_else_changed_one_of_them_meanwhile()
    {
        await using var fixture = await ServeAsync(Many(6));
        await using var mine = await chromium.OpenAsync(fixture.Url);
        await using var theirs = await chromium.OpenAsync(fixture.Url);
        await mine.GoAsync("/findings");
        await mine.Page.GetByRole(AriaRole.Button, new() { Name = "Live" }).ClickAsync();
        await mine.Page.Locator("thead input[type=checkbox]").CheckAsync();
        await Expect(mine.Page.Locator(".bulk")).ToContainTextAsync("6 findings selected");
        await theirs.GoAsync("/findings?q=web-3");
        await theirs.Page.Keyboard.PressAsync("a");
        await Expect(theirs.Page.Locator(".status.acknowledged")).Not.ToHaveCountAsync(0);

        await CloseAsync(mine.Page);
        await Expect(mine.Page.Locator(".mud-snackbar").First).ToContainTextAsync("1 finding was changed by someone else");
        await theirs.GoAsync("/findings");
        await Expect(theirs.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        // A second try takes the one that is left.
        await CloseAsync(mine.Page);
        await Expect(theirs.Page.Locator("tbody tr")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task U6_a_decision_that_waits_for_a_locked_database_shows_that_it_waits_and_is_saved_in_the_end()
    {
        await using var fixture = await ServeAsync(BrowserFixture.Fleet());
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={fixture.DatabaseFile};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await page.Keyboard.PressAsync("a");
            await Expect(page.Locator(".mud-snackbar")).ToContainTextAsync("Waiting for the database");
            // The page goes on meanwhile.
            await page.Keyboard.PressAsync("j");
            await Expect(page.Locator("#said")).ToContainTextAsync("2 of 2", new() { Timeout = 2_000 });
            await Expect(page.Locator(".status.acknowledged")).ToHaveCountAsync(0);
            command.CommandText = "ROLLBACK";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        await Expect(page.Locator(".mud-snackbar", new() { HasText = "Acknowledged" })).ToHaveCountAsync(1);
        await Expect(page.Locator(".mud-snackbar", new() { HasText = "Waiting" })).ToHaveCountAsync(0);
        await Expect(page.Locator("tbody .status.acknowledged")).ToHaveCountAsync(1);
        await window.AssertCleanAsync();
    }

    /// <summary>Lets a test cut the page's connection under it.</summary>
    private const string Cuttable = "window.sockets = []; window.WebSocket = class extends WebSocket { constructor(...a) { super(...a); window.sockets.push(this); } };";

    [Fact]
    public async Task U5_filters_page_and_an_unsaved_note_outlive_a_cut_and_a_restart()
    {
        await using var fixture = await ServeAsync(Many(60));
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await page.AddInitScriptAsync(Cuttable);
        await window.GoAsync("/findings?q=web&page=2&sort=subject");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(10);
        await keys.PressAsync("m");
        await Expect(page.Locator("#dialog-text")).ToBeFocusedAsync();
        await keys.TypeAsync("begun before ");

        // The connection is lost and comes back: nothing of the page changed, and it still answers.
        await page.EvaluateAsync("() => { window.samePage = true; window.sockets.forEach(s => s.close()); }");
        await keys.TypeAsync("the cut ");
        await Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync(new() { Timeout = 30_000 });
        await Expect(page.Locator("#dialog-text")).ToHaveValueAsync("begun before the cut ");
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"));

        // The server starts anew: the page comes back by itself, on the same rows, with the note.
        await fixture.RestartAsync();
        await page.WaitForFunctionAsync("() => window.samePage === undefined", null, new() { Timeout = 60_000 });
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(10);
        Assert.Contains("q=web&page=2&sort=subject", page.Url, StringComparison.Ordinal);
        await window.ReadyAsync();
        await keys.PressAsync("m");
        await Expect(page.Locator("#dialog-text")).ToHaveValueAsync("begun before the cut ");
    }

    [Fact]
    public async Task A_fan_out_over_more_than_two_hundred_addresses_is_marked_expected()
    {
        var world = new World(20);
        world.Instance("scan-1").Asks("9.9.9.9").Every(0.5, 0.1);
        for (int i = 0; i < 230; i++) world.Instance("scan-1").Asks($"45.{60 + i / 100}.{i % 100}.9").On(12 + i * 0.001);
        await using var fixture = await ServeAsync(world);
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.Locator("#open-finding").ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("230 new DNS servers");
        await page.Locator(".panel textarea[name=reason]").FillAsync("our scanner");
        await page.Locator(".panel button[data-verb=expect]").ClickAsync();
        await Expect(page.Locator(".panel")).ToContainTextAsync("Closed by rule 1");
        await window.AssertCleanAsync();
    }

    [Fact]
    public async Task An_address_is_found_by_the_NAT64_form_that_stands_in_the_raw_record()
    {
        await using var fixture = await ServeAsync(BrowserFixture.Fleet());
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;
        await window.GoAsync("/findings");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("64:ff9b::808:808");
        await Expect(page.Locator("#search-hits")).ToContainTextAsync("8.8.8.8");
        await Expect(page.Locator("#search-hits")).ToContainTextAsync("web-1");
        await Expect(page.Locator("#search-hits")).Not.ToContainTextAsync("no instance has contacted it");
        await window.GoAsync("/findings?q=64:ff9b::808:808");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Every_number_of_the_overview_is_that_of_the_list_it_leads_to()
    {
        var world = Many(12);
        world.Instance("young-1").Runs(18).Asks("9.9.9.9").Every(0.5, 18.1);
        await using var fixture = await ServeAsync(world);
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;
        await window.GoAsync("/findings?q=web-3");
        await CloseAsync(page);
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(0);
        await window.GoAsync("/");
        foreach (string label in new[] { "Open findings", "New findings on the last day of data", "New targets on the last day of data", "Instances still learning", "Instances that stopped sending logs" })
        {
            await window.GoAsync("/");
            var stat = page.Locator("a.stat").Filter(new() { Has = page.GetByText(label, new() { Exact = true }) });
            string number = Digits().Match(await stat.Locator(".v").InnerTextAsync()).Value;
            await stat.ClickAsync();
            await Expect(page.Locator("main h1")).Not.ToHaveTextAsync("Overview");
            await Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
            await Expect(page.Locator("main .tablebox tbody tr")).ToHaveCountAsync(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex("^[0-9]+")]
    private static partial Regex Digits();

    [Fact]
    public async Task Charts_fit_a_window_that_was_made_smaller_and_chips_count_what_the_filters_leave()
    {
        await using var fixture = await ServeAsync(BrowserFixture.Fleet());
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;
        await window.GoAsync($"/instances/{World.Id("web-1")}?dest=8.8.8.8%2FDNS");
        await Expect(page.Locator("#lane-detail .main-svg").First).ToBeVisibleAsync(new() { Timeout = 90_000 });
        foreach (int width in new[] { 1_000, 1_600 })
        {
            await page.SetViewportSizeAsync(width, 900);
            await page.WaitForFunctionAsync(
                """
                () => [...document.querySelectorAll('#lane-detail .main-svg')].every(s => {
                  const b = s.getBoundingClientRect(), c = s.closest('.js-plotly-plot').parentElement.getBoundingClientRect();
                  return b.width === 0 || (b.right <= c.right + 2 && b.width >= c.width * 0.9);
                })
                """, null, new() { Timeout = 20_000 });
        }
        await window.GoAsync("/findings");
        await Expect(page.Locator(".chip", new() { HasText = "Open" }).Locator(".n").First).ToHaveTextAsync("2");
        await window.GoAsync("/findings?q=web-1");
        await Expect(page.Locator(".chip", new() { HasText = "Open" }).Locator(".n").First).ToHaveTextAsync("1");
    }
}
