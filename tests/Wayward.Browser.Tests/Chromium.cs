using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Wayward.Browser.Tests.Chromium))]

namespace Wayward.Browser.Tests;

/// <summary>The browser of the machine, started once. Tests are skipped, and say so, where there is none.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];
    private static readonly string[] Arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private static string? Path => Environment.GetEnvironmentVariable("WAYWARD_CHROMIUM") is { Length: > 0 } named ? named : Array.Find(Places, File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Path is not { } path) return;
        // A busy machine is no fault of the page.
        Assertions.SetDefaultExpectTimeout(20_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = Arguments });
    }

    /// <summary>A fresh window that notes every console error and refused resource.</summary>
    /// <param name="timeZone">IANA name; null = the machine's.</param>
    public async Task<Window> OpenAsync(string url, bool dark = false, string? timeZone = null)
    {
        Assert.SkipWhen(_browser is null, "No Chromium on this machine (looked for chromium and google-chrome; WAYWARD_CHROMIUM names another).");
        var context = await _browser!.NewContextAsync(new() { BaseURL = url, ViewportSize = new() { Width = 1440, Height = 900 }, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, AcceptDownloads = true, TimezoneId = timeZone });
        context.SetDefaultTimeout(30_000);
        await context.AddInitScriptAsync("window.refused = []; document.addEventListener('securitypolicyviolation', e => window.refused.push(e.violatedDirective + ' ' + e.blockedURI));");
        var page = await context.NewPageAsync();
        return new(context, page);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>One browser window and what went wrong in it.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _errors = [];

    internal Window(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type == "error") _errors.Add(message.Text);
        };
        page.PageError += (_, error) => _errors.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Goes there and waits until the page answers to clicks and keys.</summary>
    public async Task GoAsync(string path)
    {
        try
        {
            await Page.GotoAsync(path);
        }
        catch (PlaywrightException e) when (e.Message.Contains("ERR_ABORTED", StringComparison.Ordinal))
        {
            // A page whose server has restarted loads itself again, which ends a navigation that began at the same moment.
            await Page.GotoAsync(path);
        }
        await ReadyAsync();
    }

    /// <summary>The keyboard listener is attached last; a page that shows the help on "?" is alive.</summary>
    public async Task ReadyAsync()
    {
        for (int i = 0; i < 100; i++)
        {
            await Page.Keyboard.PressAsync("?");
            try
            {
                await Page.Locator(".mud-dialog").WaitForAsync(new() { Timeout = 400 });
                await Page.Locator(".mud-dialog button").Last.ClickAsync();
                await Page.Locator(".mud-dialog").WaitForAsync(new() { State = WaitForSelectorState.Detached });
                return;
            }
            catch (TimeoutException)
            {
                // Not yet: the circuit is still being set up.
            }
        }
        throw new TimeoutException("The page never answered to a key.");
    }

    /// <summary>Nothing was refused by the content policy, nothing failed on the page, and no planted script has run.</summary>
    public async Task AssertCleanAsync()
    {
        Assert.Empty(await Page.EvaluateAsync<string[]>("() => window.refused"));
        Assert.Null(await Page.EvaluateAsync<object?>($"() => window.{Testing.HostileNames.Canary} ?? null"));
        Assert.Empty(_errors);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
