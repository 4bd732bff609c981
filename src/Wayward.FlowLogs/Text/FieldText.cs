using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Wayward.FlowLogs.Text;

/// <summary>
/// Fields to values, strictly: decimal digits only, no factor, no leading zero. Works on a reference to the field's first byte; at least eight bytes before it are readable
/// (<see cref="Wrapping.SourceWindow.Pad"/>).
/// </summary>
internal static class FieldText
{
    private const ulong Zeros = 0x3030_3030_3030_3030UL, High = 0x8080_8080_8080_8080UL, OverNine = 0x7676_7676_7676_7676UL;

    /// <summary>Up to eight digits that end before <paramref name="end"/>, without a branch per digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryDigits8(ref byte end, int length, out uint value)
    {
        // The field's last byte comes out on top; what lies before the field is shifted away.
        ulong v = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Subtract(ref end, 8)) ^ Zeros;
        v = v >> (64 - 8 * length) << (64 - 8 * length);
        bool digits = ((v | v + OverNine) & High) == 0;
        v = v * 10 + (v >> 8);
        value = (uint)(((v & 0x0000_00FF_0000_00FFUL) * (100 + (1_000_000UL << 32)) + (v >> 16 & 0x0000_00FF_0000_00FFUL) * (1 + (10_000UL << 32))) >> 32);
        return digits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryPort(ref byte first, int length, out int port)
    {
        port = 0;
        if ((uint)(length - 1) > 4) return false;
        bool digits = TryDigits8(ref Unsafe.Add(ref first, length), length, out uint value);
        port = (int)value;
        return digits & value <= ushort.MaxValue & (length == 1 | first != '0');
    }

    /// <summary>Unix seconds of ten digits at most (the year 2286).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryTime(ref byte first, int length, out long seconds)
    {
        if (length == 10)
        {
            uint a = (uint)first - '0', b = (uint)Unsafe.Add(ref first, 1) - '0';
            bool digits = TryDigits8(ref Unsafe.Add(ref first, 10), 8, out uint low);
            seconds = (a * 10 + b) * 100_000_000L + low;
            return digits & a - 1 <= 8 & b <= 9;
        }
        return TryCount(ref first, length, out seconds) && length < 10;
    }

    /// <summary>0 to 10^18 - 1.</summary>
    public static bool TryCount(ref byte first, int length, out long value)
    {
        value = 0;
        if ((uint)(length - 1) > 17 || length > 1 && first == '0') return false;
        long result = 0;
        for (int i = 0; i < length; i++)
        {
            uint d = (uint)Unsafe.Add(ref first, i) - '0';
            if (d > 9) return false;
            result = result * 10 + d;
        }
        value = result;
        return true;
    }

    /// <summary>Lower-case letters and digits only, as AWS's ids are after their prefix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsId(ref byte first, int length)
    {
        if (length >= 16)
        {
            if (length > 32) return false;
            return IsId16(ref first) & IsId16(ref Unsafe.Add(ref first, length - 16));
        }
        return IsShortId(ref first, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsId16(ref byte first)
    {
        var v = Vector128.LoadUnsafe(ref first);
        var digit = Vector128.LessThan(v - Vector128.Create((byte)'0'), Vector128.Create((byte)10));
        var letter = Vector128.LessThan(v - Vector128.Create((byte)'a'), Vector128.Create((byte)26));
        return (digit | letter) == Vector128<byte>.AllBitsSet;
    }

    private static bool IsShortId(ref byte first, int length)
    {
        for (int i = 0; i < length; i++)
        {
            byte c = Unsafe.Add(ref first, i);
            if ((uint)c - '0' > 9 && (uint)c - 'a' > 25) return false;
        }
        return length > 0;
    }

    /// <summary>Such as <c>eni-0a1b2c3d4e5f60718</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInterface(ref byte first, int length) =>
        length > 4 && Unsafe.ReadUnaligned<uint>(ref first) == (BitConverter.IsLittleEndian ? 0x2D69_6E65U : 0x656E_692DU) && IsId(ref Unsafe.Add(ref first, 4), length - 4);

    /// <summary>Such as <c>i-0a1b2c3d4e5f60718</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInstance(ref byte first, int length) =>
        length > 2 && first == 'i' && Unsafe.Add(ref first, 1) == '-' && IsId(ref Unsafe.Add(ref first, 2), length - 2);

    /// <summary>Digits, or <c>unknown</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAccount(ref byte first, int length)
    {
        if (length == 12)
            return TryDigits8(ref Unsafe.Add(ref first, 8), 8, out _) & TryDigits8(ref Unsafe.Add(ref first, 12), 4, out _);
        return IsOtherAccount(ref first, length);
    }

    private static bool IsOtherAccount(ref byte first, int length)
    {
        var text = System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref first, length);
        return text.SequenceEqual("unknown"u8) || length is > 0 and <= 20 && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}
