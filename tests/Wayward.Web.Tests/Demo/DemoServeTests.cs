using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Triage;
using Wayward.Engine.Pipeline;
using Wayward.Storage.Findings;
using Wayward.Testing;
using Wayward.Web.Demo;
using Wayward.Web.Hosting;
using Wayward.Web.Tests.Commands;

namespace Wayward.Web.Tests.Demo;

/// <summary>The demo as <c>wayward demo</c> runs it: ingested by the server into its database, evaluated on the way.</summary>
public sealed class DemoServeTests
{
    [Fact]
    public async Task The_server_s_queue_holds_the_stated_answer_and_nothing_else_in_any_state_and_a_back_test_says_what_would_differ()
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
            page.Rows.Where(r => !DemoAnswer.IsLookups(r.Type, r.Subject.Id, r.Reported)).Select(r => $"{r.Type} {r.Subject.Id} {r.Provider} {r.First} {r.Severity} {r.Confidence} {r.Reported} {r.Status}").Order(StringComparer.Ordinal));
        await app.StopAsync(cancellation);
        await BackTestAsync(folder.Combine("state"), page.Rows.Count);
    }

    /// <summary>The monthly report pauses for 35 days: with a window of 30 its second run is news, and nothing else is.</summary>
    private static async Task BackTestAsync(string data, int findings)
    {
        var same = await CommandRun.Of("backtest", "--data", data, "--set", "Detection:HistoryWindow=45.00:00:00");
        Assert.Equal((0, ""), (same.ExitCode, same.Error));
        Assert.Contains($"0 added, 0 gone, 0 changed, {findings} the same.", same.Out, StringComparison.Ordinal);

        var table = await CommandRun.Of("backtest", "--data", data, "--set", "Detection:HistoryWindow=30.00:00:00");
        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        Assert.Contains("1 added, 0 gone", table.Out, StringComparison.Ordinal);
        Assert.Contains("data-report", Assert.Single(table.Out.Split('\n'), l => l.StartsWith('+')), StringComparison.Ordinal);

        var cohorts = await CommandRun.Of("backtest", "--data", data, "--set", "Detection:Cohorts=false", "--format", "json");
        using var json = System.Text.Json.JsonDocument.Parse(cohorts.Out);
        Assert.Equal("wayward.backtest/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal("asg:shop-api", Assert.Single(json.RootElement.GetProperty("removed").EnumerateArray()).GetProperty("subject").GetString());
        Assert.Equal(findings, json.RootElement.GetProperty("present").GetProperty("findings").GetInt32());

        var nothing = await CommandRun.Of("backtest", "--data", data);
        Assert.Equal(2, nothing.ExitCode);
        Assert.Contains("Nothing to try", nothing.Error, StringComparison.Ordinal);
        var wrong = await CommandRun.Of("backtest", "--data", data, "--set", "Ingest:Workers=1");
        Assert.Contains("Ingest:Workers has no effect on a back-test", wrong.Error, StringComparison.Ordinal);
    }
}
