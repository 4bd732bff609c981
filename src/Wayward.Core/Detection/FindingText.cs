namespace Wayward.Core.Detection;

/// <summary>
/// Findings in plain language, the one place where sentences are made: rows, headline, explanation, report and command line all read from here.
/// Plain text, never markup; names from the logs appear as they are, and the caller encodes.
/// </summary>
public static class FindingText
{
    /// <summary>"web-17 asked Google Public DNS (8.8.8.8) for the first time in 61 days."</summary>
    public static string Headline(Finding finding) => throw new NotSupportedException();

    /// <summary>The clause of a queue row: "never in 45 days; usual: Quad9 daily since 12 Mar".</summary>
    public static string Why(Finding finding) => throw new NotSupportedException();

    /// <summary>Operator over address: ("Google Public DNS", "8.8.8.8 and 1 more").</summary>
    public static (string Operator, string Address) Target(Finding finding) => throw new NotSupportedException();

    /// <summary>Whole explanation as paragraphs, the rule path and counterfactuals included.</summary>
    public static IReadOnlyList<string> Explain(Finding finding) => throw new NotSupportedException();
}
