namespace Wayward.Core.Resolvers;

/// <summary>
/// What of a feed may be taken without a person having looked at it. A feed only adds: whoever controls the address that it is fetched from must not be able to switch anything off, nor to
/// declare half of the Internet a resolver.
/// </summary>
public sealed record FeedReview
{
    /// <summary>Shortest prefixes that a feed may name, as written.</summary>
    public const int ShortestIPv4 = 20, ShortestIPv6 = 40;

    /// <summary>Entries to take.</summary>
    public required IReadOnlyList<CatalogEntry> Accepted { get; init; }
    /// <summary>Entries that a feed may never bring, each with the reason.</summary>
    public required IReadOnlyList<(CatalogEntry Entry, string Reason)> Refused { get; init; }
    /// <summary>Entries that would silence endpoints which are in force now, or put them into a shared or relay range, with one of the endpoints each: a person decides.</summary>
    public required IReadOnlyList<(CatalogEntry Entry, CatalogEntry Silenced)> Waiting { get; init; }

    /// <param name="shipped">Its entries of tiers A, B and R are never overruled.</param>
    /// <param name="current">Everything in force but the feed itself.</param>
    /// <param name="entries">What the feed would add or change: <see cref="CatalogDiff.Entries"/>.</param>
    /// <param name="now">Unix seconds.</param>
    public static FeedReview Of(ResolverCatalog shipped, ResolverCatalog current, IEnumerable<CatalogEntry> entries, long now)
    {
        List<CatalogEntry> accepted = [];
        List<(CatalogEntry, string)> refused = [];
        List<(CatalogEntry, CatalogEntry)> waiting = [];
        var guarded = new PrefixMap(shipped.Entries.Where(e => e.Tier is CatalogTier.Dedicated or CatalogTier.ServiceAssigned or CatalogTier.Authoritative));
        var inForce = new PrefixMap(current.Entries.Where(e => e.Tier.MakesContacts() && !IsQuiet(e, now)));
        foreach (var entry in entries)
        {
            int shortest = entry.Prefix.Address.IsIPv4 && entry.Prefix.Bits >= 96 ? ShortestIPv4 : ShortestIPv6;
            if (entry.Prefix.Length < shortest) refused.Add((entry, $"shorter than /{shortest}"));
            else if (guarded.Overlapping(entry.Prefix).FirstOrDefault(s => Overrules(entry, s)) is { } known) refused.Add((entry, $"would overrule the shipped {known.Provider} {known.Prefix}"));
            else if (inForce.Overlapping(entry.Prefix).FirstOrDefault(e => Silences(entry, e, now)) is { } silenced) waiting.Add((entry, silenced));
            else accepted.Add(entry);
        }
        return new() { Accepted = accepted, Refused = refused, Waiting = waiting };
    }

    private static bool Overrules(CatalogEntry entry, CatalogEntry shipped) => !entry.Tier.MakesContacts() || IsSameService(entry, shipped);

    /// <summary>Its endpoints would no longer make contacts that alert: the entry is a shared or relay range, or it would win over the other and is itself out of force or still trains.</summary>
    private static bool Silences(CatalogEntry entry, CatalogEntry other, long now) => !entry.Tier.MakesContacts() || IsSameService(entry, other) && IsQuiet(entry, now);

    private static bool IsSameService(CatalogEntry a, CatalogEntry b) => a.Id == b.Id || a.Transport == b.Transport || a.Protocol == b.Protocol && a.Port == b.Port;

    private static bool IsQuiet(CatalogEntry entry, long now) => entry.ValidTo <= now || entry.ValidFrom > now || entry.AlertsFrom > now;

    /// <summary>Entries by prefix, for the question which of them overlap another prefix.</summary>
    private sealed class PrefixMap
    {
        private readonly Dictionary<IpPrefix, List<CatalogEntry>> _byPrefix;
        private readonly int[] _lengths;

        public PrefixMap(IEnumerable<CatalogEntry> entries)
        {
            _byPrefix = entries.GroupBy(e => e.Prefix).ToDictionary(g => g.Key, g => g.ToList());
            _lengths = [.. _byPrefix.Keys.Select(p => p.Bits).Distinct().Order()];
        }

        public IEnumerable<CatalogEntry> Overlapping(IpPrefix prefix)
        {
            // Wider ones and the same: one look-up for each length that there is.
            foreach (int bits in _lengths.Where(b => b <= prefix.Bits))
                if (_byPrefix.TryGetValue(IpPrefix.Around(prefix.Address, bits), out var around))
                    foreach (var entry in around) yield return entry;
            if (prefix.IsSingle) yield break;
            foreach (var (inner, within) in _byPrefix)
            {
                if (inner.Bits <= prefix.Bits || !prefix.Contains(inner.Address)) continue;
                foreach (var entry in within) yield return entry;
            }
        }
    }
}
