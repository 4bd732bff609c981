using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Wayward.Browser.Tests;

/// <summary>axe finds nothing on any page, dialog or popover, in either theme: WCAG 2.2 A and AA, and axe's best practices.</summary>
[Collection("Browser")]
public sealed class AccessibilityTests(Chromium chromium)
{
    private readonly List<string> _faults = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_have_no_violation(bool dark)
    {
        await using var fixture = await FilledAsync();
        await using var window = await chromium.OpenAsync(fixture.Url, dark);
        var page = window.Page;
        await window.GoAsync("/findings");
        string finding = (await page.Locator("#open-finding").GetAttributeAsync("href"))!;
        await page.GotoAsync("/instances");
        string instance = (await page.Locator("tbody a").First.GetAttributeAsync("href"))!;
        foreach (string path in new[] { "/", "/findings", "/findings?show=closed", "/findings?q=nothing-has-this", finding, "/findings/unknown", "/incidents", "/incidents/99", "/instances", "/instances?q=nothing", instance, instance + "?view=table", "/instances/unknown",
            "/destinations", "/destinations/8.8.8.8", "/destinations/192.0.2.1", "/learned", "/expected", "/ingest", "/ingest?state=failed", "/audit", "/settings", "/not-found" })
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("h1").First).ToBeVisibleAsync();
            await Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
            await CheckAsync(page, path);
        }
        Assert.True(_faults.Count == 0, string.Join("\n", _faults));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dialogs_and_popovers_of_the_queue_have_no_violation(bool dark)
    {
        await using var fixture = await FilledAsync();
        await using var window = await chromium.OpenAsync(fixture.Url, dark);
        var (page, keys) = (window.Page, window.Page.Keyboard);

        await window.GoAsync("/findings");
        foreach (var (key, what) in new[] { ("?", "help"), ("m", "comment"), ("c", "close"), ("e", "expect"), ("i", "gather into an incident") })
        {
            await keys.PressAsync(key);
            await DialogAsync(page, what);
        }
        await page.Locator("tbody input[type=checkbox]").First.CheckAsync();
        await CheckAsync(page, "rows chosen");
        await page.GetByRole(AriaRole.Button, new() { Name = "Assign" }).First.ClickAsync();
        await DialogAsync(page, "assign");

        await page.Locator("#search").FillAsync("web");
        await Expect(page.Locator("#search-hits")).ToBeVisibleAsync();
        await CheckAsync(page, "search hits");
        await page.Locator("#search").FillAsync("nothing has this");
        await CheckAsync(page, "search without hits");
        await page.Locator("#search").FillAsync("");

        await window.GoAsync("/findings");
        await keys.PressAsync("a");
        await Expect(page.Locator(".mud-snackbar")).ToBeVisibleAsync();
        await CheckAsync(page, "what was done, with undo");

        await window.GoAsync((await page.Locator("#open-finding").GetAttributeAsync("href"))!);
        await page.Locator(".rule-end .mud-menu button").First.ClickAsync();
        await Expect(page.Locator(".mud-popover-open")).ToBeVisibleAsync();
        await CheckAsync(page, "menu of spans");
        await page.GetByText("One year").First.ClickAsync();
        await Expect(page.Locator(".mud-popover-open")).ToHaveCountAsync(0);

        Assert.True(_faults.Count == 0, string.Join("\n", _faults));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chosen_lane_and_cell_have_no_violation(bool dark)
    {
        await using var fixture = await FilledAsync();
        await using var window = await chromium.OpenAsync(fixture.Url, dark);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/findings");
        await page.Locator("#open-finding").ClickAsync();
        await window.GoAsync((await page.Locator("#open-timeline").GetAttributeAsync("href"))!.Split('?')[0]);
        await page.Locator(".lane a.who").First.ClickAsync();
        await Expect(page.Locator("#lane-detail")).ToBeVisibleAsync();
        await CheckAsync(page, "lane chosen");
        await page.Locator(".lane .plot").First.FocusAsync();
        await keys.PressAsync("ArrowRight");
        await keys.PressAsync("Enter");
        await Expect(page.Locator("#read-records")).ToBeVisibleAsync();
        await page.Locator("#read-records").ClickAsync();
        await CheckAsync(page, "cell chosen");

        Assert.True(_faults.Count == 0, string.Join("\n", _faults));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_incident_has_no_violation(bool dark)
    {
        await using var fixture = await FilledAsync();
        await using var window = await chromium.OpenAsync(fixture.Url, dark);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/findings");
        await keys.PressAsync("i");
        await page.Locator("#gather-submit").ClickAsync();
        await Expect(page.Locator("#incident-findings")).ToBeVisibleAsync();
        await page.Locator("#new-task").FillAsync("Ask the owner");
        await keys.PressAsync("Enter");
        await Expect(page.Locator(".tasks li")).ToHaveCountAsync(1);
        await CheckAsync(page, "incident");
        await page.Locator("#edit-narrative").ClickAsync();
        await Expect(page.Locator("#narrative")).ToBeVisibleAsync();
        await CheckAsync(page, "incident, writing");
        await page.Locator("#set-severity").ClickAsync();
        await DialogAsync(page, "severity of an incident");
        await page.Locator("#export-incident summary").ClickAsync();
        await CheckAsync(page, "incident, report menu");
        await window.GoAsync("/incidents");
        await CheckAsync(page, "incidents");
        Assert.True(_faults.Count == 0, string.Join("\n", _faults));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rule_being_added_has_no_violation(bool dark)
    {
        await using var fixture = await FilledAsync();
        await using var window = await chromium.OpenAsync(fixture.Url, dark);
        var (page, keys) = (window.Page, window.Page.Keyboard);
        await window.GoAsync("/expected");
        await page.Locator("#add-rule").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToBeVisibleAsync();
        await CheckAsync(page, "add a rule");
        foreach (string input in new[] { "r-action", "r-transport", "r-scope" })
        {
            await page.Locator($".mud-input-control:has(#{input})").Last.ClickAsync();
            await Expect(page.Locator(".mud-popover-open")).ToBeVisibleAsync();
            await CheckAsync(page, $"add a rule, {input} open");
            await keys.PressAsync("Escape");
            await Expect(page.Locator(".mud-popover-open")).ToHaveCountAsync(0);
        }
        await page.Locator("#rule-save").ClickAsync();
        await CheckAsync(page, "add a rule, refused");
        Assert.True(_faults.Count == 0, string.Join("\n", _faults));
    }

    /// <summary>The planted fault: a picture without a text is found.</summary>
    [Fact]
    public async Task A_planted_violation_is_found()
    {
        await using var fixture = await BrowserFixture.StartAsync();
        await using var window = await chromium.OpenAsync(fixture.Url);
        await window.GoAsync("/settings");
        await window.Page.EvaluateAsync("() => document.querySelector('main').append(new Image())");
        await CheckAsync(window.Page, "planted");
        Assert.Contains(_faults, f => f.Contains("image-alt", StringComparison.Ordinal));
    }

    private static async Task<BrowserFixture> FilledAsync() => await BrowserFixture.StartAsync(("fleet.log", BrowserFixture.Log(BrowserFixture.Fleet().Lines())), ("broken.log", "this is no flow log\n"u8.ToArray()));

    private async Task DialogAsync(IPage page, string what)
    {
        await Expect(page.Locator(".mud-dialog")).ToBeVisibleAsync();
        await CheckAsync(page, what);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
    }

    private async Task CheckAsync(IPage page, string what)
    {
        // Colours are measured once they stand still.
        await page.EvaluateAsync("() => Promise.allSettled(document.getAnimations().filter(a => a.effect?.getComputedTiming().iterations !== Infinity).map(a => a.finished))");
        var result = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice") });
        foreach (var violation in result.Violations)
            _faults.Add($"{what}: {violation.Id} ({violation.Help}): {string.Join(" | ", violation.Nodes.Take(3).Select(n => $"{n.Target} {n.Html}"))}{(violation.Nodes.Length > 3 ? $" and {violation.Nodes.Length - 3} more" : "")}");
    }
}
