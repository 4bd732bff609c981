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
    /// <summary>"web-17 asked Google Public DNS (8.8.8.8) for the first time in 61 days."</summary>
    public static string Headline(Finding finding)
    {
        var (op, address) = Target(finding);
        string target = op == address ? address : $"{op} ({address})";
        if (Pattern(finding, target) is { } pattern) return $"{SubjectName(finding)} {pattern}.";
        string how = Newness(finding);
        return $"{SubjectName(finding)} {Verb(finding)} {target}{(how.Length > 0 ? " " + how : "")}.";
    }

    /// <summary>The clause of a queue row: "never in 45 days; usual: Quad9 daily since 12 Mar".</summary>
    public static string Why(Finding finding)
    {
        var novelty = finding.Novelty;
        var parts = new List<string>();
        if (finding.Type >= FindingType.DnsTunnel) return finding.SeverityFactors.Count > 0 ? finding.SeverityFactors[0].Evidence.TrimEnd('.') : "";
        if (finding.Basis == FindingBasis.Forbidden) parts.Add("forbidden by a rule");
        else if (novelty.WasExpected is { } was) parts.Add(was);
        else if (novelty.Earlier.Count > 0) parts.Add($"not since {Wording.ShortDate(novelty.Earlier[^1].End)} ({Wording.Span(finding.First - novelty.Earlier[^1].End)})");
        else if (finding.Basis == FindingBasis.CohortHistory) parts.Add($"{Wording.Number(novelty.CohortEstablished)} of {Wording.Count(novelty.CohortPeers, "peer")} in {novelty.Cohort} used it before");
        else parts.Add($"never in {Wording.Span(Math.Min(novelty.HistoryWindow, Math.Max(0, finding.First - novelty.ObservedSince)))}");
        var usual = ByOperator(novelty.Usual);
        parts.Add(usual.Count == 0 ? "no other DNS destination in use" : $"usual: {Usual(usual[0])}{(usual.Count > 1 ? $" and {Wording.Number(usual.Count - 1)} more" : "")}");
        return string.Join("; ", parts);
    }

    /// <summary>Operator over address: ("Google Public DNS", "8.8.8.8 and 1 more"). Without an operator both are the address.</summary>
    public static (string Operator, string Address) Target(Finding finding)
    {
        if (finding.Type == FindingType.BecameResolver) return IsServer(finding) ? ("its own port 53", "its own port 53") : ("root and authoritative servers", "root and authoritative servers");
        string first = finding.FirstAddress!.Address.ToString();
        int others = finding.Addresses.Select(a => a.Address).Distinct().Count() - 1;
        string address = others > 0 ? string.Create(CultureInfo.InvariantCulture, $"{first} and {others} more") : first;
        return (finding.Provider ?? address, address);
    }

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
    public static IReadOnlyList<string> Reasons(Finding finding) => [Facts(finding), WhyNew(finding), Others(finding)];

    private static string SubjectName(Finding finding)
    {
        if (finding.Type == FindingType.FleetSwitch) return Wording.Count(finding.Members.Count, "instance");
        if (finding.Subject.Kind == SubjectKind.Instance) return finding.InstanceName ?? finding.Subject.Id;
        return finding.Members.Count == 1 ? $"{finding.Members[0]} in {finding.Subject.Id}" : $"{Wording.Count(finding.Members.Count, "instance")} of {finding.Subject.Id}";
    }

    private static bool IsServer(Finding finding) => finding.Addresses.All(a => a.Address.IsNone);

    /// <summary>What a finding about the way of asking says instead of "for the first time".</summary>
    private static string? Pattern(Finding finding, string target) => finding.Type switch
    {
        FindingType.DnsTunnel => $"moved more than questions over DNS to {target}",
        FindingType.EncryptedDnsTunnel => $"sent far more than questions by {Wording.Protocol(finding.Transport)} to {target}",
        FindingType.ResolverFanOut => $"asked {Wording.Count(finding.Addresses.Select(a => a.Address).Distinct().Count(), "new DNS server")} within a day",
        FindingType.ResolverRotation => $"went from one DNS operator to the next: {Wording.List([.. finding.Addresses.OrderBy(a => a.FirstContact).Select(a => a.Provider ?? a.Address.ToString()).Distinct(StringComparer.Ordinal)], 6)}",
        FindingType.EvasionAfterBlock => $"was blocked and went around it by {Wording.Protocol(finding.Transport)} to {target}",
        FindingType.BecameResolver => IsServer(finding) ? "began to answer DNS for others" : "began to resolve names by itself, from the root servers down",
        FindingType.FleetSwitch => $"began to use {target} by {Wording.Protocol(finding.Transport)} within a day",
        _ => null,
    };

    private static string Verb(Finding finding)
    {
        bool tried = finding.Outcome == ContactOutcome.Blocked;
        if (finding.Transport == DnsTransport.Dns) return tried ? "tried to ask" : "asked";
        return $"{(tried ? "tried to send" : "sent")} {Wording.Protocol(finding.Transport)} to";
    }

    private static string Newness(Finding finding)
    {
        var novelty = finding.Novelty;
        if (finding.Basis == FindingBasis.Forbidden) return "although a rule forbids it";
        if (novelty.WasExpected is { } was) return $"which {was}";
        if (novelty.Earlier.Count > 0) return $"again after {Wording.Span(finding.First - novelty.Earlier[^1].End)}";
        if (finding.Basis == FindingBasis.CohortHistory) return "which is not established in that cohort";
        return $"for the first time in {Wording.Span(Math.Max(0, finding.First - novelty.ObservedSince))}";
    }

    private static string Facts(Finding finding)
    {
        if (finding.Type == FindingType.BecameResolver) return $"Seen first at {Wording.Moment(finding.First)}.";
        string outcome = finding.Outcome switch
        {
            ContactOutcome.Answered => "It was answered",
            ContactOutcome.Blocked => "It was blocked",
            ContactOutcome.AnswerBlocked => "It went out, and the answer was blocked",
            _ => "Nothing came back",
        };
        return $"{outcome}: {Traffic(finding.Out)} out, {Traffic(finding.In)} in, from {Wording.Moment(finding.First)} to {Wording.Moment(finding.Last)}.";
    }

    private static string Traffic(TrafficSum sum) => $"{Wording.Count(sum.Packets, "packet")} ({Wording.Number(sum.Bytes)} bytes)";

    private static string WhyNew(Finding finding)
    {
        var novelty = finding.Novelty;
        long observed = Math.Max(0, finding.First - novelty.ObservedSince);
        // Coverage is a share of the whole window; of a shorter observation it says little, so the sentence relates it to what could be seen.
        double share = observed <= 0 ? 0 : Math.Min(1, novelty.Coverage * novelty.HistoryWindow / Math.Min(observed, novelty.HistoryWindow));
        string usual = novelty.Usual.Count == 0 ? "No other DNS destination was in use" : $"Usual: {Wording.List([.. ByOperator(novelty.Usual).Select(Usual)])}";
        string past = novelty.Earlier.Count == 0 ? $"this target never {(observed > novelty.HistoryWindow ? "within the last " : "in ")}{Wording.Span(Math.Min(observed, novelty.HistoryWindow))}"
            : $"this target last on {Wording.Date(novelty.Earlier[^1].End)} ({Wording.Count(novelty.Earlier.Count, "earlier episode")})";
        string was = novelty.WasExpected is { } rule ? $" It {rule}." : "";
        return $"{usual}; {Wording.Span(observed)} observed, {Wording.Percent(share)} coverage; {past}.{was}";
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
        string cohort = novelty.Cohort is { } name ? $" In {name}, {Wording.Number(novelty.CohortEstablished)} of {Wording.Count(novelty.CohortPeers, "other member")} used it before." : "";
        return $"{Wording.Count(novelty.OtherCount, "other instance")} talk{(novelty.OtherCount == 1 ? "s" : "")} to it, the first being {first.Instance} since {Wording.Date(first.Since)}.{cohort}";
    }

    private static string Sum(IReadOnlyList<ScoreFactor> factors, bool tenths) => string.Join(" ", factors.Select((factor, i) =>
        $"{(i == 0 ? "" : factor.Points < 0 ? "- " : "+ ")}{(tenths ? Wording.Tenths(i == 0 ? factor.Points : Math.Abs(factor.Points)) : Wording.Number(i == 0 ? factor.Points : Math.Abs(factor.Points)))} ({factor.Code})")) + ". "
        + string.Join(" ", factors.Select(s => s.Evidence));
}
