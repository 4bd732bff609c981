using Crc32 = System.IO.Hashing.Crc32;

namespace Wayward.FlowLogs.Parquet;

/// <summary>The pages of one column in one row group: their headers, and their bytes after decompression, checked against each other.</summary>
internal sealed class PageCursor(ParquetFile file)
{
    private const int LargestHeader = 1 << 20;

    private ParquetChunk? _chunk;
    private long _at, _pageAt;

    public PageHeader Header { get; private set; }
    public ParquetChunk Chunk => _chunk!;
    public bool IsAtEnd => _at == Chunk.End;

    /// <summary>So far every page carried a checksum. Only what does not is held against the column's statistics, since not every writer makes them right.</summary>
    public bool Proven { get; private set; }

    public void Begin(ParquetChunk chunk)
    {
        _chunk = chunk;
        _at = chunk.Start;
        Header = default;
        Proven = true;
    }

    /// <summary>This page is done.</summary>
    public void Forget() => Header = default;

    public void Next()
    {
        long most = Chunk.End - _at;
        if (most <= 0) throw new InvalidDataException("a column with fewer rows than its group");
        for (int size = 256; ; size *= 8)
        {
            int n = (int)Math.Min(size, most);
            try
            {
                Header = PageHeader.Read(file.Read(_at, n).AsSpan(0, n), out int length);
                _at += length;
                break;
            }
            catch (InvalidDataException) when (n < most && size < LargestHeader)
            {
                // Statistics of long texts: with more bytes it may be whole.
            }
        }
        if (Header.Stored > Chunk.End - _at) throw new InvalidDataException("a page that ends behind its column");
        if (Chunk.Codec == ParquetCodec.None && Header.Expanded != Header.Stored) throw new InvalidDataException("a page whose lengths differ without compression");
        _pageAt = _at;
        _at += Header.Stored;
    }

    /// <summary>Decompresses the present page into <paramref name="page"/>, from <paramref name="before"/> on.</summary>
    public void Load(ref byte[] page, int before, int behind)
    {
        int expanded = Header.Expanded, stored = Header.Stored;
        // Deflate's own limit is 1,032.
        if (Chunk.Codec == ParquetCodec.Gzip && expanded / 1040 > stored) throw new InvalidDataException("a page that cannot expand so far");
        file.Count(expanded + 8L * Header.Values);
        file.Grow(ref page, (long)before + expanded + behind);
        byte[] bytes = file.Read(_pageAt, stored);
        bool check = file.Context.Tuning.CheckTrailer;
        if (check && Header.Crc is { } crc && Crc32.HashToUInt32(bytes.AsSpan(0, stored)) != crc) throw new InvalidDataException("a page that does not match its checksum");
        // Levels of the second version are never compressed.
        int plain = Header.Kind == PageKind.DataV2 ? Header.DefinitionBytes + Header.RepetitionBytes : 0;
        bytes.AsSpan(0, plain).CopyTo(page.AsSpan(before));
        var codec = Header.Kind == PageKind.DataV2 && !Header.Compressed ? ParquetCodec.None : Chunk.Codec;
        PageCodec.Decompress(codec, bytes, plain, stored - plain, page, before + plain, expanded - plain, file);
        page.AsSpan(before + expanded, 64).Clear();
        if (Header.Crc is null && (Chunk.Codec != ParquetCodec.Gzip || Header.Kind == PageKind.DataV2)) Proven = false;
    }
}
