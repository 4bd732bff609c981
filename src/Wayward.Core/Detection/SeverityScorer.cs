namespace Wayward.Core.Detection;

/// <summary>Severity in tenths as a list of factors that adds up (section 9 of the rules).</summary>
internal static class SeverityScorer
{
    public static IReadOnlyList<ScoreFactor> Factors(FindingCase c)
    {
        var s = c.Scoring;
        if (c.Parameters.Options.FixedSeverity is > 0 and var fixedSeverity)
            return [new("start", fixedSeverity, $"The profile gives every finding severity {Wording.Tenths(fixedSeverity)}.")];
        var factors = c.Type.Severity(c);
        int sum = factors.Sum(x => x.Points), kept = Math.Clamp(sum, s.Minimum, s.Maximum);
        if (kept != sum) factors.Add(new("clamp", kept - sum, $"Kept between {Wording.Tenths(s.Minimum)} and {Wording.Tenths(s.Maximum)}."));
        return factors;
    }
}
