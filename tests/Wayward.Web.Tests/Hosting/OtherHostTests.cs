using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Web.Hosting;

namespace Wayward.Web.Tests.Hosting;

/// <summary>Hosts that differ from the default one.</summary>
public sealed class OtherHostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ready_turns_red_when_a_source_fails_and_names_it()
    {
        await using var host = await TestHost.StartAsync();
        await WaitFor(host, HttpStatusCode.OK);
        Directory.Delete(host.Source, recursive: true);
        string text = await WaitFor(host, HttpStatusCode.ServiceUnavailable);
        Assert.Contains("folder:" + host.Source, text, StringComparison.Ordinal);
        Assert.Contains("failing", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/health/live", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Ready_turns_red_when_a_page_met_damage_that_its_own_query_does_not_see()
    {
        await using var host = await TestHost.StartAsync();
        await WaitFor(host, HttpStatusCode.OK);
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(host.Data, "wayward.db")};Pooling=False"))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
            // The root page of the table is said to be one that no table has.
            command.CommandText = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'audit_entries'";
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        SqliteConnection.ClearAllPools();
        using var page = await host.Client.GetAsync("/audit", Cancellation);
        Assert.Contains("damaged", await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("damaged", await WaitFor(host, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configured_hosts_and_origins_are_let_in_and_no_others()
    {
        await using var host = await TestHost.StartAsync(null, ("Hosting:AllowedHosts:0", "dash.example.com"), ("Hosting:AllowedOrigins:0", "https://portal.example.com"));
        Assert.Equal(HttpStatusCode.OK, await Send(host, "dash.example.com", null));
        Assert.Equal(HttpStatusCode.OK, await Send(host, "dash.example.com", "https://dash.example.com"));
        Assert.Equal(HttpStatusCode.OK, await Send(host, "dash.example.com", "https://portal.example.com"));
        Assert.Equal(HttpStatusCode.Forbidden, await Send(host, "dash.example.com", "https://evil.example"));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(host, "evil.example", "https://portal.example.com"));
    }

    [Fact]
    public async Task One_open_page_too_many_gets_a_page_that_says_so()
    {
        await using var host = await TestHost.StartAsync(null, ("Hosting:MaxCircuits", "1"));
        var limit = host.App.Services.GetRequiredService<CircuitLimit>();
        Assert.True(limit.TryEnter());
        Assert.False(limit.TryEnter());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/not-found") { Headers = { { "Accept", "text/html" } } };
        using var refused = await host.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("MaxCircuits", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        limit.Leave();
        using var again = new HttpRequestMessage(HttpMethod.Get, "/not-found") { Headers = { { "Accept", "text/html" } } };
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, (await host.Client.SendAsync(again, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task The_answer_to_a_fault_carries_the_headers_of_every_other_answer()
    {
        await using var host = await TestHost.StartWithAsync(services => services.AddSingleton<ICurrentAnalyst>(_ => throw new InvalidOperationException("planted")));
        using var response = await host.Client.GetAsync("/findings/x/report.json", Cancellation);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("planted", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("default-src 'self'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        foreach (var (header, value) in new[] { ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin") })
            Assert.Equal(value, Assert.Single(response.Headers.GetValues(header)));
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public void A_server_that_others_can_reach_says_so_on_every_page()
    {
        Assert.Null(new HostExposure(["http://127.0.0.1:5080", "http://[::1]:5080", "http://localhost:1"]).Banner);
        Assert.NotNull(new HostExposure(["http://127.0.0.1:5080", "http://10.1.2.3:5080"]).Banner);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("http://127.8.9.10:80", true)]
    [InlineData("http://[::1]:80", true)]
    [InlineData("http://localhost:80", true)]
    [InlineData("http://unix:/run/wayward.sock", true)]
    [InlineData("http://0.0.0.0:80", false)]
    [InlineData("http://*:80", false)]
    [InlineData("http://+:80", false)]
    [InlineData("http://[::]:80", false)]
    [InlineData("http://10.0.0.1:80", false)]
    [InlineData("http://my-machine:80", false)]
    [InlineData("http://localhost.example.com:80", false)]
    [InlineData("http://127.0.0.1.example.com:80", false)]
    public void Only_loopback_addresses_count_as_closed(string url, bool loopback) => Assert.Equal(loopback, ListenAddresses.IsLoopback(url));

    private static async Task<string> WaitFor(TestHost host, HttpStatusCode status)
    {
        for (int i = 0; ; i++)
        {
            using var response = await host.Client.GetAsync("/health/ready", Cancellation);
            string text = await response.Content.ReadAsStringAsync(Cancellation);
            if (response.StatusCode == status) return text;
            Assert.True(i < 200, $"ready stays {response.StatusCode}: {text}");
            await Task.Delay(100, Cancellation);
        }
    }

    private static async Task<HttpStatusCode> Send(TestHost host, string name, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1") { Headers = { Host = name } };
        if (origin is not null) request.Headers.Add("Origin", origin);
        using var response = await host.Client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
