using Microsoft.Playwright;
using Wayward.Testing;
using static Microsoft.Playwright.Assertions;

namespace Wayward.Browser.Tests;

[Collection("Browser")]
public sealed class IncidentTests(Chromium chromium)
{
    /// <summary>Four servers that ask Quad9; three of them begin with Google, far enough apart to be three findings.</summary>
    private static World Fleet()
    {
        var world = new World(20);
        foreach (string name in new[] { "web-1", "web-2", "web-3", "db-1" }) world.Instance(name).InSubnet("subnet-" + name).Asks("9.9.9.9").Every(0.5, 0.1);
        for (int i = 1; i <= 3; i++) world.Instance($"web-{i}").Asks("8.8.8.8").Every(0.25, 10 + i * 1.3);
        return world;
    }

    [Fact]
    public async Task Three_findings_make_an_incident_that_is_written_up_and_undone_by_the_keyboard()
    {
        await using var fixture = await BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(Fleet().Lines())));
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);

        // Chosen and gathered.
        for (int i = 0; i < 3; i++)
        {
            await page.Locator("tbody tr").Nth(i).Locator("input[type=checkbox]").CheckAsync();
            await Expect(page.Locator(".bulk")).ToContainTextAsync($"{i + 1} finding");
        }
        await keys.PressAsync("i");
        await Expect(page.Locator("#gather-title")).ToBeFocusedAsync();
        await Expect(page.Locator("#gather-title")).ToHaveValueAsync("Google Public DNS on 3 instances or groups");
        await page.Locator("#gather-title").FillAsync("Web servers leave the resolver");
        await keys.PressAsync("Control+Enter");
        await Expect(page.Locator("h1")).ToContainTextAsync("Web servers leave the resolver");
        await Expect(page.Locator("#incident-findings tbody tr")).ToHaveCountAsync(3);
        await Expect(page.Locator(".incident-lanes .ip-mark")).ToHaveCountAsync(3);
        Assert.EndsWith("/incidents/1", page.Url, StringComparison.Ordinal);

        // Two lines; what is typed outlives a reload.
        await window.ReadyAsync();
        await keys.PressAsync("n");
        await Expect(page.Locator("#narrative")).ToBeFocusedAsync();
        await keys.TypeAsync("Began with i-web-1 after a change of image.");
        await keys.PressAsync("Enter");
        await keys.PressAsync("Enter");
        await keys.TypeAsync("**Not** agreed with anyone; u and i are letters here.");
        await page.ReloadAsync();
        await window.ReadyAsync();
        await keys.PressAsync("n");
        await Expect(page.Locator("#narrative")).ToHaveValueAsync("Began with i-web-1 after a change of image.\n\n**Not** agreed with anyone; u and i are letters here.");
        await keys.PressAsync("Control+Enter");
        await Expect(page.Locator(".narrative p")).ToHaveCountAsync(2);
        await Expect(page.Locator(".narrative strong")).ToHaveTextAsync("Not");

        // A task is typed and entered at once.
        await page.Locator("#new-task").FillAsync("Ask the owner of the image");
        await keys.PressAsync("Enter");
        await Expect(page.Locator(".tasks li")).ToContainTextAsync(["Ask the owner of the image"]);
        await Expect(page.Locator("#new-task")).ToHaveValueAsync("");

        // Exported for people, for a ticket and for programs.
        foreach (string format in new[] { "html", "markdown", "json" })
        {
            string href = (await page.Locator($"#incident-{format}").GetAttributeAsync("href"))!;
            var response = await page.APIRequest.GetAsync(new Uri(new Uri(fixture.Url), href).ToString());
            Assert.True(response.Ok);
            string text = await response.TextAsync();
            Assert.Contains("Web servers leave the resolver", text, StringComparison.Ordinal);
            Assert.Contains("after a change of image", text, StringComparison.Ordinal);
        }

        // One is taken out, and put back by undo.
        await page.Locator("[data-detach]").First.ClickAsync();
        await Expect(page.Locator("#incident-findings tbody tr")).ToHaveCountAsync(2);
        await page.Locator("h1").FocusAsync();
        await keys.PressAsync("u");
        await Expect(page.Locator("#incident-findings tbody tr")).ToHaveCountAsync(3);

        // A finding shows its incident; the list and the audit log have it.
        await page.Locator("#incident-findings tbody tr a").First.ClickAsync();
        await Expect(page.Locator("#its-incident")).ToHaveTextAsync("incident 1");
        await window.GoAsync("/incidents");
        await Expect(page.Locator("#incident-1")).ToContainTextAsync("Web servers leave the resolver");
        await window.GoAsync("/audit");
        await Expect(page.Locator("tbody")).ToContainTextAsync("took out of an incident");
        await window.AssertCleanAsync();
    }

    [Fact]
    public async Task From_one_finding_its_relatives_are_proposed()
    {
        await using var fixture = await BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(Fleet().Lines())));
        await using var window = await chromium.OpenAsync(fixture.Url, dark: true);
        var page = window.Page;
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr.selected")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("i");
        await Expect(page.Locator(".relative")).ToHaveCountAsync(2);
        await Expect(page.Locator(".relative").First).ToContainTextAsync("same target");
        await page.Locator(".relative input").First.CheckAsync();
        await page.Locator("#gather-submit").ClickAsync();
        await Expect(page.Locator("#incident-findings tbody tr")).ToHaveCountAsync(2);

        // The third is added to the open incident from its own page.
        await window.GoAsync("/findings");
        var third = page.Locator("tbody tr:not(:has(a.tag))");
        string name = await third.Locator("td.subject a").InnerTextAsync();
        await third.ClickAsync();
        await Expect(page.Locator(".side h2")).ToContainTextAsync(name);
        await page.Locator("#open-finding").ClickAsync();
        await page.Locator("#gather").ClickAsync();
        await page.Locator("#gather-into").SelectOptionAsync("1");
        await page.Locator("#gather-submit").ClickAsync();
        await Expect(page.Locator("#its-incident")).ToBeVisibleAsync();
        await window.AssertCleanAsync();
    }
}
