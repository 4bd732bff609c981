using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Triage;
using Wayward.Ingest.Pipeline;
using Wayward.Storage.Findings;
using Wayward.Testing;
using Wayward.Web.Demo;
using Wayward.Web.Hosting;

namespace Wayward.Web.Tests.Demo;

/// <summary>The demo as <c>wayward demo</c> runs it: ingested by the server into its database, judged on the way.</summary>
public sealed class DemoServeTests
{
    [Fact]
    public async Task The_server_s_queue_holds_the_stated_answer_and_nothing_else_in_any_state()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        DemoLog.WriteTo(folder.Combine("logs"), _ => { }, cancellation);
        var request = new ServeRequest
        {
            DataDirectory = folder.Combine("state"), Sources = [folder.Combine("logs")], Urls = "http://127.0.0.1:0", WorkingDirectory = folder.FullName,
            Settings = [new("Ingest:SettleTime", "00:00:00"), new("Logging:LogLevel:Default", "Warning")],
        };
        await using var app = WaywardHost.Build(request, builder => builder.Services.AddSingleton<TimeProvider>(new DemoClock()));
        await app.StartAsync(cancellation);
        await app.Services.GetRequiredService<IIngestControl>().WhenIdleAsync(cancellation);

        var page = await app.Services.GetRequiredService<IFindingStore>().QueryAsync(
            new FindingQuery { Statuses = Enum.GetValues<FindingStatus>(), IncludeUnreported = true, Take = 500, Sort = FindingSort.FirstContact, Descending = false }, cancellation);
        Assert.Equal(
            DemoAnswer.Findings.Select(f => $"{f.Type} {f.Subject.Id} {f.Provider} {f.First} {f.Severity} {f.Confidence} {f.Reported} {FindingStatus.Open}").Order(StringComparer.Ordinal),
            page.Rows.Select(r => $"{r.Type} {r.Subject.Id} {r.Provider} {r.First} {r.Severity} {r.Confidence} {r.Reported} {r.Status}").Order(StringComparer.Ordinal));
        await app.StopAsync(cancellation);
    }
}
