using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Wayward.Core.Incidents;
using Wayward.Engine.Incidents;
using Wayward.Storage.Audit;
using Wayward.Storage.Incidents;
using Wayward.Testing;
using Wayward.Web.Reports.Summaries;
using Wayward.Web.Tests.Commands;

namespace Wayward.Web.Tests.Reports;

/// <summary>The reports of an incident and of a period, with hostile text in every field.</summary>
public sealed partial class SummaryReportTests(HostileReportFixture fixture) : IClassFixture<HostileReportFixture>
{
    private static CancellationToken Cancellation => Xunit.TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. SummaryFormats.All.Select(f => f.Name)];

    private async Task<int> IncidentAsync()
    {
        var store = fixture.Host.Get<IIncidentStore>();
        if ((await store.QueryAsync(new(), Cancellation)).Rows is [{ Incident: var known }, ..]) return known.Id;
        var service = fixture.Host.Get<IIncidentService>();
        var (id, _) = await service.CreateAsync(HostileNames.All["script tag"] + "\u202E", fixture.FindingIds, "<b>ana</b>", Cancellation);
        await service.EditAsync(id, 1, new() { Narrative = HostileReportFixture.Comment + "\n\n# Heading\n\n<img src=x onerror=alert(1)> [x](javascript:alert(1))" }, "<b>ana</b>", Cancellation);
        await service.EditAsync(id, 1, new() { Owner = "<i>ben</i>", Severity = new(80, "=1+1 <b>reason</b>"), Status = IncidentStatus.Contained }, "ana", Cancellation);
        await service.AddTaskAsync(id, "<u>task</u> | with a bar", "ana", Cancellation);
        return id;
    }

    [Theory, MemberData(nameof(Names))]
    public async Task The_address_and_the_command_write_each_format_and_each_export_is_audited(string name)
    {
        int id = await IncidentAsync();
        var format = SummaryFormats.Find(name)!;
        using var response = await fixture.Host.Client.GetAsync($"/incidents/{id}/report.{name}", Cancellation);
        Assert.Equal((HttpStatusCode.OK, format.MediaType), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Equal($"wayward-incident-{id}.{format.Extension}", response.Content.Headers.ContentDisposition?.FileName);
        using var period = await fixture.Host.Client.GetAsync($"/exports/period.{name}?show=all&below=1", Cancellation);
        Assert.Equal(HttpStatusCode.OK, period.StatusCode);
        Assert.Contains(await fixture.Host.Get<IAuditStore>().OfSubjectsAsync([AuditSubjects.Incident(id)], Cancellation), e => e.Verb == "report.export");

        using var folder = new TemporaryFolder();
        foreach (string[] what in new[] { ["--incident", $"{id}"], new[] { "--period" } })
        {
            string file = folder.Combine(what[0] + name);
            var run = await CommandRun.Of(["report", .. what, "--format", name, "--out", file, "--data", fixture.Host.Data]);
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.NotEqual(0, new FileInfo(file).Length);
        }
    }

    [Fact]
    public async Task Nothing_of_hostile_text_becomes_markup_or_stays_hidden()
    {
        int id = await IncidentAsync();
        foreach (string address in new[] { $"/incidents/{id}/report.html", "/exports/period.html?show=all&below=1&q=%3Cscript%3E" })
        {
            string html = await fixture.Host.Client.GetStringAsync(address, Cancellation);
            foreach (Match tag in Tag().Matches(html)) Assert.DoesNotContain(tag.Groups[1].Value.ToLowerInvariant(), new[] { "script", "img", "iframe", "u", "i", "form", "input", "object" });
            Assert.DoesNotContain("javascript:alert", HrefOrSrc().Matches(html).Select(m => m.Value).FirstOrDefault(v => v.Contains("javascript", StringComparison.OrdinalIgnoreCase)) ?? "", StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain('\u202E', html);
        }
        string markdown = await fixture.Host.Client.GetStringAsync($"/incidents/{id}/report.markdown", Cancellation);
        Assert.DoesNotContain("<script", markdown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202E', markdown);
        Assert.Contains("- [ ] &lt;u&gt;task", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_incident_tells_its_facts_in_every_format()
    {
        int id = await IncidentAsync();
        var json = JsonNode.Parse(await fixture.Host.Client.GetStringAsync($"/incidents/{id}/report.json", Cancellation))!;
        Assert.Equal(("wayward.incident/1", "contained", "<i>ben</i>", 8.0m), ((string?)json["schema"], (string?)json["status"], (string?)json["owner"], (decimal)json["severity"]!));
        Assert.Equal(fixture.FindingIds.Count, json["findings"]!.AsArray().Count);
        Assert.Equal(fixture.FindingIds.Count, json["events"]!.AsArray().Count(e => (string?)e!["kind"] == "first-contact"));
        foreach (string name in new[] { "html", "markdown" })
        {
            string text = await fixture.Host.Client.GetStringAsync($"/incidents/{id}/report.{name}", Cancellation);
            Assert.All(fixture.FindingIds, finding => Assert.Contains(finding, text, StringComparison.Ordinal));
            Assert.Contains("Severity 8.0 High, set by hand", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_does_not_exist_or_does_not_fit_is_refused()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Host.Client.GetAsync("/incidents/999/report.html", Cancellation)).StatusCode);
        Assert.Equal(1, (await CommandRun.Of("report", "--incident", "999", "--data", fixture.Host.Data)).ExitCode);
        Assert.Equal(2, (await CommandRun.Of("report", "--data", fixture.Host.Data)).ExitCode);
        Assert.Equal(2, (await CommandRun.Of("report", "--incident", "1", "--period", "--data", fixture.Host.Data)).ExitCode);
        Assert.Contains("wayward export", (await CommandRun.Of("report", "--period", "--format", "ecs", "--data", fixture.Host.Data)).Error, StringComparison.Ordinal);
        Assert.Contains("--from", (await CommandRun.Of("report", "--period", "--from", "yesterday", "--data", fixture.Host.Data)).Error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"<\s*([a-zA-Z][a-zA-Z0-9]*)")]
    private static partial Regex Tag();

    [GeneratedRegex("(href|src)=\"[^\"]*\"")]
    private static partial Regex HrefOrSrc();
}
