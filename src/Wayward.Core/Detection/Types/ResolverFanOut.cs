using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// Many new targets of one instance within a day, or several within a minute, over any transport: one finding, and the first contacts are its members. It is a run of new targets that follow each other within
/// <see cref="PatternOptions.FanOutGap"/>. A member that a rule forbids, or that an uncatalogued server keeps at clockwork, stays a finding of its own too.
/// </summary>
public sealed class ResolverFanOut() : PatternType(8, "ResolverFanOut")
{
    public static FindingType Type { get; } = new ResolverFanOut();

    public override IReadOnlyList<Recommendation> Recommendations => Reports.Recommendations.Many;

    public override bool Gathers => true;

    public override bool HasOperator => false;
    public override string WithoutOperator => "Several operators";
    internal override bool ScoresMembers => true;

    internal override FindingGroup Group(in Alert alert, bool providerMerge) => new(this, new(SubjectKind.Instance, alert.Instance.Key.Id), DnsTransport.Dns, "any");

    internal override bool Joins(FindingDraft draft, in Alert next, Parameters parameters) => next.Start - draft.LastStart <= (long)parameters.Options.Patterns.FanOutGap.TotalSeconds;

    internal override void Gather(PatternSearch search)
    {
        var contacts = search.Contacts;
        if (contacts.Count < Math.Min(search.Options.FanOutTargets, search.Options.FanOutBurstTargets)) return;
        long gap = (long)search.Options.FanOutGap.TotalSeconds;
        var members = new HashSet<Alert>();
        for (int first = 0; first < contacts.Count;)
        {
            int end = first + 1;
            while (end < contacts.Count && contacts[end].Start - contacts[end - 1].Start <= gap) end++;
            if (SlidingWindow.Most(contacts, first, end, (long)search.Options.FanOutWindow.TotalSeconds, Target) >= search.Options.FanOutTargets
                || SlidingWindow.Most(contacts, first, end, (long)search.Options.FanOutBurstWindow.TotalSeconds, Target) >= search.Options.FanOutBurstTargets)
            {
                for (int i = first; i < end; i++)
                {
                    search.Add(contacts[i] with { Type = this });
                    if (!StandsAlone(contacts[i])) members.Add(contacts[i]);
                }
            }
            first = end;
        }
        search.Absorb(members);
    }

    private static bool StandsAlone(in Alert alert) => alert.Evaluation.Decision == EpisodeDecision.Forbidden || alert.Episode.IsRegular;

    /// <summary>Addresses of one operator are several targets; those of one uncatalogued /64 are one.</summary>
    private static (DnsTransport, string) Target(Alert alert) =>
        (alert.Destination.Destination.Transport, alert.Destination.Provider is null ? FindingGroup.TargetOf(alert.Destination, providerMerge: true) : alert.Destination.Destination.Address.ToString());

    private protected override string Clause(Finding finding, string target) =>
        $"asked {Wording.Count(finding.Addresses.Select(a => a.Address).Distinct().Count(), "new DNS server")} {(Began(finding) is > 0 and var span ? "within " + Wording.Span(span) : "at once")}";

    /// <summary>Seconds from the first to the last of the first contacts.</summary>
    private static long Began(Finding finding) => finding.Addresses.Max(a => a.FirstContact) - finding.First;

    private protected override ScoreFactor Start(FindingCase c) => new("start", c.Patterns.FanOutSeverity,
        $"{Wording.Count(c.Draft.Alerts.Select(a => a.Destination.Destination).Distinct().Count(), "new DNS target")} between {Wording.Moment(c.Time)} and {Wording.Moment(c.Draft.LastStart)}; {c.Patterns.FanOutTargets} or more within {Wording.Span((long)c.Patterns.FanOutWindow.TotalSeconds)}, or {c.Patterns.FanOutBurstTargets} within {Wording.Span((long)c.Patterns.FanOutBurstWindow.TotalSeconds)}, are one finding.");

    private protected override string LastStep(FindingCase c) =>
        $"{c.Instance.Key} had been observed for {Wording.Span(c.First.Evaluation.Age)}. One finding for all of these targets; the first contacts are its members.";

    private protected override string Counterfactual(FindingCase c) =>
        $"Would have been single findings with fewer than {c.Patterns.FanOutTargets} new targets within {Wording.Span((long)c.Patterns.FanOutWindow.TotalSeconds)} and fewer than {c.Patterns.FanOutBurstTargets} within {Wording.Span((long)c.Patterns.FanOutBurstWindow.TotalSeconds)}.";
}
