using System.Net;
using System.Text.Json;
using Wayward.Web.Tests.Reports;

namespace Wayward.Web.Tests.Api;

public sealed class FindingsApiTests(HostileReportFixture fixture) : IClassFixture<HostileReportFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_queue_is_filtered_and_paged_and_each_row_leads_to_its_finding()
    {
        using var open = await GetAsync("/api/findings");
        Assert.Equal(0, open.RootElement.GetProperty("total").GetInt32());
        using var closed = await GetAsync("/api/findings?status=closed,closed-expected&transport=DNS&take=5&skip=1&unreported=true");
        Assert.Equal("wayward.findings/1", closed.RootElement.GetProperty("schema").GetString());
        Assert.Equal(fixture.FindingIds.Count, closed.RootElement.GetProperty("total").GetInt32());
        var rows = closed.RootElement.GetProperty("findings").EnumerateArray().ToList();
        Assert.Equal(5, rows.Count);
        foreach (var row in rows)
        {
            using var one = await GetAsync("/api/findings/" + row.GetProperty("id").GetString());
            Assert.Equal("wayward.finding/1", one.RootElement.GetProperty("schema").GetString());
            Assert.Equal(row.GetProperty("subject").GetString(), one.RootElement.GetProperty("subject").GetString());
            Assert.Equal("closed", one.RootElement.GetProperty("status").GetString());
        }
    }

    [Theory]
    [InlineData("?stauts=open")]
    [InlineData("?status=opened")]
    [InlineData("?take=0")]
    [InlineData("?take=501")]
    [InlineData("?skip=-1")]
    [InlineData("?from=yesterday")]
    [InlineData("?band=dreadful&transport=SMTP")]
    public async Task A_parameter_that_is_not_understood_is_an_error_and_not_ignored(string query)
    {
        using var response = await fixture.Host.Client.GetAsync("/api/findings" + query, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(400, json.RootElement.GetProperty("status").GetInt32());
        Assert.NotEqual("", json.RootElement.GetProperty("detail").GetString());
        Assert.NotEqual(0, json.RootElement.GetProperty("errors").GetArrayLength());
    }

    [Fact]
    public async Task An_unknown_finding_is_404_and_a_change_is_not_offered()
    {
        foreach (string path in new[] { "/api/findings/none", "/findings/none/report.json", "/findings/none/report.html", "/api/nothing" })
        {
            using var response = await fixture.Host.Client.GetAsync(path, Cancellation);
            Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        }
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete })
        {
            using var request = new HttpRequestMessage(method, "/api/findings/" + fixture.FindingIds[0]);
            Assert.False((await fixture.Host.Client.SendAsync(request, Cancellation)).IsSuccessStatusCode);
        }
    }

    private async Task<JsonDocument> GetAsync(string path) => JsonDocument.Parse(await fixture.Host.Client.GetStringAsync(path, Cancellation));
}
