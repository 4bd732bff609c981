using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// Findings in plain language, the one place where sentences are made: rows, headline, explanation, report and command line all read from here.
/// Plain text, never markup; names from the logs appear as they are, and the caller encodes.
/// </summary>
public static class FindingText
{
    /// <summary>"web-17 asked Google Public DNS (8.8.8.8) for the first time: never before in 61 days of observation."</summary>
    public static string Headline(Finding finding)
    {
        var (op, address) = Target(finding);
        return finding.Type.Headline(finding, op == address ? address : $"{op} ({address})") + ".";
    }

    /// <summary>The clause of a queue row: "never before in 61 days of observation; usual: Quad9 daily since 12 Mar".</summary>
    public static string Why(Finding finding) => finding.Type.Why(finding);

    internal static string WhyFirstContact(Finding finding)
    {
        var novelty = finding.Novelty;
        var parts = new List<string>();
        if (finding.Basis == FindingBasis.Forbidden) parts.Add("forbidden by a rule");
        else if (novelty.WasExpected is { } was) parts.Add(was);
        else if (novelty.Earlier.Count > 0) parts.Add($"again after {Wording.Span(finding.First - novelty.Earlier[^1].End)}, last on {Wording.ShortDate(novelty.Earlier[^1].End)}");
        else if (finding.Basis == FindingBasis.CohortHistory) parts.Add($"established at {Wording.Number(novelty.CohortEstablished)} of {Wording.Count(novelty.CohortPeers, "other member")} of {novelty.Cohort}");
        else parts.Add(Never(finding));
        var usual = ByOperator(novelty.Usual);
        parts.Add(usual.Count == 0 ? "no other DNS destination in use" : $"usual: {Usual(usual[0])}{(usual.Count > 1 ? $" and {Wording.Number(usual.Count - 1)} more" : "")}");
        return string.Join("; ", parts);
    }

    /// <summary>Operator over address: ("Google Public DNS", "8.8.8.8 and 1 more"). Without an operator both are the address.</summary>
    public static (string Operator, string Address) Target(Finding finding) => finding.Type.Target(finding);

    /// <summary>Whole explanation as paragraphs, the rule path and counterfactuals included.</summary>
    public static IReadOnlyList<string> Explain(Finding finding)
    {
        var novelty = finding.Novelty;
        var text = new List<string> { Headline(finding) };
        text.AddRange(Reasons(finding));
        if (novelty.Nearby.Count > 0) text.Add("What changed nearby: " + string.Join(" ", novelty.Nearby));
        if (novelty.InnerSources.Count > 0) text.Add($"Behind the interface: {Wording.List([.. novelty.InnerSources.Select(a => a.ToString())], 4)}.");
        text.Add($"Severity {Wording.Tenths(finding.Severity)} ({SeverityBands.Of(finding.Severity)}) is " + Sum(finding.SeverityFactors, tenths: true));
        text.Add($"Confidence {finding.Confidence} is " + Sum(finding.ConfidenceFactors, tenths: false));
        text.Add("Rule path: " + string.Join(" ", novelty.Path));
        if (novelty.Counterfactuals.Count > 0) text.Add("What would have had to differ: " + string.Join(" ", novelty.Counterfactuals));
        text.Add($"Catalogue {finding.CatalogVersion}, hash {finding.CatalogHash}. Finding {finding.Id}.");
        return text;
    }

    /// <summary>The part of <see cref="Explain"/> that a page shows as prose: what happened, why it is new, who else. What has a table or a picture of its own is left out.</summary>
    public static IReadOnlyList<string> Reasons(Finding finding) => [finding.Type.Facts(finding), WhyNew(finding), Others(finding)];

    /// <summary>"asked", or what it sent to.</summary>
    internal static string Verb(Finding finding)
    {
        // Nobody asks for that much: it is not questions.
        if (finding.Transport == DnsTransport.Dns && finding.SeverityFactors.Any(f => f.Code == "tunnelling")) return "sent more than questions over port 53 to";
        bool tried = finding.Outcome == ContactOutcome.Blocked;
        if (finding.Transport == DnsTransport.Dns) return tried ? "tried to ask" : "asked";
        return $"{(tried ? "tried to send" : "sent")} {Wording.Protocol(finding.Transport)} to";
    }

    /// <summary>Why it is new, to follow the target in the headline of a first contact.</summary>
    internal static string Newness(Finding finding)
    {
        var novelty = finding.Novelty;
        if (finding.Basis == FindingBasis.Forbidden) return ", although a rule forbids it";
        if (novelty.WasExpected is { } was) return $", which {was}";
        if (novelty.Earlier.Count > 0) return $" again after {Wording.Span(finding.First - novelty.Earlier[^1].End)}";
        if (finding.Basis == FindingBasis.CohortHistory) return $", which is not established in {(finding.Members.Count == 1 ? "its" : "their")} group";
        return $" for the first time: {Never(finding)}";
    }

    private static string Never(Finding finding) => $"never before in {Wording.Span(Math.Max(0, finding.First - finding.Novelty.ObservedSince))} of observation";

    private static string WhyNew(Finding finding)
    {
        var novelty = finding.Novelty;
        long observed = Math.Max(0, finding.First - novelty.ObservedSince);
        // Coverage is a share of the whole window; of a shorter observation it says little, so the sentence relates it to what could be seen.
        double share = observed <= 0 ? 0 : Math.Min(1, novelty.Coverage * novelty.HistoryWindow / Math.Min(observed, novelty.HistoryWindow));
        string usual = novelty.Usual.Count == 0 ? "No other DNS destination was in use" : $"Usual: {Wording.List([.. ByOperator(novelty.Usual).Select(Usual)])}";
        return $"{usual}. Observed for {Wording.Span(observed)}, with records in {Wording.Percent(share)} of the hours.{Past(finding)}";
    }

    /// <summary>What the subject had to do with the target before: a sentence that follows another, or nothing where the rule path says it.</summary>
    private static string Past(Finding finding)
    {
        var novelty = finding.Novelty;
        if (novelty.WasExpected is { } was) return $" This target {was}.";
        if (novelty.Earlier.Count > 0) return $" This target was last contacted on {Wording.Date(novelty.Earlier[^1].End)} ({Wording.Count(novelty.Earlier.Count, "earlier episode")}).";
        return finding.Basis == FindingBasis.OwnHistory && finding.Type.IsFirstContact ? " This target was never contacted before in that time." : "";
    }

    /// <summary>One line per operator, the destination in use on most days standing for it: "Quad9 daily", not once for each of its addresses.</summary>
    private static List<UsualDestination> ByOperator(IReadOnlyList<UsualDestination> usual) =>
    [
        .. usual.GroupBy(u => u.Provider ?? u.Address.ToString(), StringComparer.Ordinal).Select(g => g.MaxBy(u => u.DaysSeen)! with
        {
            Since = g.Min(u => u.Since),
            LastContact = g.Max(u => u.LastContact),
        }),
    ];

    private static string Usual(UsualDestination usual)
    {
        string name = usual.Provider ?? usual.Address.ToString();
        string often = usual.DaysSeen >= 2 ? "on " + Wording.Count(usual.DaysSeen, "day") : "once";
        long span = UnixTime.Day(usual.LastContact) - UnixTime.Day(usual.Since) + 1;
        if (usual.DaysSeen >= 3 && usual.DaysSeen >= 0.9 * Math.Min(span, 45)) often = "daily";
        return $"{name} {often} since {Wording.ShortDate(usual.Since)}";
    }

    private static string Others(Finding finding)
    {
        var novelty = finding.Novelty;
        if (novelty.OtherCount == 0) return "No other instance talks to it.";
        var first = novelty.Others[0];
        string cohort = novelty.Cohort is { } name ? $" In the group {name}, {Wording.OfGroup(novelty.CohortPeers, novelty.CohortEstablished, novelty.CohortBegun, novelty.CohortBegunSince, novelty.Learning)}." : "";
        return $"{Wording.Count(novelty.OtherCount, "other instance")} talk{(novelty.OtherCount == 1 ? "s" : "")} to it, the first being {first.Instance} since {Wording.Date(first.Since)}.{cohort}";
    }

    private static string Sum(IReadOnlyList<ScoreFactor> factors, bool tenths) => string.Join(" ", factors.Select((factor, i) =>
        $"{(i == 0 ? "" : factor.Points < 0 ? "- " : "+ ")}{(tenths ? Wording.Tenths(i == 0 ? factor.Points : Math.Abs(factor.Points)) : Wording.Number(i == 0 ? factor.Points : Math.Abs(factor.Points)))} ({factor.Code})")) + ". "
        + string.Join(" ", factors.Select(s => s.Evidence));
}
