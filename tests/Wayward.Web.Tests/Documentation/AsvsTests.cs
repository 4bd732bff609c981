using System.Text.RegularExpressions;
using Wayward.Testing;

namespace Wayward.Web.Tests.Documentation;

/// <summary>The table of requirements in <c>docs/asvs.md</c>: the tests it names exist, and it leaves no requirement out.</summary>
public sealed partial class AsvsTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Places.Repository, "docs", "asvs.md"));

    [Fact]
    public void Every_named_test_exists()
    {
        var known = Tests();
        var named = NamedTest().Matches(Page).Select(m => m.Groups[1].Value).ToList();
        Assert.True(named.Count > 50, $"{named.Count} tests");
        Assert.DoesNotContain(named, n => !known.Contains(n));
        Assert.DoesNotContain("SignInTests.Of_no_one", known);
    }

    [Fact]
    public void Every_requirement_of_levels_1_and_2_has_one_row()
    {
        Assert.SkipWhen(Places.SharedData is null, Places.NoSharedData);
        string file = Path.Combine(Places.SharedData!, "schemas", "asvs", "asvs-5.0.0-en.csv");
        Assert.SkipUnless(File.Exists(file), "There is no list of requirements.");
        var required = Requirement().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        string[] rows = [.. Row().Matches(Page).Select(m => m.Groups[1].Value)];
        Assert.Equal(rows.Length, rows.Distinct().Count());
        Assert.DoesNotContain(rows, r => !required.Contains(r));
        Assert.Equal(253, rows.Length);
    }

    [Fact]
    public void The_counts_are_those_of_the_rows()
    {
        string[] cells = [.. Row().Matches(Page).Select(m => m.Groups[2].Value)];
        int none = cells.Count(c => c == "no test"), apart = cells.Count(c => c.StartsWith("does not apply: ", StringComparison.Ordinal));
        Assert.Contains($"Of {cells.Length} requirements {cells.Length - none - apart} have a test, {apart} do\nnot apply, and {none} have no test.", Page, StringComparison.Ordinal);
    }

    /// <summary>All tests of the repository as <c>Class.Method</c>. A class that stands in several files is one class.</summary>
    private static HashSet<string> Tests()
    {
        HashSet<string> tests = new(StringComparer.Ordinal);
        foreach (string file in RepositoryFolder.Files("tests", "*Tests.cs"))
        {
            string text = File.ReadAllText(file);
            foreach (Match type in TestClass().Matches(text))
                foreach (Match method in TestMethod().Matches(text)) tests.Add($"{type.Groups[1].Value}.{method.Groups[1].Value}");
        }
        return tests;
    }

    [GeneratedRegex("`(\\w+Tests\\.\\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex("^\\| (V[0-9.]+) \\| [12] \\| (.*) \\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("(?<![0-9.])(V[0-9]+\\.[0-9]+\\.[0-9]+),")]
    private static partial Regex Requirement();

    [GeneratedRegex("public sealed (?:partial )?class (\\w+)")]
    private static partial Regex TestClass();

    [GeneratedRegex("public (?:async )?(?:Task|void) (\\w+)\\(")]
    private static partial Regex TestMethod();
}
