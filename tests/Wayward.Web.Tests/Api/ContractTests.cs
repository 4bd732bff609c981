using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Wayward.Testing;
using Wayward.Web.Api;
using Wayward.Web.Tests.Commands;
using Wayward.Web.Tests.Reports;

namespace Wayward.Web.Tests.Api;

/// <summary>Each JSON document keeps the schema that is published for it.</summary>
public sealed class ContractTests(HostileReportFixture fixture) : IClassFixture<HostileReportFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. WebContracts.Published.Select(c => c.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task The_published_schema_is_what_the_program_prints(string name)
    {
        var run = await CommandRun.Of("schema", name);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string file = RepositoryFolder.Of("docs", "schemas", WebContracts.Published.Single(c => c.Name == name).FileName);
        Assert.True(File.Exists(file), $"missing: wayward schema {name} > {file}");
        Assert.Equal(await File.ReadAllTextAsync(file, Cancellation), run.Out);
    }

    [Fact]
    public void No_schema_is_published_that_the_program_does_not_know() =>
        Assert.Equal(WebContracts.Published.Select(c => c.FileName).Order(StringComparer.Ordinal), Directory.EnumerateFiles(RepositoryFolder.Of("docs", "schemas")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_scan_keeps_its_schema()
    {
        using var folder = new TemporaryFolder();
        AssertValid("wayward.scan/1", (await CommandRun.Of("scan", ScanCommandTests.Log(folder), "--format", "json")).Out);
        AssertValid("wayward.scan/1", (await CommandRun.Of("scan", folder.Write("bad.log.gz", [0x1F, 0x8B, 8, 0]), "--format", "json")).Out);
        File.WriteAllBytes(folder.Combine("hostile.log"), HostileNames.FlowLog().Text);
        AssertValid("wayward.scan/1", (await CommandRun.Of("scan", folder.Combine("hostile.log"), "--format", "json")).Out);
    }

    [Fact]
    public async Task A_finding_and_a_page_of_findings_keep_their_schemas()
    {
        AssertValid("wayward.findings/1", await fixture.Host.Client.GetStringAsync("/api/findings?status=all&unreported=true", Cancellation));
        foreach (string id in fixture.FindingIds) AssertValid("wayward.finding/1", await fixture.Host.Client.GetStringAsync("/api/findings/" + id, Cancellation));
    }

    [Fact]
    public async Task What_was_learned_keeps_its_schema()
    {
        AssertValid("wayward.learned/1", await fixture.Host.Client.GetStringAsync("/api/learned?skip=0&take=500", Cancellation));
        using var wrong = await fixture.Host.Client.GetAsync("/api/learned?take=0&sort=x", Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task A_report_keeps_its_schema()
    {
        foreach (string id in fixture.FindingIds) AssertValid("wayward.report/1", await fixture.Host.Client.GetStringAsync($"/findings/{id}/report.json", Cancellation));
    }

    [Fact]
    public async Task The_reports_of_an_incident_and_of_a_period_keep_their_schemas()
    {
        var (id, _) = await fixture.Host.Get<Engine.Incidents.IIncidentService>().CreateAsync("All of them", fixture.FindingIds, "ana", Cancellation);
        await fixture.Host.Get<Engine.Incidents.IIncidentService>().AddTaskAsync(id, "Ask", "ana", Cancellation);
        AssertValid("wayward.incident/1", await fixture.Host.Client.GetStringAsync($"/incidents/{id}/report.json", Cancellation));
        AssertValid("wayward.period/1", await fixture.Host.Client.GetStringAsync("/exports/period.json?show=all&below=1", Cancellation));
    }

    [Fact]
    public async Task A_back_test_keeps_its_schema()
    {
        // Higher thresholds change every finding, a longer learning time removes them.
        foreach (string set in new[] { "Detection:ReportConfidence=99", "Detection:Learning=40.00:00:00" })
        {
            var run = await CommandRun.Of("backtest", "--set", set, "--data", fixture.Host.Data, "--format", "json");
            Assert.True(run.ExitCode == 0, run.Error);
            AssertValid("wayward.backtest/1", run.Out);
        }
    }

    [Fact]
    public async Task A_check_of_the_catalogue_keeps_its_schema()
    {
        using var folder = new TemporaryFolder();
        string list = folder.Write("list.txt", "9.9.9.9\n8.8.8.8\n198.51.100.7\ndns.example.com\n?\n");
        AssertValid("wayward.catalog-check/1", (await CommandRun.Of("catalog", "check", list, "--format", "json")).Out);
        var both = JsonNode.Parse((await CommandRun.Of("catalog", "check", list, list, "--format", "json")).Out)!;
        Assert.Equal("wayward.catalog-check/1", (string?)both["schema"]);
        foreach (var one in both["lists"]!.AsArray()) AssertValid("wayward.catalog-check/1", one!.ToJsonString());
    }

    [Theory]
    [InlineData("schema", "\"wayward.scan/2\"")]
    [InlineData("contacts", "null")]
    [InlineData("input.records", "\"3\"")]
    [InlineData("findings.0.severity", "9.5")]
    [InlineData("findings.0.transport", "\"SMTP\"")]
    [InlineData("findings.0.id", "\"x\"")]
    [InlineData("findings.0.first", "\"yesterday\"")]
    [InlineData("findings.0.novelty.usual.0.daysSeen", "null")]
    [InlineData("catalog", null)]
    [InlineData("findings.0.confidenceSigns", null)]
    public async Task The_schema_refuses_what_is_not_the_contract(string path, string? value)
    {
        using var folder = new TemporaryFolder();
        var document = JsonNode.Parse((await CommandRun.Of("scan", ScanCommandTests.Log(folder), "--format", "json")).Out)!;
        string[] steps = path.Split('.');
        var parent = document;
        foreach (string step in steps[..^1]) parent = int.TryParse(step, out int index) ? parent[index]! : parent[step]!;
        if (value is null) Assert.True(parent.AsObject().Remove(steps[^1]), path);
        else parent[steps[^1]] = JsonNode.Parse(value);
        Assert.False(Evaluate("wayward.scan/1", document.ToJsonString()).IsValid, path);
    }

    [Fact]
    public async Task A_member_that_is_added_later_is_allowed()
    {
        using var folder = new TemporaryFolder();
        var document = JsonNode.Parse((await CommandRun.Of("scan", ScanCommandTests.Log(folder), "--format", "json")).Out)!;
        document["later"] = 1;
        AssertValid("wayward.scan/1", document.ToJsonString());
    }

    private static void AssertValid(string name, string json)
    {
        var results = Evaluate(name, json);
        Assert.True(results.IsValid, string.Join('\n', (results.Details ?? []).Where(d => d.Errors is { Count: > 0 }).Select(d => $"{d.InstanceLocation}: {string.Join(", ", d.Errors!.Values)}")));
    }

    private static EvaluationResults Evaluate(string name, string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSchema.FromText(File.ReadAllText(RepositoryFolder.Of("docs", "schemas", WebContracts.Published.Single(c => c.Name == name).FileName)), new BuildOptions { SchemaRegistry = new() })
            .Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
    }
}
