using System.Net;
using Wayward.Testing;
using Wayward.Web.Reports;
using Wayward.Web.Tests.Commands;

namespace Wayward.Web.Tests.Reports;

/// <summary>An export format is one class: everything that offers formats takes them from the registry.</summary>
public sealed class ReportFormatTests(HostileReportFixture fixture) : IClassFixture<HostileReportFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. ReportFormats.All.Select(f => f.Name)];

    [Fact]
    public void Formats_have_names_that_fit_an_address_and_a_file_and_HTML_is_the_default()
    {
        Assert.Equal(ReportFormats.All.Count, ReportFormats.All.Select(f => f.Name).Distinct().Count());
        Assert.All(ReportFormats.All, f => Assert.Matches("^[a-z]{2,12}$", f.Name));
        Assert.Equal(ReportFormats.All.Count, ReportFormats.All.Select(f => f.Extension).Distinct().Count());
        Assert.Equal("html", ReportFormats.Default.Name);
        Assert.Null(ReportFormats.Find("docx"));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task The_address_and_the_command_write_each_format(string name)
    {
        var format = ReportFormats.Find(name)!;
        string id = fixture.FindingIds[0];
        using var response = await fixture.Host.Client.GetAsync($"/findings/{id}/report.{name}", Cancellation);
        Assert.Equal((HttpStatusCode.OK, format.MediaType), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Equal($"wayward-{id}.{format.Extension}", response.Content.Headers.ContentDisposition?.FileName);

        using var folder = new TemporaryFolder();
        string file = folder.Combine("report." + name);
        var run = await CommandRun.Of("report", id, "--format", name, "--out", file, "--data", fixture.Host.Data);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.NotEqual(0, new FileInfo(file).Length);
    }

    [Fact]
    public async Task A_format_that_does_not_exist_is_refused_with_those_that_do()
    {
        var run = await CommandRun.Of("report", fixture.FindingIds[0], "--format", "docx", "--data", fixture.Host.Data);
        Assert.Equal(2, run.ExitCode);
        Assert.All(ReportFormats.All, f => Assert.Contains(f.Name, run.Error, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Host.Client.GetAsync($"/findings/{fixture.FindingIds[0]}/report.docx", Cancellation)).StatusCode);
    }
}
