using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>
/// What the engine knows of the address space: folding, and what is public. Immutable.
/// </summary>
/// <param name="ownPrefixes">Configured prefixes of the operator's own networks: never public.</param>
/// <remarks>Blocks: IANA IPv4 and IPv6 special-purpose address registries, those not globally reachable.</remarks>
public sealed class AddressSpace(IEnumerable<IpPrefix> ownPrefixes)
{
    public static readonly AddressSpace Default = new([]);

    private static readonly IpPrefix[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "100::/64", "2001:db8::/32", "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8",
        }.Select(IpPrefix.Parse),
    ];

    /// <summary>64:ff9b::/96, the upper half.</summary>
    private const ulong Nat64 = 0x0064_FF9B_0000_0000UL;

    private readonly IpPrefix[] _own = [.. ownPrefixes];

    public IReadOnlyList<IpPrefix> OwnPrefixes => _own;

    /// <summary>
    /// Folds the NAT64 well-known prefix <c>64:ff9b::/96</c> (RFC 6052) onto IPv4. IPv4-mapped addresses are IPv4 already.
    /// Without it 8.8.8.8 hides behind <c>64:ff9b::808:808</c>.
    /// </summary>
    public static IpAddress Fold(IpAddress address) =>
        address.Upper == Nat64 && address.Lower >> 32 == 0 ? IpAddress.FromIPv4((uint)address.Lower) : address;

    /// <summary>Global unicast, not special-purpose, not own. The address must be folded.</summary>
    public bool IsPublic(IpAddress address)
    {
        foreach (var prefix in NotPublic)
            if (prefix.Contains(address)) return false;
        foreach (var prefix in _own)
            if (prefix.Contains(address)) return false;
        return true;
    }
}
