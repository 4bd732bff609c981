using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Wayward.Testing;
using Wayward.Web.Tests.Commands;

namespace Wayward.Web.Tests.Reports;

/// <summary>Many findings at once: the command and the queue's download.</summary>
public sealed class ExportTests(HostileReportFixture fixture) : IClassFixture<HostileReportFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private string Data => fixture.Host.Data;

    [Fact]
    public async Task Every_finding_is_a_line_and_comes_once()
    {
        var run = await CommandRun.Of("export", "--format", "ecs", "--below-threshold", "--data", Data);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(fixture.FindingIds.Order(), run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Id).Order());

        static string Id(string line)
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("event").GetProperty("id").GetString()!;
        }
    }

    [Fact]
    public async Task Since_leaves_out_what_did_not_change_and_status_what_stands_otherwise()
    {
        Assert.Equal("", (await CommandRun.Of("export", "--format", "ocsf", "--since", "2999-01-01", "--data", Data)).Out);
        Assert.Equal("", (await CommandRun.Of("export", "--format", "ocsf", "--status", "open", "--data", Data)).Out);
        Assert.NotEqual("", (await CommandRun.Of("export", "--format", "ocsf", "--status", "closed", "--below-threshold", "--since", "2020-01-01T00:00:00Z", "--data", Data)).Out);
        var wrong = await CommandRun.Of("export", "--since", "yesterday", "--data", Data);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("'yesterday' is not a time", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_gets_whole_files_only()
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.Of("export", "--format", "asff", "--below-threshold", "--out", folder.FullName, "--data", Data);
        Assert.True(run.ExitCode == 0, run.Error);
        string[] files = Directory.GetFiles(folder.FullName);
        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.EndsWith(".asff.json", f, StringComparison.Ordinal));

        File.WriteAllText(folder.Combine("taken"), "");
        var refused = await CommandRun.Of("export", "--format", "csv", "--out", folder.Combine("taken"), "--data", Data);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("cannot be written", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_queue_is_downloaded_with_its_filters()
    {
        string all = await fixture.Host.Client.GetStringAsync("/exports/findings.csv?show=all&below=1", Cancellation);
        Assert.Equal(fixture.FindingIds.Count + 1, Formats.FormatChecks.Csv(all.TrimStart('\ufeff')).Count);
        Assert.Single(Formats.FormatChecks.Csv((await fixture.Host.Client.GetStringAsync("/exports/findings.csv?show=acknowledged", Cancellation)).TrimStart('\ufeff')));
        using var response = await fixture.Host.Client.GetAsync("/exports/findings.asff?show=all&below=1", Cancellation);
        Assert.Equal("wayward-findings.asff.zip", response.Content.Headers.ContentDisposition?.FileName);
        using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync(Cancellation));
        Assert.NotEmpty(zip.Entries);
        // HTML holds one finding.
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Host.Client.GetAsync("/exports/findings.html", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task A_stream_has_each_line_once_and_what_changed_again()
    {
        using var folder = new TemporaryFolder();
        string[] arguments = ["export", "--format", "ecs", "--below-threshold", "--stream", "siem-1", "--out", folder.FullName, "--data", Data];
        Assert.Equal(0, (await CommandRun.Of(arguments)).ExitCode);
        var first = Lines();
        Assert.Equal(fixture.FindingIds.Count, first.Count);
        Assert.Equal(0, (await CommandRun.Of(arguments)).ExitCode);
        Assert.Equal(first, Lines());

        await fixture.Host.Get<Engine.Triage.ITriageService>().ReopenAsync(Engine.Triage.FindingRefs.One(fixture.FindingIds[0], (await fixture.Host.Get<Storage.Findings.IFindingStore>().FindAsync(fixture.FindingIds[0], Cancellation))!.Revision), "Test Analyst", "again", Cancellation);
        Assert.Equal(0, (await CommandRun.Of(arguments)).ExitCode);
        var second = Lines();
        Assert.Equal(first.Count + 1, second.Count);
        Assert.Equal(second.Count, second.Distinct().Count());
        Assert.All(Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories), f => Assert.Matches(@"[0-9]{4}/[0-9]{2}/[0-9]{2}/siem-1-00000[12]\.ecs\.jsonl$", f));

        // As the other tests want to find it.
        await fixture.Host.Get<Engine.Triage.ITriageService>().CloseAsync(Engine.Triage.FindingRefs.One(fixture.FindingIds[0], (await fixture.Host.Get<Storage.Findings.IFindingStore>().FindAsync(fixture.FindingIds[0], Cancellation))!.Revision), Core.Triage.Resolution.BenignPositive, "Test Analyst", "", Cancellation);
        var other = await CommandRun.Of("export", "--format", "csv", "--stream", "siem-1", "--below-threshold", "--out", folder.FullName, "--data", Data);
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("is written as ecs", other.Error, StringComparison.Ordinal);

        List<string> Lines() => [.. Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)];
    }

    [Fact]
    public async Task A_file_that_was_begun_and_not_noted_is_written_again_under_its_name()
    {
        using var folder = new TemporaryFolder();
        var streams = fixture.Host.Get<Storage.Exports.IExportStreamStore>();
        var query = new Storage.Findings.FindingQuery { Statuses = [], IncludeUnreported = true };
        var begun = (await streams.BeginAsync("crash", "csv", query, 5, Cancellation))!;
        var again = (await streams.BeginAsync("crash", "csv", query, 100, Cancellation))!;
        Assert.Equal((begun.Number, begun.Day, true), (again.Number, again.Day, again.Again));
        await streams.CompleteAsync("crash", again, Cancellation);
        Assert.Null(await streams.BeginAsync("crash", "csv", query, 100, Cancellation));
    }

    [Fact]
    public async Task GuardDuty_findings_are_imported_once_and_compared()
    {
        using var folder = new TemporaryFolder();
        string id = fixture.FindingIds[1];
        var ours = (await fixture.Host.Get<Storage.Findings.IFindingStore>().FindAsync(id, Cancellation))!.Finding;
        string written = (await CommandRun.Of("report", id, "--format", "guardduty", "--data", Data)).Out;
        folder.Write("theirs.jsonl", written + "not json\n");
        var first = await CommandRun.Of("import", "guardduty", folder.FullName, "--data", Data);
        Assert.Equal(1, first.ExitCode);
        Assert.Contains("1 findings: 1 new", first.Out, StringComparison.Ordinal);
        Assert.Contains("theirs.jsonl line 2", first.Error, StringComparison.Ordinal);
        folder.Write("theirs.jsonl", written);
        Assert.Contains("1 findings: 0 new, 0 updated", (await CommandRun.Of("import", "guardduty", folder.FullName, "--data", Data)).Out, StringComparison.Ordinal);
        string page = await fixture.Host.Client.GetStringAsync("/comparison", Cancellation);
        Assert.Contains(ours.Members[0].Id, page, StringComparison.Ordinal);
        Assert.Contains("guardduty-twin", await fixture.Host.Client.GetStringAsync("/findings/" + id, Cancellation), StringComparison.Ordinal);
        Assert.Equal(3, (await CommandRun.Of("import", "guardduty", folder.Combine("none"), "--data", Data)).ExitCode);
    }
}
