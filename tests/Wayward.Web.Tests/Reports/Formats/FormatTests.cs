using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Text;
using Wayward.Web.Reports;
using Wayward.Web.Reports.Formats;

namespace Wayward.Web.Tests.Reports.Formats;

/// <summary>Every machine format against what its owner publishes, over generated findings with hostile texts.</summary>
public sealed partial class FormatTests
{
    private const int Seed = 17;
    private static readonly List<FindingDossier> Many = GeneratedFindings.Make(Seed, 200);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> ManyFormats => [.. ReportFormats.Many.Select(f => f.Name)];
    public static TheoryData<string> OcsfVersions => [.. ReportOptions.OcsfVersions];

    [Theory, MemberData(nameof(ManyFormats))]
    public async Task Two_hundred_findings_keep_the_published_schema(string name)
    {
        PublishedSchemas.Need();
        foreach (var (part, bytes) in await WriteAsync(name, Many)) AssertAllWell(name, bytes, part);
    }

    [Theory, MemberData(nameof(ManyFormats))]
    public async Task Three_hundred_rows_of_evidence_and_plain_findings_of_every_type_keep_it_too(string name)
    {
        PublishedSchemas.Need();
        foreach (var (part, bytes) in await WriteAsync(name, [.. GeneratedFindings.Make(18, 5, evidenceRows: 300), .. FindingTypes.All.Select((t, i) => GeneratedFindings.Plain(t, 900 + i))])) AssertAllWell(name, bytes, part);
    }

    [Theory, MemberData(nameof(OcsfVersions))]
    public async Task Every_version_of_OCSF_is_kept(string version)
    {
        PublishedSchemas.Need();
        foreach (var (_, bytes) in await WriteAsync("ocsf", Many[..40], new() { OcsfVersion = version }))
            foreach (var line in Lines(bytes))
            {
                Assert.Equal(version, (string?)line["metadata"]!["version"]);
                Assert.Empty(FormatChecks.Ocsf(line));
            }
    }

    [Fact]
    public async Task STIX_with_indicators_is_well_formed_and_without_them_has_none()
    {
        PublishedSchemas.Need();
        var with = JsonNode.Parse((await WriteAsync("stix", Many[..40], new() { Indicators = true })).Single().Bytes)!;
        Assert.Empty(FormatChecks.Stix(with));
        Assert.Contains(with["objects"]!.AsArray(), o => (string)o!["type"]! == "indicator");
        Assert.Contains(with["objects"]!.AsArray(), o => (string)o!["type"]! == "sighting");
        var without = JsonNode.Parse((await WriteAsync("stix", Many[..40])).Single().Bytes)!;
        Assert.DoesNotContain(without["objects"]!.AsArray(), o => (string)o!["type"]! is "indicator" or "sighting" or "relationship");
    }

    [Fact]
    public void STIX_ids_are_those_of_the_standard()
    {
        PublishedSchemas.Need();
        foreach (var vector in JsonNode.Parse(File.ReadAllText(PublishedSchemas.Of("stix21", "sco-id-vectors.json")))!["vectors"]!.AsArray())
            Assert.Equal((string)vector!["id"]!, StixIds.Observable((string)vector["type"]!, (string)vector["canonical"]!));
        var traffic = JsonNode.Parse(File.ReadAllText(PublishedSchemas.Of("stix21", "sco-id-vectors.json")))!["vectors"]!.AsArray().Single(v => (string)v!["type"]! == "network-traffic")!;
        var parts = traffic["contributing"]!;
        Assert.Equal((string)traffic["id"]!, StixIds.Traffic((string)parts["start"]!, (string)parts["end"]!, (string)parts["src_ref"]!, (string)parts["dst_ref"]!, (int)parts["dst_port"]!, [.. parts["protocols"]!.AsArray().Select(p => (string)p!)]));
    }

    [Fact]
    public async Task ASFF_files_hold_one_account_and_Region_and_at_most_a_hundred_findings()
    {
        var files = await WriteAsync("asff", [.. Many, .. Enumerable.Range(0, 250).Select(i => GeneratedFindings.Plain(UnusualDnsResolver.Type, 10_000 + i))]);
        int count = 0;
        foreach (var (part, bytes) in files)
        {
            Assert.True(bytes.Length <= 6_291_456);
            var findings = JsonNode.Parse(bytes)!.AsArray();
            Assert.InRange(findings.Count, 1, 100);
            Assert.Single(findings.Select(f => ((string)f!["AwsAccountId"]!, (string)f["Region"]!)).Distinct());
            Assert.StartsWith($"{(string)findings[0]!["AwsAccountId"]!}-{(string)findings[0]!["Region"]!}-", part, StringComparison.Ordinal);
            count += findings.Count;
        }
        Assert.Equal(450, count);
        Assert.Equal(files.Count, files.Select(f => f.Part).Distinct().Count());
        await Assert.ThrowsAsync<ReportPartsException>(() => ReportFormats.Find("asff")!.WriteAsync(Report(Many), new SingleOutput(Stream.Null), Cancellation));
    }

    [Fact]
    public async Task An_update_of_a_finding_is_later_than_the_one_before_and_its_creation_stays()
    {
        var first = GeneratedFindings.Plain(UnusualDnsResolver.Type) with { Revision = 1, UpdatedAt = 1_790_004_200, DetectedAt = 1_790_004_200 };
        var findings = JsonNode.Parse((await WriteAsync("asff", [first, first with { Revision = 2 }])).Single().Bytes)!.AsArray();
        Assert.Equal((string)findings[0]!["CreatedAt"]!, (string)findings[0]!["UpdatedAt"]!);
        Assert.Equal((string)findings[0]!["CreatedAt"]!, (string)findings[1]!["CreatedAt"]!);
        Assert.True(string.CompareOrdinal((string)findings[1]!["UpdatedAt"]!, (string)findings[0]!["UpdatedAt"]!) > 0);
        Assert.Equal((string)findings[0]!["Id"]!, (string)findings[1]!["Id"]!);
    }

    /// <summary>Each planted fault is one that a writer could have.</summary>
    [Theory]
    [InlineData("guardduty", "severity", "\"5\"")]
    [InlineData("guardduty", "confidence", "90")]
    [InlineData("guardduty", "Title", "\"x\"")]
    [InlineData("guardduty", "service.additionalInfo.inBytes", "\"0\"")]
    [InlineData("guardduty", "arn", null)]
    [InlineData("asff", "Title", "\" \"")]
    [InlineData("asff", "Types", "[\"a/b/c/d\"]")]
    [InlineData("asff", "FindingProviderFields.Types", "[\"a/b/c/d\"]")]
    [InlineData("asff", "ProductFields.empty", "\"\"")]
    [InlineData("asff", "UpdatedAt", "\"2020-01-01T00:00:00.000Z\"")]
    [InlineData("asff", "Region", "\"eu-west-3\"")]
    [InlineData("asff", "Resources", "[]")]
    [InlineData("ocsf", "severity", "\"Severe\"")]
    [InlineData("ocsf", "metadata.profiles", "[\"cloud\"]")]
    [InlineData("ocsf", "finding_info", null)]
    [InlineData("ocsf", "evidences", "[{}]")]
    [InlineData("ocsf", "foo", "1")]
    [InlineData("ecs", "event.category", "\"network\"")]
    [InlineData("ecs", "event.kind", "\"warning\"")]
    [InlineData("ecs", "event.severity", "\"5\"")]
    [InlineData("ecs", "destination.adress", "\"8.8.8.8\"")]
    [InlineData("ecs", "network.iana_number", "17")]
    [InlineData("stix", "objects.0.created", "\"2026-01-01T00:00:00\"")]
    [InlineData("stix", "objects.1.id", "\"ipv6-addr--1\"")]
    [InlineData("stix", "objects.0.name", null)]
    [InlineData("stix", "objects.1.created_by_ref", "\"identity--00000000-0000-4000-8000-000000000000\"")]
    public async Task A_planted_fault_is_found(string name, string path, string? value)
    {
        PublishedSchemas.Need();
        byte[] bytes = (await WriteAsync(name, [GeneratedFindings.Plain(UnusualDnsResolver.Type)])).Single().Bytes;
        var document = name == "asff" ? JsonNode.Parse(bytes)![0]! : JsonNode.Parse(bytes)!;
        Assert.Empty(Problems(name, document));
        string[] steps = path.Split('.');
        var parent = document;
        foreach (string step in steps[..^1]) parent = int.TryParse(step, out int index) ? parent[index]! : parent[step]!;
        if (value is null) Assert.True(parent.AsObject().Remove(steps[^1]));
        else parent[steps[^1]] = JsonNode.Parse(value);
        Assert.NotEmpty(Problems(name, document));
    }

    [Fact]
    public async Task No_row_of_the_CSV_is_forged_and_no_cell_is_a_formula()
    {
        string text = Encoding.UTF8.GetString((await WriteAsync("csv", Many)).Single().Bytes);
        Assert.Equal('\ufeff', text[0]);
        var rows = FormatChecks.Csv(text[1..]);
        Assert.Equal(201, rows.Count);
        Assert.All(rows, r => Assert.Equal(rows[0].Count, r.Count));
        Assert.Equal(Many.Select(d => d.Finding.Id), rows.Skip(1).Select(r => r[0]));
        Assert.All(rows.SelectMany(r => r), cell =>
        {
            Assert.False(FormatChecks.IsFormula(cell), cell);
            Assert.True(SafeText.IsPlain(cell));
        });
        Assert.Throws<FormatException>(() => FormatChecks.Csv("a,b\"\r\n"));
        Assert.True(FormatChecks.IsFormula("=1+1"));
    }

    [Fact]
    public async Task Markdown_has_no_markup_but_its_own()
    {
        string text = Encoding.UTF8.GetString((await WriteAsync("markdown", Many)).Single().Bytes);
        Assert.DoesNotContain('<', text);
        Assert.DoesNotContain("](", text, StringComparison.Ordinal);
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        string[] lines = text.Split('\n');
        Assert.Equal(200, lines.Count(l => l.StartsWith("# ", StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.True(SafeText.IsPlain(line), line));
        int columns = 0;
        foreach (string line in lines)
        {
            if (!line.StartsWith('|'))
            {
                columns = 0;
                continue;
            }
            int bars = Bar().Count(line);
            if (columns == 0) columns = bars;
            Assert.Equal(columns, bars);
        }
        // A writer that forgot to escape would be seen.
        Assert.NotEqual(2, Bar().Count("| a | b |"));
    }

    [Theory, MemberData(nameof(ManyFormats))]
    public async Task Every_hostile_text_in_every_field_leaves_every_format_readable(string name)
    {
        var plain = GeneratedFindings.Plain(UnusualDohActivity.Type);
        List<FindingDossier> dossiers = [.. GeneratedFindings.HostileTexts.Select((t, i) => plain with
        {
            Assignee = t,
            Note = t,
            Finding = plain.Finding with
            {
                Id = $"{i:x32}", InstanceName = t, AccountId = t, Region = t, VpcId = t, SubnetId = t, Asg = t, Provider = t, Subject = new(SubjectKind.Instance, t), Members = [new(t)], CatalogVersion = t,
                SeverityFactors = [new(t, 50, t)], ConfidenceFactors = [new(t, 50, t)], Novelty = plain.Finding.Novelty with { Cohort = t, Nearby = [t], Usual = [plain.Finding.Novelty.Usual[0] with { Provider = t }] },
            },
            Evidence = [plain.Evidence[0] with { Key = t, Container = t }],
            Decisions = [new(1, t, t, t, false)],
            Comments = [new(1, t, t)],
        })];
        Assert.Equal(600, dossiers.Count);
        foreach (var (part, bytes) in await WriteAsync(name, dossiers))
        {
            if (name is "csv" or "markdown")
            {
                Assert.True(SafeText.IsPlain(Encoding.UTF8.GetString(bytes).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).TrimStart('\ufeff')));
                continue;
            }
            Assert.DoesNotContain(bytes, b => b >= 0x80 || b < 0x20 && b != (byte)'\n' || b == (byte)'<');
            if (name is "guardduty" or "ecs" or "ocsf")
            {
                var lines = Lines(bytes);
                Assert.Equal(600, lines.Count);
                if (name == "guardduty") Assert.All(lines.Zip(GeneratedFindings.HostileTexts), pair => Assert.Equal(Whole(pair.Second), (string?)pair.First["resource"]!["instanceDetails"]!["networkInterfaces"]![0]!["vpcId"] ?? ""));
            }
            if (PublishedSchemas.Of() is { } folder && Directory.Exists(folder)) AssertAllWell(name, bytes, part);
        }
    }

    /// <summary>What of a text can be written in UTF-8.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static void AssertAllWell(string name, byte[] bytes, string part)
    {
        IEnumerable<JsonNode> documents = name switch
        {
            "asff" => JsonNode.Parse(bytes)!.AsArray().Select(f => f!),
            "stix" => [JsonNode.Parse(bytes)!],
            "csv" or "markdown" => [],
            _ => Lines(bytes),
        };
        foreach (var document in documents)
        {
            var problems = Problems(name, document).ToList();
            Assert.True(problems.Count == 0, $"seed {Seed}, {part}: {string.Join('\n', problems.Take(5))}\n{document.ToJsonString()[..Math.Min(3_000, document.ToJsonString().Length)]}");
        }
    }

    private static IEnumerable<string> Problems(string name, JsonNode document) => name switch
    {
        "guardduty" => FormatChecks.GuardDuty(document),
        "asff" => FormatChecks.Asff(document),
        "ocsf" => FormatChecks.Ocsf(document),
        "ecs" => FormatChecks.Ecs(document),
        "stix" => FormatChecks.Stix(document),
        "json" => (string?)document["schema"] == "wayward.report/1" ? [] : ["schema"],
        _ => throw new InvalidOperationException($"{name} has no check"),
    };

    private static List<JsonNode> Lines(byte[] bytes) => [.. Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)];

    private static FindingsReport Report(IReadOnlyList<FindingDossier> dossiers, ReportOptions? options = null) => new()
    {
        Dossiers = dossiers.ToAsyncEnumerable(), GeneratedAt = 1_790_100_000, GeneratedBy = "ada", Generator = "Wayward 1.0", Options = (options ?? ReportOptions.Default) with { Lines = true },
    };

    private static async Task<List<(string Part, byte[] Bytes)>> WriteAsync(string name, IReadOnlyList<FindingDossier> dossiers, ReportOptions? options = null)
    {
        var output = new MemoryOutput();
        await ReportFormats.Find(name)!.WriteAsync(Report(dossiers, options), output, Cancellation);
        return [.. output.Files.Select(f => (f.Part, f.Stream.ToArray()))];
    }

    private sealed class MemoryOutput : ReportOutput
    {
        public List<(string Part, MemoryStream Stream)> Files { get; } = [];

        public override Stream Open(string part = "")
        {
            var stream = new MemoryStream();
            Files.Add((part, stream));
            return stream;
        }
    }

    // A bar that no backslash escapes.
    [GeneratedRegex(@"(?<!\\)(?:\\\\)*\|")]
    private static partial Regex Bar();
}
