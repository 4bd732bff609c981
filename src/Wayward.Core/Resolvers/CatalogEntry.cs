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
    /// <summary>A name server of a company that hosts zones: port 53 only. An iterating program meets these all day, and anyone can rent a zone there.</summary>
    Hoster = 7,
}

public static class CatalogTiers
{
    /// <summary>The letter used in files and output: A, B, C, D, R, X, H; null for none.</summary>
    public static string? Letter(this CatalogTier tier) => tier switch
    {
        CatalogTier.Dedicated => "A",
        CatalogTier.ServiceAssigned => "B",
        CatalogTier.Shared => "C",
        CatalogTier.PersonalHost => "D",
        CatalogTier.Authoritative => "R",
        CatalogTier.Relay => "X",
        CatalogTier.Hoster => "H",
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
            "H" => CatalogTier.Hoster,
            _ => CatalogTier.None,
        };
        return tier != CatalogTier.None;
    }

    /// <summary>Authoritative servers, which answer about their zones and resolve nothing else.</summary>
    public static bool IsAuthoritative(this CatalogTier tier) => tier is CatalogTier.Authoritative or CatalogTier.Hoster;

    /// <summary>Tiers that can make a contact on a catalogue port.</summary>
    public static bool MakesContacts(this CatalogTier tier) => tier is CatalogTier.Dedicated or CatalogTier.ServiceAssigned or CatalogTier.PersonalHost;
}

/// <summary>One endpoint of the resolver catalogue.</summary>
public sealed record CatalogEntry
{
    private LazyId _id;

    /// <summary>Stable across versions: a hash of provider, prefix, protocol, port and transport; ties between entries break by ordinal order of it.</summary>
    /// <remarks>Made when it is asked for: the shipped catalogue has thousands of entries, read at every start, and few are ever asked.</remarks>
    public string Id => _id.Text ??= CatalogFile.IdOf(Provider, Prefix, Protocol, Port, Transport);
    public required string Provider { get; init { field = value; _id = default; } }
    public required IpPrefix Prefix { get; init { field = value; _id = default; } }
    /// <summary>6 or 17.</summary>
    public required byte Protocol { get; init { field = value; _id = default; } }
    public required ushort Port { get; init { field = value; _id = default; } }
    public required DnsTransport Transport { get; init { field = value; _id = default; } }
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

    /// <summary>How many places name it.</summary>
    public int Sources => Source.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>Says nothing that the entry does not, so whether it was asked for makes no two entries differ.</summary>
    private struct LazyId : IEquatable<LazyId>
    {
        public string? Text;

        public readonly bool Equals(LazyId other) => true;
        public override readonly bool Equals(object? obj) => obj is LazyId;
        public override readonly int GetHashCode() => 0;
    }
}

/// <summary>What the id of an entry is a hash of.</summary>
internal readonly struct CatalogKey(CatalogEntry entry) : IEquatable<CatalogKey>, IComparable<CatalogKey>
{
    private readonly CatalogEntry _entry = entry;

    public bool Equals(CatalogKey other) => CompareTo(other) == 0;
    public override bool Equals(object? obj) => obj is CatalogKey other && Equals(other);

    /// <summary>Without the provider: hardly an endpoint has two.</summary>
    public override int GetHashCode() => (_entry.Prefix.Address.GetHashCode() * 31 + _entry.Prefix.Bits) * 31 + (_entry.Port << 8 | _entry.Protocol << 4 | (int)_entry.Transport);

    public int CompareTo(CatalogKey other)
    {
        int order = _entry.Prefix.Address.CompareTo(other._entry.Prefix.Address);
        if (order == 0) order = _entry.Prefix.Bits.CompareTo(other._entry.Prefix.Bits);
        if (order == 0) order = _entry.Port.CompareTo(other._entry.Port);
        if (order == 0) order = _entry.Protocol.CompareTo(other._entry.Protocol);
        if (order == 0) order = ((byte)_entry.Transport).CompareTo((byte)other._entry.Transport);
        return order != 0 ? order : string.CompareOrdinal(_entry.Provider, other._entry.Provider);
    }
}
