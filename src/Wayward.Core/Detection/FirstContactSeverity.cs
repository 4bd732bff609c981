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
        string history = Wording.Span(c.Parameters.History);
        if (c.ForbiddenBy is { } rule) Add("forbidden", s.ThreatListOrForbid, $"Rule {rule.Id} forbids this target{(rule.Reason.Length > 0 ? $": {rule.Reason}" : "")}.");
        if (c.RejectedBefore is { } rejected && c.Outcome == ContactOutcome.Answered)
            Add("evasion-after-block", s.EvasionAfterBlock, $"{Wording.Protocol(rejected.Transport)} to {rejected.Address} was rejected within the hour before, then this was answered.");
        if (c.Tunnel is { } tunnel) Add("tunnelling", s.Tunnelling, TunnelType.Volume(c, tunnel));
        // An instance that comes back to a target is not its first user, whoever else forgot it.
        // Whoever resolves names by itself asks servers of zones that nobody else asked before: that they are new says nothing.
        if (c.Prevalence.BeforeInAccount == 0 && c.Earlier.Count == 0 && c.Entry is not { Tier: CatalogTier.Authoritative })
            Add("first-in-account", s.FirstInAccount, $"No other instance of {Account(c)} talked to {c.Destination.Address} in the {history} before.");
        if (c.Entry is null && c.Outcome == ContactOutcome.Answered && c.Transport is DnsTransport.Dns or DnsTransport.DoT or DnsTransport.DoQ)
            Add("uncatalogued-answered", s.UncataloguedAnswered, $"{c.Destination.Address} is in no resolver catalogue, yet it answered on port {c.Details[0].FirstEndpoint.Port}.");
        if (c.Prevalence.Spreading >= s.SpreadingInstances)
            Add("spreading", s.Spreading, $"{Wording.Count(c.Prevalence.Spreading, "instance")} began it within {Wording.Span(c.Parameters.Learning)} of each other.");
        if (c.Transport.IsEncrypted() && !UsedEncryptedBefore(c))
            Add("first-encrypted", s.FirstEncrypted, "It is the first encrypted DNS of any sort by this instance.");
        if (c.Silent.Count > 0)
            Add("resolver-silent", s.EarlierResolverSilent, $"{Wording.Target(c.Silent[0].Provider, c.Silent[0].Address)}, in use until then, fell silent for {Wording.Span((long)s.ResolverSilence.TotalSeconds)} afterwards.");
        if (c.Entry is null && RegularContact(c) is { } regularity)
            Add("regular-recontact", s.RegularRecontact, regularity);
        if (KnownProvider(c) is { } known)
            Add("provider-known", s.ProviderKnown, $"{c.Provider} is known to this instance: it uses {known.Destination.Address} since {Wording.Date(known.Since)}.");
        if (c.Outcome == ContactOutcome.Blocked)
            Add("blocked", s.Blocked, $"All {Wording.Number(c.Details.Sum(d => d.OutRejected.Records))} records towards it were rejected.");
        if (c.Prevalence.Cohort is { } cohort && c.Prevalence.CohortEstablished >= c.Parameters.Options.CohortMinimumEstablished)
            Add("established-in-cohort", s.EstablishedInCohort, $"{Wording.Count(c.Prevalence.CohortEstablished, "other member")} of the group {cohort} had used it for {Wording.Span(c.Parameters.Learning)} or learned it with the group.");
        if (c.Earlier.Count > 0)
            Add("seen-before", s.SeenBefore, $"Seen before: last on {Wording.Date(c.Earlier[^1].End)}, {Wording.Span(c.Time - c.Earlier[^1].End)} earlier.");
        if (c.Prevalence.Before >= s.WidelyEstablishedInstances && c.Prevalence.EstablishedBefore == c.Prevalence.Before)
            Add("widely-established", s.WidelyEstablished, $"{Wording.Count(c.Prevalence.Before, "other instance")} use it, all for {Wording.Span(c.Parameters.Learning)} or longer.");
        if (c.Entry is not null && c.Instance.Roles.ServesDns(c.Time, c.Parameters.Options.Patterns))
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

    private static bool UsedEncryptedBefore(FindingCase c) =>
        c.Instance.Destinations.Any(d => d.Destination.Transport.IsEncrypted() && d.Episodes[0].Start < c.Time);

    /// <summary>
    /// Another destination of the same provider that this instance used in [t-H, t), for longer than a day and in the same class: who reads its plain DNS cannot read what goes to the same operator
    /// encrypted, so plain use vouches for nothing that is encrypted. What was blocked hid nothing, so there the class does not matter.
    /// </summary>
    private static (Destination Destination, long Since)? KnownProvider(FindingCase c)
    {
        if (c.Provider is null || c.Basis == FindingBasis.CohortHistory) return null;
        foreach (var known in c.Instance.Destinations)
        {
            if (known.Provider != c.Provider || known == c.First.Destination || (c.Outcome != ContactOutcome.Blocked && known.Destination.Transport.IsEncrypted() != c.Transport.IsEncrypted())) continue;
            if (known.UsedBefore(c.Time, c.Parameters, out var episode) && episode.Start < c.Time - UnixTime.DaySeconds) return (known.Destination, episode.Start);
        }
        return null;
    }

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
