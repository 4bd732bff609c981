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

    private static readonly IpPrefix[] NotPublic = Parse(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "::1/128", "100::/64", "2001:db8::/32", "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8");

    /// <summary>Of <see cref="NotPublic"/> those that can hold an address, by its first octet; first IPv4, then IPv6. Nearly every list is empty, and a line asks about both of its ends.</summary>
    private static readonly IpPrefix[][] ByOctet = MakeByOctet();

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

    /// <summary>The form of an IPv4 address in the NAT64 well-known prefix, as records of an IPv6 interface have it.</summary>
    public static IpAddress Unfold(IpAddress ipv4) => new(Nat64, ipv4.Lower & uint.MaxValue);

    /// <summary>Global unicast, not special-purpose, not own. The address must be folded.</summary>
    public bool IsPublic(IpAddress address)
    {
        foreach (var prefix in ByOctet[address.IsIPv4 ? (int)(address.Lower >> 24 & 0xFF) : 256 + (int)(address.Upper >> 56)])
            if (prefix.Contains(address)) return false;
        foreach (var prefix in _own)
            if (prefix.Contains(address)) return false;
        return true;
    }

    // Plain loops: each method of LINQ over a value type would be compiled anew at every start.
    private static IpPrefix[] Parse(params string[] texts)
    {
        var prefixes = new IpPrefix[texts.Length];
        for (int i = 0; i < texts.Length; i++) prefixes[i] = IpPrefix.Parse(texts[i]);
        return prefixes;
    }

    private static IpPrefix[][] MakeByOctet()
    {
        var lists = new IpPrefix[512][];
        for (int place = 0; place < lists.Length; place++)
        {
            int count = 0;
            foreach (var prefix in NotPublic)
                if (Touches(prefix, place)) count++;
            var list = lists[place] = new IpPrefix[count];
            foreach (var prefix in NotPublic)
                if (Touches(prefix, place)) list[^count--] = prefix;
        }
        return lists;
    }

    private static bool Touches(IpPrefix prefix, int place)
    {
        var block = place < 256 ? new IpPrefix(IpAddress.FromIPv4((uint)place << 24), 104) : new IpPrefix(new IpAddress((ulong)(place - 256) << 56, 0), 8);
        return prefix.Contains(block.Address) || block.Contains(prefix.Address);
    }
}
