using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Wayward.Storage.Audit;
using Wayward.Web.Access;
using Wayward.Web.Reports;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Penetration;

/// <summary>The penetration list against the program's own server, over raw sockets: a client library would mend some of the requests.</summary>
public sealed class PenetrationTests(GuardedHostFixture fixture) : IClassFixture<GuardedHostFixture>
{
    private readonly TestHost _host = fixture.Host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. AttackList.All.Select(a => a.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task A_hostile_request_is_refused_and_the_answer_gives_nothing_away(string name)
    {
        // Each row stands for itself; the failures that earlier rows caused do not count.
        for (int i = 0; i < Refusals.Allowed; i++) _host.Get<Refusals>().Forgive(System.Net.IPAddress.Loopback);
        var faults = await AttackList.All.Single(a => a.Name == name).FaultsAsync(_host.Url, _host.Cookies.GetCookieHeader(_host.Url), _host.Data, Cancellation);
        Assert.True(faults.Count == 0, string.Join("; ", faults));
        using var alive = await _host.Client.GetAsync("/api/findings", Cancellation);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public void The_list_has_at_least_60_requests() => Assert.True(AttackList.All.Count >= 60, $"{AttackList.All.Count} requests");

    /// <summary>The planted hole: a server that refuses nothing.</summary>
    [Fact]
    public async Task A_server_that_grants_everything_fails_every_row()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = GrantAsync(listener);
        var url = new Uri($"http://{listener.LocalEndpoint}");
        foreach (var attack in AttackList.All) Assert.NotEmpty(await attack.FaultsAsync(url, "session=x", "/var/lib/wayward", Cancellation));
        listener.Stop();
        await serving;
    }

    [Fact]
    public async Task Every_address_that_takes_forms_refuses_those_of_other_sites()
    {
        List<string> taken = [];
        foreach (var route in _host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var methods = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["POST"];
            string path = "/" + string.Join('/', route.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart l ? l.Content : "x"))));
            foreach (string method in methods.Where(m => m is not ("GET" or "HEAD" or "OPTIONS")))
            {
                string origin = taken.Count % 2 == 0 ? "http://evil.example" : "null";
                var attack = new Attack(path, $"{method} {path} HTTP/1.1\r\nHost: {{host}}\r\nCookie: {{cookie}}\r\nOrigin: {origin}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 403);
                var faults = await attack.FaultsAsync(_host.Url, _host.Cookies.GetCookieHeader(_host.Url), _host.Data, Cancellation);
                Assert.True(faults.Count == 0, $"{method} {path}: {string.Join("; ", faults)}");
                taken.Add(path);
            }
        }
        Assert.Contains("/sign-out", taken);
    }

    [Fact]
    public async Task A_fault_of_the_program_shows_neither_its_text_nor_a_path_and_keeps_the_headers()
    {
        await using var host = await TestHost.StartWithAsync(services => services.Replace(ServiceDescriptor.Transient<ReportService>(_ => throw new InvalidOperationException("the password is in /etc/wayward/secret"))));
        foreach (string path in new[] { "/exports/findings.csv", "/findings/x/report.html" })
        {
            var answer = await Answer.OfAsync(host.Url, Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host.Url.Authority}\r\nCookie: {host.Cookies.GetCookieHeader(host.Url)}\r\nConnection: close\r\n\r\n"), Cancellation);
            Assert.Equal(500, answer.Status);
            Assert.Empty(answer.CommonFaults("/etc/wayward"));
        }
    }

    [Fact]
    public async Task A_thousand_guesses_a_second_are_five_looks_at_the_database_and_five_audited_lines()
    {
        await using var host = await TestHost.StartAsync();
        var statuses = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(async i =>
        {
            using var answer = await host.Anonymous.GetAsync(new Uri($"/sign-in?token={i:x64}", UriKind.Relative), Cancellation);
            return answer.StatusCode;
        }));
        Assert.Equal(Refusals.Allowed, statuses.Count(s => s == HttpStatusCode.Unauthorized));
        Assert.Equal(1_000 - Refusals.Allowed, statuses.Count(s => s == HttpStatusCode.TooManyRequests));
        var (rows, _) = await host.Get<IAuditStore>().QueryAsync(null, "access.refused", 0, 50, Cancellation);
        Assert.Equal(Refusals.Allowed, rows.Count);
    }

    [Fact]
    public async Task Signing_in_replaces_the_session_that_somebody_planted_before()
    {
        await using var host = await TestHost.StartAsync();
        string planted = host.Cookies.GetCookieHeader(host.Url);
        string token = await host.Get<SignInLinks>().CreateAsync(Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sign-in?token={token}") { Headers = { { "Cookie", planted } } };
        using var signedIn = await host.Anonymous.SendAsync(request, Cancellation);
        string fresh = Assert.Single(signedIn.Headers.GetValues("Set-Cookie")).Split(';')[0];
        Assert.NotEqual(planted, fresh);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, planted));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, fresh));
    }

    private static async Task<HttpStatusCode> StatusAsync(TestHost host, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/findings") { Headers = { { "Cookie", cookie } } };
        using var answer = await host.Anonymous.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    /// <summary>Answers 200 and the request itself to everybody.</summary>
    private static async Task GrantAsync(TcpListener listener)
    {
        byte[] buffer = new byte[64 << 10];
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(Cancellation);
                var stream = client.GetStream();
                int read = await stream.ReadAsync(buffer, Cancellation);
                await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nServer: open\r\n\r\n"), Cancellation);
                await stream.WriteAsync(buffer.AsMemory(0, read), Cancellation);
            }
            catch (IOException)
            {
                // The client has seen enough.
            }
            catch (SocketException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
