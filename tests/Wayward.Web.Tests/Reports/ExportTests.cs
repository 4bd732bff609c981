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
}
