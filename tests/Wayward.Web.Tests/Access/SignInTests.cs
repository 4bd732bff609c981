using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Routing;
using Wayward.Storage.Access;
using Wayward.Storage.Audit;
using Wayward.Web.Access;
using Wayward.Web.Tests.Commands;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Access;

/// <summary>The link, its session, and what stands open without one.</summary>
public sealed class SignInTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All that may be reached by anyone, as a route begins.</summary>
    private static readonly string[] Anonymous = ["/sign-in", "/health/live", "/health/ready"];

    [Fact]
    public async Task Every_route_refuses_whoever_has_not_signed_in_except_the_sign_in_health_and_the_files_of_the_pages()
    {
        await using var host = await TestHost.StartAsync();
        var routes = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.True(routes.Count > 20, $"{routes.Count} routes");
        List<string> open = [];
        foreach (var route in routes)
        {
            string path = "/" + string.Join('/', route.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart l ? l.Content : p is Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart d ? d.Content : "x"))));
            foreach (string method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"])
            {
                using var request = new HttpRequestMessage(new(method), path);
                request.Headers.Add("Origin", host.Url.GetLeftPart(UriPartial.Authority));
                using var response = await host.Anonymous.SendAsync(request, Cancellation);
                if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.MethodNotAllowed) continue;
                if (route.Metadata.Any(m => m.GetType().Name.Contains("StaticAsset", StringComparison.Ordinal)) || path.Contains("_framework/", StringComparison.Ordinal)) continue;
                open.Add(path);
            }
        }
        Assert.Equal(Anonymous.Order(StringComparer.Ordinal), open.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_browser_without_a_session_is_led_to_the_sign_in_and_back_and_a_program_gets_a_problem_document()
    {
        await using var host = await TestHost.StartAsync();
        using var page = await SendAsync(host.Anonymous, "/findings?status=all");
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.Equal("/sign-in?to=%2Ffindings%3Fstatus%3Dall", page.Headers.Location!.OriginalString.Replace(host.Url.GetLeftPart(UriPartial.Authority), "", StringComparison.Ordinal));
        using var shown = await SendAsync(host.Anonymous, page.Headers.Location.OriginalString);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.Contains("value=\"/findings?status=all\"", await shown.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        using var api = await host.Anonymous.GetAsync("/api/findings", Cancellation);
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (api.StatusCode, api.Content.Headers.ContentType!.MediaType));
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new UriBuilder(host.Url) { Scheme = "ws", Path = "/_blazor" }.Uri, Cancellation));
        Assert.Equal(HttpStatusCode.Unauthorized, socket.HttpStatusCode);
    }

    [Fact]
    public async Task A_link_signs_in_once_and_its_token_is_nowhere_in_the_database()
    {
        await using var host = await TestHost.StartAsync();
        string token = await host.Get<SignInLinks>().CreateAsync(Cancellation);
        using var first = Browser(host, out var cookies);
        using var followed = await first.GetAsync($"/sign-in?token={token}", Cancellation);
        Assert.Equal((HttpStatusCode.Redirect, "/"), (followed.StatusCode, followed.Headers.Location!.OriginalString));
        var cookie = Assert.Single(cookies.GetAllCookies());
        Assert.True(cookie.HttpOnly);
        Assert.Contains("samesite=lax", Assert.Single(followed.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/api/findings", Cancellation)).StatusCode);

        using var second = Browser(host, out _);
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync($"/sign-in?token={token}", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync("/api/findings", Cancellation)).StatusCode);
        foreach (string file in Directory.GetFiles(host.Data, "wayward.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer, Cancellation);
            Assert.True(buffer.ToArray().AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(token)) < 0, file);
        }
    }

    [Fact]
    public async Task Of_two_who_follow_one_link_at_once_one_gets_in()
    {
        await using var host = await TestHost.StartAsync();
        string token = await host.Get<SignInLinks>().CreateAsync(Cancellation);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Anonymous.GetAsync($"/sign-in?token={token}", Cancellation)));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task An_expired_link_and_one_that_a_browser_only_looks_ahead_to_do_not_sign_in()
    {
        await using var host = await TestHost.StartAsync();
        string token = await host.Get<SignInLinks>().CreateAsync(Cancellation);
        foreach (var (header, value) in new[] { ("Sec-Purpose", "prefetch"), ("Sec-Fetch-Site", "cross-site") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/sign-in?token={token}");
            request.Headers.Add(header, value);
            if (header == "Sec-Fetch-Site")
            {
                request.Headers.Add("Sec-Fetch-Mode", "navigate");
                request.Headers.Add("Sec-Fetch-Dest", "document");
            }
            Assert.Equal(HttpStatusCode.Forbidden, (await host.Anonymous.SendAsync(request, Cancellation)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.Redirect, (await host.Anonymous.GetAsync($"/sign-in?token={token}", Cancellation)).StatusCode);
        await host.Get<IAccessStore>().AddLinkAsync(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(new string('a', 64).Select(c => (byte)c).ToArray())), TimeSpan.FromSeconds(-1), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous.GetAsync($"/sign-in?token={new string('a', 64)}", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task The_sixth_bad_token_within_five_minutes_is_not_even_looked_at_and_five_are_audited()
    {
        await using var host = await TestHost.StartAsync();
        for (int i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous.GetAsync($"/sign-in?token={i}", Cancellation)).StatusCode);
        string good = await host.Get<SignInLinks>().CreateAsync(Cancellation);
        using var blocked = await host.Anonymous.GetAsync($"/sign-in?token={good}", Cancellation);
        Assert.Equal(HttpStatusCode.TooManyRequests, blocked.StatusCode);
        Assert.NotNull(blocked.Headers.RetryAfter);
        var (rows, _) = await host.Get<IAuditStore>().QueryAsync(null, "access.refused", 0, 50, Cancellation);
        Assert.Equal(5, rows.Count);
    }

    [Fact]
    public async Task Signing_out_ends_every_copy_of_the_cookie_at_once()
    {
        await using var host = await TestHost.StartAsync();
        using var copy = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = host.Url };
        copy.DefaultRequestHeaders.Add("Cookie", host.Cookies.GetCookieHeader(host.Url));
        Assert.Equal(HttpStatusCode.OK, (await copy.GetAsync("/api/findings", Cancellation)).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-out") { Headers = { { "Origin", host.Url.GetLeftPart(UriPartial.Authority) } } };
        Assert.Equal(HttpStatusCode.Redirect, (await host.Client.SendAsync(request, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await copy.GetAsync("/api/findings", Cancellation)).StatusCode);
        var verbs = (await host.Get<IAuditStore>().QueryAsync(null, null, 0, 50, Cancellation)).Rows.Select(r => (r.Verb, r.Actor)).ToList();
        Assert.Equal([("access.sign-out", "Test Analyst"), ("access.sign-in", "Test Analyst")], verbs);
    }

    [Fact]
    public async Task Forms_of_the_sign_in_are_taken_from_the_program_s_own_page_only()
    {
        await using var host = await TestHost.StartAsync();
        foreach (string path in new[] { "/sign-out", "/sign-in" })
        {
            using var bare = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([new("token", "x")]) };
            Assert.Equal(HttpStatusCode.Forbidden, (await host.Client.SendAsync(bare, Cancellation)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/api/findings", Cancellation)).StatusCode);
        using var large = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new FormUrlEncodedContent([new("token", new string('x', 40_000))]), Headers = { { "Origin", host.Url.GetLeftPart(UriPartial.Authority) } } };
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await host.Anonymous.SendAsync(large, Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("/findings", "/findings")]
    [InlineData("/findings/x?y=1#z", "/findings/x?y=1#z")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/x\\..\\evil", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/\n/evil.example", "/")]
    [InlineData("evil.example", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    [InlineData("/sign-in?token=x", "/")]
    public void After_the_sign_in_the_way_leads_to_this_server_only(string? to, string expected) => Assert.Equal(expected, Challenge.SafeReturn(to));

    [Fact]
    public async Task A_cookie_of_another_installation_is_no_session_here()
    {
        await using var one = await TestHost.StartAsync();
        await using var other = await TestHost.StartAsync();
        string value = one.Cookies.GetCookies(one.Url).Single().Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/findings");
        request.Headers.Add("Cookie", $"{other.Cookies.GetCookies(other.Url).Single().Name}={value}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.Anonymous.SendAsync(request, Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("demo")]
    public async Task Without_a_sign_in_for_several_people_the_program_does_not_start_on_an_address_that_others_reach(string command)
    {
        var run = await CommandRun.Of(command, "--urls", "http://0.0.0.0:0");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("0.0.0.0", run.Error, StringComparison.Ordinal);
        Assert.Contains(command == "serve" ? "Access:SignIn" : "the demo has no sign-in", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandRun.Of(command, "--urls", "http://0.0.0.0:0", "--Access:SignIn=Link")).ExitCode);
        Assert.Contains("Access:SignIn", (await CommandRun.Of("serve", "--Access:SignIn=Open")).Error, StringComparison.Ordinal);
    }

    private static HttpClient Browser(TestHost host, out CookieContainer cookies)
    {
        cookies = new();
        return new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = host.Url };
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html");
        return await client.SendAsync(request, Cancellation);
    }
}
