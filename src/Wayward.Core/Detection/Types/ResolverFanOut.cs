using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Many new targets in one UTC day: one finding, and the single ones become its members.</summary>
public sealed class ResolverFanOut() : PatternType(8, "ResolverFanOut")
{
    public static FindingType Type { get; } = new ResolverFanOut();

    public override bool HasOperator => false;
    public override string WithoutOperator => "Several operators";

    internal override FindingGroup Group(in Alert alert, bool providerMerge) => new(this, SubjectOf(alert), DnsTransport.Dns, "any");

    internal override void Find(PatternSearch search)
    {
        var members = new HashSet<Alert>();
        foreach (var day in search.Own.Where(a => a.Destination.Destination.Transport is DnsTransport.Dns or DnsTransport.DoT or DnsTransport.DoQ).GroupBy(a => UnixTime.Day(a.Start)))
        {
            if (day.Select(a => a.Destination.Destination).Distinct().Count() < search.Options.FanOutTargets) continue;
            foreach (var alert in day)
            {
                members.Add(alert);
                search.Add(alert with { Type = this });
            }
        }
        search.Absorb(members);
    }

    private protected override string Clause(Finding finding, string target) => $"asked {Wording.Count(finding.Addresses.Select(a => a.Address).Distinct().Count(), "new DNS server")} within a day";

    private protected override ScoreFactor Start(FindingCase c) => new("start", c.Patterns.FanOutSeverity,
        $"{Wording.Count(c.Draft.Alerts.Select(a => a.Destination.Destination).Distinct().Count(), "new DNS target")} on {Wording.Date(c.Time)}, {c.Patterns.FanOutTargets} or more being too many for one day.");

    private protected override string LastStep(FindingCase c) =>
        $"{c.Instance.Key} had been observed for {Wording.Span(c.First.Evaluation.Age)}, at least {Wording.Span(c.Parameters.Learning)}. Finding beside those of the single contacts, which are its members.";

    private protected override string Counterfactual(FindingCase c) => $"Would have been single findings with fewer than {c.Patterns.FanOutTargets} new targets on that day.";
}
