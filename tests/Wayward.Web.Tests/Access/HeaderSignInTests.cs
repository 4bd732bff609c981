using System.Net;
using Wayward.Storage.Access;
using Wayward.Storage.Audit;
using Wayward.Web.Tests.Commands;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Access;

/// <summary>A proxy names the person in a header.</summary>
public sealed class HeaderSignInTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<TestHost> StartAsync(string from = "127.0.0.1") => TestHost.StartAsync(null,
        ("Access:SignIn", "Header"), ("Access:Header:From:0", from), ("Access:KnownProxies:0", "127.0.0.1"), ("Access:Grants:Viewer:0", "staff"), ("Access:Grants:Admin:0", "ops"), ("Access:Grants:Analyst:0", "Ada"));

    [Theory]
    [InlineData("Ada", "", 200)]
    [InlineData("Bob", "staff, other", 200)]
    [InlineData("Bob", "other", 403)]
    [InlineData("", "staff", 401)]
    [InlineData(null, "staff", 401)]
    public async Task The_name_and_the_groups_decide(string? name, string groups, int expected)
    {
        await using var host = await StartAsync();
        Assert.Equal(expected, (int)(await GetAsync(host, name, groups)).StatusCode);
    }

    [Fact]
    public async Task The_header_of_anyone_but_the_proxy_is_refused_and_audited_whatever_address_it_claims()
    {
        await using var host = await StartAsync(from: "10.9.8.7");
        using var response = await GetAsync(host, "Ada", "ops", forwardedFor: "10.9.8.7");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Single((await host.Get<IAuditStore>().QueryAsync(null, "access.refused", 0, 10, Cancellation)).Rows);
    }

    [Fact]
    public async Task A_person_without_a_role_gets_a_page_that_says_so_and_an_audit_line()
    {
        await using var host = await StartAsync();
        using var response = await GetAsync(host, "Bob", "other", html: true);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("no role was given to you", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("Bob", Assert.Single((await host.Get<IAuditStore>().QueryAsync(null, "access.denied", 0, 10, Cancellation)).Rows).Actor);
    }

    [Fact]
    public async Task A_person_whose_access_is_taken_away_is_refused_with_the_next_request()
    {
        await using var host = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "Bob", "staff")).StatusCode);
        var user = Assert.Single(await host.Get<IAccessStore>().UsersAsync(Cancellation));
        Assert.Equal(("header", "Bob", Roles.Viewer), (user.Source, user.Name, user.Roles));
        await host.Get<IAccessStore>().SetDisabledAsync(user.Id, disabled: true, "Ada", Cancellation);
        host.Get<Web.Access.AccessCache>().Forget(user.Id);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(host, "Bob", "staff")).StatusCode);
    }

    [Fact]
    public async Task Every_missing_setting_is_named()
    {
        var run = await CommandRun.Of("serve", "--urls", "http://0.0.0.0:0", "--Access:SignIn=Header", "--Access:KnownProxies:0=everyone");
        Assert.Equal(2, run.ExitCode);
        foreach (string key in new[] { "Access:Header:From", "Access:Grants", "Access:KnownProxies" }) Assert.Contains(key, run.Error, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> GetAsync(TestHost host, string? name, string groups, string? forwardedFor = null, bool html = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, html ? "/findings" : "/api/findings");
        if (name is not null) request.Headers.TryAddWithoutValidation("X-Forwarded-User", name);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Groups", groups);
        if (forwardedFor is not null) request.Headers.Add("X-Forwarded-For", forwardedFor);
        if (html) request.Headers.Accept.ParseAdd("text/html");
        return await host.Anonymous.SendAsync(request, Cancellation);
    }
}
