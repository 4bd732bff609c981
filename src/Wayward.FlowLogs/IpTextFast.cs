using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Wayward.FlowLogs;

/// <summary>
/// Dotted IPv4 without a branch per character: the places of the three dots choose one of 81 shuffles, which lays every octet out as hundreds, tens and ones. As strict as
/// <see cref="IpText.TryParseIPv4"/>, to which tests hold it.
/// </summary>
internal static class IpTextFast
{
    /// <summary>For each pattern of octet lengths: where the digits come from, and the least each may be (1 where a zero would lead).</summary>
    private static readonly byte[] Shuffles = MakeTable(leading: false), Least = MakeTable(leading: true);

    /// <summary>To be called before code that reads lines is compiled: then it need not ask whether the tables are there.</summary>
    public static void Prepare() => System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(IpTextFast).TypeHandle);

    /// <param name="first">Sixteen bytes from here are readable, whatever the length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseIPv4(ref byte first, int length, out uint value)
    {
        if (!Ssse3.IsSupported) return IpText.TryParseIPv4(MemoryMarshal.CreateReadOnlySpan(ref first, length), out value);
        value = 0;
        if (length is < 7 or > 15) return false;
        var text = Vector128.LoadUnsafe(ref first);
        uint dots = Vector128.Equals(text, Vector128.Create((byte)'.')).ExtractMostSignificantBits() & ((1U << length) - 1);
        int dot1 = BitOperations.TrailingZeroCount(dots);
        dots &= dots - 1;
        int dot2 = BitOperations.TrailingZeroCount(dots);
        dots &= dots - 1;
        int dot3 = BitOperations.TrailingZeroCount(dots);
        dots &= dots - 1;
        // Lengths less one; a missing dot makes one of them far too long.
        uint a = (uint)dot1 - 1, b = (uint)(dot2 - dot1) - 2, c = (uint)(dot3 - dot2) - 2, d = (uint)(length - dot3) - 2;
        if (dots != 0 | a > 2 | b > 2 | c > 2 | d > 2) return false;
        nuint pattern = (((a * 3 + b) * 3 + c) * 3 + d) * 16;
        var shuffle = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Shuffles), pattern);
        var digits = Ssse3.Shuffle(text, shuffle) - (Vector128.LessThan(shuffle, Vector128.Create((byte)16)) & Vector128.Create((byte)'0'));
        var least = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Least), pattern);
        var wrong = Vector128.GreaterThan(digits, Vector128.Create((byte)9)) | Vector128.LessThan(digits, least);
        var pairs = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create(0x00_01_0A_64).AsSByte());
        var octets = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create((short)1));
        if ((wrong.AsInt32() | Vector128.GreaterThan(octets, Vector128.Create(255))) != Vector128<int>.Zero) return false;
        value = Ssse3.Shuffle(octets.AsByte(), Vector128.Create((byte)12, 8, 4, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255)).AsUInt32().ToScalar();
        return true;
    }

    private static byte[] MakeTable(bool leading)
    {
        byte[] table = new byte[81 * 16];
        if (!leading) Array.Fill(table, (byte)0xFF);
        for (int pattern = 0; pattern < 81; pattern++)
        {
            int[] lengths = [pattern / 27 + 1, pattern / 9 % 3 + 1, pattern / 3 % 3 + 1, pattern % 3 + 1];
            for (int octet = 0, from = 0; octet < 4; from += lengths[octet++] + 1)
            {
                int place = pattern * 16 + octet * 4 + 3 - lengths[octet];
                if (leading) table[place] = (byte)(lengths[octet] > 1 ? 1 : 0);
                else
                    for (int digit = 0; digit < lengths[octet]; digit++) table[place + digit] = (byte)(from + digit);
            }
        }
        return table;
    }
}
