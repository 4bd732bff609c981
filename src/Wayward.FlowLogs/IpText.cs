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
        UInt128 head = 0, tail = 0;
        int headGroups = 0, tailGroups = 0, i = 0;
        bool gap = false;
        if (text[0] == ':')
        {
            if (text[1] != ':') return false;
            gap = true;
            i = 2;
        }
        while (i < text.Length)
        {
            int start = i;
            uint group = 0;
            while (i < text.Length && HexValue(text[i]) is var h and < 16)
            {
                group = group << 4 | (uint)h;
                if (++i - start > 4) break;
            }
            int length = i - start;
            if (i < text.Length && text[i] == '.')
            {
                if (headGroups + tailGroups > 6 || !TryParseIPv4(text[start..], out uint v4)) return false;
                Push(v4 >> 16);
                Push(v4 & 0xFFFF);
                i = text.Length;
                break;
            }
            if (length is 0 or > 4 || headGroups + tailGroups > 7) return false;
            Push(group);
            if (i == text.Length) break;
            if (text[i++] != ':') return false;
            if (i == text.Length) return false;
            if (text[i] == ':')
            {
                if (gap) return false;
                gap = true;
                i++;
            }
        }
        int groups = headGroups + tailGroups;
        // "::" stands for at least one group of zeros.
        if (gap ? groups > 7 : groups != 8) return false;
        address = new(gap && headGroups < 8 ? (headGroups == 0 ? 0 : head << (16 * (8 - headGroups))) | tail : head);
        return true;

        void Push(uint value)
        {
            if (gap)
            {
                tail = tail << 16 | value;
                tailGroups++;
            }
            else
            {
                head = head << 16 | value;
                headGroups++;
            }
        }
    }

    private static int HexValue(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => 16,
    };
}
