using System.Buffers.Binary;

namespace Wayward.FlowLogs.Parquet;

/// <summary>Parquet's delta encodings (5, 6 and 7), which newer writers use in place of plain values. A page is decoded as a whole.</summary>
internal static class DeltaDecoder
{
    private const int LargestBlock = 1 << 16;

    /// <summary>DELTA_BINARY_PACKED: a first value, then blocks of differences, each block packed in miniblocks of a bit width of their own.</summary>
    /// <param name="page">Nine bytes behind <paramref name="end"/> are readable.</param>
    /// <param name="at">Where it begins; becomes where it ends.</param>
    /// <param name="most">Most values that there may be.</param>
    /// <returns>How many values there are.</returns>
    public static int Numbers(byte[] page, ref int at, int end, int most, ref long[] values, ParquetFile file)
    {
        // Of no values there may be no header.
        if (at == end) return 0;
        ulong block = Varint(page, ref at, end), miniblocks = Varint(page, ref at, end), total = Varint(page, ref at, end);
        if (block is 0 or > LargestBlock || block % 128 != 0 || miniblocks == 0 || block % miniblocks != 0 || block / miniblocks % 32 != 0 || total > (ulong)most) throw Malformed();
        long value = ZigZag(page, ref at, end);
        int count = (int)total, size = (int)(block / miniblocks), n = 0;
        file.Grow(ref values, count);
        if (count > 0) values[n++] = value;
        while (n < count)
        {
            long least = ZigZag(page, ref at, end);
            int widths = at;
            at += (int)miniblocks;
            if (at > end) throw Malformed();
            // Miniblocks behind the last value are left out.
            for (int m = 0; m < (int)miniblocks && n < count; m++)
            {
                int width = page[widths + m];
                if (width > 64 || (long)size * width / 8 > end - at) throw Malformed();
                long bit = 8L * at;
                for (int i = 0; i < size && n < count; i++, bit += width)
                {
                    value += least + (long)Bits(page, bit, width);
                    values[n++] = value;
                }
                at += size * width / 8;
            }
        }
        return count;
    }

    /// <summary>DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. <paramref name="cells"/> receives places in the page.</summary>
    public static int Texts(byte[] page, ref int at, int end, int most, int longest, ref long[] cells, ParquetFile file)
    {
        int count = Numbers(page, ref at, end, most, ref cells, file);
        for (int i = 0; i < count; i++)
        {
            long length = cells[i];
            if (length < 0 || length > longest || length > end - at) throw Malformed();
            cells[i] = (long)at << 32 | length;
            at += (int)length;
        }
        return count;
    }

    /// <summary>DELTA_BYTE_ARRAY: of each text, how much of the text before it is repeated, then the rest. <paramref name="cells"/> receives places in <paramref name="heap"/>.</summary>
    /// <param name="before">Bytes to leave free at the heap's start.</param>
    /// <param name="behind">Bytes to leave free behind its end.</param>
    public static int Prefixed(byte[] page, ref int at, int end, int most, int longest, int before, int behind, ref long[] prefixes, ref long[] cells, ref byte[] heap, ParquetFile file)
    {
        int count = Numbers(page, ref at, end, most, ref prefixes, file);
        if (Texts(page, ref at, end, most, longest, ref cells, file) != count) throw Malformed();
        long size = 0;
        for (int i = 0, length = 0; i < count; i++)
        {
            if (prefixes[i] < 0 || prefixes[i] > length || prefixes[i] + (int)cells[i] > longest) throw Malformed();
            size += length = (int)prefixes[i] + (int)cells[i];
        }
        file.Count(size);
        file.Grow(ref heap, size + before + behind);
        for (int i = 0, to = before, last = before; i < count; i++)
        {
            int prefix = (int)prefixes[i], rest = (int)cells[i];
            heap.AsSpan(last, prefix).CopyTo(heap.AsSpan(to));
            page.AsSpan((int)(cells[i] >> 32), rest).CopyTo(heap.AsSpan(to + prefix));
            cells[i] = (long)to << 32 | (uint)(prefix + rest);
            last = to;
            to += prefix + rest;
        }
        return count;
    }

    private static ulong Bits(byte[] page, long bit, int width)
    {
        if (width == 0) return 0;
        int at = (int)(bit >> 3), shift = (int)(bit & 7);
        ulong word = BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(at)) >> shift;
        if (shift + width > 64) word |= (ulong)page[at + 8] << 64 - shift;
        return width == 64 ? word : word & (1UL << width) - 1;
    }

    private static ulong Varint(byte[] page, ref int at, int end)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70 && at < end; shift += 7)
        {
            byte b = page[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw Malformed();
    }

    private static long ZigZag(byte[] page, ref int at, int end)
    {
        ulong value = Varint(page, ref at, end);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static InvalidDataException Malformed() => new("a page of differences that is malformed");
}
