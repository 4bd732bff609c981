using Microsoft.Playwright;
using Wayward.Testing;
using static Microsoft.Playwright.Assertions;

namespace Wayward.Browser.Tests;

[Collection("Browser")]
public sealed class HostileNamesTests(Chromium chromium)
{
    [Fact]
    public async Task Every_page_shows_them_and_nothing_runs()
    {
        var log = HostileNames.FlowLog();
        await using var fixture = await BrowserFixture.StartAsync([new("Detection:Stories", "false")], ("hostile.log", log.Text));
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr").First).ToBeVisibleAsync();
        Assert.True(await page.Locator("tbody tr").CountAsync() >= Math.Min(50, log.Instances.Count));
        string[] findings = await page.Locator("td.sevcell a").EvaluateAllAsync<string[]>("links => links.map(a => a.getAttribute('href'))");

        // A hostile comment on the first finding, by the ordinary way.
        await page.Keyboard.PressAsync("m");
        await page.Locator("#dialog-text").FillAsync(HostileNames.All["script tag"] + HostileNames.All["bidi override"]);
        await page.Locator("#text-submit").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await window.AssertCleanAsync();

        string[] paths = ["/", "/findings?show=all", "/instances", "/destinations", "/destinations/8.8.8.8", "/learned", "/expected", "/ingest", "/audit", "/settings", .. findings.Take(8).Select(f => "/" + f), .. log.Instances.TakeLast(4).Concat(log.Instances.Take(4)).Select(i => "/instances/" + i)];
        foreach (string path in paths)
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("h1")).ToBeVisibleAsync();
            await Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
            await window.AssertCleanAsync();
            double overflow = await page.EvaluateAsync<double>("() => document.documentElement.scrollWidth - innerWidth");
            Assert.True(overflow <= 1, $"{path} is {overflow} px wider than the window");
            Assert.DoesNotContain('\u202E', await page.Locator("main").InnerTextAsync());
        }
    }
}
