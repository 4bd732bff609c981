using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Parquet;

/// <summary>Decompresses the content of one page into a buffer whose length the page's header states: no codec allocates by what the compressed bytes say.</summary>
internal static class PageCodec
{
    /// <summary>Codecs that are read. LZO has no reader that is safe on hostile bytes.</summary>
    public static bool Reads(ParquetCodec codec) => codec != ParquetCodec.Lzo;

    /// <param name="bytes">The page is <c>[from, from + stored)</c>.</param>
    /// <param name="page">Receives <c>[to, to + expanded)</c>; <see cref="ByteSource.Slack"/> bytes behind it are writable.</param>
    /// <exception cref="InvalidDataException">Malformed, or of another length.</exception>
    public static void Decompress(ParquetCodec codec, byte[] bytes, int from, int stored, byte[] page, int to, int expanded, ParquetFile file)
    {
        if (codec == ParquetCodec.None)
        {
            if (stored != expanded) throw OtherLength();
            bytes.AsSpan(from, stored).CopyTo(page.AsSpan(to));
            return;
        }
        // A page of nulls alone has no values, and some writers compress nothing to nothing.
        if (stored == 0 && expanded == 0) return;
        var source = bytes.AsSpan(from, stored);
        var target = page.AsSpan(to, expanded);
        switch (codec)
        {
            case ParquetCodec.Snappy:
                Snappy.Decode(source, target);
                break;
            case ParquetCodec.Gzip:
                Gzip(bytes, from, stored, page, to, expanded, file);
                break;
            case ParquetCodec.Zstd:
                Zstd(source, target);
                break;
            case ParquetCodec.Brotli:
                Brotli(source, target);
                break;
            case ParquetCodec.Lz4Raw:
                Lz4.Decode(source, target);
                break;
            case ParquetCodec.Lz4:
                FramedLz4(source, target);
                break;
            default: throw new InvalidDataException("a page in a codec that its column does not name");
        }
    }

    private static void Gzip(byte[] bytes, int from, int stored, byte[] page, int to, int expanded, ParquetFile file)
    {
        using var window = new SourceWindow(new SliceSource(bytes, from, stored), 32 * 1024, 256 * 1024);
        using var gzip = new GzipSource(window, file.Context, file.Compressed);
        int end = to, limit = to + expanded;
        // One byte more than expected is asked for: so the trailer is read, and a longer page is told.
        for (int n; end <= limit && (n = gzip.Read(page, end, Math.Min(limit + 1, end + 256 * 1024))) > 0;) end += n;
        if (end != limit) throw OtherLength();
    }

    private static void Brotli(ReadOnlySpan<byte> source, Span<byte> target)
    {
        using var brotli = new BrotliDecoder();
        // The decoder tells an end of no bytes only where there is room for one.
        Span<byte> room = stackalloc byte[1];
        var status = brotli.Decompress(source, target.IsEmpty ? room : target, out int consumed, out int written);
        if (status != OperationStatus.Done || consumed != source.Length || written != target.Length) throw OtherLength();
    }

    private static void Zstd(ReadOnlySpan<byte> source, Span<byte> target)
    {
        using var zstd = new ZstdSharp.Decompressor();
        try
        {
            if (zstd.Unwrap(source, target) != target.Length) throw OtherLength();
        }
        catch (ZstdSharp.ZstdException e)
        {
            throw new InvalidDataException($"zstd says '{e.Message}'", e);
        }
    }

    /// <summary>Hadoop's framing, which parquet-mr writes for the codec that the format calls LZ4: two lengths, most significant byte first, before each block. Others wrote a bare block under that name.</summary>
    private static void FramedLz4(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (source.Length < 8 || BinaryPrimitives.ReadUInt32BigEndian(source) > target.Length || BinaryPrimitives.ReadUInt32BigEndian(source[4..]) > source.Length - 8)
        {
            Lz4.Decode(source, target);
            return;
        }
        while (source.Length > 0)
        {
            if (source.Length < 8) throw OtherLength();
            uint expanded = BinaryPrimitives.ReadUInt32BigEndian(source), stored = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
            if (expanded > target.Length || stored > source.Length - 8) throw OtherLength();
            Lz4.Decode(source.Slice(8, (int)stored), target[..(int)expanded]);
            source = source[(8 + (int)stored)..];
            target = target[(int)expanded..];
        }
        if (target.Length > 0) throw OtherLength();
    }

    private static InvalidDataException OtherLength() => new("a page that expands to another length than its header says");
}
