using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Wayward.Core.Detection;
using Wayward.Engine;
using Wayward.Storage;
using Wayward.Testing;
using Wayward.Web.Commands;
using Wayward.Web.Configuration;
using Wayward.Web.Demo;

namespace Wayward.Web.Tests.Documentation;

/// <summary>Compares what README and docs/ say about commands, options, files and the demo with the program.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] Pages = [Path.Combine(Places.Repository, "README.md"), .. Directory.GetFiles(Path.Combine(Places.Repository, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public static TheoryData<string> PageNames => [.. Pages.Select(p => Path.GetRelativePath(Places.Repository, p))];

    [Theory, MemberData(nameof(PageNames))]
    public void Links_lead_to_files_and_headings_that_exist(string page)
    {
        string path = Path.Combine(Places.Repository, page);
        foreach (Match link in Link().Matches(WithoutCode(File.ReadAllText(path))))
        {
            string target = link.Groups["target"].Value;
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
            string[] parts = target.Split('#', 2);
            string file = parts[0].Length == 0 ? path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, parts[0]));
            Assert.True(File.Exists(file) || Directory.Exists(file), $"{page} links to {target}, which does not exist");
            if (parts.Length == 2 && file.EndsWith(".md", StringComparison.Ordinal))
                Assert.True(Anchors(file).Contains(parts[1]), $"{page} links to {target}: no such heading");
        }
    }

    [Theory, MemberData(nameof(PageNames))]
    public void Commands_shown_in_code_are_commands_that_the_program_takes(string page)
    {
        var root = CommandLine.Build(new CommandContext { Out = TextWriter.Null, Error = TextWriter.Null });
        foreach (string line in CodeLines(File.ReadAllText(Path.Combine(Places.Repository, page))))
        {
            string? command = Wayward().Match(line) is { Success: true } match ? match.Groups["arguments"].Value : null;
            if (command is null) continue;
            var (arguments, settings, errors) = ConfigurationArguments.Extract([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            Assert.Empty(errors);
            if (arguments.Count == 0) continue;
            var parsed = root.Parse(arguments);
            Assert.True(parsed.Errors.Count == 0, $"{page}: {line}: {string.Join("; ", parsed.Errors.Select(e => e.Message))}");
            foreach (string key in settings.Select(s => s.Key).Concat(arguments.Where(a => a.StartsWith("Detection:", StringComparison.Ordinal)).Select(a => a.Split('=')[0])))
                Assert.True(Keys().ContainsKey(FirstElement(key)) || key == "Detection:Profile" || key.StartsWith("Logging:", StringComparison.Ordinal), $"{page}: {line}: {key} is not an option");
        }
    }

    [Theory, MemberData(nameof(PageNames))]
    public void Scripts_and_folders_named_in_code_exist(string page)
    {
        foreach (string line in CodeLines(File.ReadAllText(Path.Combine(Places.Repository, page))))
            foreach (Match script in Script().Matches(line))
                Assert.True(Path.Exists(Path.Combine(Places.Repository, script.Value)), $"{page}: {script.Value} does not exist");
    }

    [Fact]
    public void The_README_begins_with_the_demo_and_then_the_tests()
    {
        string[] lines = [.. CodeLines(File.ReadAllText(Pages[0])).Take(2)];
        Assert.Equal(["dotnet run --project src/Wayward.Web -c Release -- demo", "./tests/run.sh"], lines.Select(l => l.Split('#')[0].Trim()));
    }

    [Fact]
    public void Every_option_is_documented_with_its_default()
    {
        string text = File.ReadAllText(Path.Combine(Places.Repository, "docs", "configuration.md"));
        var documented = OptionRow().Matches(text).ToDictionary(m => m.Groups["key"].Value, m => m.Groups["value"].Value);
        var actual = Keys();
        string[] wrong = [.. actual.Where(a => documented.GetValueOrDefault(a.Key) != a.Value).Select(a => $"| `{a.Key}` | `{a.Value}` |")];
        Assert.True(wrong.Length == 0, "docs/configuration.md should say:\n" + string.Join('\n', wrong));
        Assert.Empty(documented.Keys.Where(k => Sections.Any(s => k.StartsWith(s.Section + ":", StringComparison.Ordinal))).Except(actual.Keys).Except(["Detection:Profile"]));
    }

    [Fact]
    public void The_demo_s_stated_answer_is_the_one_that_is_tested()
    {
        string page = File.ReadAllText(Path.Combine(Places.Repository, "docs", "demo.md"));
        string[] rows = [.. DemoAnswer.Findings.Select(AnswerRow)];
        Assert.All(rows, row => Assert.Contains(row, page, StringComparison.Ordinal));
        Assert.Equal(rows.Length, AnswerRows().Count(page));
    }

    [Fact]
    public void The_README_s_summary_of_the_demo_follows_from_the_same_answer()
    {
        string readme = File.ReadAllText(Pages[0]);
        string[] rows = [.. DemoAnswer.Findings.GroupBy(Who).Select(g => $"| {g.Key} | {g.Count()} | {Severity(g.MaxBy(f => f.Severity)!)} |")];
        Assert.All(rows, row => Assert.Contains(row, readme, StringComparison.Ordinal));
        Assert.Equal(rows.Length, SummaryRows().Count(readme));
    }

    [Fact]
    public void Every_page_is_in_the_index_of_the_documentation()
    {
        string docs = Path.Combine(Places.Repository, "docs"), index = Path.Combine(docs, "README.md");
        var linked = Link().Matches(File.ReadAllText(index)).Select(m => Path.GetFullPath(Path.Combine(docs, m.Groups["target"].Value))).ToHashSet(StringComparer.Ordinal);
        Assert.All(Pages.Skip(1).Where(p => p != index), page => Assert.Contains(page, linked));
    }

    [Theory, MemberData(nameof(PageNames))]
    public void Lines_of_prose_have_at_most_100_characters(string page)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Places.Repository, page));
        bool code = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal)) code = !code;
            else if (!code && !IsWide(lines[i])) Assert.True(lines[i].Length <= 100, $"{page}, line {i + 1} has {lines[i].Length} characters");
        }
    }

    [Fact]
    public void Every_test_named_in_the_list_of_features_exists_and_every_feature_that_is_there_names_one()
    {
        string sources = string.Concat(Directory.EnumerateFiles(Path.Combine(Places.Repository, "tests"), "*Tests.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));
        var rows = File.ReadLines(Path.Combine(Places.Repository, "docs/features.md")).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).Where(c => c.Length > 6 && int.TryParse(c[1], out _)).ToList();
        Assert.Equal(Enumerable.Range(13, 69), rows.Select(r => int.Parse(r[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(rows, row =>
        {
            string test = row[5].Trim('`');
            Assert.Equal(row[3] == "N", test.Length == 0);
            if (test.Length > 0) Assert.Contains($" {test}(", sources, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_long_line_of_prose_is_noticed() => Assert.Equal([false, true, true, true],
        new[] { "Some " + new string('x', 96) + " y", "| a table |", "    indented code", "- [a link](" + new string('x', 100) + ")" }.Select(IsWide));

    /// <summary>May be wider than prose: a row of a table, indented code, a picture, and a line of a single word, such as a link, that cannot be wrapped.</summary>
    private static bool IsWide(string line) =>
        line.StartsWith('|') || line.StartsWith("    ", StringComparison.Ordinal) || line.StartsWith('!') || OneWord().IsMatch(line);

    /// <summary>A row as docs/demo.md has it: number, who, what, first contact, severity, confidence.</summary>
    internal static string AnswerRow(DemoFinding finding, int index)
    {
        string addresses = string.Join(", ", finding.Addresses);
        string target = finding.Type switch
        {
            ResolverRotation => $"rotation over {finding.Addresses.Count} new operators ({addresses})",
            EvasionAfterBlock => $"evasion after block: {Core.Resolvers.DnsTransports.Name(finding.Transport)} to {finding.Provider}",
            _ => $"{Core.Resolvers.DnsTransports.Name(finding.Transport)} to {finding.Provider ?? "an uncatalogued server"} ({addresses})",
        };
        string first = DateTimeOffset.FromUnixTimeSeconds(finding.First).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string reported = finding.Reported ? "" : ", kept below the threshold";
        return $"| {index + 1} | {finding.Title} | {Who(finding)} | {target} | {first} | {Severity(finding)}{reported} | {finding.Confidence} |";
    }

    private static string Who(DemoFinding finding) =>
        finding.Subject.Kind == SubjectKind.Cohort ? $"`{finding.Subject.Id}` ({finding.Members.Count} instances)" : $"`{finding.Members[0]}`";

    private static string Severity(DemoFinding finding) =>
        string.Create(CultureInfo.InvariantCulture, $"{finding.Severity / 10.0:0.0} {SeverityBands.Of(finding.Severity)}");

    /// <summary>Every options class of the program: those that name their configuration section.</summary>
    private static readonly (string Section, object Defaults)[] Sections =
        [.. from assembly in new[] { typeof(DetectionOptions).Assembly, typeof(StorageOptions).Assembly, typeof(IngestOptions).Assembly, typeof(CommandLine).Assembly }
            from type in assembly.GetTypes()
            let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)
            where section is { IsLiteral: true } && type.Name.EndsWith("Options", StringComparison.Ordinal)
            select ((string)section.GetRawConstantValue()!, Activator.CreateInstance(type)!)];

    /// <summary>Key to default, as configuration text; a list or no value is empty. The options of a list's elements stand under <c>:0</c>.</summary>
    private static SortedDictionary<string, string> Keys()
    {
        var keys = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (section, defaults) in Sections) Add(section, defaults);
        return keys;

        void Add(string prefix, object options)
        {
            foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is { IsPublic: true }))
            {
                object? value = property.GetValue(options);
                string key = $"{prefix}:{property.Name}";
                if (value is TimeSpan span) keys[key] = span.ToString("c", CultureInfo.InvariantCulture);
                else if (value is bool flag) keys[key] = flag ? "true" : "false";
                else if (value is null or string or IFormattable or Enum) keys[key] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
                else if (value is System.Collections.IEnumerable)
                {
                    keys[key] = "";
                    if (property.PropertyType.GenericTypeArguments is [var element] && element != typeof(string)) Add(key + ":0", Activator.CreateInstance(element)!);
                }
                else Add(key, value);
            }
        }
    }

    private static string WithoutCode(string markdown) => Fence().Replace(markdown, "");

    private static IEnumerable<string> CodeLines(string markdown) =>
        Fence().Matches(markdown).SelectMany(m => m.Groups["code"].Value.Split('\n')).Select(l => l.Trim()).Where(l => l.Length > 0);

    private static HashSet<string> Anchors(string file) =>
        [.. WithoutCode(File.ReadAllText(file)).Split('\n').Where(l => l.StartsWith('#'))
            .Select(l => NotInAnchors().Replace(l.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    /// <summary>The key as <see cref="Keys"/> has it: the list itself for an element that is a value, <c>:0</c> for one that has options.</summary>
    private static string FirstElement(string key) => ElementNumber().Replace(ElementAtEnd().Replace(key, ""), ":0");

    [GeneratedRegex(@":\d+$")]
    private static partial Regex ElementAtEnd();

    [GeneratedRegex(@":\d+(?=:)")]
    private static partial Regex ElementNumber();

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```[^\n]*\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^(?:\$ )?(?:dotnet run --project src/Wayward\.Web -c Release --|wayward)(?<arguments>[^#|>&]*)")]
    private static partial Regex Wayward();

    [GeneratedRegex(@"(?<![\w/])(?:\./)?(?:tests|\.ci)/[\w.-]+(?:\.sh)?(?=\s|$)")]
    private static partial Regex Script();

    [GeneratedRegex(@"^\| `(?<key>[A-Za-z]+(?::[A-Za-z0-9]+)+)` \| (?:`(?<value>[^`]*)`)? *\|", RegexOptions.Multiline)]
    private static partial Regex OptionRow();

    [GeneratedRegex(@"^\| \d+ \| .*\| \d\d? \|$", RegexOptions.Multiline)]
    private static partial Regex AnswerRows();

    [GeneratedRegex(@"^\| `[^`]+`[^|]*\| \d+ \| \d\.\d (?:Low|Medium|High) \|", RegexOptions.Multiline)]
    private static partial Regex SummaryRows();

    [GeneratedRegex(@"^\s*(?:[-*] |\d+\. )?(?:\[[^\]]*\]\([^)]*\)|\S+)$")]
    private static partial Regex OneWord();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
