using System.Net;
using System.Text.RegularExpressions;
using Wayward.Storage.Access;
using Wayward.Storage.Audit;
using Wayward.Web.Access;
using Wayward.Web.Tests.Commands;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Access;

/// <summary>Sign-in by an OpenID Connect provider, end to end against a server of OpenIddict.</summary>
public sealed partial class OidcSignInTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<TestHost> StartAsync(string authority, params (string, string)[] settings) => StartAsync(authority, OidcServer.ClientSecret, settings);

    private static Task<TestHost> StartAsync(string authority, string secret, (string, string)[] settings) => TestHost.StartAsync(null,
    [
        ("Access:SignIn", "Oidc"), ("Access:Oidc:Authority", authority), ("Access:Oidc:ClientId", OidcServer.ClientId), ("Access:Oidc:ClientSecret", secret),
        ("Access:Grants:Analyst:0", "staff"), ("Access:Grants:Admin:0", "ada"), .. settings,
    ]);

    [Fact]
    public async Task Who_signs_in_at_the_provider_gets_a_session_with_the_roles_of_the_groups()
    {
        await using var provider = await OidcServer.StartAsync();
        await using var host = await StartAsync(provider.Url);
        using var browser = new Browser(host);
        using var begun = await browser.GetAsync("/sign-in/start?to=%2Ffindings%3Fstatus%3Dall");
        Assert.Equal(HttpStatusCode.Redirect, begun.StatusCode);
        Assert.All(begun.Headers.GetValues("Set-Cookie"), c => Assert.Contains("samesite=lax", c, StringComparison.OrdinalIgnoreCase));
        using var done = await browser.FollowAsync(begun);
        Assert.Equal("/findings?status=all", done.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/findings")).StatusCode);

        var asked = Assert.Single(provider.Authorizations);
        Assert.Equal(("code", "query", "S256"), (asked.ResponseType, asked.ResponseMode ?? "query", asked.CodeChallengeMethod));
        // The name gives no role: 'ada' is in Grants:Admin, but people can choose their names at the provider.
        var user = Assert.Single(await host.Get<IAccessStore>().UsersAsync(Cancellation));
        Assert.Equal(("oidc", $"{provider.Url} s-1", "ada", Roles.Analyst), (user.Source, user.ExternalId, user.Name, user.Roles));
        Assert.Equal("ada", Assert.Single(await LinesAsync(host, "access.sign-in")).Actor);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_here_and_at_the_provider_and_no_copy_of_the_cookie_works()
    {
        await using var provider = await OidcServer.StartAsync();
        await using var host = await StartAsync(provider.Url);
        using var browser = new Browser(host);
        await browser.SignInAsync();
        using var copy = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = host.Url };
        copy.DefaultRequestHeaders.Add("Cookie", browser.Cookies.GetCookieHeader(host.Url));
        Assert.Equal(HttpStatusCode.OK, (await copy.GetAsync("/api/findings", Cancellation)).StatusCode);
        using var signedOut = await browser.SignOutAsync();
        string page = await signedOut.Content.ReadAsStringAsync(Cancellation);
        string address = WebUtility.HtmlDecode(ProviderLink().Match(page).Groups[1].Value);
        Assert.StartsWith($"{provider.Url}/connect/logout", address, StringComparison.Ordinal);
        using var back = await browser.GetAsync(address);
        Assert.Equal((HttpStatusCode.Redirect, $"{host.Url.GetLeftPart(UriPartial.Authority)}/sign-in"), (back.StatusCode, back.Headers.Location!.GetLeftPart(UriPartial.Path)));
        Assert.NotNull(Assert.Single(provider.SignOuts).IdTokenHint);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/findings")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await copy.GetAsync("/api/findings", Cancellation)).StatusCode);
        Assert.Equal("ada", Assert.Single(await LinesAsync(host, "access.sign-out")).Actor);
    }

    [Fact]
    public async Task Where_the_provider_has_no_place_to_sign_out_the_session_here_ends_all_the_same()
    {
        await using var provider = await OidcServer.StartAsync(endSession: false);
        await using var host = await StartAsync(provider.Url);
        using var browser = new Browser(host);
        await browser.SignInAsync();
        using var signedOut = await browser.SignOutAsync();
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), (signedOut.StatusCode, signedOut.Headers.Location!.OriginalString));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/findings")).StatusCode);
    }

    [Fact]
    public async Task Who_has_no_role_gets_a_page_and_no_session_and_whose_groups_are_taken_away_loses_the_open_session()
    {
        await using var provider = await OidcServer.StartAsync();
        await using var host = await StartAsync(provider.Url);
        using var first = new Browser(host);
        await first.SignInAsync();
        provider.Groups = ["other"];
        using var second = new Browser(host);
        await AssertRefusedAsync(host, await second.SignInAsync(), 403, "no role was given to you", "has no role");
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync("/api/findings")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await first.GetAsync("/api/findings")).StatusCode);
    }

    [Fact]
    public async Task Who_was_disabled_is_refused_with_the_open_session_and_with_a_new_sign_in()
    {
        await using var provider = await OidcServer.StartAsync();
        await using var host = await StartAsync(provider.Url);
        using var browser = new Browser(host);
        await browser.SignInAsync();
        var user = Assert.Single(await host.Get<IAccessStore>().UsersAsync(Cancellation));
        await host.Get<IAccessStore>().SetDisabledAsync(user.Id, disabled: true, "Bob", Cancellation);
        host.Get<AccessCache>().Forget(user.Id);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/findings")).StatusCode);
        await AssertRefusedAsync(host, await browser.SignInAsync(), 403, "Your access was taken away", "no access any more");
    }

    [Fact]
    public async Task An_answer_that_was_used_already_or_that_another_browser_began_is_refused()
    {
        await using var provider = await OidcServer.StartAsync();
        await using var host = await StartAsync(provider.Url);
        using var browser = new Browser(host);
        var callback = await browser.CallbackAsync();
        using (var used = await browser.GetAsync(callback)) Assert.Equal("/", used.Headers.Location!.OriginalString);
        await AssertRefusedAsync(host, await browser.GetAsync(callback), 401, "belongs to no sign-in", "belongs to no sign-in");
        using var other = new Browser(host);
        await AssertRefusedAsync(host, await other.GetAsync(await browser.CallbackAsync()), 401, "belongs to no sign-in", "belongs to no sign-in");
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/api/findings")).StatusCode);
    }

    [Fact]
    public async Task A_code_that_the_provider_no_longer_takes_a_refusal_and_tokens_in_an_address_are_told_apart()
    {
        await using var provider = await OidcServer.StartAsync();
        await using var host = await StartAsync(provider.Url);
        using var browser = new Browser(host);
        provider.ForgetsCodes = true;
        await AssertRefusedAsync(host, await browser.SignInAsync(), 401, "used already or has expired", "used already or has expired");
        provider.Refuses = true;
        await AssertRefusedAsync(host, await browser.SignInAsync(), 403, "The identity provider refused the sign-in", "refused the sign-in");
        await AssertRefusedAsync(host, await browser.GetAsync("/sign-in?token=" + new string('a', 64)), 401, "takes no token in an address", "A token in the address");
        await AssertRefusedAsync(host, await browser.GetAsync("/sign-in/callback?id_token=x&access_token=y&state=z"), 401, "belongs to no sign-in", "belongs to no sign-in");
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/findings?access_token=x")).StatusCode);
    }

    [Fact]
    public async Task A_provider_whose_clock_is_hours_off_signs_no_one_in_and_the_page_says_why()
    {
        await using var provider = await OidcServer.StartAsync(new ShiftedTime(TimeSpan.FromHours(-3)));
        await using var host = await StartAsync(provider.Url);
        using var browser = new Browser(host);
        await AssertRefusedAsync(host, await browser.SignInAsync(), 401, "The clocks of this server and of the identity provider differ", "do the clocks differ?");
    }

    [Fact]
    public async Task A_wrong_secret_and_a_wrong_client_are_told_to_whoever_can_mend_them()
    {
        await using var provider = await OidcServer.StartAsync();
        await using var host = await StartAsync(provider.Url, "wrong", []);
        using var browser = new Browser(host);
        await AssertRefusedAsync(host, await browser.SignInAsync(), 502, "Access:Oidc:ClientSecret is wrong", "does not accept");
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_stops_neither_the_start_nor_those_who_are_signed_in_and_is_found_again()
    {
        var provider = await OidcServer.StartAsync();
        string url = provider.Url;
        int port = new Uri(url).Port;
        await provider.DisposeAsync();
        await using var host = await StartAsync(url);
        using var browser = new Browser(host);
        await AssertRefusedAsync(host, await browser.GetAsync("/sign-in/start"), 503, "The identity provider does not answer", "did not answer");

        provider = await OidcServer.StartAsync(port: port);
        await browser.SignInAsync();
        using var late = new Browser(host);
        var callback = await late.CallbackAsync();
        await provider.DisposeAsync();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/findings")).StatusCode);
        await AssertRefusedAsync(host, await late.GetAsync(callback), 503, "The identity provider does not answer", "did not answer");
    }

    [Fact]
    public async Task Two_people_who_give_themselves_one_name_are_two_in_the_audit_log()
    {
        await using var provider = await OidcServer.StartAsync();
        await using var host = await StartAsync(provider.Url);
        using var first = new Browser(host);
        await first.SignInAsync();
        provider.Subject = "s-2";
        using var second = new Browser(host);
        await second.SignInAsync();
        Assert.Equal(["ada", "ada (2)"], (await LinesAsync(host, "access.sign-in")).Select(l => l.Actor).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Access:Oidc:Authority", "--Access:Oidc:ClientId=x")]
    [InlineData("Access:Oidc:Authority", "--Access:Oidc:ClientId=x", "--Access:Oidc:Authority=http://login.example")]
    [InlineData("Access:Oidc:ClientId", "--Access:Oidc:Authority=https://login.example")]
    [InlineData("Access:Grants", "--Access:Oidc:Authority=https://login.example", "--Access:Oidc:ClientId=x")]
    [InlineData("Access:Oidc:ClockSkew", "--Access:Oidc:Authority=https://login.example", "--Access:Oidc:ClientId=x", "--Access:Grants:Viewer:0=*", "--Access:Oidc:ClockSkew=01:00:00")]
    [InlineData("Access:KnownProxies", "--Access:Oidc:Authority=https://login.example", "--Access:Oidc:ClientId=x", "--Access:Grants:Viewer:0=*")]
    public async Task Settings_that_are_missing_or_wrong_end_the_start_and_are_named(string key, params string[] given)
    {
        var run = await CommandRun.Of(["serve", "--urls", "http://0.0.0.0:0", "--Access:SignIn=Oidc", .. given]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(key, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_plain_http_from_another_machine_no_sign_in_begins()
    {
        await using var provider = await OidcServer.StartAsync();
        await using var host = await StartAsync(provider.Url, ("Hosting:AllowedHosts:0", "wayward.example"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in/start") { Headers = { Host = "wayward.example" } };
        request.Headers.Accept.ParseAdd("text/html");
        await AssertRefusedAsync(host, await host.Anonymous.SendAsync(request, Cancellation), 400, "Signing in needs https", "plain http");
    }

    private static async Task AssertRefusedAsync(TestHost host, HttpResponseMessage response, int status, string page, string line)
    {
        string text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode} {response.Headers.Location}: {text}");
        Assert.Contains(page, WebUtility.HtmlDecode(text), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.Contains(await LinesAsync(host, "access.refused"), l => l.Summary.Contains(line, StringComparison.Ordinal));
        response.Dispose();
    }

    private static async Task<IReadOnlyList<AuditEntry>> LinesAsync(TestHost host, string verb) => (await host.Get<IAuditStore>().QueryAsync(null, verb, 0, 50, Cancellation)).Rows;

    [GeneratedRegex("id=\"provider\" href=\"([^\"]*)\"")]
    private static partial Regex ProviderLink();

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }

    /// <summary>One browser with its cookies, which follows redirects one at a time.</summary>
    private sealed class Browser : IDisposable
    {
        private readonly HttpClient _client;
        private readonly TestHost _host;

        public Browser(TestHost host)
        {
            _host = host;
            _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = host.Url };
            _client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        }

        public CookieContainer Cookies { get; } = new();

        public Task<HttpResponseMessage> GetAsync(string address) => _client.GetAsync(new Uri(_host.Url, address), Cancellation);

        /// <summary>Signs in at the provider and stops before the answer is given to the program.</summary>
        public async Task<string> CallbackAsync()
        {
            using var begun = await GetAsync("/sign-in/start");
            Assert.True(begun.StatusCode == HttpStatusCode.Redirect, await begun.Content.ReadAsStringAsync(Cancellation));
            using var answered = await GetAsync(begun.Headers.Location!.OriginalString);
            return answered.Headers.Location!.OriginalString;
        }

        public async Task<HttpResponseMessage> SignInAsync() => await GetAsync(await CallbackAsync());

        /// <summary>To the provider and back.</summary>
        public async Task<HttpResponseMessage> FollowAsync(HttpResponseMessage begun)
        {
            using var answered = await GetAsync(begun.Headers.Location!.OriginalString);
            return await GetAsync(answered.Headers.Location!.OriginalString);
        }

        public async Task<HttpResponseMessage> SignOutAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-out") { Headers = { { "Origin", _host.Url.GetLeftPart(UriPartial.Authority) } } };
            return await _client.SendAsync(request, Cancellation);
        }

        public void Dispose() => _client.Dispose();
    }
}
