using System.Globalization;
using System.Text;
using System.Text.Json;
using Wayward.Testing;

namespace Wayward.Web.Tests.Commands;

public sealed class ScanCommandTests
{
    private static readonly string[] ContactMembers = ["instance", "address", "transport", "protocol", "port", "provider", "tier", "first", "last", "out", "in", "answered"];
    private static readonly string[] FindingMembers =
    [
        "id", "type", "subject", "subjectKind", "transport", "provider", "addresses", "basis", "members", "first", "last", "count", "severity", "confidence", "reported", "status", "provisional", "signs",
    ];

    /// <summary>One instance that uses Quad9 daily and, on day 20, asks Google for the first time; a second line of the log is broken.</summary>
    internal static string Log(TemporaryFolder folder)
    {
        const long start = 1_767_225_600;
        var text = new StringBuilder("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status instance-id flow-direction\n");
        text.Append("5 111122223333 eni-1 10.0.0.1 9.9.9.9 40000 53 17 1 x 0 0 ACCEPT OK i-0aaaaaaaaaaaaaaa1 egress\n");
        for (int hour = 0; hour < 30 * 24; hour++)
            Line("9.9.9.9", start + hour * 3_600);
        Line("8.8.8.8", start + 20 * 86_400 + 100);
        text.Append(CultureInfo.InvariantCulture, $"5 111122223333 eni-1 - - - - - - - {start} {start + 60} - NODATA - -\n");
        return folder.Write("flows.log", text.ToString());

        void Line(string remote, long at)
        {
            text.Append(CultureInfo.InvariantCulture, $"5 111122223333 eni-1 10.0.0.1 {remote} 40000 53 17 1 70 {at} {at + 30} ACCEPT OK i-0aaaaaaaaaaaaaaa1 egress\n");
            text.Append(CultureInfo.InvariantCulture, $"5 111122223333 eni-1 {remote} 10.0.0.1 53 40000 17 1 170 {at} {at + 30} ACCEPT OK i-0aaaaaaaaaaaaaaa1 ingress\n");
        }
    }

    [Fact]
    public async Task The_JSON_has_the_members_of_its_contract_in_their_order()
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.Of("scan", Log(folder), "--format", "json");
        Assert.Equal(1, run.ExitCode);
        using var json = JsonDocument.Parse(run.Out);
        var root = json.RootElement;
        Assert.Equal(["schema", "catalog", "input", "contacts", "findings", "accepted", "roleDays", "nothingEvaluated", "blindness", "warnings"], Names(root));
        Assert.Equal("wayward.scan/1", root.GetProperty("schema").GetString());
        Assert.Equal(["version", "hash"], Names(root.GetProperty("catalog")));

        var input = root.GetProperty("input");
        Assert.Equal(["objects", "bytes", "records", "contactRecords", "skipped", "quarantined", "quarantinedCount"], Names(input).Take(7));
        Assert.Equal(30 * 24 * 2 + 2 + 1, input.GetProperty("records").GetInt64());
        Assert.Equal(30 * 24 + 1, input.GetProperty("contactRecords").GetInt64());
        Assert.Equal(1, input.GetProperty("skipped").GetProperty("no-data").GetInt64());
        Assert.Equal(1, input.GetProperty("quarantinedCount").GetInt64());
        var bad = Assert.Single(input.GetProperty("quarantined").EnumerateArray());
        Assert.Equal(["file", "line", "reason"], Names(bad));
        Assert.Equal(2, bad.GetProperty("line").GetInt64());

        var contacts = root.GetProperty("contacts").EnumerateArray().ToList();
        Assert.Equal(["8.8.8.8", "9.9.9.9"], contacts.Select(c => c.GetProperty("address").GetString()));
        Assert.All(contacts, c =>
        {
            Assert.Equal(ContactMembers, Names(c));
            Assert.Equal(["records", "packets", "bytes", "rejected"], Names(c.GetProperty("out")));
            Assert.Equal(["records", "packets", "bytes", "rejected"], Names(c.GetProperty("in")));
            Assert.Equal("A", c.GetProperty("tier").GetString());
        });
        Assert.Equal("2026-01-21T00:01:40Z", contacts[0].GetProperty("first").GetString());

        var finding = Assert.Single(root.GetProperty("findings").EnumerateArray());
        Assert.Equal(FindingMembers, Names(finding).Take(FindingMembers.Length));
        Assert.Equal("DefenseEvasion:EC2/UnusualDNSResolver", finding.GetProperty("type").GetString());
        Assert.Equal(("instance", "own-history", "open", true), (finding.GetProperty("subjectKind").GetString(), finding.GetProperty("basis").GetString(), finding.GetProperty("status").GetString(), finding.GetProperty("reported").GetBoolean()));
        Assert.Equal(["8.8.8.8"], finding.GetProperty("addresses").EnumerateArray().Select(a => a.GetString()));
        Assert.All(finding.GetProperty("signs").EnumerateArray(), s => Assert.Equal(["sign", "points", "evidence"], Names(s)));
        Assert.Matches("\"severity\": [0-9]\\.[0-9],", run.Out);

        var accepted = Assert.Single(root.GetProperty("accepted").EnumerateArray());
        Assert.Equal(("9.9.9.9", "learned", "2026-01-01T00:00:00Z"), (accepted.GetProperty("address").GetString(), accepted.GetProperty("reason").GetString(), accepted.GetProperty("first").GetString()));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("nothingEvaluated").ValueKind);
    }

    [Fact]
    public async Task What_was_accepted_without_a_finding_stands_in_the_table()
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.Of("scan", Log(folder));
        Assert.Contains("Accepted without a finding: 1 learned.", run.Out, StringComparison.Ordinal);
        Assert.Matches("i-0aaaaaaaaaaaaaaa1 +9\\.9\\.9\\.9 +DNS .* learned", run.Out);
    }

    [Theory]
    [InlineData("nat", "2 of 2 records belong to interfaces of AWS services, such as a NAT gateway, which name no instance")]
    [InlineData("nodata", "1 of 1 records say that there was no traffic (NODATA)")]
    [InlineData("mixed", "2 of 3 records belong to interfaces of AWS services, such as a NAT gateway, which name no instance; 1 of 3 records say that there was no traffic (NODATA)")]
    public async Task A_scan_in_which_nothing_could_be_evaluated_says_so_and_why(string kind, string why)
    {
        using var folder = new TemporaryFolder();
        const string header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status instance-id flow-direction\n";
        const string nat = "5 111122223333 eni-1 10.0.0.1 8.8.8.8 40000 53 17 1 70 1767225600 1767225630 ACCEPT OK - egress\n5 111122223333 eni-1 8.8.8.8 10.0.0.1 53 40000 17 1 70 1767225600 1767225630 ACCEPT OK - ingress\n";
        const string empty = "5 111122223333 eni-2 - - - - - - - 1767225600 1767225630 - NODATA i-0aaaaaaaaaaaaaaa1 -\n";
        string log = folder.Write("flows.log", header + (kind == "nodata" ? "" : nat) + (kind == "nat" ? "" : empty));
        var table = await CommandRun.Of("scan", log);
        Assert.Contains($"Nothing could be evaluated: {why}.", table.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\nNo ", table.Out, StringComparison.Ordinal);
        foreach (string format in new[] { "json", "csv" })
        {
            var run = await CommandRun.Of("scan", log, "--format", format);
            Assert.Equal(0, run.ExitCode);
            Assert.Equal($"wayward: Nothing could be evaluated: {why}.", run.Error.Trim());
            if (format == "csv") continue;
            using var json = JsonDocument.Parse(run.Out);
            Assert.Equal($"Nothing could be evaluated: {why}.", json.RootElement.GetProperty("nothingEvaluated").GetString());
        }
    }

    [Fact]
    public async Task The_logs_of_a_NAT_gateway_alone_do_not_read_like_all_clear()
    {
        Assert.SkipWhen(Places.SharedData is null, Places.NoSharedData);
        var run = await CommandRun.Of("scan", Path.Combine(Places.SharedData!, "field", "18-nat-gateway-only", "in-v5"));
        Assert.Contains("Nothing could be evaluated: 582 of 582 records belong to interfaces of AWS services", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("No findings", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_given_header_names_the_columns_of_files_that_have_none()
    {
        using var folder = new TemporaryFolder();
        string log = folder.Write("custom.log", "eni-1 10.0.0.1 9.9.9.9 40000 53 17 1767225600 1767225660\n");
        Assert.Equal(3, (await CommandRun.Of("scan", log, "--format", "json")).ExitCode);
        var run = await CommandRun.Of("scan", log, "--format", "json", "--format-header", "interface-id,srcaddr,dstaddr,srcport,dstport,protocol,start,end");
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal("9.9.9.9", Assert.Single(json.RootElement.GetProperty("contacts").EnumerateArray()).GetProperty("address").GetString());
        run = await CommandRun.Of("scan", log, "--format-header", "interface-id srcaddr");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--format-header: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contacts_are_what_the_evaluation_takes_for_contacts()
    {
        using var folder = new TemporaryFolder();
        const string tail = "ACCEPT OK\n", header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
        // Resets and a SYN+ACK to probes from port 53; a query that nobody answers, long after a stray packet from there; a SYN whose answer alone was logged, in an hour without a record of the instance's own.
        string plain = folder.Write("plain.log", header + "\n"
            + "2 111122223333 eni-1 203.119.1.1 10.0.0.1 53 3389 6 3 132 1767225600 1767225630 " + tail
            + "2 111122223333 eni-1 10.0.0.1 203.119.1.1 3389 53 6 3 120 1767225600 1767225630 " + tail
            + "2 111122223333 eni-1 203.119.1.2 10.0.0.1 53 8080 6 2 84 1767225600 1767225630 " + tail
            + "2 111122223333 eni-1 10.0.0.1 203.119.1.2 8080 53 6 1 44 1767225600 1767225630 " + tail
            + "2 111122223333 eni-1 203.119.1.3 10.0.0.1 53 40000 17 1 90 1767225600 1767225630 " + tail
            + "2 111122223333 eni-1 10.0.0.1 203.119.1.3 41000 53 17 1 70 1767312000 1767312030 " + tail);
        string flags = folder.Write("flags.log", header + " tcp-flags\n"
            + "2 111122223333 eni-1 203.119.1.4 10.0.0.1 853 42000 6 2 120 1767232800 1767232830 ACCEPT OK 18\n"
            + "2 111122223333 eni-1 203.119.1.5 10.0.0.1 853 42000 6 2 120 1767225600 1767225630 REJECT OK 18\n");
        var run = await CommandRun.Of("scan", plain, flags, "--format", "json");
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal(["203.119.1.3 DNS 2026-01-02T00:00:00Z False 1", "203.119.1.4 DoT 2026-01-01T02:00:00Z True 0"], json.RootElement.GetProperty("contacts").EnumerateArray().Select(c =>
            $"{c.GetProperty("address").GetString()} {c.GetProperty("transport").GetString()} {c.GetProperty("first").GetString()} {c.GetProperty("answered").GetBoolean()} {c.GetProperty("out").GetProperty("records").GetInt64()}"));
        Assert.Equal(1, json.RootElement.GetProperty("input").GetProperty("contactRecords").GetInt64());
    }

    [Fact]
    public async Task Every_member_of_the_JSON_is_documented()
    {
        using var folder = new TemporaryFolder();
        using var json = JsonDocument.Parse((await CommandRun.Of("scan", Log(folder), "--format", "json")).Out);
        string page = await File.ReadAllTextAsync(RepositoryFolder.Of("docs", "scan-json.md"), TestContext.Current.CancellationToken);
        Assert.All(AllNames(json.RootElement).Distinct(), name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1, "--fail-on", "low")]
    [InlineData(1, "--fail-on", "medium")]
    [InlineData(0, "--fail-on", "high")]
    [InlineData(0, "--set", "Detection:Learning=25.00:00:00")]
    [InlineData(0, "--Detection:ReportSeverity=89")]
    [InlineData(1, "--Detection:ReportSeverity=89", "--fail-on", "low")]
    [InlineData(0, "--Detection:ReportConfidence=99", "--fail-on", "low")]
    [InlineData(2, "--fail-on", "dreadful")]
    [InlineData(2, "--format", "xml")]
    [InlineData(2, "--set", "Detection:Learning=soon")]
    [InlineData(2, "--set", "Detection:Learnign=1.00:00:00")]
    [InlineData(2, "--set", "Ingest:Workers=2")]
    [InlineData(2, "--set", "nonsense")]
    [InlineData(2, "--Detection:Learning")]
    [InlineData(2, "--catalog-file", "x")]
    [InlineData(3, "--catalog", "no-such-file")]
    [InlineData(3, "no-such-folder")]
    [InlineData(3, "--out", "no-such-folder/result.json")]
    public async Task Exit_codes_say_what_happened(int expected, params string[] more)
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.Of(["scan", Log(folder), .. more]);
        Assert.True(expected == run.ExitCode, $"exit {run.ExitCode}: {run.Error}");
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        if (expected >= 2) Assert.StartsWith("wayward: ", run.Error, StringComparison.Ordinal);
        if (expected < 2) Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task All_wrong_options_are_named_at_once_with_what_is_accepted()
    {
        var run = await CommandRun.Of("scan", "x", "--set", "Detection:Learning=soon", "--set", "Detection:Cohorts=perhaps", "--set", "Detection:Scoring:Start=fifty", "--set", "Detection:Scoring:Confidence:Nope=1", "--set", "Detection:OwnPrefixes=10.0.0.0/8");
        Assert.Equal(2, run.ExitCode);
        foreach (string part in new[] { "Detection:Learning: 'soon' is not a duration", "Detection:Cohorts: 'perhaps' is not true or false", "Detection:Scoring:Start: 'fifty' is not a whole number", "Detection:Scoring:Confidence:Nope is not an option", "Detection:OwnPrefixes is a list" })
            Assert.Contains(part, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_half_readable_gives_its_result_and_exit_code_3()
    {
        using var folder = new TemporaryFolder();
        string good = Log(folder), bad = folder.Write("bad.log.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]);
        var run = await CommandRun.Of("scan", good, bad, "--format", "json");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("bad.log.gz", run.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(run.Out);
        Assert.Single(json.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal(1, json.RootElement.GetProperty("input").GetProperty("unreadable").GetInt32());
    }

    [Fact]
    public async Task A_file_of_results_appears_whole_or_not_at_all_and_standard_output_stays_empty()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Combine("result.json");
        var run = await CommandRun.Of("scan", Log(folder), "--format", "json", "--out", file);
        Assert.Equal("", run.Out);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFiles(folder.FullName, "*.part"));
    }

    [Fact]
    public async Task An_added_catalogue_changes_the_names_and_the_hash()
    {
        using var folder = new TemporaryFolder();
        string log = Log(folder);
        string catalog = folder.Write("own.txt", "wayward-catalog 1\nversion: 1\n\n[Our resolver]\nsource: https://example.com/resolver\n8.8.8.8 dns A our.example.com\n");
        using var before = JsonDocument.Parse((await CommandRun.Of("scan", log, "--format", "json")).Out);
        var run = await CommandRun.Of("scan", log, "--format", "json", "--catalog", catalog);
        Assert.True(run.ExitCode == 1, run.Error);
        using var after = JsonDocument.Parse(run.Out);
        Assert.NotEqual(before.RootElement.GetProperty("catalog").GetProperty("hash").GetString(), after.RootElement.GetProperty("catalog").GetProperty("hash").GetString());
        // One line stands for both protocols of plain DNS.
        Assert.EndsWith("+2", after.RootElement.GetProperty("catalog").GetProperty("version").GetString(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(p => p.Name);

    private static IEnumerable<string> AllNames(JsonElement element) => element.ValueKind switch
    {
        // The members of "skipped" are reasons, not members of the contract.
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => p.Name == "skipped" ? ["skipped"] : AllNames(p.Value).Prepend(p.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(AllNames),
        _ => [],
    };
}
