using Wayward.Core.Detection;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>Every scenario by name with its expected findings: subject, transport, target and first-contact second must all agree.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Names => [.. Scenarios.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_scenario_has_exactly_its_findings(string name)
    {
        var scenario = Scenarios.All.Single(s => s.Name == name);
        var findings = scenario.Build().Evaluate().Findings;
        Assert.Equal(Text(scenario.Reported), Text(findings.Where(f => f.Reported).Select(Of)));
        Assert.Equal(Text(scenario.Low), Text(findings.Where(f => !f.Reported).Select(Of)));
        foreach (var finding in findings)
        {
            Assert.NotEmpty(FindingText.Headline(finding));
            Assert.NotEmpty(FindingText.Why(finding));
            Assert.NotEmpty(FindingText.Explain(finding));
            Assert.Equal(finding.Severity, finding.SeverityFactors.Sum(s => s.Points));
        }
    }

    [Fact]
    public void A_worms_severity_rises_as_it_spreads()
    {
        Finding Worm(int victims)
        {
            var world = new World();
            for (int i = 0; i < 5; i++) world.Instance($"old-{i}").InAsg("web").Asks("9.9.9.9").Daily();
            for (int i = 0; i < victims; i++) world.Instance($"new-{i}").InAsg("web").Runs(39).Asks("203.119.1.1").Hourly(40 + i * 0.3);
            return Assert.Single(world.Evaluate().Findings);
        }
        Assert.True(Worm(3).Severity > Worm(1).Severity);
    }

    [Fact]
    public void The_quarterly_job_is_lower_when_it_reappears()
    {
        var findings = Scenarios.All.Single(s => s.Name == "quarterly job").Build().Evaluate().Findings;
        Assert.True(findings[1].Severity < findings[0].Severity);
        Assert.Contains("again after 90 days", FindingText.Headline(findings[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void An_iterating_resolver_has_a_low_finding_a_day_and_still_alerts_on_public_resolvers()
    {
        var world = Scenarios.All.Single(s => s.Name.StartsWith("iterating", StringComparison.Ordinal)).Build();
        var result = world.Evaluate();
        Assert.All(result.Findings, f => Assert.Equal((AskedAuthoritative.Type, false), (f.Type, f.Reported)));
        Assert.Contains("asked 30 authoritative servers directly", FindingText.Headline(result.Findings[0]), StringComparison.Ordinal);
        // While it learns, its role explains them, and nothing else is said.
        Assert.All(RoleDay.Of(result.Accepted), d => Assert.Contains(d.Role, (string[])[RoleNames.SmallIterator, RoleNames.IteratingResolver]));
        world.Instance("unbound").Asks("8.8.8.8").On(45).Asks("203.119.1.1", Core.Resolvers.DnsTransport.DoT).On(46);
        Assert.Equal(["8.8.8.8", "203.119.1.1"], world.Reported().Select(f => f.Addresses[0].Address.ToString()));
    }

    private static ExpectedFinding Of(Finding f) =>
        new(f.Type, f.Subject.Id, f.Transport, f.Type == BecameResolver.Type ? "" : f.Addresses.MinBy(a => (a.FirstContact, a.Address))!.Address.ToString(), f.First);

    private static string Text(IEnumerable<ExpectedFinding> findings) =>
        string.Join('\n', findings.Select(f => $"{f.First} {f.Type} {f.Subject} {f.Transport} {f.Target}").Order(StringComparer.Ordinal));
}
