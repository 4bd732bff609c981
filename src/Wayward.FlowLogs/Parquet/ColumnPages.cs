using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Wayward.FlowLogs.Wrapping;
using Crc32 = System.IO.Hashing.Crc32;

namespace Wayward.FlowLogs.Parquet;

/// <summary>
/// One flat column, read by batches out of its pages. Numbers come as numbers; of texts where they stand: in the dictionary of their column or in their page, so that nothing is copied and rows with the same
/// dictionary entry are told as equal by one comparison. A page whose rows are all passed over is not even decompressed.
/// </summary>
/// <remarks>
/// A page must be what its header, its column and its own content say to the last byte: checksum where there is one, length after decompression, number of values, indices within the dictionary, nothing left over.
/// Whatever is not throws <see cref="InvalidDataException"/>.
/// </remarks>
internal sealed class ColumnPages : IDisposable
{
    public const int Batch = 4096;
    private const int Before = SourceWindow.Pad, Behind = ByteSource.Slack + 64;
    private const int LargestPage = 256 << 20, LargestHeader = 1 << 20, LargestText = 64 * 1024, LongestClean = 256;
    private const uint Readable = 1U << 0 | 1U << 2 | 1U << 3 | 1U << 4 | 1U << 8;

    private readonly ParquetFile _file;
    private readonly ParquetLeaf _leaf;
    private readonly int[] _levels = new int[Batch], _indices = new int[Batch];
    private byte[] _page = [], _dictionaryPage = [];
    private long[] _dictionary = [];
    private int _dictionaryCount = -1;
    private bool _dictionaryClean;
    private ParquetChunk? _chunk;
    private PageHeader _header;
    private long _at, _skip, _nulls, _nullsBefore;
    private bool _loaded, _isIndexed, _hasLevels, _complete;
    /// <summary>So far every page of the column carried a checksum. What does not is held against the column's statistics: not in general, for not every writer makes them right.</summary>
    private bool _proven;
    private long _least, _most;
    private byte[]? _first, _last;
    private long _pageAt;
    private RunDecoder _levelRuns, _indexRuns;
    private int _next, _end;

    public ColumnPages(ParquetFile file, ParquetLeaf leaf)
    {
        _file = file;
        _leaf = leaf;
        IsText = leaf.Type == ParquetType.ByteArray;
    }

    public bool IsText { get; }

    /// <summary>Of the batch: a number, or a text as its place in <see cref="Heap"/> in the upper half and its length in the lower; 0 for a text that says nothing (null, empty or <c>-</c>).</summary>
    public long[] Cells { get; } = new long[Batch];
    /// <summary>Which numbers of the batch are null; only looked at where <see cref="AnyNull"/>.</summary>
    public bool[] Nulls { get; } = new bool[Batch];
    public bool AnyNull { get; private set; }
    /// <summary>All cells of the batch are the same.</summary>
    public bool IsConstant { get; private set; }
    /// <summary>Every text of the batch is printable and short.</summary>
    public bool IsClean { get; private set; }
    /// <summary>Where the texts of the batch stand. Sixteen bytes before and behind each are readable.</summary>
    public byte[] Heap { get; private set; } = [];

    /// <summary>Can columns like this be read?</summary>
    public static bool Reads(ParquetLeaf leaf, ParquetChunk chunk) =>
        leaf is { Repeated: false, Definition: <= 1, Type: ParquetType.Int32 or ParquetType.Int64 or ParquetType.ByteArray }
        && chunk.Codec is ParquetCodec.None or ParquetCodec.Snappy or ParquetCodec.Gzip or ParquetCodec.Zstd && (chunk.Encodings & ~Readable) == 0;

    public void Begin(ParquetChunk chunk)
    {
        _chunk = chunk;
        _at = chunk.Start;
        _dictionaryCount = -1;
        _nulls = 0;
        _skip = 0;
        RowsLeft = 0;
        _complete = _proven = true;
        _first = _last = null;
        (_least, _most) = (long.MinValue, long.MaxValue);
    }

    /// <summary>Rows of the present page that were not given yet.</summary>
    public int RowsLeft { get; private set; }

    /// <summary>Goes to the next page when there is none, or its rows are all given.</summary>
    public void NextPage()
    {
        while (RowsLeft == 0)
        {
            EndPage();
            ReadHeader();
            if (_header.Kind == PageKind.Dictionary)
            {
                LoadDictionary();
                continue;
            }
            if (_header.Kind == PageKind.Index) throw new InvalidDataException("an index page among the values");
            RowsLeft = _header.Values;
            _loaded = false;
            _skip = 0;
        }
    }

    /// <summary>The row group ends here: so must the column.</summary>
    public void EndGroup()
    {
        EndPage();
        if (RowsLeft != 0 || _at != _chunk!.End) throw new InvalidDataException("a column with more rows than its group");
        if (_complete && !_proven && _chunk.Nulls is { } nulls && nulls != _nulls) throw new InvalidDataException("a column with another number of nulls than its statistics say");
    }

    public void Skip(int rows)
    {
        RowsLeft -= rows;
        _skip += rows;
    }

    /// <param name="rows">At most <see cref="RowsLeft"/>.</param>
    public void Read(int rows)
    {
        if (!_loaded) LoadPage();
        if (_skip > 0) Pass();
        RowsLeft -= rows;
        Heap = _isIndexed ? _dictionaryPage : _page;
        IsClean = !IsText || _isIndexed && _dictionaryClean;
        IsConstant = false;
        int present = rows;
        AnyNull = false;
        if (_hasLevels)
        {
            if (_levelRuns.TryRun(rows, out int level))
            {
                if (level == 0)
                {
                    _nulls += rows;
                    IsConstant = AnyNull = true;
                    Cells.AsSpan(0, rows).Clear();
                    Nulls.AsSpan(0, rows).Fill(true);
                    return;
                }
            }
            else
            {
                var levels = _levels.AsSpan(0, rows);
                _levelRuns.Read(levels);
                present = 0;
                foreach (int l in levels) present += l;
                _nulls += rows - present;
                AnyNull = present < rows;
            }
        }
        if (_isIndexed) ReadIndexed(present, alone: present == rows);
        else if (IsText) ReadTexts(present);
        else ReadNumbers(present);
        if (AnyNull) Spread(rows, present);
    }

    /// <summary>Values stand without their nulls: to their rows, from behind.</summary>
    private void Spread(int rows, int present)
    {
        for (int row = rows - 1; row >= 0; row--)
        {
            bool isNull = _levels[row] == 0;
            Nulls[row] = isNull;
            Cells[row] = isNull ? 0 : Cells[--present];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadIndexed(int count, bool alone)
    {
        if (count == 0) return;
        var cells = Cells.AsSpan(0, count);
        var dictionary = _dictionary.AsSpan(0, _dictionaryCount);
        if (_indexRuns.TryRun(count, out int same))
        {
            if ((uint)same >= (uint)dictionary.Length) throw new InvalidDataException("an index past the dictionary's end");
            cells.Fill(dictionary[same]);
            IsConstant = alone;
            return;
        }
        var indices = _indices.AsSpan(0, count);
        _indexRuns.Read(indices);
        for (int i = 0; i < cells.Length; i++)
        {
            int index = indices[i];
            if ((uint)index >= (uint)dictionary.Length) throw new InvalidDataException("an index past the dictionary's end");
            cells[i] = dictionary[index];
        }
    }

    private void ReadNumbers(int count)
    {
        int size = Size;
        if ((long)count * size > _end - _next) throw new InvalidDataException("a page that ends before its values");
        Numbers(_page.AsSpan(_next, count * size), Cells);
        _next += count * size;
    }

    private void Numbers(ReadOnlySpan<byte> bytes, Span<long> target)
    {
        if (_leaf.Type == ParquetType.Int32)
        {
            for (int i = 0; i < bytes.Length / 4; i++) target[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
        }
        else
        {
            for (int i = 0; i < bytes.Length / 8; i++) target[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * i)..]);
        }
        target = target[..(bytes.Length / Size)];
        if (!_proven)
            foreach (long value in target)
                if (value < _least || value > _most) throw new InvalidDataException("a value outside of its column's statistics");
        if (_leaf.IsTimestamp)
            foreach (ref long value in target) value = ParquetColumn.Seconds(value);
    }

    private void ReadTexts(int count)
    {
        for (int i = 0; i < count; i++) Cells[i] = NextText(_page, ref _next, _end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long NextText(byte[] page, ref int next, int end)
    {
        if (end - next < 4) throw new InvalidDataException("a page that ends before its values");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(next));
        next += 4;
        if (length > LargestText) throw new InvalidDataException($"a value of {length} bytes");
        if (length > end - next) throw new InvalidDataException("a page that ends before its values");
        if (_first is not null && page.AsSpan(next, (int)length).SequenceCompareTo(_first) < 0 || _last is not null && page.AsSpan(next, (int)length).SequenceCompareTo(_last) > 0)
            throw new InvalidDataException("a value outside of its column's statistics");
        long cell = length == 0 || length == 1 && page[next] == '-' ? 0 : (long)next << 32 | length;
        next += (int)length;
        return cell;
    }

    private void Pass()
    {
        while (_skip > 0)
        {
            int rows = (int)Math.Min(_skip, Batch), present = rows;
            _skip -= rows;
            if (_hasLevels)
            {
                var levels = _levels.AsSpan(0, rows);
                _levelRuns.Read(levels);
                present = 0;
                foreach (int l in levels) present += l;
                _nulls += rows - present;
            }
            if (_isIndexed) _indexRuns.Skip(present);
            else if (IsText)
                for (int i = 0; i < present; i++) NextText(_page, ref _next, _end);
            else
            {
                long size = (long)present * Size;
                if (size > _end - _next) throw new InvalidDataException("a page that ends before its values");
                _next += (int)size;
            }
        }
    }

    private void EndPage()
    {
        if (_header.Kind is not (PageKind.Data or PageKind.DataV2) || _header.Values == 0) return;
        if (!_loaded)
        {
            _complete = false;
            _header = default;
            return;
        }
        if (_skip > 0) Pass();
        bool whole = (!_hasLevels || _levelRuns.IsAtEnd) && (_isIndexed ? _indexRuns.IsAtEnd || _next == _end : _next == _end);
        if (!whole) throw new InvalidDataException("a page that goes on behind its values");
        if (_header.Kind == PageKind.DataV2 && _nulls - _nullsBefore != _header.Nulls) throw new InvalidDataException("a page with another number of nulls than its header says");
        _header = default;
    }

    private void ReadHeader()
    {
        long most = _chunk!.End - _at;
        if (most <= 0) throw new InvalidDataException("a column with fewer rows than its group");
        for (int size = 256; ; size *= 8)
        {
            int n = (int)Math.Min(size, most);
            try
            {
                _header = PageHeader.Read(_file.Read(_at, n).AsSpan(0, n), out int length);
                _at += length;
                break;
            }
            catch (InvalidDataException) when (n < most && size < LargestHeader)
            {
                // Statistics of long texts: with more bytes it may be whole.
            }
        }
        if (_header.Stored > _chunk.End - _at) throw new InvalidDataException("a page that ends behind its column");
        if (_header.Expanded > LargestPage) throw new InvalidDataException($"a page of {_header.Expanded} bytes");
        if (_chunk.Codec == ParquetCodec.None && _header.Expanded != _header.Stored) throw new InvalidDataException("a page whose lengths differ without compression");
        _pageAt = _at;
        _at += _header.Stored;
    }

    /// <summary>The present page's bytes in <paramref name="page"/>, decompressed, from <see cref="Before"/> on.</summary>
    private void Load(ref byte[] page)
    {
        int expanded = _header.Expanded, stored = _header.Stored;
        // Deflate's own limit is 1,032, and no other codec's writers come near it on a page.
        if (_chunk!.Codec == ParquetCodec.Gzip && expanded / 1040 > stored) throw new InvalidDataException("a page that cannot expand so far");
        _file.Count(expanded + 8L * _header.Values);
        byte[] bytes = _file.Read(_pageAt, stored);
        if (_header.Crc is { } crc && _file.Context.Tuning.CheckTrailer && Crc32.HashToUInt32(bytes.AsSpan(0, stored)) != crc) throw new InvalidDataException("a page that does not match its checksum");
        if (page.Length < Before + expanded + Behind)
        {
            ParquetFile.Return(ref page);
            page = ArrayPool<byte>.Shared.Rent(Before + expanded + Behind);
        }
        // Levels of the second version are never compressed.
        int plain = _header.Kind == PageKind.DataV2 ? _header.DefinitionBytes + _header.RepetitionBytes : 0;
        bytes.AsSpan(0, plain).CopyTo(page.AsSpan(Before));
        Decompress(bytes, plain, stored - plain, page, Before + plain, expanded - plain);
        page.AsSpan(Before + expanded, 64).Clear();
        if (_proven && _header.Crc is null && (_chunk.Codec != ParquetCodec.Gzip || _header.Kind == PageKind.DataV2))
        {
            _proven = false;
            SetBounds();
        }
    }

    private void SetBounds()
    {
        byte[]? minimum = _chunk!.Minimum, maximum = _chunk.Maximum;
        if (IsText) (_first, _last) = (minimum, maximum);
        else if (!_leaf.IsTimestamp && minimum?.Length == Size && maximum?.Length == Size)
        {
            long least = Size == 4 ? BinaryPrimitives.ReadInt32LittleEndian(minimum) : BinaryPrimitives.ReadInt64LittleEndian(minimum);
            long most = Size == 4 ? BinaryPrimitives.ReadInt32LittleEndian(maximum) : BinaryPrimitives.ReadInt64LittleEndian(maximum);
            // The other way round they are numbers without a factor.
            if (least <= most) (_least, _most) = (least, most);
        }
    }

    private int Size => _leaf.Type == ParquetType.Int32 ? 4 : 8;

    private void Decompress(byte[] bytes, int from, int stored, byte[] page, int to, int expanded)
    {
        var codec = _header.Kind == PageKind.DataV2 && !_header.Compressed ? ParquetCodec.None : _chunk!.Codec;
        switch (codec)
        {
            case ParquetCodec.None:
                if (stored != expanded) throw new InvalidDataException("a page whose lengths differ without compression");
                bytes.AsSpan(from, stored).CopyTo(page.AsSpan(to));
                break;
            case ParquetCodec.Snappy:
                Snappy.Decode(bytes.AsSpan(from, stored), page.AsSpan(to, expanded));
                break;
            case ParquetCodec.Gzip:
                if (stored == 0 && expanded == 0) break;
                // Each member's checksum and length are checked.
                using (var window = new SourceWindow(new SliceSource(bytes, from, stored), 32 * 1024, 256 * 1024))
                using (var gzip = new GzipSource(window, _file.Context, _file.Compressed))
                {
                    int end = to, limit = to + expanded;
                    for (int n; end <= limit && (n = gzip.Read(page, end, Math.Min(limit + 1, end + 256 * 1024))) > 0;) end += n;
                    if (end != limit) throw new InvalidDataException("a page that expands to another length than its header says");
                }
                break;
            case ParquetCodec.Zstd:
                if (stored == 0 && expanded == 0) break;
                using (var zstd = new ZstdSharp.Decompressor())
                {
                    int written;
                    try
                    {
                        written = zstd.Unwrap(bytes.AsSpan(from, stored), page.AsSpan(to, expanded));
                    }
                    catch (ZstdSharp.ZstdException e)
                    {
                        throw new InvalidDataException($"zstd says '{e.Message}'", e);
                    }
                    if (written != expanded) throw new InvalidDataException("a page that expands to another length than its header says");
                }
                break;
            default: throw new InvalidDataException("a page in a codec that its column does not name");
        }
    }

    private void LoadDictionary()
    {
        if (_dictionaryCount >= 0 || _header.Encoding is not (0 or 2) || _pageAt < _chunk!.Start) throw new InvalidDataException("a dictionary that is out of place");
        Load(ref _dictionaryPage);
        int count = _header.Values, next = Before, end = Before + _header.Expanded;
        int size = IsText ? 4 : Size;
        if ((long)count * size > _header.Expanded) throw new InvalidDataException("a dictionary that ends before its values");
        if (_dictionary.Length < count) _dictionary = new long[count];
        _dictionaryClean = true;
        if (IsText)
        {
            for (int i = 0; i < count; i++)
            {
                long cell = _dictionary[i] = NextText(_dictionaryPage, ref next, end);
                _dictionaryClean &= IsCleanText(Text(_dictionaryPage, cell));
            }
        }
        else
        {
            Numbers(_dictionaryPage.AsSpan(next, count * size), _dictionary);
            next += count * size;
        }
        if (next != end) throw new InvalidDataException("a dictionary that goes on behind its values");
        _dictionaryCount = count;
        _header = default;
    }

    private void LoadPage()
    {
        Load(ref _page);
        _loaded = true;
        _nullsBefore = _nulls;
        int at = Before;
        _end = Before + _header.Expanded;
        _hasLevels = _leaf.Definition > 0;
        if (_header.Kind == PageKind.DataV2)
        {
            if (_header.RepetitionBytes != 0 || _header.Rows != _header.Values || !_hasLevels && (_header.DefinitionBytes != 0 || _header.Nulls != 0)) throw new InvalidDataException("a page whose levels are not its column's");
            if (_hasLevels) _levelRuns = new RunDecoder(_page, at, at + _header.DefinitionBytes, 1);
            at += _header.DefinitionBytes;
        }
        else if (_hasLevels)
        {
            if (_header.LevelEncoding != 3 || _header.Expanded < 4) throw new InvalidDataException("a page whose levels are not its column's");
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(_page.AsSpan(at));
            at += 4;
            if (length > _end - at) throw new InvalidDataException("a page whose levels are not its column's");
            _levelRuns = new RunDecoder(_page, at, at + (int)length, 1);
            at += (int)length;
        }
        _isIndexed = _header.Encoding is 2 or 8;
        if (_isIndexed)
        {
            if (_dictionaryCount < 0) throw new InvalidDataException("a page without its dictionary");
            // A page of nothing but nulls may leave its indices out.
            int width = at < _end ? _page[at++] : 0;
            if (width > 32) throw new InvalidDataException("an index of more than 32 bits");
            _indexRuns = new RunDecoder(_page, at, _end, width);
            _next = at;
        }
        else
        {
            if (_header.Encoding != 0) throw new InvalidDataException("a page in an encoding that its column does not name");
            _next = at;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Text(int row) => Text(Heap, Cells[row]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> Text(byte[] heap, long cell) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(heap), (nint)(cell >> 32)), (int)cell);

    /// <summary>Printable, without blanks, and so short that no line of such texts is too long.</summary>
    public static bool IsCleanText(ReadOnlySpan<byte> text) => text.Length <= LongestClean && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    public void Dispose()
    {
        ParquetFile.Return(ref _page);
        ParquetFile.Return(ref _dictionaryPage);
        Heap = [];
    }
}
