using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

/// <summary>Why a contact is new: facts, the rule path and the counterfactuals.</summary>
internal static class NoveltyBuilder
{
    public static Novelty Of(FindingCase c)
    {
        return new Novelty
        {
            ObservedSince = c.First.Evaluation is { Decision: EpisodeDecision.CohortAlert, Cohort: { } cohort } ? c.Index.CohortSince(cohort, c.Time) ?? c.Time : c.Time - c.First.Evaluation.Age,
            Coverage = c.Coverage,
            HistoryWindow = c.Parameters.History,
            Learning = c.Parameters.Learning,
            Usual = c.Usual,
            Others = c.Prevalence.Others,
            OtherCount = c.Prevalence.OtherCount,
            Earlier = c.Earlier,
            Cohort = c.Prevalence.Cohort,
            CohortPeers = c.Prevalence.CohortPeers,
            CohortEstablished = c.Prevalence.CohortEstablished,
            CohortBegun = c.Prevalence.CohortBegun,
            CohortBegunSince = c.Prevalence.CohortBegunSince,
            Nearby = Nearby(c),
            WasExpected = c.WasExpected is { } was
                ? was.Rule.ValidTo is { } end && end <= c.Time ? $"was expected until {Wording.Date(end)} by rule {was.Rule.Id}" : $"was expected by rule {was.Rule.Id}, last on {Wording.Date(was.Until)}"
                : null,
            Path = c.Type.Path(c),
            Counterfactuals = c.Type.Counterfactuals(c),
            InnerSources = [.. c.Details.SelectMany(d => d.InnerSources).Distinct().Order().Take(ContactHour.MaxInnerSources)],
            Rejected = c.Type == EvasionAfterBlock.Type && c.RejectedBefore is var (target, at) ? new(target.Address, target.Transport, at) : null,
        };
    }

    private static List<string> Nearby(FindingCase c)
    {
        var nearby = new List<string>();
        foreach (var silent in c.Silent)
            nearby.Add($"{Wording.Target(silent.Provider, silent.Address)}, in use since {Wording.Date(silent.Since)}, fell silent: no contact for {Wording.Span((long)c.Scoring.ResolverSilence.TotalSeconds)} afterwards.");
        if (c.RejectedBefore is { } rejected) nearby.Add($"{Wording.Protocol(rejected.Target.Transport)} to {rejected.Target.Address} was rejected {Wording.Span(c.Time - rejected.At)} before.");
        if (c.Details.FirstOrDefault(d => (d.Flags & ContactFlags.Nat64) != 0)?.FirstEndpoint.Address is { IsIPv4: true } translated)
            nearby.Add($"{translated} was reached through NAT64: its records have {AddressSpace.Unfold(translated)}.");
        if (c.SkipData) nearby.Add("Records were lost (SKIPDATA) in that hour.");
        return nearby;
    }
}
