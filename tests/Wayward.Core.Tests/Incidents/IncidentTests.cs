using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Tests.Incidents;

public sealed class IncidentTests
{
    private static readonly KinshipFacts Plain = new(UnusualDnsResolver.Type, DnsTransport.Dns, "Google", "web", ContactOutcome.Blocked, 1_000_000);

    [Fact]
    public void A_block_and_another_transport_within_a_day_on_one_instance_are_a_chain()
    {
        var dot = Plain with { Type = UnusualDotActivity.Type, Transport = DnsTransport.DoT, Target = "Quad9", Asg = null, Outcome = ContactOutcome.Answered, First = Plain.First + 3_600 };
        Assert.Equal(Kinship.SameInstance | Kinship.EvasionChain, Kinships.Between(Plain, dot, sharesInstance: true));
        Assert.Equal(Kinship.None, Kinships.Between(Plain, dot, sharesInstance: false));
        Assert.Equal(Kinship.SameInstance, Kinships.Between(Plain, dot with { First = Plain.First + 2 * 86_400 }, sharesInstance: true));
        Assert.Equal(Kinship.SameInstance, Kinships.Between(Plain with { Outcome = ContactOutcome.Answered }, dot, sharesInstance: true));
        Assert.Equal(Kinship.SameInstance | Kinship.EvasionChain, Kinships.Between(Plain with { Outcome = ContactOutcome.Answered }, dot with { Type = EvasionAfterBlock.Type }, sharesInstance: true));
        Assert.Equal(Kinship.SameTarget | Kinship.SameGroup, Kinships.Between(Plain, Plain, sharesInstance: false));
        Assert.Equal("evasion chain, same instance", Kinships.Words(Kinship.SameInstance | Kinship.EvasionChain));
    }

    [Fact]
    public void All_faults_of_an_edit_are_named_at_once()
    {
        Assert.Empty(IncidentRules.Faults(new() { Title = "x", Owner = "", Severity = new(null, ""), Narrative = "", Status = IncidentStatus.Closed }));
        var faults = IncidentRules.Faults(new() { Title = " ", Owner = new string('a', 201), Severity = new(95, ""), Narrative = new string('x', 100_001), Status = (IncidentStatus)9 });
        Assert.Equal(6, faults.Count);
        Assert.Contains("The reason for the severity must not be empty.", faults);
    }

    [Fact]
    public void A_title_is_proposed_from_what_the_findings_share()
    {
        Assert.Equal("Google on web-1", IncidentRules.ProposeTitle(["web-1"], ["Google"]));
        Assert.Equal("2 DNS targets on 3 instances or groups", IncidentRules.ProposeTitle(["a", "b", "c"], ["x", "y"]));
        Assert.DoesNotContain('\u202E', IncidentRules.ProposeTitle(["a\u202Eb"], ["Google"]));
    }

    [Fact]
    public void Events_of_all_findings_and_decisions_stand_in_one_order_of_time()
    {
        var events = IncidentEvents.Build(
            [new("f2", "web-2", "Quad9 (9.9.9.9)", "DoT", 200, 900, 1_000, "why"), new("f1", "web-1", "Google (8.8.8.8)", "DNS", 100, 100, 1_000, "why")],
            [new(1_500, "ana", "finding.close", "Closed as true positive", "f1", true), new(1_400, "ana", "incident.create", "Made incident 1", null, false)]);
        Assert.Equal(
            [(100, IncidentEventKind.FirstContact, "web-1"), (200, IncidentEventKind.FirstContact, "web-2"), (900, IncidentEventKind.LastContact, "web-2"), (1_000, IncidentEventKind.Detected, "web-1"),
             (1_000, IncidentEventKind.Detected, "web-2"), (1_400, IncidentEventKind.Incident, ""), (1_500, IncidentEventKind.Decision, "web-1")],
            events.Select(e => (e.At, e.Kind, e.Subject)));
        Assert.EndsWith("(undone since)", events[^1].Text, StringComparison.Ordinal);
    }
}
