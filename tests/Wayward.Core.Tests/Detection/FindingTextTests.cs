using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

public sealed class FindingTextTests
{
    private static Finding One(Action<World> describe, double days = 70)
    {
        var world = new World(days);
        describe(world);
        return Assert.Single(world.Evaluate().Findings);
    }

    [Fact]
    public void The_headline_is_a_sentence_one_can_act_on()
    {
        var finding = One(w => w.Instance("web-17").Asks("9.9.9.9").Daily().Asks("8.8.8.8").On(61));
        Assert.Equal("web-17 asked Google Public DNS (8.8.8.8) for the first time: never before in 61 days of observation.", FindingText.Headline(finding));
        Assert.Equal("never before in 61 days of observation; usual: Quad9 daily since 1 Jan", FindingText.Why(finding));
        Assert.Equal(("Google Public DNS", "8.8.8.8"), FindingText.Target(finding));
    }

    [Fact] public void An_unknown_target_goes_by_its_address() => Assert.Equal("web-17 asked 203.119.1.1 for the first time: never before in 61 days of observation.", FindingText.Headline(One(w => w.Instance("web-17").Asks("203.119.1.1").On(61))));

    [Fact]
    public void Encrypted_dns_is_named() =>
        Assert.Equal("web-17 sent DNS over HTTPS to Google Public DNS (8.8.8.8) for the first time: never before in 61 days of observation.", FindingText.Headline(One(w => w.Instance("web-17").Asks("8.8.8.8", DnsTransport.DoH).On(61))));

    [Fact] public void A_blocked_try_is_a_try() => Assert.Equal("web-17 tried to ask Google Public DNS (8.8.8.8) for the first time: never before in 61 days of observation.", FindingText.Headline(One(w => w.Instance("web-17").Asks("8.8.8.8").Blocked().On(61))));

    [Fact]
    public void Several_addresses_are_counted() =>
        Assert.Equal("web-17 asked Google Public DNS (8.8.8.8 and 1 more) for the first time: never before in 61 days of observation.", FindingText.Headline(One(w => w.Instance("web-17").Asks("8.8.8.8").On(61).Asks("8.8.4.4").On(62))));

    [Fact]
    public void Something_seen_before_says_how_long_ago()
    {
        var finding = One(w => w.Instance("web-17").Asks("9.9.9.9").Daily().Asks("8.8.8.8").On(2, 94), 100);
        Assert.Equal("web-17 asked Google Public DNS (8.8.8.8) again after 91 days.", FindingText.Headline(finding));
        Assert.StartsWith("again after 91 days, last on 3 Jan; usual: ", FindingText.Why(finding), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lapsed_rule_is_named()
    {
        var finding = One(w => w.Expect("8.8.8.8", from: 40, to: 50).Instance("web-17").Asks("8.8.8.8").Daily(40));
        Assert.Equal("web-17 asked Google Public DNS (8.8.8.8), which was expected until 20 February 2026 by rule 1.", FindingText.Headline(finding));
    }

    [Fact]
    public void A_forbidden_target_is_called_so() =>
        Assert.Equal("web-17 asked Google Public DNS (8.8.8.8), although a rule forbids it.", FindingText.Headline(One(w => w.Expect("8.8.8.8", action: ExpectedAction.Forbid).Instance("web-17").Asks("8.8.8.8").On(3))));

    [Fact]
    public void A_cohort_is_spoken_of_as_one()
    {
        var finding = One(w =>
        {
            for (int i = 0; i < 4; i++) w.Instance($"old-{i}").InAsg("web").Asks("9.9.9.9").Daily();
            for (int i = 0; i < 2; i++) w.Instance($"new-{i}").InAsg("web").Runs(60).Asks("8.8.8.8").On(61 + i * 0.1);
        });
        Assert.Equal("2 instances of asg:web asked Google Public DNS (8.8.8.8), which is not established in their group.", FindingText.Headline(finding));
        Assert.StartsWith("established at 0 of 5 other members of asg:web", FindingText.Why(finding), StringComparison.Ordinal);
    }

    [Fact]
    public void The_explanation_holds_path_points_and_counterfactuals()
    {
        var finding = One(w => w.Instance("web-17").Asks("9.9.9.9").Daily().Asks("8.8.8.8").On(10));
        string text = string.Join("\n", FindingText.Explain(finding));
        Assert.Contains("Usual: Quad9 daily since 1 Jan. Observed for 10 days, with records in 100 % of the hours. This target was never contacted before in that time.", text, StringComparison.Ordinal);
        Assert.Contains("evaluated by its own history", text, StringComparison.Ordinal);
        Assert.Contains("50 (start)", text.Replace("5.0 (start)", "50 (start)", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("with a learning time of 11 days or longer", text, StringComparison.Ordinal);
        Assert.Contains(finding.Id, text, StringComparison.Ordinal);
    }
}
