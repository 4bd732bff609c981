using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Triage;
using Wayward.Storage.Findings;
using Wayward.Testing;
using Wayward.Web.Demo;
using Wayward.Web.Hosting;

namespace Wayward.Web.Tests.Hosting;

/// <summary>Several processes on one PostgreSQL database: two that read and one that shows pages.</summary>
public sealed class RoleTests
{
    private const string Database = "roles_of_processes";

    [Fact]
    public async Task Two_ingest_processes_give_the_demo_s_answer_and_a_rule_made_on_a_web_process_closes_its_finding()
    {
        Assert.SkipWhen(PostgresCluster.Missing is not null, PostgresCluster.Missing ?? "");
        var cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        DemoLog.WriteTo(folder.Combine("logs"), _ => { }, cancellation);
        string connection = PostgresCluster.Shared!.ConnectionString(Database);
        await using (var server = new NpgsqlConnection(PostgresCluster.Shared.ConnectionString("postgres") + ";Pooling=false"))
        {
            await server.OpenAsync(cancellation);
            await using var create = new NpgsqlCommand($"CREATE DATABASE {Database}", server);
            await create.ExecuteNonQueryAsync(cancellation);
        }

        await using var web = Host("web");
        await web.StartAsync(cancellation);
        await using var first = Host("ingest", folder.Combine("logs"));
        await using var second = Host("ingest", folder.Combine("logs"));
        await Task.WhenAll(first.StartAsync(cancellation), second.StartAsync(cancellation));

        var findings = web.Services.GetRequiredService<IFindingStore>();
        string[] answer = [.. DemoAnswer.Findings.Select(f => $"{f.Type} {f.Subject.Id} {f.Provider} {f.First} {f.Severity} {f.Confidence} {f.Reported}").Order(StringComparer.Ordinal)];
        // While objects are still coming other things are said, and taken back: those rows stay, withdrawn.
        string[] said = [];
        for (int i = 0; i < 600 && !said.SequenceEqual(answer); i++)
        {
            await Task.Delay(200, cancellation);
            said = [.. (await OpenAsync()).Where(r => !DemoAnswer.IsLookups(r.Type, r.Subject.Id, r.Reported)).Select(r => $"{r.Type} {r.Subject.Id} {r.Provider} {r.First} {r.Severity} {r.Confidence} {r.Reported}").Order(StringComparer.Ordinal)];
        }
        Assert.Equal(answer, said);
        // Both took part, and no object counted twice.
        long[] done = [first.Services.GetRequiredService<IIngestControl>().Progress.Done, second.Services.GetRequiredService<IIngestControl>().Progress.Done];
        Assert.All(done, d => Assert.True(d > 0, string.Join(" and ", done)));
        Assert.Equal(DemoLog.Count, done.Sum());

        // Nobody evaluates on a web process: the elected one is asked, and its work is told as the rule's outcome.
        var tool = (await OpenAsync()).Single(r => r.Provider == "OpenDNS");
        var triage = web.Services.GetRequiredService<ITriageService>();
        var rule = triage.Propose((await findings.FindAsync(tool.Id, cancellation))!.Finding)[0].Rule with { Reason = "ours" };
        Assert.Equal([tool.Id], (await triage.ExpectAsync(rule, tool.Id, "somebody", cancellation)).Closed);
        Assert.True(web.Services.GetRequiredService<IIngestControl>().Progress.Idle);

        using var client = new HttpClient();
        await TestHost.SignInAsync(web, client);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await client.GetAsync(new Uri(new Uri(web.Urls.Single()), "/findings"), cancellation)).StatusCode);
        foreach (var app in new[] { web, first, second })
            Assert.Equal(System.Net.HttpStatusCode.OK, (await client.GetAsync(new Uri(new Uri(app.Urls.Single()), "/health/live"), cancellation)).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await client.GetAsync(new Uri(new Uri(first.Urls.Single()), "/findings"), cancellation)).StatusCode);
        foreach (var app in new[] { second, first, web }) await app.StopAsync(cancellation);

        async Task<IReadOnlyList<FindingRow>> OpenAsync() => (await findings.QueryAsync(new FindingQuery { IncludeUnreported = true, Take = 500 }, cancellation)).Rows;

        WebApplication Host(string role, params string[] sources) => WaywardHost.Build(
            new ServeRequest
            {
                Role = role, DataDirectory = folder.Combine($"state-{Guid.NewGuid():n}"), Sources = sources, Urls = "http://127.0.0.1:0", WorkingDirectory = folder.FullName,
                Settings =
                [
                    new("Storage:Provider", "PostgreSql"), new("Storage:ConnectionString", connection), new("Ingest:SettleTime", "00:00:00"), new("Ingest:PollInterval", "00:00:02"),
                ],
            },
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<TimeProvider>(new DemoClock());
            });
    }
}
