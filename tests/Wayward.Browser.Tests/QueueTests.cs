using Microsoft.Playwright;
using Wayward.Testing;
using static Microsoft.Playwright.Assertions;

namespace Wayward.Browser.Tests;

[Collection("Browser")]
public sealed class QueueTests(Chromium chromium)
{
    [Fact]
    public async Task Sixty_findings_are_closed_by_their_filters_with_three_keys_and_undone()
    {
        // Sixty servers, each with a new target of its own: more than one page.
        var world = new World(20);
        for (int i = 0; i < 60; i++)
        {
            world.Instance($"web-{i}").InSubnet($"subnet-{i}").Asks("9.9.9.9").Every(1, 0.1);
            world.Instance($"web-{i}").Asks($"45.77.{i}.9").Every(1, 12 + i * 0.05);
        }
        await using var fixture = await BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(world.Lines())));
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(50);
        await Expect(page.Locator("#select-all")).ToHaveCountAsync(0);
        await page.Locator("thead input[type=checkbox]").CheckAsync();
        await Expect(page.Locator("#select-all")).ToHaveTextAsync("Select all 60 that match");
        await page.Locator("#select-all").ClickAsync();
        await Expect(page.Locator(".bulk")).ToContainTextAsync("60 findings selected");

        await keys.PressAsync("c");
        await keys.PressAsync("3");
        await Expect(page.Locator("#close-submit")).ToHaveTextAsync("Close as false positive");
        await keys.PressAsync("Control+Enter");
        await Expect(page.Locator(".mud-snackbar")).ToContainTextAsync("Closed 60 findings: false positive.");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(0);
        await keys.PressAsync("u");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(50);
        await Expect(page.Locator(".bulk")).ToHaveCountAsync(0);

        // One is taken; the views part it from the others.
        await keys.PressAsync("o");
        await Expect(page.Locator("tbody tr.selected")).ToContainTextAsync("Test Analyst");
        await page.Locator("#mine").ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.Locator("#nobodys").ClickAsync();
        await Expect(page.Locator(".pager")).ToContainTextAsync("of 59");
        await window.AssertCleanAsync();
    }

    [Fact]
    public async Task What_was_decided_before_on_a_target_stands_beside_the_verbs()
    {
        await using var fixture = await BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(BrowserFixture.Fleet().Lines())));
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await keys.PressAsync("c");
        await Expect(page.Locator(".mud-dialog input[type=radio]").First).ToBeFocusedAsync();
        await keys.PressAsync("Control+Enter");
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("Choose what it was.");
        await keys.PressAsync("2");
        await Expect(page.Locator("#close-submit")).ToHaveTextAsync("Close as benign positive");
        await page.Locator("#close-comment").FillAsync("Agreed with the network team");
        await keys.PressAsync("Control+Enter");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("#earlier")).ToContainTextAsync("benign positive, Test Analyst");
        await Expect(page.Locator("#earlier")).ToContainTextAsync("Agreed with the network team");
        await window.AssertCleanAsync();
    }
}
