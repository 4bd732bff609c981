namespace Wayward.Core.Detection;

/// <summary>A finding about a pattern in several contacts or hours, beside the findings about the single contacts.</summary>
public abstract class PatternType(byte id, string name) : FindingType(id, name)
{
    /// <summary>What happened, to follow the subject.</summary>
    private protected abstract string Clause(Finding finding, string target);

    /// <summary>Severity in tenths, and the sentence with the facts that it rests on.</summary>
    private protected abstract ScoreFactor Start(FindingCase c);

    /// <summary>What raises severity above the start.</summary>
    private protected virtual IEnumerable<ScoreFactor> More(FindingCase c) => [];

    private protected abstract string Counterfactual(FindingCase c);

    /// <summary>The last step of the rule path.</summary>
    private protected virtual string LastStep(FindingCase c) =>
        $"{c.Instance.Key} had been observed for {Wording.Span(c.First.Evaluation.Age)}, at least {Wording.Span(c.Parameters.Learning)}. Finding.";

    internal sealed override string Headline(Finding finding, string target) => $"{Subject(finding)} {Clause(finding, target)}";

    internal sealed override string Why(Finding finding) => finding.SeverityFactors.Count > 0 ? finding.SeverityFactors[0].Evidence.TrimEnd('.') : "";

    /// <summary>Its own start, or the severity of its most severe member.</summary>
    internal sealed override List<ScoreFactor> Severity(FindingCase c)
    {
        var factors = new List<ScoreFactor>([Start(c), .. More(c)]);
        if (c.MostSevere is { } most && most.Severity > factors.Sum(f => f.Points))
            factors.Add(new("most-severe-member", most.Severity - factors.Sum(f => f.Points), $"{most.Case.Instance.Key} to {most.Case.Destination.Address} would be {Wording.Tenths(most.Severity)} by itself: {string.Join(" ", most.Factors.Skip(1).Where(f => f.Points > 0).Select(f => f.Evidence))}".TrimEnd()));
        return factors;
    }

    internal sealed override List<string> Path(FindingCase c) => [SeverityScorer.Factors(c)[0].Evidence, LastStep(c)];

    internal sealed override List<string> Counterfactuals(FindingCase c) => [Counterfactual(c)];
}
