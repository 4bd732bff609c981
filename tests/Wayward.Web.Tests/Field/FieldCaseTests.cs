using System.Text.Json;
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
    /// <param name="ExitCode">Of <c>scan</c>: 0 nothing found, 1 found, 3 something could not be read.</param>
    /// <param name="Refused">Part of the reason of each input that is refused.</param>
    public sealed record Row(string Case, string Input, int ExitCode, int Objects, long Records, int Contacts)
    {
        public long TransitGateway { get; init; }
        public long NoData { get; init; }
        public long Quarantined { get; init; }
        public string? Refused { get; init; }
        /// <summary>Largest working set that the scan may add, MiB; 0 = not looked at.</summary>
        public int AddedMemory { get; init; }
    }

    private static readonly Row[] Rows =
    [
        new("01", "in", 0, 2, 4, 1) { NoData = 1 },
        new("03", "in", 0, 4, 16, 4) { TransitGateway = 12, NoData = 4 },
        new("04", "in", 0, 2, 8, 2) { NoData = 2 },
        new("05", "in", 0, 2, 6, 2),
        new("07", "in", 0, 1, 0, 0) { TransitGateway = 3 },
        new("12", "in", 0, 3, 10, 3) { Quarantined = 3 },
        new("50", "brotli_8.parquet", 3, 0, 0, 0) { Quarantined = 1, Refused = "expands to more than 200 times its size", AddedMemory = 250 },
        new("50", "path_1m_1000.parquet.gz", 3, 0, 0, 0) { Quarantined = 1, Refused = "longer than the limit of 1024 bytes", AddedMemory = 250 },
    ];

    public static TheoryData<string, string> Cases => [.. Rows.Select(r => (r.Case, r.Input))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_case_of_the_field_has_its_right_outcome(string number, string input)
    {
        string root = Path.Combine(RepositoryFolder.Path, "..", "shared", "data", "field");
        Assert.SkipUnless(Directory.Exists(root), "The field cases lie beside the repository (../shared/data/field) and are not there.");
        var row = Rows.Single(r => r.Case == number && r.Input == input);
        using var folder = new TemporaryFolder();
        string copy = CopyOf(Path.Combine(Assert.Single(Directory.GetDirectories(root, number + "-*")), input), folder.FullName);

        long before = Environment.WorkingSet;
        var run = await CommandRun.Of("scan", copy, "--format", "json");
        if (row.AddedMemory > 0) Assert.InRange((Environment.WorkingSet - before) >> 20, -10_000, row.AddedMemory);

        Assert.True(row.ExitCode == run.ExitCode, run.Error);
        using var json = JsonDocument.Parse(run.Out);
        var read = json.RootElement.GetProperty("input");
        Assert.Equal((row.Objects, row.Records, row.Contacts), (read.GetProperty("objects").GetInt32(), read.GetProperty("records").GetInt64(), json.RootElement.GetProperty("contacts").GetArrayLength()));
        Assert.Equal((row.TransitGateway, row.NoData, row.Quarantined), (Skipped("transit-gateway"), Skipped("no-data"), read.GetProperty("quarantinedCount").GetInt64()));
        if (row.Refused is { } reason) Assert.All(read.GetProperty("quarantined").EnumerateArray(), q => Assert.Contains(reason, q.GetProperty("reason").GetString(), StringComparison.Ordinal));

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
