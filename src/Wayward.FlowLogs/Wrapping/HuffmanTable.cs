using System.Numerics;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// A deflate code (RFC 1951, section 3.2) as a lookup table: the low bits of the input index the entry; codes longer than the table's width go through
/// a second table. An entry tells all that is needed to take a symbol.
/// </summary>
/// <remarks>
/// Entry layout: bits 0-7 how many bits to take (code and extra bits); 8-12 width of the code alone; 16-30 literal, length or distance base.
/// Flags: bit 31 literal, bit 15 anything out of the ordinary, of which bit 14 second table (16-30 its offset, 8-12 its width), bit 13 end of block, none of these = no such code.
/// </remarks>
internal sealed class HuffmanTable(int width, int symbols, int maximumEntries)
{
    public const uint Literal = 1U << 31, Special = 1U << 15, Second = 1U << 14, EndOfBlock = 1U << 13;
    private const int MaxBits = 15;

    private readonly ushort[] _sorted = new ushort[symbols];

    public int Width { get; } = width;
    public uint[] Entries { get; } = new uint[maximumEntries];

    /// <param name="results">Per symbol the entry without its code width.</param>
    /// <param name="allowSingle">A code of one symbol of one bit may be incomplete, as zlib has it; so may an empty one.</param>
    /// <returns>False when the lengths are no prefix code.</returns>
    public bool Build(ReadOnlySpan<byte> lengths, ReadOnlySpan<uint> results, bool allowSingle)
    {
        Span<int> count = stackalloc int[MaxBits + 1], offset = stackalloc int[MaxBits + 2];
        count.Clear();
        foreach (byte l in lengths) count[l]++;
        int used = lengths.Length - count[0];
        int left = 1;
        for (int l = 1; l <= MaxBits; l++)
        {
            left = (left << 1) - count[l];
            if (left < 0) return false;
        }
        if (left > 0 && !(allowSingle && (used == 0 || used == 1 && count[1] == 1))) return false;

        offset[1] = 0;
        for (int l = 1; l <= MaxBits; l++) offset[l + 1] = offset[l] + count[l];
        for (int s = 0; s < lengths.Length; s++)
            if (lengths[s] != 0) _sorted[offset[lengths[s]]++] = (ushort)s;

        var entries = Entries.AsSpan();
        if (left > 0) entries[..(1 << Width)].Fill(Special);
        int next = 1 << Width, secondStart = 0, secondWidth = 0, secondPrefix = -1, index = 0;
        uint code = 0;
        for (int l = 1; l <= MaxBits; l++)
        {
            for (int n = 0; n < count[l]; n++, index++)
            {
                int symbol = _sorted[index];
                uint reversed = Reverse(code, l);
                if (l <= Width)
                {
                    uint entry = results[symbol] + ((uint)l << 8 | (uint)l);
                    for (uint i = reversed; i < 1U << Width; i += 1U << l) entries[(int)i] = entry;
                }
                else
                {
                    int prefix = (int)(reversed & ((1U << Width) - 1));
                    if (prefix != secondPrefix)
                    {
                        // As wide as it takes for the codes that begin with this prefix.
                        secondPrefix = prefix;
                        secondWidth = l - Width;
                        int room = (1 << secondWidth) - (count[l] - n);
                        while (room > 0 && Width + secondWidth < MaxBits)
                        {
                            secondWidth++;
                            room = (room << 1) - count[Width + secondWidth];
                        }
                        secondStart = next;
                        next += 1 << secondWidth;
                        if (next > entries.Length) return false;
                        entries[prefix] = Special | Second | (uint)secondStart << 16 | (uint)secondWidth << 8 | (uint)Width;
                    }
                    int rest = l - Width;
                    uint entry = results[symbol] + ((uint)rest << 8 | (uint)rest);
                    for (uint i = reversed >> Width; i < 1U << secondWidth; i += 1U << rest) entries[secondStart + (int)i] = entry;
                }
                code++;
            }
            code <<= 1;
        }
        return true;
    }

    private static uint Reverse(uint code, int length)
    {
        uint r = 0;
        for (int i = 0; i < length; i++)
        {
            r = r << 1 | code & 1;
            code >>= 1;
        }
        return r;
    }
}
