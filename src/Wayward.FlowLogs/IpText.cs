namespace Wayward.FlowLogs;

/// <summary>Strict IP address text, over ASCII bytes, without allocation.</summary>
internal static class IpText
{
    /// <summary>Longest accepted text: eight groups, the last two as dotted IPv4.</summary>
    public const int MaxLength = 45;

    public static bool TryParse(ReadOnlySpan<byte> text, out IpAddress address)
    {
        if (TryParseIPv4(text, out uint v4))
        {
            address = IpAddress.FromIPv4(v4);
            return true;
        }
        return TryParseIPv6(text, out address);
    }

    /// <summary>Four decimal octets, each 0 to 255 without a leading zero.</summary>
    public static bool TryParseIPv4(ReadOnlySpan<byte> text, out uint value)
    {
        value = 0;
        if (text.Length is < 7 or > 15) return false;
        uint result = 0, octet = 0;
        int digits = 0, octets = 0;
        foreach (byte c in text)
        {
            uint d = (uint)c - '0';
            if (d <= 9)
            {
                if (digits > 0 && octet == 0) return false;
                octet = octet * 10 + d;
                if (++digits > 3 || octet > 255) return false;
            }
            else if (c == '.')
            {
                if (digits == 0 || ++octets > 3) return false;
                result = result << 8 | octet;
                octet = 0;
                digits = 0;
            }
            else return false;
        }
        if (octets != 3 || digits == 0) return false;
        value = result << 8 | octet;
        return true;
    }

    private static bool TryParseIPv6(ReadOnlySpan<byte> text, out IpAddress address)
    {
        address = default;
        if (text.Length is < 2 or > MaxLength) return false;
        Span<ushort> groups = stackalloc ushort[8];
        int count = 0, gap = -1, i = 0;
        if (text[0] == ':')
        {
            if (text[1] != ':') return false;
            gap = 0;
            i = 2;
        }
        while (i < text.Length)
        {
            int start = i;
            uint group = 0;
            while (i < text.Length && HexValues[text[i]] is var h and < 16)
            {
                group = group << 4 | h;
                if (++i - start > 4) break;
            }
            int length = i - start;
            if (i < text.Length && text[i] == '.')
            {
                if (count > 6 || !TryParseIPv4(text[start..], out uint v4)) return false;
                groups[count++] = (ushort)(v4 >> 16);
                groups[count++] = (ushort)v4;
                i = text.Length;
                break;
            }
            if (length is 0 or > 4 || count > 7) return false;
            groups[count++] = (ushort)group;
            if (i == text.Length) break;
            if (text[i++] != ':') return false;
            if (i == text.Length) return false;
            if (text[i] == ':')
            {
                if (gap >= 0) return false;
                gap = count;
                i++;
            }
        }
        // "::" stands for at least one group of zeros.
        if (gap >= 0 ? count > 7 : count != 8) return false;
        if (gap >= 0)
        {
            groups[gap..count].CopyTo(groups[(8 - (count - gap))..]);
            groups[gap..(8 - (count - gap))].Clear();
        }
        ulong upper = 0, lower = 0;
        for (int g = 0; g < 4; g++) (upper, lower) = (upper << 16 | groups[g], lower << 16 | groups[g + 4]);
        address = new(upper, lower);
        return true;
    }

    /// <summary>Value of a hexadecimal digit; 16 for all else.</summary>
    private static readonly byte[] HexValues = MakeHexValues();

    private static byte[] MakeHexValues()
    {
        byte[] values = new byte[256];
        for (int c = 0; c < values.Length; c++)
            values[c] = (byte)(c is >= '0' and <= '9' ? c - '0' : (c | 0x20) is >= 'a' and <= 'f' ? (c | 0x20) - 'a' + 10 : 16);
        return values;
    }
}
