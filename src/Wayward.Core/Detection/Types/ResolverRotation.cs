using Wayward.Core.Contacts;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Several operators within a week, most of them new.</summary>
public sealed class ResolverRotation() : PatternType(9, "ResolverRotation")
{
    public static FindingType Type { get; } = new ResolverRotation();

    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Fallback, .. base.Techniques(finding)];

    public override IReadOnlyList<Recommendation> Recommendations => Reports.Recommendations.Many;

    public override bool HasOperator => false;
    public override string WithoutOperator => "Several operators";

    internal override FindingGroup Group(in Alert alert, bool providerMerge) => new(this, SubjectOf(alert), DnsTransport.Dns, "any");

    internal override void Gather(PatternSearch search)
    {
        long window = (long)search.Options.RotationWindow.TotalSeconds;
        var reported = new HashSet<Alert>();
        var begun = search.Own.FindAll(a => a.Destination.Provider is not null && IsNewOperator(a, search.Parameters));
        foreach (var last in begun)
        {
            long from = last.Start - window;
            var recent = begun.FindAll(a => a.Start >= from && a.Start <= last.Start);
            if (recent.Select(a => a.Destination.Provider).Distinct(StringComparer.Ordinal).Count() < search.Options.RotationNew) continue;
            var providers = last.Instance.Destinations
                .Where(d => d.Provider is not null && d.Episodes.Any(e => e.Start <= last.Start && e.End >= from))
                .Select(d => d.Provider!).Distinct(StringComparer.Ordinal).Count();
            if (providers < search.Options.RotationProviders) continue;
            foreach (var alert in recent)
                if (reported.Add(alert)) search.Add(alert with { Type = this });
        }
    }

    /// <summary>Another address of an operator that is in use is no change of operator.</summary>
    private static bool IsNewOperator(in Alert alert, Parameters parameters)
    {
        foreach (var known in alert.Instance.Destinations)
            if (known.Provider == alert.Destination.Provider && known.UsedBefore(alert.Start, parameters, out var episode) && episode.Start < alert.Start - UnixTime.DaySeconds) return false;
        return true;
    }

    private protected override string Clause(Finding finding, string target) =>
        $"went from one DNS operator to the next: {Wording.List([.. finding.Addresses.OrderBy(a => a.FirstContact).Select(a => a.Provider ?? a.Address.ToString()).Distinct(StringComparer.Ordinal)], 6)}";

    private protected override ScoreFactor Start(FindingCase c)
    {
        var operators = c.Draft.Alerts.Select(a => a.Destination.Provider!).Distinct(StringComparer.Ordinal).ToList();
        return new("start", c.Patterns.RotationSeverity, $"{Wording.Count(operators.Count, "new operator")} within {Wording.Span((long)c.Patterns.RotationWindow.TotalSeconds)}: {Wording.List(operators, 6)}.");
    }

    private protected override string Counterfactual(FindingCase c) =>
        $"Would not have fired with fewer than {c.Patterns.RotationNew} new operators, or with fewer than {c.Patterns.RotationProviders} in all, within {Wording.Span((long)c.Patterns.RotationWindow.TotalSeconds)}.";
}
