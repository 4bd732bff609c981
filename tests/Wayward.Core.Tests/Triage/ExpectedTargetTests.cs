using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Triage;

/// <summary>Section 8 of the rules: what a rule covers, and what covering does.</summary>
public sealed class ExpectedTargetTests
{
    private static readonly ContactFacts Contact = new(new("i-1"), "1111", "vpc-1", "subnet-1", "asg:web", "eni-1", null, IpAddress.Parse("8.8.8.8"), 53, DnsTransport.Dns, "Google Public DNS", CatalogTier.Dedicated, 3_600_000);

    private static ExpectedTarget Rule(int id = 1, ExpectedAction action = ExpectedAction.Expected) => new() { Id = id, Action = action, Reason = "because" };

    private static bool Covers(ExpectedTarget rule) => new ExpectedMatcher([rule]).Decide(Contact) is not null;

    [Fact] public void An_empty_rule_covers_anything() => Assert.True(Covers(Rule()));

    [Fact]
    public void Fields_and_together_and_lists_or_inside()
    {
        Assert.True(Covers(Rule() with { Scope = new() { Accounts = ["0000", "1111"], Vpcs = ["vpc-1"], Subnets = ["subnet-1"], Cohorts = ["asg:web"], Instances = ["i-1"], Interfaces = ["eni-1"] }, Ports = [53], Transports = [DnsTransport.Dns] }));
        Assert.False(Covers(Rule() with { Scope = new() { Accounts = ["1111"], Vpcs = ["vpc-2"] } }));
        Assert.False(Covers(Rule() with { Scope = new() { Roles = ["scanner"] } }));
        Assert.False(Covers(Rule() with { Transports = [DnsTransport.DoT] }));
        Assert.False(Covers(Rule() with { Ports = [853] }));
    }

    [Fact]
    public void Targets_are_prefixes_or_providers_or_tiers()
    {
        Assert.True(Covers(Rule() with { Prefixes = [IpPrefix.Parse("8.8.8.0/24")], Providers = ["Quad9"] }));
        Assert.True(Covers(Rule() with { Prefixes = [IpPrefix.Parse("9.9.9.9")], Providers = ["Google Public DNS"] }));
        Assert.True(Covers(Rule() with { Tiers = [CatalogTier.Dedicated] }));
        Assert.False(Covers(Rule() with { Prefixes = [IpPrefix.Parse("9.9.9.9")], Tiers = [CatalogTier.PersonalHost] }));
        Assert.True(Covers(Rule() with { Prefixes = [IpPrefix.Parse("64:ff9b::808:808")] }));
    }

    [Fact]
    public void Validity_is_half_open()
    {
        Assert.True(Covers(Rule() with { ValidFrom = Contact.Time, ValidTo = Contact.Time + 3_600 }));
        Assert.False(Covers(Rule() with { ValidFrom = Contact.Time + 3_600 }));
        Assert.False(Covers(Rule() with { ValidTo = Contact.Time }));
    }

    [Fact]
    public void Any_forbid_wins_and_the_order_of_rules_never_matters()
    {
        ExpectedTarget[] rules = [Rule(1), Rule(2), Rule(3, ExpectedAction.Forbid), Rule(4, ExpectedAction.Forbid)];
        for (int i = 0; i < 10; i++)
        {
            Random.Shared.Shuffle(rules);
            Assert.Equal(3, new ExpectedMatcher(rules).Decide(Contact)!.Id);
        }
        Assert.Equal(1, new ExpectedMatcher([Rule(2), Rule(1)]).Decide(Contact)!.Id);
    }

    [Fact] public void A_deleted_rule_acts_no_more() => Assert.False(Covers(Rule() with { DeletedAt = 1 }));

    private static World Fleet()
    {
        var world = new World();
        for (int i = 0; i < 3; i++) world.Instance($"web-{i}").InAsg("web").InSubnet($"subnet-{i % 2}").Asks("9.9.9.9").Daily().Asks("8.8.8.8").Daily(40 + i);
        return world;
    }

    [Fact]
    public void A_rule_without_a_beginning_closes_what_it_covers()
    {
        Assert.Equal(3, Fleet().Evaluate().Findings.Count);
        Assert.Empty(Fleet().Expect("8.8.8.8").Evaluate().Findings);
        Assert.Equal(2, Fleet().Expect("8.8.8.8", scope: new() { Instances = [World.Id("web-0")] }).Evaluate().Findings.Count);
        Assert.Single(Fleet().Expect("8.8.8.8", scope: new() { Subnets = ["subnet-0"] }).Evaluate().Findings);
        Assert.Empty(Fleet().Expect("8.8.8.8", scope: new() { Cohorts = ["asg:web"] }).Evaluate().Findings);
    }

    [Fact]
    public void A_window_that_expires_makes_continued_use_alert_once_and_say_so()
    {
        var world = new World();
        world.Instance("web-1").Asks("9.9.9.9").Daily().Asks("8.8.8.8").Daily(20);
        world.Expect("8.8.8.8", from: 20, to: 30);
        var finding = Assert.Single(world.Evaluate().Findings);
        Assert.Equal(World.At(30), finding.First);
        Assert.Equal("was expected until 31 January 2026 by rule 1", finding.Novelty.WasExpected);
    }

    [Fact]
    public void An_expected_contact_is_no_history_for_peers()
    {
        var world = new World();
        for (int i = 0; i < 4; i++) world.Instance($"old-{i}").InAsg("web").Asks("8.8.8.8").Daily();
        world.Instance("new").InAsg("web").Runs(39).Asks("8.8.8.8").On(40);
        Assert.Empty(world.Evaluate().Findings);
        world.Expect("8.8.8.8", scope: new() { Instances = [.. Enumerable.Range(0, 4).Select(i => World.Id($"old-{i}"))] });
        Assert.Single(world.Evaluate().Findings);
    }

    [Fact]
    public void The_preview_shows_both_sides()
    {
        var world = Fleet();
        world.Instance("old").Asks("8.8.8.8").Daily(1);
        var ledger = world.Ledger();
        var from = world.Engine().Evaluate(ledger).Findings[0];
        var rule = Rule(0) with { Prefixes = [IpPrefix.Parse("8.8.8.8")] };

        var preview = ExpectedPreviewBuilder.Build(ledger, world.Engine(), rule, fromFindingId: from.Id);

        Assert.Equal(3, preview.Closes.Count);
        Assert.Equal(3, preview.Instances.Count);
        Assert.Equal(World.Id("old"), Assert.Single(preview.UnaskedContacts).Instance.Id);
        Assert.Equal([from.Subject.Id], preview.Narrowest!.Instances);
        Assert.Contains(preview.Warnings, w => w.StartsWith("No expiry", StringComparison.Ordinal));

        var narrow = ExpectedPreviewBuilder.Build(ledger, world.Engine(), rule with { Scope = preview.Narrowest }, fromFindingId: from.Id);
        Assert.Equal([from.Id], narrow.Closes);
        Assert.Empty(narrow.UnaskedContacts);
    }

    [Fact]
    public void The_preview_tells_what_stays_open_but_smaller()
    {
        var world = new World();
        world.Instance("web-1").Asks("9.9.9.9").Daily().Asks("8.8.8.8").Daily(40).Asks("8.8.4.4").Daily(41);
        var ledger = world.Ledger();
        var finding = Assert.Single(world.Engine().Evaluate(ledger).Findings);
        var first = ExpectedPreviewBuilder.Build(ledger, world.Engine(), Rule(0) with { Prefixes = [IpPrefix.Parse("8.8.8.8")] });
        Assert.Empty(first.Closes);
        Assert.Equal([finding.Id], first.PartlyCovered);
    }

    [Fact]
    public void Lint_names_what_is_doubtful()
    {
        long now = World.At(50);
        IReadOnlyList<string> Lint(ExpectedTarget rule, params ExpectedTarget[] others) => ExpectedLint.Check(rule, others, TestCatalog.Default, now, 0);
        Assert.Contains(Lint(Rule(0)), w => w.StartsWith("Any instance, any target", StringComparison.Ordinal));
        Assert.Contains(Lint(Rule(0) with { Prefixes = [IpPrefix.Parse("8.0.0.0/8")] }), w => w.Contains("wider than /16", StringComparison.Ordinal));
        Assert.Contains(Lint(Rule(0) with { Prefixes = [IpPrefix.Parse("2a00::/16")] }), w => w.Contains("wider than /32", StringComparison.Ordinal));
        Assert.Contains(Lint(Rule(0) with { Prefixes = [IpPrefix.Parse("104.21.5.5")] }), w => w.Contains("every other service behind these addresses", StringComparison.Ordinal));
        Assert.Contains(Lint(Rule(0) with { ValidTo = now }), w => w.StartsWith("Expired", StringComparison.Ordinal));
        Assert.Contains(Lint(Rule(0)), w => w == "Unmatched for 90 days.");
        Assert.Contains(Lint(Rule(0) with { Prefixes = [IpPrefix.Parse("8.8.8.8")] }, Rule(7) with { Prefixes = [IpPrefix.Parse("8.8.8.0/24")] }), w => w.StartsWith("Shadowed: rule 7", StringComparison.Ordinal));
        Assert.Contains(Lint(Rule(0) with { Prefixes = [IpPrefix.Parse("8.8.8.8")] }, Rule(7, ExpectedAction.Forbid)), w => w.StartsWith("Without effect: rule 7", StringComparison.Ordinal));
        Assert.DoesNotContain(Lint(Rule(0) with { Prefixes = [IpPrefix.Parse("8.8.8.8")], ValidTo = now + 86_400 }), w => w.StartsWith("No expiry", StringComparison.Ordinal));
    }
}
