using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Wayward.Testing;
using Wayward.Web.Tests.Acceptance;

namespace Wayward.Web.Tests.Scenarios;

/// <summary>
/// The scenarios beside the project (<c>data/scenarios</c>): small flow logs that an outside auditor wrote, each with the number of reported findings that would serve a customer. Every scenario
/// is scanned by the command line as a user would do it. <see cref="KnownFailing"/> is exact: a scenario that comes inside its span must be removed from it.
/// The summary: <c>dotnet test tests/Wayward.Web.Tests --filter FullyQualifiedName~ScenarioTests --logger "console;verbosity=detailed" | grep "scenarios passed"</c>.
/// </summary>
public sealed class ScenarioTests(ITestOutputHelper output)
{
    private const string Absent = "The scenarios are not beside the project.";

    /// <summary>
    /// Numbers of the scenarios that are still outside their span. 91 wants a finding on a target that two peers began while their group was younger than L; by the rules what a group learned is
    /// established, so there is none.
    /// </summary>
    private static readonly HashSet<int> KnownFailing = [91];

    private static readonly string? Folder = Samples.Path("data", "scenarios");
    private static readonly ConcurrentDictionary<int, Lazy<Task<Outcome>>> Outcomes = new();

    public static TheoryData<int> Numbers
    {
        get
        {
            var numbers = new TheoryData<int>();
            foreach (int number in All().Keys.DefaultIfEmpty(0)) numbers.Add(number);
            return numbers;
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task A_scenario_is_inside_its_span_unless_it_is_known_to_fail(int number)
    {
        Assert.SkipUnless(Folder is not null, Absent);
        var outcome = await OutcomeOf(number);
        if (KnownFailing.Contains(number)) Assert.False(outcome.IsInside, $"{outcome} passes now: remove {number} from {nameof(KnownFailing)}.");
        else Assert.True(outcome.IsInside, $"{outcome} Wanted: {outcome.Wanted}");
    }

    [Fact]
    public async Task The_list_of_known_failures_names_only_scenarios_that_exist()
    {
        Assert.SkipUnless(Folder is not null, Absent);
        var all = All();
        Assert.Empty(KnownFailing.Except(all.Keys));
        var outcomes = new List<Outcome>();
        foreach (int number in all.Keys) outcomes.Add(await OutcomeOf(number));
        foreach (var outcome in outcomes.Where(o => !o.IsInside)) output.WriteLine(outcome.ToString());
        output.WriteLine($"scenarios passed: {outcomes.Count(o => o.IsInside)} of {outcomes.Count}");
    }

    private static SortedDictionary<int, string> All() => new(
        (Folder is null ? [] : Directory.EnumerateDirectories(Folder)).ToDictionary(d => int.Parse(Path.GetFileName(d).Split('-')[0], CultureInfo.InvariantCulture)));

    private static Task<Outcome> OutcomeOf(int number) => Outcomes.GetOrAdd(number, n => new(() => RunAsync(All()[n]))).Value;

    private static async Task<Outcome> RunAsync(string folder)
    {
        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "expected.json")));
        var arguments = expected.RootElement.GetProperty("arguments").EnumerateArray().Select(a => a.GetString()!);
        var (_, json, _, _) = await ScanCli.ScanJsonAsync([Path.Combine(folder, "log"), .. arguments]);
        using (json)
        {
            int reported = json.RootElement.GetProperty("findings").EnumerateArray().Count(f => f.GetProperty("reported").GetBoolean());
            var span = expected.RootElement.GetProperty("reported");
            return new(Path.GetFileName(folder), reported, span[0].GetInt32(), span[1].GetInt32(), expected.RootElement.GetProperty("wanted").GetString()!);
        }
    }

    private sealed record Outcome(string Name, int Reported, int Least, int Most, string Wanted)
    {
        public bool IsInside => Reported >= Least && Reported <= Most;
        public override string ToString() => $"{Name}: {Reported} reported, {Least} to {Most} accepted.";
    }
}
