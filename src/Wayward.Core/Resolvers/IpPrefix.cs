using System.Globalization;
using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>A CIDR block over the 128-bit form of <see cref="IpAddress"/>, so 8.8.8.0/24 has <see cref="Bits"/> 120.</summary>
/// <param name="Address">First address; host bits are zero.</param>
/// <param name="Bits">Prefix length in the 128-bit form, 0 to 128.</param>
public readonly record struct IpPrefix(IpAddress Address, int Bits)
{
    /// <summary>The length as written: 0 to 32 for IPv4, 0 to 128 for IPv6.</summary>
    public int Length => Address.IsIPv4 && Bits >= 96 ? Bits - 96 : Bits;

    public bool IsSingle => Bits == 128;

    public bool Contains(IpAddress address)
    {
        ulong upper = address.Upper ^ Address.Upper;
        return Bits <= 64 ? Bits == 0 || upper >> (64 - Bits) == 0 : upper == 0 && (address.Lower ^ Address.Lower) >> (128 - Bits) == 0;
    }

    /// <summary>The address without its host bits.</summary>
    private static IpAddress FirstOf(IpAddress address, int bits) =>
        bits == 0 ? default : bits <= 64 ? new(address.Upper >> (64 - bits) << (64 - bits), 0) : new(address.Upper, address.Lower >> (128 - bits) << (128 - bits));

    /// <summary>The block of this length that holds an address.</summary>
    /// <param name="bits">In the 128-bit form.</param>
    public static IpPrefix Around(IpAddress address, int bits) => new(FirstOf(address, bits), bits);

    public static IpPrefix Single(IpAddress address) => new(address, 128);

    /// <summary>Reads <c>address</c> or <c>address/length</c>, strictly; host bits that are set are refused, not cut off.</summary>
    /// <param name="error">Why not, naming what would be right.</param>
    public static bool TryParse(string text, out IpPrefix prefix, out string? error)
    {
        prefix = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        var addressText = slash < 0 ? text.AsSpan() : text.AsSpan(0, slash);
        if (!IpAddress.TryParse(addressText, out var address))
        {
            error = $"'{text}' is not an IP address or CIDR block";
            return false;
        }
        int max = address.IsIPv4 && !addressText.Contains(':') ? 32 : 128;
        int length = max;
        if (slash >= 0)
        {
            var lengthText = text.AsSpan(slash + 1);
            if (!int.TryParse(lengthText, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > max || (lengthText.Length > 1 && lengthText[0] == '0'))
            {
                error = $"'{text}': the prefix length must be 0 to {max}";
                return false;
            }
        }
        int bits = max == 32 ? length + 96 : length;
        var first = FirstOf(address, bits);
        if (max == 32 && bits <= 96) first = IpAddress.FromIPv4(0);
        if (first != address)
        {
            error = $"'{text}' has host bits set; the block is {new IpPrefix(first, bits)}";
            return false;
        }
        prefix = new(first, bits);
        error = null;
        return true;
    }

    /// <exception cref="FormatException"/>
    public static IpPrefix Parse(string text) => TryParse(text, out var prefix, out string? error) ? prefix : throw new FormatException(error);

    /// <summary>A single address without its length, else CIDR.</summary>
    public override string ToString() => IsSingle ? Address.ToString() : string.Concat(Address.ToString(), "/", Length.ToString(CultureInfo.InvariantCulture));
}
