using System.Globalization;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Testing;

namespace Wayward.Core.Tests.Evaluation;

/// <summary>
/// Recall on the attack scenarios, silence on the benign ones, and how often a quiet fleet calls. The small background runs always; the table of the documentation is written by <c>tests/evaluate.sh</c>, which sets
/// WAYWARD_EVALUATE to the file that it wants.
/// </summary>
public sealed class EvaluationTests
{
    /// <summary>Numbers were tuned on other seeds than these.</summary>
    private const int ReportSeed = 20_261;

    private static readonly (string Name, Func<DetectionOptions, DetectionOptions> Change)[] Ablations =
    [
        ("as shipped", o => o),
        ("without stories", o => o with { Stories = false }),
        ("without cohort fallback", o => o with { CohortFallback = false }),
        ("without cohorts", o => o with { Cohorts = false }),
        ("without roles", o => o with { Patterns = o.Patterns with { IteratingServers = 1_000_000, IteratingDays = 1_000 } }),
        ("without provider merge", o => o with { ProviderMerge = false }),
        ("guardduty profile", DetectionOptions.GuardDutyProfile),
    ];

    private sealed record Score(string Name, bool IsAttack, int Expected, int Found, int Missed, int Extra, int Low);

    private static (string, string, Core.Resolvers.DnsTransport, string, long) Key(Finding f) =>
        (f.Type.ToString(), f.Subject.Id, f.Transport, f.Type == BecameResolver.Type ? "" : f.Addresses.MinBy(a => (a.FirstContact, a.Address))!.Address.ToString(), f.First);

    private static Score Of(Scenario scenario, Func<DetectionOptions, DetectionOptions> change)
    {
        var world = scenario.Build();
        world.Options = change(world.Options);
        var all = world.Evaluate().Findings;
        var found = all.Where(f => f.Reported).Select(Key).ToHashSet();
        var expected = scenario.Reported.Select(e => (e.Type.ToString(), e.Subject, e.Transport, e.Target, e.First)).ToHashSet();
        return new Score(scenario.Name, scenario.IsAttack, expected.Count, found.Count, expected.Count(e => !found.Contains(e)), found.Count(f => !expected.Contains(f)), all.Count(f => !f.Reported));
    }

    private static (List<Finding> Notifications, double Rate, long InstanceDays) Background(int instances, Func<DetectionOptions, DetectionOptions> change, int seed)
    {
        var fleet = new FleetBackground(seed, instances);
        fleet.Count();
        var loader = new FleetLoader(new DetectionEngine(TestCatalog.Default, [], change(DetectionOptions.Default)), FleetBackground.MaxStart);
        foreach (var history in fleet.Histories) loader.Load(history);
        var reported = loader.Evaluate(fleet.Of).Findings.Where(f => f.Reported).ToList();
        return (reported, reported.Count * 1_000.0 / fleet.InstanceDays, fleet.InstanceDays);
    }

    [Fact]
    public void A_quiet_fleet_calls_at_most_once_for_a_thousand_instances_and_day()
    {
        var (_, rate, days) = Background(500, o => o, ReportSeed);
        Assert.True(days > 20_000);
        Assert.InRange(rate, 0, 1);
    }

    [Fact]
    public async Task The_evaluation_table()
    {
        string? path = Environment.GetEnvironmentVariable("WAYWARD_EVALUATE");
        Assert.SkipUnless(path is not null, "Set WAYWARD_EVALUATE to a file, or run tests/evaluate.sh.");
        var text = new StringBuilder();
        var culture = CultureInfo.InvariantCulture;
        text.AppendLine("| Scenario | expected | found | missed | extra | kept as low |").AppendLine("| --- | --- | --- | --- | --- | --- |");
        var shipped = Scenarios.All.Select(s => Of(s, o => o)).ToList();
        foreach (var score in shipped) text.AppendLine(culture, $"| {score.Name} | {score.Expected} | {score.Found} | {score.Missed} | {score.Extra} | {score.Low} |");

        text.AppendLine().AppendLine("| Variant | recall on attacks | extra on attacks | extra on benign | notifications per 1,000 instances and day (1,000 instances) |").AppendLine("| --- | --- | --- | --- | --- |");
        foreach (var (name, change) in Ablations)
        {
            var scores = Scenarios.All.Select(s => Of(s, change)).ToList();
            var attacks = scores.Where(s => s.IsAttack).ToList();
            var (count, rate, _) = Background(1_000, change, ReportSeed);
            text.AppendLine(culture, $"| {name} | {1 - attacks.Sum(s => s.Missed) / (double)attacks.Sum(s => s.Expected):0.00} | {attacks.Sum(s => s.Extra)} | {scores.Where(s => !s.IsAttack).Sum(s => s.Extra)} | {rate:0.000} ({count.Count}) |");
        }

        text.AppendLine().AppendLine("| Background | instance days | notifications | per 1,000 instances and day |").AppendLine("| --- | --- | --- | --- |");
        var rows = new List<(int Instances, List<Finding> Findings)>();
        var origins = new List<string>();
        foreach (int instances in new[] { 1_000, 10_000 })
        {
            var (count, rate, days) = Background(instances, o => o, ReportSeed + 1);
            text.AppendLine(culture, $"| {instances:N0} instances, {FleetBackground.Days} days | {days:N0} | {count.Count} | {rate:0.000} |");
            rows.Add((instances, count));
            var parts = count.SelectMany(f => f.Members).GroupBy(m => FleetBackground.PartOf(m, instances)).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Distinct().Count()}");
            origins.Add($"Instances in a notification, of {instances.ToString("N0", culture)}: {string.Join(", ", parts)}.");
            Assert.InRange(rate, 0, 1);
        }

        foreach (string origin in origins) text.AppendLine().AppendLine(origin);

        text.AppendLine().AppendLine("| Type of a notification of the backgrounds | 1,000 instances | 10,000 instances | highest severity |").AppendLine("| --- | --- | --- | --- |");
        foreach (var type in rows.SelectMany(r => r.Findings).GroupBy(f => f.Type.Name).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal))
            text.AppendLine(culture, $"| {type.Key} | {rows[0].Findings.Count(f => f.Type.Name == type.Key)} | {rows[1].Findings.Count(f => f.Type.Name == type.Key)} | {type.Max(f => f.Severity) / 10.0:0.0} |");

        text.AppendLine().AppendLine("| Attacks among the notifications of 1,000 instances | severity | notifications above it |").AppendLine("| --- | --- | --- |");
        foreach (var scenario in Scenarios.All.Where(s => s.IsAttack && s.Reported.Count > 0))
        {
            int highest = scenario.Build().Reported().Max(f => f.Severity);
            text.AppendLine(culture, $"| {scenario.Name} | {highest / 10.0:0.0} | {rows[0].Findings.Count(f => f.Severity > highest)} of {rows[0].Findings.Count} |");
        }

        text.AppendLine().AppendLine("| Confidence of reported findings in the scenarios | of attacks | of benign scenarios |").AppendLine("| --- | --- | --- |");
        var all = Scenarios.All.SelectMany(s => s.Build().Reported(), (s, f) => (s.IsAttack, f.Confidence)).ToList();
        foreach (var (from, to) in new[] { (50, 64), (65, 79), (80, 89), (90, 99) })
            text.AppendLine(culture, $"| {from} to {to} | {all.Count(x => x.IsAttack && x.Confidence >= from && x.Confidence <= to)} | {all.Count(x => !x.IsAttack && x.Confidence >= from && x.Confidence <= to)} |");

        text.AppendLine().AppendLine(culture, $"Time to detect, objects of one hour evaluated as they come: {TimeToDetect()} hours after the object that holds the first contact (the longest of all first-contact attacks).");
        await File.WriteAllTextAsync(path, text.ToString(), TestContext.Current.CancellationToken);
        Assert.Equal(0, shipped.Sum(s => s.Missed + s.Extra));
    }

    /// <summary>Feeds an attack hour by hour and counts the objects between the contact and its finding.</summary>
    private static int TimeToDetect()
    {
        int longest = 0;
        foreach (var scenario in Scenarios.All.Where(s => s.IsAttack).Take(5))
        {
            var world = scenario.Build();
            var expected = scenario.Reported[0];
            var engine = world.Engine();
            var ledger = new ContactLedger();
            int waited = -1;
            foreach (var batch in World.Batches(world.Objects(1), world.Catalog, world.Options))
            {
                ledger.Add(batch);
                if (ledger.MaxStart < expected.First) continue;
                waited++;
                if (engine.Evaluate(ledger).Findings.Any(f => f.First == expected.First)) break;
            }
            longest = Math.Max(longest, waited);
        }
        return longest;
    }
}
