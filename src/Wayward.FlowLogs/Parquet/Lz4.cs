using System.Buffers.Binary;

namespace Wayward.FlowLogs.Parquet;

/// <summary>Decoder of LZ4's block format. It carries neither length nor checksum.</summary>
internal static class Lz4
{
    private const int ShortestMatch = 4;

    /// <exception cref="InvalidDataException">Malformed, or it does not fill the target to its end.</exception>
    public static void Decode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int at = 0, to = 0;
        while (at < source.Length)
        {
            byte token = source[at++];
            int literals = Length(source, ref at, token >> 4);
            if (literals > source.Length - at || literals > target.Length - to) throw Malformed();
            source.Slice(at, literals).CopyTo(target[to..]);
            at += literals;
            to += literals;
            // The last sequence is literals only.
            if (at == source.Length) break;
            if (source.Length - at < 2) throw Malformed();
            int distance = BinaryPrimitives.ReadUInt16LittleEndian(source[at..]);
            at += 2;
            int count = Length(source, ref at, token & 15) + ShortestMatch;
            if (distance == 0 || distance > to || count > target.Length - to) throw Malformed();
            if (distance >= count) target.Slice(to - distance, count).CopyTo(target[to..]);
            else
                for (int i = 0; i < count; i++) target[to + i] = target[to + i - distance];
            to += count;
        }
        if (to != target.Length) throw Malformed();
    }

    private static int Length(ReadOnlySpan<byte> source, ref int at, int length)
    {
        if (length < 15) return length;
        while (true)
        {
            if (at >= source.Length || length > int.MaxValue / 2) throw Malformed();
            byte more = source[at++];
            length += more;
            if (more < 255) return length;
        }
    }

    private static InvalidDataException Malformed() => new("LZ4 data that are malformed");
}
