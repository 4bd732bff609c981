namespace Wayward.Core.Detection;

/// <summary>Many instances of several cohorts begin one target within a day: one finding about the fleet beside the single ones.</summary>
public sealed class FleetSwitch() : PatternType(12, "FleetSwitch")
{
    public static FindingType Type { get; } = new FleetSwitch();

    internal override FindingGroup Group(in Alert alert, bool providerMerge) => base.Group(alert, providerMerge) with { Subject = new Subject(SubjectKind.Cohort, FindingGroup.Fleet) };

    internal override List<Alert> FindInFleet(List<Alert> alerts, Parameters parameters)
    {
        var options = parameters.Options.Patterns;
        var found = new List<Alert>();
        if (alerts.Count < options.FleetInstances) return found;
        long window = (long)options.FleetWindow.TotalSeconds;
        alerts.Sort(Alert.Order);
        for (int first = 0; first < alerts.Count;)
        {
            int end = first;
            while (end < alerts.Count && alerts[end].Start - alerts[first].Start <= window) end++;
            var begun = alerts[first..end];
            bool many = begun.Select(a => a.Instance).Distinct().Count() >= options.FleetInstances && Cohorts(begun) >= options.FleetCohorts;
            if (many) found.AddRange(begun.Select(a => a with { Type = this }));
            first = many ? end : first + 1;
        }
        return found;
    }

    internal override string Subject(Finding finding) => Wording.Count(finding.Members.Count, "instance");

    private protected override string Clause(Finding finding, string target) => $"began to use {target} by {Wording.Protocol(finding.Transport)} within a day";

    private protected override ScoreFactor Start(FindingCase c) => new("start", c.Patterns.FleetSeverity,
        $"{Wording.Count(c.Draft.Alerts.Select(a => a.Instance.Key).Distinct().Count(), "instance")} of {Wording.Count(Cohorts(c.Draft.Alerts), "cohort")} began it within {Wording.Span((long)c.Patterns.FleetWindow.TotalSeconds)}.");

    private protected override string Counterfactual(FindingCase c) =>
        $"Would not have fired with fewer than {c.Patterns.FleetInstances} instances or {c.Patterns.FleetCohorts} cohorts within {Wording.Span((long)c.Patterns.FleetWindow.TotalSeconds)}.";

    private static int Cohorts(IEnumerable<Alert> alerts) => alerts.Select(a => a.Instance.CohortAt(a.Start)).Where(c => c is not null).Distinct(StringComparer.Ordinal).Count();
}
