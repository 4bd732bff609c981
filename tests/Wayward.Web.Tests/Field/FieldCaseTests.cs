using System.Text.Json;
using Wayward.Engine.Sources.Aws;
using Wayward.Testing;
using Wayward.Web.Tests.Commands;

namespace Wayward.Web.Tests.Field;

/// <summary>
/// Recorded problems of people with flow-log tools, each a small input with its right outcome: folder <c>data/field/NN-…</c> beside the repository, which is no part of it.
/// A row of <see cref="Cases"/> is one command over one input of a case; a further case is a further row.
/// </summary>
public sealed class FieldCaseTests
{
    /// <param name="Case">The case's number, by which its folder is found.</param>
    /// <param name="Input">The file or folder below it.</param>
    /// <param name="ExitCode">Of <c>scan</c>: 0 nothing found, 1 found, 2 wrongly called, 3 something could not be read.</param>
    /// <param name="Contacts">How many pairs of instance and endpoint there are.</param>
    public sealed record Row(string Case, string Input, int ExitCode, int Objects, long Records, int Contacts)
    {
        public long TransitGateway { get; init; }
        public long NoData { get; init; }
        public long ServiceEni { get; init; }
        public long Quarantined { get; init; }
        /// <summary>Part of the reason of each input that is refused, or of the error that the command ends with.</summary>
        public string? Refused { get; init; }
        /// <summary>Largest working set that the scan may add, MiB; 0 = not looked at.</summary>
        public int AddedMemory { get; init; }
        /// <summary>Sent to each target, as <c>ADDRESS RECORDS BYTES</c>; null = not looked at.</summary>
        public string[]? Sent { get; init; }
        /// <summary>The findings that are there, reported or not, as <c>TYPE SUBJECT</c>; null = not looked at.</summary>
        public string[]? Findings { get; init; }
        /// <summary>Most reported findings, and the most severe one's limit.</summary>
        public (int Count, decimal Below)? Reported { get; init; }
        /// <summary>A part of the only warning of overlapping flow logs; null = not looked at.</summary>
        public string? Warning { get; init; }
        /// <summary>Part of the sentence in place of "no findings" when nothing could be evaluated.</summary>
        public string? Nothing { get; init; }
        /// <summary>The input is an inventory, or messages of a queue.</summary>
        public bool IsInventory { get; init; }
        public bool IsMessages { get; init; }
    }

    private static readonly Row[] Rows =
    [
        new("01", "in", 0, 2, 4, 1) { NoData = 1 },
        new("03", "in", 0, 4, 16, 4) { TransitGateway = 12, NoData = 4 },
        new("04", "in", 0, 2, 8, 2) { NoData = 2 },
        new("05", "in", 0, 2, 6, 2),
        new("07", "in", 0, 1, 0, 0) { TransitGateway = 3 },
        new("08", "messages.json", 0, 3, 3, 0) { IsMessages = true },
        new("10", "in-a-once", 1, 1, 218, 2) { Sent = ["8.8.8.8 84 147360", "9.9.9.9 1 140"], Findings = ["UnusualDNSResolver i-0aa0000000000001"] },
        new("10", "in-b-same-format", 1, 2, 436, 2) { Sent = ["8.8.8.8 84 147360", "9.9.9.9 1 140"], Findings = ["UnusualDNSResolver i-0aa0000000000001"], Warning = "Two flow logs cover the interface eni-0aa0000000000001" },
        new("12", "in", 0, 3, 10, 3) { Quarantined = 3 },
        new("15", "in", 0, 1, 412, 10) { Reported = (0, 7.0m) },
        new("18", "in-v5", 0, 1, 582, 0) { ServiceEni = 582, Nothing = "582 of 582 records belong to interfaces of AWS services" },
        new("20", "in-b-closed-by-rst", -1, 1, 214, 1) { Findings = ["EncryptedDNSTunnel i-0cc0000000000001"] },
        new("20", "in-d-only-the-last-interval-rst", 1, 1, 83, 1) { Findings = ["UnusualDoTActivity i-0cc0000000000002"] },
        new("21", "in-c-tcp-53-to-53-syn", 1, 1, 82, 1) { Findings = ["UnusualDNSResolver i-0cc0000000000001"] },
        new("25", "in-nat64-v2", 1, 1, 86, 1) { Findings = ["UnusualDNSResolver eni-0cc0000000000025"] },
        new("27", "in-v2", 1, 1, 258, 2) { Sent = ["9.9.9.9 3 420", "9.9.9.9 3 420"] },
        new("50", "brotli_8.parquet", 3, 0, 0, 0) { Quarantined = 1, Refused = "expands to more than 200 times its size", AddedMemory = 250 },
        new("50", "path_1m_1000.parquet.gz", 3, 0, 0, 0) { Quarantined = 1, Refused = "longer than the limit of 1024 bytes", AddedMemory = 250 },
        new("51", "surr.json", 2, 0, 0, 0) { IsInventory = true, Refused = "surr.json" },
        new("51", "keylone.json", 2, 0, 0, 0) { IsInventory = true, Refused = "keylone.json" },
    ];

    public static TheoryData<string, string> Cases => [.. Rows.Select(r => (r.Case, r.Input))];

    [Fact]
    public void Every_input_of_the_field_has_a_row()
    {
        string root = Path.Combine(RepositoryFolder.Path, "..", "shared", "data", "field");
        Assert.SkipUnless(Directory.Exists(root), "The field cases lie beside the repository (../shared/data/field) and are not there.");
        var inputs = Directory.GetDirectories(root).SelectMany(folder => Directory.GetFileSystemEntries(folder).Select(input => (Case: Path.GetFileName(folder)[..2], Input: Path.GetFileName(input)))).Where(i => i.Input != "expected.md");
        Assert.Empty(inputs.Except(Rows.Select(r => (r.Case, r.Input))));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_case_of_the_field_has_its_right_outcome(string number, string input)
    {
        string root = Path.Combine(RepositoryFolder.Path, "..", "shared", "data", "field");
        Assert.SkipUnless(Directory.Exists(root), "The field cases lie beside the repository (../shared/data/field) and are not there.");
        var row = Rows.Single(r => r.Case == number && r.Input == input);
        using var folder = new TemporaryFolder();
        string copy = CopyOf(Path.Combine(Assert.Single(Directory.GetDirectories(root, number + "-*")), input), folder.FullName);
        if (row.IsMessages)
        {
            foreach (var message in JsonDocument.Parse(await File.ReadAllTextAsync(copy, TestContext.Current.CancellationToken)).RootElement.EnumerateArray())
            {
                var content = S3Notification.Parse(message[1].GetString()!);
                Assert.True(content.Understood);
                Assert.EndsWith(".gz.parquet", Assert.Single(content.Created).Key, StringComparison.Ordinal);
            }
            return;
        }

        long before = Environment.WorkingSet;
        var run = row.IsInventory ? await CommandRun.Of("scan", folder.FullName, "--inventory", copy) : await CommandRun.Of("scan", copy, "--format", "json");
        if (row.AddedMemory > 0) Assert.InRange((Environment.WorkingSet - before) >> 20, -10_000, row.AddedMemory);
        // Whether a tunnel is sure enough to be reported is not what the input is about.
        if (row.ExitCode >= 0) Assert.True(row.ExitCode == run.ExitCode, run.Error);
        if (row.IsInventory)
        {
            Assert.Contains(row.Refused!, run.Error, StringComparison.Ordinal);
            return;
        }

        using var json = JsonDocument.Parse(run.Out);
        var read = json.RootElement.GetProperty("input");
        var contacts = json.RootElement.GetProperty("contacts").EnumerateArray().ToList();
        Assert.Equal((row.Objects, row.Records, row.Contacts), (read.GetProperty("objects").GetInt32(), read.GetProperty("records").GetInt64(), contacts.Count));
        Assert.Equal((row.TransitGateway, row.NoData, row.ServiceEni, row.Quarantined), (Skipped("transit-gateway"), Skipped("no-data"), Skipped("service-eni"), read.GetProperty("quarantinedCount").GetInt64()));
        if (row.Refused is { } reason) Assert.All(read.GetProperty("quarantined").EnumerateArray(), q => Assert.Contains(reason, q.GetProperty("reason").GetString(), StringComparison.Ordinal));
        if (row.Sent is { } sent) Assert.Equal(sent, contacts.Select(c => $"{c.GetProperty("address")} {c.GetProperty("out").GetProperty("records")} {c.GetProperty("out").GetProperty("bytes")}"));
        var findings = json.RootElement.GetProperty("findings").EnumerateArray().ToList();
        if (row.Findings is { } expected) Assert.Equal(expected, findings.Select(f => $"{f.GetProperty("type").GetString()!.Split('/')[^1]} {f.GetProperty("subject")}"));
        if (row.Reported is { } most)
        {
            var reported = findings.Where(f => f.GetProperty("reported").GetBoolean()).Select(f => f.GetProperty("severity").GetDecimal()).ToList();
            Assert.InRange(reported.Count, 0, most.Count);
            Assert.All(reported, severity => Assert.True(severity < most.Below));
        }
        var warnings = json.RootElement.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()!).Where(w => w.StartsWith("Two flow logs", StringComparison.Ordinal)).ToList();
        if (row.Warning is { } warning) Assert.Contains(warning, Assert.Single(warnings), StringComparison.Ordinal);
        string? nothing = json.RootElement.GetProperty("nothingEvaluated").GetString();
        if (row.Nothing is { } words) Assert.Contains(words, nothing, StringComparison.Ordinal);
        else if (row.Records > 0) Assert.Null(nothing);

        long Skipped(string name) => read.GetProperty("skipped").TryGetProperty(name, out var count) ? count.GetInt64() : 0;
    }

    /// <summary>The cases are read-only and may be of a time before the program's; a copy is neither.</summary>
    private static string CopyOf(string source, string target)
    {
        string copy = Path.Combine(target, Path.GetFileName(source));
        if (File.Exists(source))
        {
            File.WriteAllBytes(copy, File.ReadAllBytes(source));
            return copy;
        }
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(copy, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllBytes(to, File.ReadAllBytes(file));
        }
        return copy;
    }
}
