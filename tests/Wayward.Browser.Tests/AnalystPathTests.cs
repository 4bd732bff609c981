using Microsoft.Playwright;
using Wayward.Testing;
using static Microsoft.Playwright.Assertions;

namespace Wayward.Browser.Tests;

[Collection("Browser")]
public sealed class AnalystPathTests(Chromium chromium)
{
    [Fact]
    public async Task From_the_queue_to_a_decision_and_back_and_a_report_in_hand()
    {
        await using var fixture = await BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(BrowserFixture.Fleet().Lines())));
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;

        // The queue: two siblings wait.
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await page.Locator("tbody tr", new() { HasText = "web-1" }).ClickAsync();
        await Expect(page.Locator(".side h2")).ToContainTextAsync("web-1 asked Google Public DNS (8.8.8.8) for the first time: never before in 12 days of observation");

        // The finding, and why.
        await page.Locator("#open-finding").ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("web-1 asked Google Public DNS");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Why this is new" })).ToBeVisibleAsync();
        await Expect(page.Locator(".fall").First).ToContainTextAsync("Every first contact starts at 5.0");
        string finding = page.Url;

        // The instance's timeline: a click on a cell opens its hours and their raw records.
        await page.Locator("#open-timeline").ClickAsync();
        await Expect(page.Locator(".tl .lane")).ToHaveCountAsync(2);
        await Expect(page.Locator(".tl .learn")).ToBeVisibleAsync();
        await page.GotoAsync(new Uri(page.Url).GetLeftPart(UriPartial.Path));
        await window.ReadyAsync();
        await page.Locator(".tl .lane a.who").First.ClickAsync();
        await Expect(page.Locator("#lane-detail")).ToContainTextAsync("8.8.8.8");
        Assert.Contains("dest=8.8.8.8", page.Url, StringComparison.Ordinal);
        var plot = page.Locator(".plot[data-lane='0']");
        var box = (await plot.BoundingBoxAsync())!;
        await page.Mouse.ClickAsync(box.X + box.Width * 0.9f, box.Y + box.Height / 2);
        await page.Locator("#read-records").ClickAsync();
        await Expect(page.Locator(".raw").First).ToContainTextAsync("8.8.8.8");
        await Expect(page.Locator("#lane-detail .main-svg").First).ToBeVisibleAsync(new() { Timeout = 90_000 });

        // Marked expected for the whole account: this one and its sibling go quiet.
        await page.GotoAsync(finding);
        await window.ReadyAsync();
        await page.Locator(".panel .choice", new() { HasText = "account" }).ClickAsync();
        await Expect(page.Locator(".panel .effect")).ToContainTextAsync("Closes this finding and 1 other finding");
        await page.Locator(".panel textarea[name=reason]").FillAsync("Agreed with the network team");
        await page.Locator(".panel button[data-verb=expect]").ClickAsync();
        await Expect(page.Locator(".panel")).ToContainTextAsync("Closed by rule 1");
        var undo = page.Locator(".mud-snackbar", new() { HasText = "2 findings closed" });
        await Expect(undo).ToBeVisibleAsync();
        await page.Locator(".rail a", new() { HasText = "Findings" }).ClickAsync();
        await Expect(page.GetByText("No open findings").Or(page.GetByText("No findings"))).ToBeVisibleAsync();

        // Undone: both are back.
        await page.Keyboard.PressAsync("u");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await page.GotoAsync("/audit");
        // That the log is read is an entry of its own, the newest.
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("read the audit log");
        await Expect(page.Locator("tbody tr").Nth(1)).ToContainTextAsync("undid");

        // The report opens by itself, offline, and says the same.
        await page.GotoAsync(finding);
        string href = (await page.Locator("#report-html").GetAttributeAsync("href"))!;
        var response = await page.APIRequest.GetAsync(new Uri(new Uri(fixture.Url), href).ToString());
        Assert.True(response.Ok);
        string file = Path.Combine(Path.GetTempPath(), $"wayward-report-{Guid.NewGuid():N}.html");
        await File.WriteAllBytesAsync(file, await response.BodyAsync(), TestContext.Current.CancellationToken);
        try
        {
            await using var report = await chromium.OpenAsync("about:blank");
            List<string> asked = [];
            report.Page.Request += (_, request) => asked.Add(request.Url);
            await report.Page.GotoAsync(new Uri(file).AbsoluteUri);
            await Expect(report.Page.Locator("body")).ToContainTextAsync("web-1 asked Google Public DNS");
            await Expect(report.Page.Locator("body")).ToContainTextAsync("Agreed with the network team");
            Assert.Equal([new Uri(file).AbsoluteUri], asked);
        }
        finally
        {
            File.Delete(file);
        }
        await window.AssertCleanAsync();
    }

    [Fact]
    public async Task With_the_keyboard_alone()
    {
        await using var fixture = await BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(BrowserFixture.Fleet().Lines())));
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr.selected")).ToHaveCountAsync(1);
        string second = (await page.Locator("tbody tr").Nth(1).GetAttributeAsync("id"))!;
        // As fast as fingers are: the verb is about the row moved to.
        await keys.PressAsync("j");
        await keys.PressAsync("a");
        await Expect(page.Locator("tbody tr.selected")).ToHaveIdAsync(second);
        await Expect(page.Locator("tbody tr.selected .status.acknowledged")).ToHaveCountAsync(1);
        // A dialog takes the focus to its first question, and gives it back to where it was asked for.
        await page.Locator(".acts button", new() { HasText = "Comment" }).FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(page.Locator("#dialog-text")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await Expect(page.Locator(".acts button", new() { HasText = "Comment" })).ToBeFocusedAsync();
        await keys.PressAsync("c");
        await Expect(page.Locator(".mud-dialog input[type=radio]").First).ToBeFocusedAsync();
        await keys.PressAsync("Space");
        await Expect(page.Locator("#close-submit")).ToContainTextAsync("Close as");
        await page.Locator("#close-comment").FocusAsync();
        await keys.TypeAsync("seen before, j and k are letters here");
        await keys.PressAsync("Tab");
        await keys.PressAsync("Tab");
        await Expect(page.Locator("#close-submit")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await keys.PressAsync("u");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);

        // Search, then the timeline by keys.
        await keys.PressAsync("/");
        await keys.TypeAsync("web-2");
        await Expect(page.Locator("#search-hits a").First).ToBeVisibleAsync();
        await keys.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync("web-2");
        await page.Locator(".plot[data-lane='0']").FocusAsync();
        await keys.PressAsync("ArrowRight");
        await Expect(page.Locator("#lane-detail")).ToContainTextAsync("8.8.8.8");
        await keys.PressAsync("t");
        await Expect(page.Locator("#lanes-table tbody tr")).ToHaveCountAsync(2);
        await Expect(page.Locator("#cells-table caption")).ToContainTextAsync("8.8.8.8");
        await window.AssertCleanAsync();
    }

    [Theory]
    [InlineData(1280, 800, 1)]
    [InlineData(1440, 900, 1)]
    [InlineData(2560, 1300, 1)]
    [InlineData(1440, 900, 2)]
    public async Task The_queue_is_dense_and_nothing_runs_over_at_any_width(int width, int height, int zoom)
    {
        await using var fixture = await BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(BrowserFixture.Fleet().Lines())));
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;
        // Zoom of a browser is a narrower window of larger pixels.
        await page.SetViewportSizeAsync(width / zoom, height / zoom);
        await window.GoAsync("/findings");
        await Expect(page.Locator(".moment .tl .lane")).Not.ToHaveCountAsync(0);
        double[] rows = await page.EvaluateAsync<double[]>("() => [...document.querySelectorAll('.queue tbody tr')].map(r => r.getBoundingClientRect().height)");
        Assert.All(rows, row => Assert.InRange(row, 30, 40));
        if (zoom == 1) Assert.InRange(await page.EvaluateAsync<double>("() => document.querySelector('.filters').getBoundingClientRect().height"), 20, 30);
        string finding = (await page.Locator("td.sevcell a").First.GetAttributeAsync("href"))!;
        string instance = (await page.Locator("td.subject a").First.GetAttributeAsync("href"))!;
        foreach (string path in new[] { "/findings", "/" + finding, "/" + instance, "/", "/instances", "/destinations", "/destinations/8.8.8.8", "/ingest", "/settings" })
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("h1")).ToBeVisibleAsync();
            await Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
            string[] over = await page.EvaluateAsync<string[]>(
                """
                () => [...document.querySelectorAll('main h1, main h2, main .card, main .tablebox, main .tl, main .fall .r > div, main .num, .topbar button')]
                    .filter(e => { const b = e.getBoundingClientRect(); return b.width > 0 && b.right > innerWidth + 1 && !e.closest('.tablebox, [style*="overflow-x"]')?.contains(e.parentElement); })
                    .map(e => e.className + ' ' + e.textContent.trim().slice(0, 40))
                """);
            Assert.True(over.Length == 0, $"{path} at {width} px, {zoom * 100} %: runs over the window: {string.Join("; ", over.Take(3))}");
        }
        await window.AssertCleanAsync();
    }

    [Fact]
    public async Task A_lost_connection_is_a_line_over_a_page_that_can_still_be_read()
    {
        await using var fixture = await BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(BrowserFixture.Fleet().Lines())));
        await using var window = await chromium.OpenAsync(fixture.Url);
        await window.GoAsync("/findings");
        var told = window.Page.Locator("#components-reconnect-modal");
        await Expect(told).ToBeHiddenAsync();
        await fixture.StopAsync();
        await Expect(told).ToContainTextAsync("Connection lost");
        await Expect(told).ToBeVisibleAsync();
        await Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(2);
        var box = (await told.BoundingBoxAsync())!;
        Assert.True(box.Height < 100, $"The line is {box.Height} px high");
    }

    [Fact]
    public async Task A_file_that_arrives_changes_the_open_page_without_a_reload()
    {
        var lines = BrowserFixture.Fleet().Lines();
        long cut = World.At(12);
        await using var fixture = await BrowserFixture.StartAsync(("before.log", BrowserFixture.Log(lines.Where(l => l.Start < cut))));
        await using var window = await chromium.OpenAsync(fixture.Url, dark: true);
        await window.GoAsync("/findings");
        await Expect(window.Page.Locator(".empty")).ToBeVisibleAsync();
        await window.Page.EvaluateAsync("() => { window.samePage = true; }");
        await fixture.DropAsync("after.log", BrowserFixture.Log(lines.Where(l => l.Start >= cut)));
        await Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(2, new() { Timeout = 30_000 });
        await Expect(window.Page.Locator(".rail .count")).ToHaveTextAsync("2");
        Assert.True(await window.Page.EvaluateAsync<bool>("() => window.samePage === true"));
        await window.AssertCleanAsync();
    }
}
