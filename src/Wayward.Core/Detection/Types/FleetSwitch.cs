using Wayward.Core.Reports;

namespace Wayward.Core.Detection;

/// <summary>
/// Several instances of an account begin one operator within a day: one finding, and their first contacts are its members. It is a run of first contacts that follow each other within
/// <see cref="PatternOptions.FleetWindow"/>, so a fleet that grows stays one finding.
/// </summary>
public sealed class FleetSwitch() : PatternType(12, "FleetSwitch")
{
    public static FindingType Type { get; } = new FleetSwitch();

    public override IReadOnlyList<Recommendation> Recommendations => Reports.Recommendations.Fleet;

    public override bool Gathers => true;

    internal override bool ScoresMembers => true;

    /// <summary>The account tells findings apart: what its members share may change while it grows.</summary>
    internal override FindingGroup Group(in Alert alert, bool providerMerge)
    {
        var target = FleetTarget.Of(alert, providerMerge);
        return new(this, new(SubjectKind.Cohort, target.Account.Length > 0 ? "account:" + target.Account : "fleet"), target.Transport, target.Target);
    }

    /// <summary>The narrowest unit that all members share.</summary>
    internal override Subject Subject(FindingDraft draft)
    {
        foreach (string unit in draft.FirstAlert.Instance.GroupsAt(draft.First))
            if (draft.Alerts.All(a => a.Instance.IsIn(unit, a.Start))) return new(SubjectKind.Cohort, unit);
        return draft.Group.Subject;
    }

    internal override bool Joins(FindingDraft draft, in Alert next, Parameters parameters) => next.Start - draft.LastStart <= Window(parameters);

    internal override List<Alert> FindInFleet(List<Alert> alerts, Parameters parameters)
    {
        var found = new List<Alert>();
        if (alerts.Count < parameters.Options.Patterns.FleetInstances) return found;
        long window = Window(parameters);
        for (int first = 0; first < alerts.Count;)
        {
            int end = first + 1;
            while (end < alerts.Count && alerts[end].Start - alerts[end - 1].Start <= window) end++;
            if (SlidingWindow.Most(alerts, first, end, window, a => a.Instance.Key) >= parameters.Options.Patterns.FleetInstances)
                for (int i = first; i < end; i++) found.Add(alerts[i] with { Type = this });
            first = end;
        }
        return found;
    }

    internal override string Subject(Finding finding) => finding.Subject.Id is "fleet" ? Wording.Count(finding.Members.Count, "instance") : $"{Wording.Count(finding.Members.Count, "instance")} of {finding.Subject.Id}";

    private protected override string Clause(Finding finding, string target) => $"began to use {target} by {Wording.Protocol(finding.Transport)}";

    private protected override ScoreFactor Start(FindingCase c) => new("start", c.Patterns.FleetSeverity,
        $"{Wording.Count(c.Draft.Alerts.Select(a => a.Instance.Key).Distinct().Count(), "instance")} began it between {Wording.Moment(c.Time)} and {Wording.Moment(c.Draft.LastStart)}.");

    private protected override string LastStep(FindingCase c) =>
        $"At least {c.Patterns.FleetInstances} of them began it within {Wording.Span((long)c.Patterns.FleetWindow.TotalSeconds)}. One finding for all of them; their first contacts are its members.";

    private protected override string Counterfactual(FindingCase c) =>
        $"The members would have had findings of their own with fewer than {c.Patterns.FleetInstances} instances within {Wording.Span((long)c.Patterns.FleetWindow.TotalSeconds)}.";

    private static long Window(Parameters parameters) => (long)parameters.Options.Patterns.FleetWindow.TotalSeconds;
}
