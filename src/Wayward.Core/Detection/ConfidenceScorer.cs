using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Confidence, 0 to 99, as a list of factors that adds up: is it what the finding says?</summary>
internal static class ConfidenceScorer
{
    /// <summary>An entry that two lists or more name keeps at least this, however old: it stays reportable.</summary>
    internal const int FloorOfListed = 50;
    private const long StalePeriod = 90 * UnixTime.DaySeconds;

    public static IReadOnlyList<ScoreFactor> Factors(FindingCase c)
    {
        if (c.Surest is { } surest) return surest.Confidence;
        var factors = c.Type.ConfidenceFactors(c);
        int most = c.Scoring.Confidence.Maximum, sum = factors.Sum(x => x.Points), kept = Math.Clamp(sum, 0, most);
        if (kept != sum) factors.Add(new("clamp", kept - sum, $"Kept between 0 and {most}."));
        return factors;
    }

    /// <summary>Is it DNS, and did the instance ask?</summary>
    public static List<ScoreFactor> OfContact(FindingCase c)
    {
        var k = c.Scoring.Confidence;
        bool answered = c.Outcome == ContactOutcome.Answered;
        var factors = new List<ScoreFactor> { c.Type.Confidence(c) };
        if (c.Entry is { Tier: CatalogTier.PersonalHost, LastConfirmed: > 0 } entry && c.Transport is DnsTransport.DoH or DnsTransport.DoH3 or DnsTransport.DnsCrypt)
            Add("unconfirmed", Stale(c.Catalog.Date, entry, factors[0].Points, k), $"The catalogue entry was last confirmed on {Wording.Date(entry.LastConfirmed)}; rented addresses are recycled.");
        if ((c.Flags & ContactFlags.SideFromAddresses) != 0)
            Add("side-from-addresses", k.SideFromAddresses, "The format has no flow-direction: the side was told from the addresses.");
        if ((c.Flags & ContactFlags.BothPortsService) != 0)
            Add("both-ports", k.BothPorts, "Records come from a port that a DNS server answers from, and no SYN tells who asked whom.");
        if (c.Packets == 1 && !answered && c.Type.IsFirstContact)
            Add("one-packet", k.OnePacketUnanswered, "One packet, and no answer.");
        if ((c.Flags & ContactFlags.SynSent) != 0)
            Add("syn-sent", k.SynSent, "The instance's own SYN was recorded.");
        // The ledger knows that records were lost in an hour, not how many: the hour counts as lost.
        if (c.SkipData && k.SkipDataShare < 1)
            Add("skip-data", k.SkipData, "Records were lost (SKIPDATA) in the hour of the first contact.");
        if (c.Coverage < k.ThinHistoryShare)
            Add("thin-history", k.ThinHistory, $"Only {Wording.Percent(c.Coverage)} of the {Wording.Span(c.Parameters.History)} before were observed.");
        if (c.Basis == FindingBasis.CohortHistory)
            Add("cohort-basis", k.CohortBasis, "Evaluated by its group: its own history is too short.");
        if (c.Entry is { AlertsFrom: > 0 } young && c.Time < young.AlertsFrom - c.Parameters.Learning + c.Parameters.History && TargetNames.NeedsEntry(c.Details[0].FirstEndpoint.Port))
            Add("target-learning", k.TargetLearning, $"The target is in the catalogue for a short time: what came before {Wording.Date(Math.Max(0, young.AlertsFrom - c.Parameters.Learning))} was not recorded.");
        return factors;

        void Add(string code, int points, string evidence)
        {
            if (points != 0) factors.Add(new ScoreFactor(code, points, evidence));
        }
    }

    /// <summary>Confidence that a tier D address still is what its entry says.</summary>
    public static int OfRented(ResolverCatalog catalog, CatalogEntry entry, ConfidenceOptions k) => k.DohTierD + (entry.LastConfirmed > 0 ? Stale(catalog.Date, entry, k.DohTierD, k) : 0);

    /// <summary>
    /// The age counts to the catalogue's date, not to the contact: a catalogue that nobody renews grows old as a whole, which the scan warns of, and must not silence its entries one after the other.
    /// </summary>
    private static int Stale(long catalogDate, CatalogEntry entry, int start, ConfidenceOptions k)
    {
        long periods = Math.Max(0, catalogDate - entry.LastConfirmed) / StalePeriod;
        int points = (int)Math.Max(-k.Maximum, periods * k.DohTierDStale);
        return entry.Sources >= 2 ? Math.Max(points, Math.Min(0, FloorOfListed - start)) : points;
    }
}
