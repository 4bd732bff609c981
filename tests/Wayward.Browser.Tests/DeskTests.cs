using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Wayward.Browser.Tests;

/// <summary>What an analyst's hands meet: slow links, lost windows, the keyboard alone.</summary>
[Collection("Browser")]
public sealed class DeskTests(Chromium chromium)
{
    /// <summary>Makes each message to the server take 300 ms longer. The browser's own throttling leaves web sockets alone.</summary>
    private const string SlowLink = "const send = WebSocket.prototype.send; WebSocket.prototype.send = function (data) { setTimeout(() => send.call(this, data), 300); };";

    private static Task<BrowserFixture> FleetAsync() => BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(BrowserFixture.Fleet().Lines())));

    [Fact]
    public async Task On_a_slow_link_what_is_typed_after_a_verb_goes_into_its_dialog()
    {
        await using var fixture = await FleetAsync();
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await page.AddInitScriptAsync(SlowLink);
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await keys.PressAsync("m");
        await keys.TypeAsync("a careful jack");
        await Expect(page.Locator("#dialog-text")).ToHaveValueAsync("a careful jack");
        await keys.TypeAsync(" came");
        await page.Locator("#text-submit").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await Expect(page.Locator(".status.acknowledged")).ToHaveCountAsync(0);
        await page.Locator("#open-finding").ClickAsync();
        await Expect(page.Locator(".comment").First).ToContainTextAsync("a careful jack came");
    }

    [Fact]
    public async Task On_a_slow_link_Escape_closes_the_dialog_that_comes_after_it()
    {
        await using var fixture = await FleetAsync();
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await page.AddInitScriptAsync(SlowLink);
        await window.GoAsync("/findings");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await keys.PressAsync("m");
        await keys.TypeAsync("half");
        await keys.PressAsync("Escape");
        await keys.TypeAsync("a");
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(1);
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await Expect(page.Locator(".status.acknowledged")).ToHaveCountAsync(0);
        await keys.PressAsync("m");
        await Expect(page.Locator("#dialog-text")).ToHaveValueAsync("half");
    }

    [Fact]
    public async Task Typed_text_outlives_the_dialog_a_reload_and_a_restart()
    {
        await using var fixture = await FleetAsync();
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/findings");
        await keys.PressAsync("m");
        await Expect(page.Locator("#dialog-text")).ToBeFocusedAsync();
        await keys.TypeAsync("half a thought");
        await keys.PressAsync("Escape");
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await keys.PressAsync("m");
        await Expect(page.Locator("#dialog-text")).ToHaveValueAsync("half a thought");

        await window.GoAsync("/findings");
        await keys.PressAsync("m");
        await Expect(page.Locator("#dialog-text")).ToHaveValueAsync("half a thought");

        await fixture.RestartAsync();
        await window.GoAsync("/findings");
        await keys.PressAsync("m");
        await Expect(page.Locator("#dialog-text")).ToHaveValueAsync("half a thought");
        await page.Locator("#text-submit").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await page.WaitForFunctionAsync("() => !Object.keys(localStorage).some(k => k.startsWith('wayward.draft.'))");
        await keys.PressAsync("m");
        await Expect(page.Locator("#dialog-text")).ToHaveValueAsync("");

        // The form on the finding's page keeps its reason too.
        await keys.PressAsync("Escape");
        await page.Locator("#open-finding").ClickAsync();
        await page.Locator(".panel textarea[name=reason]").FillAsync("the vendor's agent");
        await page.ReloadAsync();
        await Expect(page.Locator(".panel textarea[name=reason]")).ToHaveValueAsync("the vendor's agent");
    }

    [Fact]
    public async Task A_day_is_typed_or_refused_beside_the_field()
    {
        await using var fixture = await FleetAsync();
        await using var window = await chromium.OpenAsync(fixture.Url);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/findings");
        await page.Locator("#open-finding").ClickAsync();
        var day = page.Locator(".rule-end input");
        await day.FillAsync("");
        await keys.TypeAsync("2027-02-31");
        await Expect(day).ToHaveValueAsync("2027-02-31");
        await Expect(page.Locator(".rule-end [role=alert]")).ToBeVisibleAsync();
        await page.Locator(".panel textarea[name=reason]").FillAsync("agreed");
        await page.Locator(".panel button[data-verb=expect]").ClickAsync();
        await Expect(page.Locator(".rule-end [role=alert]")).ToBeVisibleAsync();
        await day.FillAsync("");
        await keys.TypeAsync("2199-05-31");
        await Expect(day).ToHaveValueAsync("2199-05-31");
        await Expect(page.Locator(".panel button[data-verb=expect]")).ToContainTextAsync("until 31 May 2199");
        await page.Locator(".panel textarea[name=reason]").FocusAsync();
        await keys.PressAsync("Control+Enter");
        await Expect(page.Locator(".panel")).ToContainTextAsync("Closed by rule 1");
    }

    [Fact]
    public async Task The_focus_is_visible_on_everything_that_the_tab_key_reaches()
    {
        await using var fixture = await FleetAsync();
        await using var window = await chromium.OpenAsync(fixture.Url);
        await window.GoAsync("/findings");
        List<string> hidden = [];
        for (int i = 0; i < 45; i++)
        {
            await window.Page.Keyboard.PressAsync("Tab");
            hidden.AddRange(await window.Page.EvaluateAsync<string[]>(
                """
                () => {
                  const e = document.activeElement, s = getComputedStyle(e);
                  return e === document.body || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) ? [] : [e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30)];
                }
                """));
        }
        Assert.Empty(hidden);
    }

    [Fact]
    public async Task Single_letters_can_be_switched_off_for_good()
    {
        await using var fixture = await FleetAsync();
        await using var window = await chromium.OpenAsync(fixture.Url);
        var page = window.Page;
        await window.GoAsync("/settings");
        await page.Locator("#keys").UncheckAsync();
        await page.GotoAsync("/findings");
        await Expect(page.Locator("tbody tr.selected")).ToHaveCountAsync(1);
        await page.WaitForFunctionAsync("() => !!window.Blazor");
        await page.Keyboard.PressAsync("a");
        await page.Keyboard.PressAsync("?");
        await page.WaitForTimeoutAsync(1_500);
        await Expect(page.Locator(".status.acknowledged")).ToHaveCountAsync(0);
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await page.GotoAsync("/settings");
        await Expect(page.Locator("#keys")).Not.ToBeCheckedAsync();
        await page.Locator("#keys").CheckAsync();
        await window.GoAsync("/findings");
    }

    [Fact]
    public async Task A_move_by_key_is_spoken()
    {
        await using var fixture = await FleetAsync();
        await using var window = await chromium.OpenAsync(fixture.Url);
        await window.GoAsync("/findings");
        await window.Page.Keyboard.PressAsync("j");
        await Expect(window.Page.Locator("#said[aria-live]")).ToContainTextAsync("2 of 2: web-");
    }
}
