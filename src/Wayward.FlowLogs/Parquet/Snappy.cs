using System.Buffers.Binary;

namespace Wayward.FlowLogs.Parquet;

/// <summary>Decoder of Snappy's raw format. It carries a length and no checksum.</summary>
internal static class Snappy
{
    /// <exception cref="InvalidDataException">Malformed, or it does not fill the target to its end.</exception>
    public static void Decode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int at = 0, to = 0;
        ulong length = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (at >= source.Length || shift > 28) throw Malformed();
            byte b = source[at++];
            length |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) break;
        }
        if (length != (ulong)target.Length) throw Malformed();
        while (at < source.Length)
        {
            byte tag = source[at++];
            int count, distance;
            switch (tag & 3)
            {
                case 0:
                    count = tag >> 2;
                    if (count >= 60)
                    {
                        int bytes = count - 59;
                        if (bytes > source.Length - at) throw Malformed();
                        count = 0;
                        for (int i = 0; i < bytes; i++) count |= source[at + i] << 8 * i;
                        at += bytes;
                        if (count is < 0 or int.MaxValue) throw Malformed();
                    }
                    count++;
                    if (count > source.Length - at || count > target.Length - to) throw Malformed();
                    source.Slice(at, count).CopyTo(target[to..]);
                    at += count;
                    to += count;
                    continue;
                case 1:
                    if (at >= source.Length) throw Malformed();
                    count = 4 + (tag >> 2 & 7);
                    distance = tag >> 5 << 8 | source[at++];
                    break;
                case 2:
                    if (source.Length - at < 2) throw Malformed();
                    count = (tag >> 2) + 1;
                    distance = BinaryPrimitives.ReadUInt16LittleEndian(source[at..]);
                    at += 2;
                    break;
                default:
                    if (source.Length - at < 4) throw Malformed();
                    count = (tag >> 2) + 1;
                    distance = BinaryPrimitives.ReadInt32LittleEndian(source[at..]);
                    at += 4;
                    break;
            }
            if (distance <= 0 || distance > to || count > target.Length - to) throw Malformed();
            if (distance >= count) target.Slice(to - distance, count).CopyTo(target[to..]);
            else
                for (int i = 0; i < count; i++) target[to + i] = target[to + i - distance];
            to += count;
        }
        if (to != target.Length) throw Malformed();
    }

    private static InvalidDataException Malformed() => new("snappy data that are malformed");
}
