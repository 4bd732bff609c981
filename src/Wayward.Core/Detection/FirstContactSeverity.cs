using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>The score factors of a first contact (section 9 of the rules).</summary>
internal static class FirstContactSeverity
{
    public static List<ScoreFactor> Factors(FindingCase c)
    {
        var s = c.Scoring;
        var factors = new List<ScoreFactor>();
        factors.Add(new("start", s.Start, $"Every first contact starts at {Wording.Tenths(s.Start)}."));
        // Never a longer time than was observed.
        string history = Wording.Span(Math.Min(c.Parameters.History, Math.Max(c.First.Evaluation.Age, c.First.Evaluation.CohortAge)));
        if (c.ForbiddenBy is { } rule) Add("forbidden", s.ThreatListOrForbid, $"Rule {rule.Id} forbids this target{(rule.Reason.Length > 0 ? $": {rule.Reason}" : "")}.");
        if (c.RejectedBefore is { } rejected && c.Outcome == ContactOutcome.Answered)
            Add("evasion-after-block", s.EvasionAfterBlock, $"{Wording.Protocol(rejected.Target.Transport)} to {rejected.Target.Address} was rejected {Wording.Span(c.Time - rejected.At)} before; this was answered.");
        if (c.Tunnel is { } tunnel) Add("tunnelling", s.Tunnelling, TunnelType.Sentence(c, tunnel));
        // An instance that comes back to a target is not its first user, whoever else forgot it.
        // Whoever resolves names by itself asks servers of zones that nobody else asked before: that they are new says nothing.
        if (c.Prevalence.BeforeInAccount == 0 && c.Earlier.Count == 0 && c.Entry?.Tier.IsAuthoritative() is not true)
            Add("first-in-account", s.FirstInAccount, $"No other instance of {Account(c)} talked to {c.Destination.Address} in the {history} before.");
        if (IsUncatalogued(c) && c.Outcome == ContactOutcome.Answered && c.Transport is DnsTransport.Dns or DnsTransport.DoT or DnsTransport.DoQ)
        {
            string why = c.Entry is { } entry ? $"The catalogue last confirmed {c.Destination.Address} on {Wording.Date(entry.LastConfirmed)}, too long ago to trust" : $"{c.Destination.Address} is in no resolver catalogue";
            Add("uncatalogued-answered", s.UncataloguedAnswered, $"{why}, yet it answered on port {c.Details[0].FirstEndpoint.Port}.");
        }
        if (c.Prevalence.Spreading >= s.SpreadingInstances)
            Add("spreading", s.Spreading, $"{Wording.Count(c.Prevalence.Spreading, "instance")} began it within {Wording.Span(c.Parameters.Learning)} of each other.");
        if (c.Transport.IsEncrypted() && !UsedEncryptedBefore(c))
            Add("first-encrypted", s.FirstEncrypted, "It is the first encrypted DNS of any sort by this instance.");
        if (c.Silent.Count > 0)
            Add("resolver-silent", s.EarlierResolverSilent, $"{Wording.Target(c.Silent[0].Provider, c.Silent[0].Address)}, in use until then, fell silent for {Wording.Span((long)s.ResolverSilence.TotalSeconds)} afterwards.");
        if (IsUncatalogued(c) && RegularContact(c) is { } regularity)
            Add("regular-recontact", s.RegularRecontact, regularity);
        // What was blocked hid nothing, so there the class does not matter.
        if (c.KnownProvider is { } known && (known.SameClass || c.Outcome == ContactOutcome.Blocked))
            Add("provider-known", s.ProviderKnown, $"{c.Provider} is known to this instance: it uses {known.Destination.Address} since {Wording.Date(known.Since)}.");
        if (c.Outcome == ContactOutcome.Blocked)
            Add("blocked", s.Blocked, $"All {Wording.Number(c.Details.Sum(d => d.OutRejected.Records))} records towards it were rejected.");
        if (c.Prevalence.Cohort is { } cohort && c.Prevalence.CohortEstablished >= c.Parameters.Options.CohortMinimumEstablished)
            Add("established-in-cohort", s.EstablishedInCohort, $"{Wording.Count(c.Prevalence.CohortEstablished, "other member")} of the group {cohort} had used it for {Wording.Span(c.Parameters.Learning)} or learned it with the group.");
        // What never answered before does not lower a contact that was answered now.
        if (c.Earlier.Count > 0 && (c.EarlierAnswered || c.Outcome != ContactOutcome.Answered))
            Add("seen-before", s.SeenBefore, $"Seen before: last on {Wording.Date(c.Earlier[^1].End)}, {Wording.Span(c.Time - c.Earlier[^1].End)} earlier.");
        if (c.Prevalence.Before >= s.WidelyEstablishedInstances && c.Prevalence.EstablishedBefore == c.Prevalence.Before)
            Add("widely-established", s.WidelyEstablished, $"{Wording.Count(c.Prevalence.Before, "other instance")} use it, all for {Wording.Span(c.Parameters.Learning)} or longer.");
        if (!IsUncatalogued(c) && c.Instance.Roles.ServesDns(c.Time, c.Parameters.Options.Patterns))
            Add("serves-dns-catalogued", s.ServesDnsCatalogued, "The instance serves DNS to others: a catalogued resolver may be its upstream.");
        if (c.Outcome == ContactOutcome.Unanswered)
            Add("unanswered", s.Unanswered, "Nothing came back.");

        return factors;

        void Add(string code, int points, string evidence)
        {
            if (points != 0) factors.Add(new ScoreFactor(code, points, evidence));
        }
    }

    private static string Account(FindingCase c) => c.Instance.Fact(InstanceAttribute.Account, c.Time) is { } account ? $"account {account}" : "the account";

    /// <summary>A rented address that nobody confirmed for so long that confidence in it is under a half may be anyone's by now.</summary>
    private static bool IsUncatalogued(FindingCase c) => c.Entry is null || (c.Entry is { Tier: CatalogTier.PersonalHost } entry && c.Transport is DnsTransport.Dns or DnsTransport.DoT or DnsTransport.DoQ && ConfidenceScorer.OfRented(c.Catalog, entry, c.Scoring.Confidence) < ConfidenceScorer.FloorOfListed);

    private static bool UsedEncryptedBefore(FindingCase c) =>
        c.Instance.Destinations.Any(d => d.Destination.Transport.IsEncrypted() && d.Episodes[0].Start < c.Time);

    private static string? RegularContact(FindingCase c)
    {
        foreach (var detail in c.Details)
        {
            if (Detection.Regularity.Is(detail.Contacts, c.Scoring, out double mean, out double deviation))
                return $"Contacted in {Wording.Count(detail.Contacts.Count, "hour")}, about every {Wording.Span((long)Math.Round(mean))}, deviating by {Wording.Percent(deviation)} only.";
        }
        return null;
    }
}
