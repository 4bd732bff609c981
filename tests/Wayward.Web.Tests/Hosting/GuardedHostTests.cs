using System.Net;
using System.Net.WebSockets;
using System.Text.RegularExpressions;

namespace Wayward.Web.Tests.Hosting;

/// <summary>One host for all tests of what it lets in and what it sends out.</summary>
public sealed class GuardedHostFixture : IAsyncLifetime
{
    internal TestHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

public sealed partial class GuardedHostTests(GuardedHostFixture fixture) : IClassFixture<GuardedHostFixture>
{
    private readonly TestHost _host = fixture.Host;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("evil.example", 400)]
    [InlineData("127.0.0.1.evil.example", 400)]
    [InlineData("localhost.evil.example:80", 400)]
    [InlineData("10.0.0.1", 400)]
    [InlineData("0", 400)]
    [InlineData("2130706433", 400)]
    [InlineData("0x7f.1", 400)]
    [InlineData("[::ffff:8.8.8.8]", 400)]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:5080", 200)]
    [InlineData("127.0.0.1:1", 200)]
    [InlineData("[::1]:5080", 200)]
    public async Task A_foreign_host_is_refused_on_page_hub_health_and_asset(string host, int expected)
    {
        foreach (string path in new[] { "/not-found", "/_blazor/negotiate?negotiateVersion=1", "/health/live", "/favicon.svg", "/findings/x/report.html" })
        {
            using var request = new HttpRequestMessage(path.StartsWith("/_blazor", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get, path) { Headers = { Host = host } };
            using var response = await _host.Client.SendAsync(request, Cancellation);
            if (expected == 400) Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            else Assert.NotEqual(HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    public static TheoryData<string> ForeignOrigins => ["http://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "https://localhost", "http://localhost:5080", "file://", "http://evil.example@127.0.0.1"];

    [Theory, MemberData(nameof(ForeignOrigins))]
    public async Task A_foreign_origin_is_refused_on_page_hub_and_asset(string origin)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1"), (HttpMethod.Get, "/_blazor?id=x"), (HttpMethod.Get, "/"), (HttpMethod.Get, "/findings/x/report.html"), (HttpMethod.Get, "/favicon.svg"), (HttpMethod.Post, "/"), (HttpMethod.Delete, "/findings/x"), (HttpMethod.Put, "/expected") })
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.TryAddWithoutValidation("Origin", origin);
            using var response = await _host.Client.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    [Theory, MemberData(nameof(ForeignOrigins))]
    public async Task A_foreign_origin_cannot_open_the_hub_s_socket(string origin)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new UriBuilder(_host.Url) { Scheme = "ws", Path = "/_blazor" }.Uri, Cancellation));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task The_page_s_own_origin_can_open_the_hub_s_socket()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", _host.Url.GetLeftPart(UriPartial.Authority));
        socket.Options.Cookies = _host.Cookies;
        await socket.ConnectAsync(new UriBuilder(_host.Url) { Scheme = "ws", Path = "/_blazor" }.Uri, Cancellation);
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Theory]
    [InlineData("cross-site", "no-cors", "image", 403)]
    [InlineData("same-site", "cors", "empty", 403)]
    [InlineData("cross-site", "navigate", "iframe", 403)]
    [InlineData("cross-site", "navigate", "document", 200)]
    [InlineData("same-origin", "cors", "empty", 200)]
    [InlineData("none", "navigate", "document", 200)]
    public async Task What_another_site_embeds_or_fetches_is_refused_and_what_it_links_to_is_not(string site, string mode, string destination, int expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Sec-Fetch-Mode", mode);
        request.Headers.Add("Sec-Fetch-Dest", destination);
        using var response = await _host.Client.SendAsync(request, Cancellation);
        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact]
    public async Task Every_page_carries_a_policy_with_a_fresh_nonce_that_its_scripts_have()
    {
        HashSet<string> nonces = [];
        foreach (string path in new[] { "/not-found", "/nowhere", "/not-found" })
        {
            using var response = await _host.Client.GetAsync(path, Cancellation);
            string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            string script = policy.Split(';').Single(d => d.Trim().StartsWith("script-src", StringComparison.Ordinal));
            Assert.DoesNotContain("unsafe", script, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("object-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
            string nonce = NoncePattern().Match(script).Groups[1].Value;
            Assert.True(nonces.Add(nonce), "a nonce came twice");
            string page = await response.Content.ReadAsStringAsync(Cancellation);
            var tags = ScriptTag().Matches(page);
            Assert.NotEmpty(tags);
            Assert.All(tags, tag => Assert.Contains($"nonce=\"{nonce}\"", WebUtility.HtmlDecode(tag.Value), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Every_answer_says_nosniff_and_no_referrer_and_pages_are_not_kept()
    {
        foreach (string path in new[] { "/not-found", "/nowhere", "/health/live", "/health/ready" })
        {
            using var response = await _host.Client.GetAsync(path, Cancellation);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
            Assert.True(response.Headers.CacheControl?.NoStore, path);
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Every_asset_that_a_page_names_is_served_although_nothing_was_published()
    {
        string page = await (await _host.Client.GetAsync("/not-found", Cancellation)).Content.ReadAsStringAsync(Cancellation);
        var assets = Asset().Matches(page).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).Where(a => a.Contains('.', StringComparison.Ordinal)).Distinct().ToList();
        Assert.Contains(assets, a => a.Contains("_framework/blazor.web", StringComparison.Ordinal));
        Assert.Contains(assets, a => a.Contains("_content/MudBlazor", StringComparison.Ordinal));
        Assert.Contains(assets, a => a.Contains("wayward", StringComparison.Ordinal));
        foreach (string asset in assets.Append("favicon.svg"))
        {
            using var response = await _host.Client.GetAsync(asset, Cancellation);
            Assert.True(response.IsSuccessStatusCode, $"{asset}: {response.StatusCode}");
            Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync(Cancellation));
        }
    }

    [Fact]
    public async Task The_large_files_of_a_page_are_sent_compressed()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = _host.Url };
        string page = await (await _host.Client.GetAsync("/not-found", Cancellation)).Content.ReadAsStringAsync(Cancellation);
        var assets = Asset().Matches(page).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).Where(a => a.Contains(".css", StringComparison.Ordinal) || a.Contains(".js", StringComparison.Ordinal)).Distinct().ToList();
        Assert.Contains(assets, a => a.Contains("MudBlazor.min.css", StringComparison.Ordinal));
        foreach (string asset in assets)
        {
            using var plain = await client.GetAsync(asset, Cancellation);
            if ((await plain.Content.ReadAsByteArrayAsync(Cancellation)).Length < 10_000) continue;
            using var request = new HttpRequestMessage(HttpMethod.Get, asset) { Headers = { { "Accept-Encoding", "gzip, br" } } };
            using var response = await client.SendAsync(request, Cancellation);
            Assert.True(response.Content.Headers.ContentEncoding.Count == 1, $"{asset} is sent as it is");
        }
    }

    [Theory]
    [InlineData("/findings/none", "There is no such finding")]
    [InlineData("/instances/i-0none", "Instance not found")]
    public async Task What_does_not_exist_answers_404_with_its_own_page(string path, string text)
    {
        using var response = await _host.Client.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains(text, await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_and_ready_answer_with_their_reasons()
    {
        Assert.Equal(HttpStatusCode.OK, (await _host.Client.GetAsync("/health/live", Cancellation)).StatusCode);
        using var ready = await _host.Client.GetAsync("/health/ready", Cancellation);
        string text = await ready.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("\"storage\"", text, StringComparison.Ordinal);
        Assert.Contains("\"sources\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_folder_and_its_keys_are_readable_to_their_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no mode bits.");
        foreach (string folder in new[] { _host.Data, Path.Combine(_host.Data, "keys") })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(folder).UnixFileMode);
    }

    [GeneratedRegex("'nonce-([^']+)'")]
    private static partial Regex NoncePattern();

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex ScriptTag();

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Asset();
}
