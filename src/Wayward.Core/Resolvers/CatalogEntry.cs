using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>How much an address alone says. Values are stored; do not renumber.</summary>
public enum CatalogTier : byte
{
    None = 0,
    /// <summary>The address exists for DNS only.</summary>
    Dedicated = 1,
    /// <summary>In a CDN range, but only resolver names resolve to it.</summary>
    ServiceAssigned = 2,
    /// <summary>Shared with other sites: context only, never a contact.</summary>
    Shared = 3,
    /// <summary>A resolver on a rented server; the address is recycled.</summary>
    PersonalHost = 4,
    /// <summary>Root or TLD name server: port 53 only.</summary>
    Authoritative = 5,
    /// <summary>A relay such as iCloud Private Relay: not DNS, never a contact.</summary>
    Relay = 6,
}

public static class CatalogTiers
{
    /// <summary>The letter used in files and output: A, B, C, D, R, X; null for none.</summary>
    public static string? Letter(this CatalogTier tier) => tier switch
    {
        CatalogTier.Dedicated => "A",
        CatalogTier.ServiceAssigned => "B",
        CatalogTier.Shared => "C",
        CatalogTier.PersonalHost => "D",
        CatalogTier.Authoritative => "R",
        CatalogTier.Relay => "X",
        _ => null,
    };

    public static bool TryParse(string letter, out CatalogTier tier)
    {
        tier = letter switch
        {
            "A" => CatalogTier.Dedicated,
            "B" => CatalogTier.ServiceAssigned,
            "C" => CatalogTier.Shared,
            "D" => CatalogTier.PersonalHost,
            "R" => CatalogTier.Authoritative,
            "X" => CatalogTier.Relay,
            _ => CatalogTier.None,
        };
        return tier != CatalogTier.None;
    }

    /// <summary>Tiers that can make a contact on a catalogue port.</summary>
    public static bool MakesContacts(this CatalogTier tier) => tier is CatalogTier.Dedicated or CatalogTier.ServiceAssigned or CatalogTier.PersonalHost;
}

/// <summary>One endpoint of the resolver catalogue.</summary>
public sealed record CatalogEntry
{
    /// <summary>Stable across versions: a hash of provider, prefix, protocol, port and transport; ties between entries break by ordinal order of it.</summary>
    public required string Id { get; init; }
    public required string Provider { get; init; }
    public required IpPrefix Prefix { get; init; }
    /// <summary>6 or 17.</summary>
    public required byte Protocol { get; init; }
    public required ushort Port { get; init; }
    public required DnsTransport Transport { get; init; }
    public required CatalogTier Tier { get; init; }
    /// <summary>The DoH, DoT or DoQ host name, where one is known.</summary>
    public string? HostName { get; init; }
    /// <summary>Unix seconds; 0 = always.</summary>
    public long ValidFrom { get; init; }
    /// <summary>Unix seconds; <see cref="long.MaxValue"/> = open.</summary>
    public long ValidTo { get; init; } = long.MaxValue;
    /// <summary>Unix seconds; 0 = not stated.</summary>
    public long LastConfirmed { get; init; }
    /// <summary>Contacts before this only train (a 443 entry without a recorded past). Unix seconds; 0 = alerts at once.</summary>
    public long AlertsFrom { get; init; }
    /// <summary>Where the fact comes from: a URL or a feed name.</summary>
    public required string Source { get; init; }
}
