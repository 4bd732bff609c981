using System.Globalization;

namespace Wayward.FlowLogs;

/// <summary>
/// An IP address as one 128-bit number in network order. IPv4 lives at <c>::ffff:0:0/96</c>, so that an address and its
/// IPv4-mapped form are the same value and sort together. <c>default</c> is <c>::</c>, which is never a real endpoint and
/// stands for "no address" where a field may be absent.
/// </summary>
/// <remarks>
/// <see cref="IPAddress"/> is not used for reading: it accepts octal, short and bracketed forms (dotnet/runtime #76368) and calls
/// <c>::ffff:8.8.8.8</c> different from <c>8.8.8.8</c>.
/// It is kept as two halves: the compiler for ReadyToRun leaves out whatever holds a <see cref="UInt128"/>, and this type is in nearly everything that runs at the start.
/// </remarks>
/// <param name="Upper">The first eight bytes in network order.</param>
/// <param name="Lower">The last eight.</param>
public readonly record struct IpAddress(ulong Upper, ulong Lower) : IComparable<IpAddress>, ISpanFormattable
{
    private const ulong V4Prefix = 0x0000_FFFF_0000_0000UL;

    public IpAddress(UInt128 bits) : this((ulong)(bits >> 64), (ulong)bits)
    {
    }

    /// <summary>The address as one number.</summary>
    public UInt128 Bits => new(Upper, Lower);

    /// <summary>No address.</summary>
    public static readonly IpAddress None;

    public static IpAddress FromIPv4(uint networkOrder) => new(0, V4Prefix | networkOrder);

    public bool IsNone => (Upper | Lower) == 0;

    /// <summary>True for an IPv4 address, written dotted.</summary>
    public bool IsIPv4 => Upper == 0 && Lower >> 32 == 0xFFFF;

    /// <summary>The IPv4 address as a number, 8.8.8.8 being 0x08080808. Only meaningful when <see cref="IsIPv4"/>.</summary>
    public uint IPv4Bits => (uint)Lower;

    public int CompareTo(IpAddress other) => Upper != other.Upper ? Upper.CompareTo(other.Upper) : Lower.CompareTo(other.Lower);

    public bool Equals(IpAddress other) => Upper == other.Upper && Lower == other.Lower;

    public override int GetHashCode()
    {
        ulong hash = (Upper * 0x9E37_79B9_7F4A_7C15UL ^ Lower) * 0xD6E8_FEB8_6659_FD93UL;
        return (int)(hash >> 32);
    }

    public static bool operator <(IpAddress left, IpAddress right) => left.CompareTo(right) < 0;
    public static bool operator >(IpAddress left, IpAddress right) => left.CompareTo(right) > 0;
    public static bool operator <=(IpAddress left, IpAddress right) => left.CompareTo(right) <= 0;
    public static bool operator >=(IpAddress left, IpAddress right) => left.CompareTo(right) >= 0;

    /// <summary>Strict reading: four decimal octets without leading zeros, or RFC 4291 text without brackets, zone or port.</summary>
    /// <param name="text">ASCII bytes.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out IpAddress address) => IpText.TryParse(text, out address);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out IpAddress)"/>
    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        Span<byte> ascii = stackalloc byte[IpText.MaxLength];
        if (text.Length > ascii.Length || System.Text.Ascii.FromUtf16(text, ascii, out int n) != System.Buffers.OperationStatus.Done)
        {
            address = default;
            return false;
        }
        return IpText.TryParse(ascii[..n], out address);
    }

    /// <exception cref="FormatException">The text is not a strictly written address.</exception>
    public static IpAddress Parse(string text) =>
        TryParse(text.AsSpan(), out var address) ? address : throw new FormatException($"'{text}' is not an IP address.");

    /// <summary>4 bytes for IPv4, 16 for IPv6, network order: the form stored in the database, where it sorts and ranges as bytes.</summary>
    public byte[] ToBytes()
    {
        Span<byte> all = stackalloc byte[16];
        Write(all);
        return IsIPv4 ? all[12..].ToArray() : all.ToArray();
    }

    /// <exception cref="ArgumentException">Not 4 or 16 bytes.</exception>
    public static IpAddress FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => FromIPv4(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        16 => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])),
        _ => throw new ArgumentException($"An address has 4 or 16 bytes, not {bytes.Length}.", nameof(bytes)),
    };

    private void Write(Span<byte> bytes)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, Upper);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Lower);
    }

    /// <summary>Dotted for IPv4, RFC 5952 for IPv6.</summary>
    public override string ToString()
    {
        Span<char> buffer = stackalloc char[IpText.MaxLength];
        TryFormat(buffer, out int n, default, CultureInfo.InvariantCulture);
        return new string(buffer[..n]);
    }

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>By hand: the framework's formatter would have to be compiled at every start, where thousands of addresses are written for their entries' ids.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<char> text = stackalloc char[IpText.MaxLength];
        int length = IsIPv4 ? FormatIPv4(text) : FormatIPv6(text);
        charsWritten = length <= destination.Length ? length : 0;
        return length <= destination.Length && text[..length].TryCopyTo(destination);
    }

    private int FormatIPv4(Span<char> text)
    {
        int length = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            uint octet = IPv4Bits >> shift & 0xFF;
            if (octet >= 100) text[length++] = (char)('0' + octet / 100);
            if (octet >= 10) text[length++] = (char)('0' + octet / 10 % 10);
            text[length++] = (char)('0' + octet % 10);
            if (shift > 0) text[length++] = '.';
        }
        return length;
    }

    /// <summary>RFC 5952, section 4: lower case, no leading zeros, the first of the longest runs of two or more zero groups left out.</summary>
    private int FormatIPv6(Span<char> text)
    {
        if (Upper == 0 && Lower is > 0xFFFF and <= uint.MaxValue)
        {
            // IPv4-compatible: deprecated, but plainer with its dots, and known to hold IPv4 (section 5).
            "::".CopyTo(text);
            return 2 + FormatIPv4(text[2..]);
        }
        int runStart = -1, runLength = 1;
        for (int i = 0; i < 8; i++)
        {
            int zeros = 0;
            while (i + zeros < 8 && Group(i + zeros) == 0) zeros++;
            if (zeros > runLength) (runStart, runLength) = (i, zeros);
            i += Math.Max(zeros - 1, 0);
        }
        int length = 0;
        for (int i = 0; i < 8; i++)
        {
            if (i == runStart)
            {
                text[length++] = ':';
                if (i + runLength == 8) text[length++] = ':';
                i += runLength - 1;
                continue;
            }
            if (i > 0) text[length++] = ':';
            uint group = Group(i);
            for (int shift = group >= 0x1000 ? 12 : group >= 0x100 ? 8 : group >= 0x10 ? 4 : 0; shift >= 0; shift -= 4) text[length++] = "0123456789abcdef"[(int)(group >> shift) & 15];
        }
        return length;
    }

    /// <summary>The groups of 16 bits, the first being 0.</summary>
    private uint Group(int index) => (uint)((index < 4 ? Upper : Lower) >> (48 - index % 4 * 16)) & 0xFFFF;
}
