using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Penetration;

/// <summary>What answers say about https, which a proxy in front ends.</summary>
public sealed class TransportTests
{
    [Fact]
    public async Task Over_https_every_answer_asks_for_https_and_over_http_none_does()
    {
        await using var host = await TestHost.StartAsync(null, ("Access:KnownProxies:0", "127.0.0.1"), ("Hosting:AllowedHosts:0", "dash.example.com"));
        foreach (string path in new[] { "/health/live", "/nowhere", "/sign-in", "/api/findings", "/favicon.svg" })
        {
            Assert.Equal("max-age=31536000; includeSubDomains", await PolicyAsync(host, path, "dash.example.com", "https"));
            Assert.Null(await PolicyAsync(host, path, "dash.example.com", "http"));
            Assert.Null(await PolicyAsync(host, path, "localhost", "https"));
        }
    }

    private static async Task<string?> PolicyAsync(TestHost host, string path, string name, string scheme)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Host", name }, { "X-Forwarded-For", "192.0.2.7" }, { "X-Forwarded-Proto", scheme } } };
        using var answer = await host.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? Assert.Single(values) : null;
    }
}
