using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Testing;
using Wayward.Web.Reports;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Reports;

/// <summary>A server that has ingested one finding per hostile name, each with a hostile comment and decision on it.</summary>
public sealed class HostileReportFixture : IAsyncLifetime
{
    internal TestHost Host { get; private set; } = null!;
    internal IReadOnlyList<string> FindingIds { get; private set; } = [];
    internal static string Comment { get; } = string.Join("\n", HostileNames.All.Values.Select(n => n.Length > 2_000 ? n[..2_000] : n));

    public async ValueTask InitializeAsync()
    {
        var log = HostileNames.FlowLog();
        // Without our own types, which would add one finding about all of them together.
        Host = await TestHost.StartAsync(source => File.WriteAllBytes(Path.Combine(source, "flows.log"), log.Text), ("Detection:OwnTypes", "false"));
        var rows = await Host.FindingsAsync(log.Instances.Count);
        Assert.Equal(log.Instances.Count, rows.Count);
        FindingIds = [.. rows.Select(r => r.Id)];
        var cancellation = TestContext.Current.CancellationToken;
        foreach (string id in FindingIds)
        {
            var stored = await Host.Get<IFindingStore>().FindAsync(id, cancellation);
            await Host.Get<ITriageService>().CloseAsync(FindingRefs.One(id, stored!.Revision), Resolution.BenignPositive, "<b>actor</b>\u202E", "<script>closing</script>", cancellation);
            await Host.Get<ITriageService>().CommentAsync(id, "<i>author</i>", Comment, cancellation);
        }
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

public sealed partial class HostileReportTests(HostileReportFixture fixture) : IClassFixture<HostileReportFixture>
{
    private static readonly HashSet<string> OwnTags =
    [
        "html", "head", "meta", "title", "style", "body", "header", "p", "h1", "h2", "h3", "div", "span", "b", "table", "thead", "tbody", "tr", "th", "td", "bdi", "br", "figure", "figcaption", "blockquote",
        "footer", "svg", "g", "defs", "pattern", "rect", "line", "circle", "text", "path",
    ];

    private readonly TestHost _host = fixture.Host;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_of_a_hostile_name_becomes_markup_and_nothing_hidden_stays_hidden()
    {
        foreach (string id in fixture.FindingIds)
        {
            using var response = await _host.Client.GetAsync($"/findings/{id}/report.html", Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            string html = await response.Content.ReadAsStringAsync(Cancellation);
            foreach (Match tag in Tag().Matches(html)) Assert.Contains(tag.Groups[1].Value.ToLowerInvariant(), OwnTags);
            foreach (Match attribute in AttributeName().Matches(html)) Assert.False(attribute.Groups[1].Value.StartsWith("on", StringComparison.OrdinalIgnoreCase), attribute.Value);
            Assert.DoesNotContain("javascript:", AttributeValues(html), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(html, c => char.IsControl(c) && c != '\n' || c is '\u202e' or '\u2066' or '\u200b' or '\u200d' or '\ufeff');
            Assert.DoesNotContain(WebUtility.HtmlDecode(html), c => c is '\u202e' or '\u2066' or '\u200b' or '\u200d' or '\ufeff' or '\u001b');
            Assert.Contains("U+202E", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
            Assert.True(html.Length < 400_000, $"{html.Length} characters");
        }
    }

    [Fact]
    public async Task It_is_well_formed_has_no_script_and_loads_nothing()
    {
        foreach (string id in fixture.FindingIds)
        {
            string html = await _host.Client.GetStringAsync($"/findings/{id}/report.html", Cancellation);
            Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
            Assert.Empty(Loads().Matches(html));
            // Closed where XML wants it, the document must parse: no text has broken out anywhere.
            string xml = Void().Replace(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), m => m.Value.TrimEnd('>', '/') + "/>");
            using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            var document = XDocument.Load(reader);
            Assert.NotEmpty(document.Descendants(XName.Get("svg", "http://www.w3.org/2000/svg")));
        }
    }

    [Fact]
    public async Task It_says_what_to_do_and_names_the_hash_of_each_object()
    {
        string html = WebUtility.HtmlDecode(await _host.Client.GetStringAsync($"/findings/{fixture.FindingIds[0]}/report.html", Cancellation));
        foreach (var step in Enum.GetNames<Core.Reports.RecommendedStep>()) Assert.Contains($"<b>{step}.</b>", html, StringComparison.Ordinal);
        string hash = Convert.ToHexStringLower(SHA256.HashData(HostileNames.FlowLog().Text));
        Assert.Contains("SHA-256 " + hash + "<", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_own_policy_allows_its_style_and_nothing_else()
    {
        string html = await _host.Client.GetStringAsync($"/findings/{fixture.FindingIds[0]}/report.html", Cancellation);
        string policy = WebUtility.HtmlDecode(PolicyMeta().Match(html).Groups[1].Value);
        string style = Style().Match(html).Groups[1].Value;
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        Assert.Equal($"default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'", policy);
        // Inline styles would be refused by it.
        Assert.DoesNotContain(" style=\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_JSON_report_holds_every_text_as_it_was_and_only_ASCII()
    {
        var log = HostileNames.FlowLog();
        List<string?> subjects = [];
        foreach (string id in fixture.FindingIds)
        {
            byte[] bytes = await _host.Client.GetByteArrayAsync($"/findings/{id}/report.json", Cancellation);
            Assert.DoesNotContain(bytes, b => b >= 0x80 || b == (byte)'<');
            using var json = JsonDocument.Parse(bytes);
            Assert.Equal("wayward.report/1", json.RootElement.GetProperty("schema").GetString());
            subjects.Add(json.RootElement.GetProperty("finding").GetProperty("subject").GetString());
            var triage = json.RootElement.GetProperty("triage");
            Assert.Equal("closed", triage.GetProperty("status").GetString());
            Assert.Equal("benign-positive", triage.GetProperty("resolution").GetString());
            Assert.Equal(HostileReportFixture.Comment, triage.GetProperty("comments").EnumerateArray().Single().GetProperty("text").GetString());
            Assert.NotEqual(0, json.RootElement.GetProperty("evidence").GetArrayLength());
            Assert.NotEqual(0, json.RootElement.GetProperty("timeline").GetProperty("lanes").GetArrayLength());
        }
        Assert.Equal(log.Instances.Order(StringComparer.Ordinal), subjects.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_report_is_a_download_with_a_name_of_our_making_and_an_audit_line()
    {
        string id = fixture.FindingIds[^1];
        using var response = await _host.Client.GetAsync($"/findings/{id}/report.html", Cancellation);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal($"wayward-{id}.html", response.Content.Headers.ContentDisposition?.FileName);
        Assert.Contains("sandbox", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl?.NoStore);
        var entry = (await _host.Get<IAuditStore>().OfFindingAsync(id, Cancellation)).Last(e => e.Verb == "report.export");
        Assert.Equal("Test Analyst", entry.Actor);
        Assert.Contains("HTML", entry.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task A_link_on_another_site_leads_to_the_page_and_writes_no_audit_line(string site)
    {
        string id = fixture.FindingIds[0];
        int before = (await _host.Get<IAuditStore>().OfFindingAsync(id, Cancellation)).Count;
        foreach (string format in new[] { "html", "json", "html?view=1" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/findings/{id}/report.{format}");
            request.Headers.Add("Sec-Fetch-Site", site);
            request.Headers.Add("Sec-Fetch-Mode", "navigate");
            request.Headers.Add("Sec-Fetch-Dest", "document");
            using var response = await _host.Client.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
            Assert.Equal($"/findings/{id}", response.Headers.Location?.ToString());
        }
        Assert.Equal(before, (await _host.Get<IAuditStore>().OfFindingAsync(id, Cancellation)).Count);
        Assert.Equal(HttpStatusCode.OK, (await _host.Client.GetAsync($"/findings/{id}", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task No_path_of_this_machine_stands_in_a_report()
    {
        foreach (var format in ReportFormats.All)
        {
            byte[] content = await _host.Client.GetByteArrayAsync($"/findings/{fixture.FindingIds[0]}/report.{format.Name}", Cancellation);
            string report = format.IsBinary ? PdfTests.Text(content) : Encoding.UTF8.GetString(content);
            Assert.DoesNotContain(Path.GetDirectoryName(_host.Source)!, report, StringComparison.Ordinal);
            Assert.Contains("flows.log", report, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/findings/none/report.html")]
    [InlineData("/findings/%3Cscript%3E/report.json")]
    [InlineData("/findings/..%2F..%2Fetc%2Fpasswd/report.html")]
    public async Task An_unknown_finding_is_not_found(string path) => Assert.Equal(HttpStatusCode.NotFound, (await _host.Client.GetAsync(path, Cancellation)).StatusCode);

    [Fact]
    public async Task The_points_of_the_report_add_up_to_its_severity()
    {
        foreach (string id in fixture.FindingIds.Take(3))
        {
            using var json = JsonDocument.Parse(await _host.Client.GetByteArrayAsync($"/findings/{id}/report.json", Cancellation));
            var finding = json.RootElement.GetProperty("finding");
            int sum = finding.GetProperty("signs").EnumerateArray().Sum(s => s.GetProperty("points").GetInt32());
            Assert.Equal(finding.GetProperty("severity").GetDecimal(), Math.Clamp(sum, 10, 89) / 10m);
            Assert.Matches("\"severity\": [0-9]\\.[0-9],", Encoding.ASCII.GetString(await _host.Client.GetByteArrayAsync($"/findings/{id}/report.json", Cancellation)));
        }
    }

    [Fact]
    public async Task The_command_writes_the_same_report_as_the_page()
    {
        string id = fixture.FindingIds[0];
        using var folder = new TemporaryFolder();
        string file = folder.Combine("report.html");
        var run = await Commands.CommandRun.Of("report", id, "--format", "html", "--out", file, "--data", _host.Data, "--Desk:Analyst=Test Analyst", "--Detection:OwnTypes=false");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(Comparable(await _host.Client.GetStringAsync($"/findings/{id}/report.html", Cancellation)), Comparable(await File.ReadAllTextAsync(file, Cancellation)));

        static string Comparable(string html) => Changing().Replace(html, "");
    }

    [Fact]
    public async Task Explain_gives_the_sentences_and_the_points_without_control_characters()
    {
        foreach (string id in fixture.FindingIds)
        {
            var run = await Commands.CommandRun.Of("explain", id, "--data", _host.Data);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.Contains("Severity (tenths)", run.Out, StringComparison.Ordinal);
            Assert.DoesNotContain(run.Out, c => char.IsControl(c) && c is not ('\n' or '\r') || c is '\u202e' or '\u200b');
        }
    }

    private static string AttributeValues(string html) => string.Join('\n', Attribute().Matches(html).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)));

    [GeneratedRegex("</?([a-zA-Z0-9]+)[\\s/>]")]
    private static partial Regex Tag();

    [GeneratedRegex("<[a-z][^>]*?\\s([a-zA-Z-]+)=\"")]
    private static partial Regex AttributeName();

    [GeneratedRegex("\\s(?:href|src|action|style|content)=\"([^\"]*)\"")]
    private static partial Regex Attribute();

    [GeneratedRegex("<[a-z][^>]*\\s(?:src|href|srcset|action|data|poster)=|@import|url\\((?!#)")]
    private static partial Regex Loads();

    [GeneratedRegex("<(?:meta|br)\\b[^>]*>")]
    private static partial Regex Void();

    [GeneratedRegex("<meta http-equiv=\"Content-Security-Policy\" content=\"([^\"]*)\"")]
    private static partial Regex PolicyMeta();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    // Each export adds an audit line and has a time of its own.
    [GeneratedRegex("<tr><td[^>]*>[^<]*</td><td>[^\\n]*Exported the report[^\\n]*\\n|on \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC for|<path d=\"M[^\\n]*Exported[^\\n]*\\n")]
    private static partial Regex Changing();
}
