using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Wayward.FlowLogs.Parquet;

/// <summary>
/// One column, read by batches out of its pages. Texts stay where they stand: in the dictionary of their column or in their page. A page whose rows are all passed over is not even decompressed.
/// Of a list, the first element is taken; a page of lists is decoded as a whole.
/// </summary>
/// <remarks>
/// A page must be what its header, its column and its own content say to the last byte: checksum where there is one, length after decompression, number of values, indices within the dictionary, nothing left over.
/// Whatever is not throws <see cref="InvalidDataException"/>.
/// </remarks>
internal sealed class ColumnPages : ColumnCells, IDisposable
{
    private const int LargestText = 64 * 1024;

    private readonly ParquetFile _file;
    private readonly ParquetLeaf _leaf;
    private readonly PageCursor _pages;
    private readonly PlainNumbers _numbers;
    private readonly int _levelWidth;
    private readonly int[] _levels = new int[Batch], _indices = new int[Batch], _starts;
    private byte[] _page = [], _dictionaryPage = [], _prefixedHeap = [];
    private long[] _dictionary = [], _decoded = [], _prefixes = [], _lists = [];
    private int _dictionaryCount = -1;
    private bool _dictionaryClean, _loaded, _hasLevels, _complete, _bounded;
    private long _skip, _nulls, _nullsBefore;
    private Form _form;
    private byte[]? _first, _last;
    private RunDecoder _levelRuns, _startRuns, _indexRuns;
    /// <summary>The next plain value's byte or the next decoded value's index, and where these end.</summary>
    private int _next, _end;

    /// <summary>How the values of the present page stand.</summary>
    private enum Form : byte { Plain, Indexed, Decoded, Prefixed }

    public ColumnPages(ParquetFile file, ParquetLeaf leaf) : base(leaf.Type == ParquetType.ByteArray)
    {
        _file = file;
        _leaf = leaf;
        _pages = new PageCursor(file);
        _numbers = new PlainNumbers(leaf);
        _levelWidth = 32 - int.LeadingZeroCount(leaf.Definition);
        _starts = leaf.Repetition > 0 ? new int[Batch] : [];
    }

    /// <summary>Can a column of this type be read?</summary>
    public static bool Reads(ParquetLeaf leaf) =>
        leaf.Repetition == 0 ? leaf.Type is not (ParquetType.Boolean or ParquetType.FixedLengthByteArray) : leaf is { Repetition: 1, Type: ParquetType.ByteArray };

    public void Begin(ParquetChunk chunk)
    {
        _pages.Begin(chunk);
        _dictionaryCount = -1;
        _nulls = _skip = 0;
        RowsLeft = 0;
        _complete = true;
        _bounded = false;
        _first = _last = null;
        _numbers.Unbind();
    }

    /// <summary>Rows of the present page that were not given yet.</summary>
    public int RowsLeft { get; private set; }

    /// <summary>Goes to the next page when there is none, or its rows are all given.</summary>
    public void NextPage()
    {
        while (RowsLeft == 0)
        {
            EndPage();
            _pages.Next();
            if (_pages.Header.Kind == PageKind.Dictionary)
            {
                LoadDictionary();
                continue;
            }
            if (_pages.Header.Kind == PageKind.Index) throw new InvalidDataException("an index page among the values");
            RowsLeft = _pages.Header.Values;
            _loaded = false;
            _skip = 0;
            if (_leaf.Repetition > 0) LoadLists();
        }
    }

    /// <summary>The row group ends here: so must the column.</summary>
    public void EndGroup()
    {
        EndPage();
        if (RowsLeft != 0 || !_pages.IsAtEnd) throw new InvalidDataException("a column with more rows than its group");
        if (_complete && !_pages.Proven && _leaf.Repetition == 0 && _pages.Chunk.Nulls is { } nulls && nulls != _nulls)
            throw new InvalidDataException("a column with another number of nulls than its statistics say");
    }

    public void Skip(int rows)
    {
        RowsLeft -= rows;
        _skip += rows;
    }

    /// <param name="rows">At most <see cref="RowsLeft"/>.</param>
    public override void Read(int rows)
    {
        if (!_loaded) LoadPage();
        if (_skip > 0) Pass();
        RowsLeft -= rows;
        Heap = _form switch { Form.Indexed => _dictionaryPage, Form.Prefixed => _prefixedHeap, _ => _page };
        IsClean = !IsText || _form == Form.Indexed && _dictionaryClean;
        IsConstant = AnyNull = false;
        if (_leaf.Repetition > 0)
        {
            _lists.AsSpan(_next, rows).CopyTo(Cells);
            _next += rows;
            return;
        }
        int present = rows;
        if (_hasLevels)
        {
            if (_levelRuns.TryRun(rows, out int level))
            {
                if (level != _leaf.Definition)
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
                present = ReadLevels(rows);
                AnyNull = present < rows;
            }
        }
        ReadValues(present, alone: present == rows);
        if (AnyNull) Spread(rows, present);
    }

    /// <summary>Reads definition levels and counts the rows that have a value.</summary>
    private int ReadLevels(int rows)
    {
        var levels = _levels.AsSpan(0, rows);
        _levelRuns.Read(levels);
        int present = 0, full = _leaf.Definition;
        foreach (int level in levels) present += level == full ? 1 : 0;
        _nulls += rows - present;
        return present;
    }

    private void ReadValues(int count, bool alone)
    {
        if (_form == Form.Indexed) IsConstant = _indexRuns.DecodeTo(Cells.AsSpan(0, count), _dictionary.AsSpan(0, _dictionaryCount), _indices) && alone;
        else if (_form != Form.Plain)
        {
            if (count > _end - _next) throw Short();
            _decoded.AsSpan(_next, count).CopyTo(Cells);
            _next += count;
        }
        else if (IsText)
        {
            for (int i = 0; i < count; i++) Cells[i] = NextText(_page, ref _next, _end);
        }
        else _numbers.Read(_page.AsSpan(_next, TakeNumbers(count)), Cells);
    }

    /// <summary>Values stand without their nulls: to their rows, from behind.</summary>
    private void Spread(int rows, int present)
    {
        for (int row = rows - 1; row >= 0; row--)
        {
            bool isNull = _levels[row] != _leaf.Definition;
            Nulls[row] = isNull;
            Cells[row] = isNull ? 0 : Cells[--present];
        }
    }

    /// <summary>Moves behind plain numbers; returns how many bytes these are.</summary>
    private int TakeNumbers(int count)
    {
        long size = (long)count * _numbers.Size;
        if (size > _end - _next) throw Short();
        _next += (int)size;
        return (int)size;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long NextText(byte[] page, ref int next, int end)
    {
        if (end - next < 4) throw Short();
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(next));
        next += 4;
        if (length > LargestText) throw new InvalidDataException($"a value of {length} bytes");
        if (length > end - next) throw Short();
        long cell = Checked(page, next, (int)length);
        next += (int)length;
        return cell;
    }

    /// <summary>A text as a cell, held against the column's statistics where these count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Checked(byte[] heap, int at, int length)
    {
        if (_first is not null && heap.AsSpan(at, length).SequenceCompareTo(_first) < 0 || _last is not null && heap.AsSpan(at, length).SequenceCompareTo(_last) > 0)
            throw new InvalidDataException("a value outside of its column's statistics");
        return length == 0 || length == 1 && heap[at] == '-' ? 0 : (long)at << 32 | (uint)length;
    }

    private void Pass()
    {
        while (_skip > 0)
        {
            int rows = (int)Math.Min(_skip, Batch), present = rows;
            _skip -= rows;
            if (_leaf.Repetition > 0)
            {
                _next += rows;
                continue;
            }
            if (_hasLevels) present = ReadLevels(rows);
            if (_form == Form.Indexed) _indexRuns.Skip(present);
            else if (_form != Form.Plain) _next += present;
            else if (IsText)
                for (int i = 0; i < present; i++) NextText(_page, ref _next, _end);
            else TakeNumbers(present);
        }
    }

    private void EndPage()
    {
        var header = _pages.Header;
        if (header.Kind is not (PageKind.Data or PageKind.DataV2) || header.Values == 0) return;
        _pages.Forget();
        if (!_loaded)
        {
            _complete = false;
            return;
        }
        if (_skip > 0) Pass();
        bool whole = _leaf.Repetition > 0 || (!_hasLevels || _levelRuns.IsAtEnd) && (_next == _end || _form == Form.Indexed && _indexRuns.IsAtEnd);
        if (!whole) throw new InvalidDataException("a page that goes on behind its values");
        if (header.Kind == PageKind.DataV2 && _leaf.Repetition == 0 && _nulls - _nullsBefore != header.Nulls) throw new InvalidDataException("a page with another number of nulls than its header says");
    }

    private void Load(ref byte[] page)
    {
        _pages.Load(ref page, Before, Behind);
        if (_pages.Proven || _bounded) return;
        _bounded = true;
        if (IsText) (_first, _last) = (_pages.Chunk.Minimum, _pages.Chunk.Maximum);
        else _numbers.Bind(_pages.Chunk);
    }

    private void LoadDictionary()
    {
        var header = _pages.Header;
        if (_dictionaryCount >= 0 || header.Encoding is not (0 or 2)) throw new InvalidDataException("a dictionary that is out of place");
        Load(ref _dictionaryPage);
        int count = header.Values, next = Before, end = Before + header.Expanded;
        if ((long)count * (IsText ? 4 : _numbers.Size) > header.Expanded) throw new InvalidDataException("a dictionary that ends before its values");
        _file.Grow(ref _dictionary, count);
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
            _numbers.Read(_dictionaryPage.AsSpan(next, count * _numbers.Size), _dictionary);
            next += count * _numbers.Size;
        }
        if (next != end) throw new InvalidDataException("a dictionary that goes on behind its values");
        _dictionaryCount = count;
        _pages.Forget();
    }

    private void LoadPage()
    {
        Load(ref _page);
        var header = _pages.Header;
        _loaded = true;
        _nullsBefore = _nulls;
        int at = Before;
        _end = Before + header.Expanded;
        _hasLevels = _leaf.Definition > 0;
        if (header.Kind == PageKind.DataV2)
        {
            if (_leaf.Repetition == 0 && (header.RepetitionBytes != 0 || header.Rows != header.Values) || !_hasLevels && (header.DefinitionBytes != 0 || header.Nulls != 0)) throw OtherLevels();
            _startRuns = new RunDecoder(_page, at, at += header.RepetitionBytes, 1);
            if (_hasLevels) _levelRuns = new RunDecoder(_page, at, at += header.DefinitionBytes, _levelWidth);
        }
        else
        {
            if (_leaf.Repetition > 0) _startRuns = Levels(ref at, 1);
            if (_hasLevels) _levelRuns = Levels(ref at, _levelWidth);
        }
        _next = at;
        switch (header.Encoding)
        {
            case 0:
                _form = Form.Plain;
                break;
            case 2 or 8:
                if (_dictionaryCount < 0) throw new InvalidDataException("a page without its dictionary");
                // A page of nothing but nulls may leave its indices out.
                int width = at < _end ? _page[at++] : 0;
                if (width > 32) throw new InvalidDataException("an index of more than 32 bits");
                _indexRuns = new RunDecoder(_page, at, _end, width);
                _next = at;
                _form = Form.Indexed;
                break;
            case 5 when _leaf.Type is ParquetType.Int32 or ParquetType.Int64:
                Decoded(DeltaDecoder.Numbers(_page, ref at, _end, header.Values, ref _decoded, _file), at, Form.Decoded);
                _numbers.FromDifferences(_decoded.AsSpan(0, _end));
                break;
            case 6 when IsText:
                Decoded(DeltaDecoder.Texts(_page, ref at, _end, header.Values, LargestText, ref _decoded, _file), at, Form.Decoded);
                CheckTexts(_page);
                break;
            case 7 when IsText:
                Decoded(DeltaDecoder.Prefixed(_page, ref at, _end, header.Values, LargestText, Before, Behind, ref _prefixes, ref _decoded, ref _prefixedHeap, _file), at, Form.Prefixed);
                CheckTexts(_prefixedHeap);
                break;
            default: throw new InvalidDataException($"a page in the encoding {header.Encoding}, which is not read for its type");
        }
    }

    private RunDecoder Levels(ref int at, int width)
    {
        if (_pages.Header.LevelEncoding != 3 || _end - at < 4) throw OtherLevels();
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_page.AsSpan(at));
        at += 4;
        if (length > _end - at) throw OtherLevels();
        return new RunDecoder(_page, at, at += (int)length, width);
    }

    private void Decoded(int count, int at, Form form)
    {
        if (at != _end) throw new InvalidDataException("a page that goes on behind its values");
        (_next, _end, _form) = (0, count, form);
    }

    private void CheckTexts(byte[] heap)
    {
        foreach (ref long cell in _decoded.AsSpan(0, _end)) cell = Checked(heap, (int)(cell >> 32), (int)cell);
    }

    /// <summary>Decodes a page of lists to the first text of each row. What a page begins with may belong to the last row of the page before.</summary>
    private void LoadLists()
    {
        int values = _pages.Header.Values, rows = 0;
        _file.Grow(ref _lists, values);
        LoadPage();
        bool taken = true;
        for (int left = values; left > 0;)
        {
            int count = Math.Min(left, Batch);
            left -= count;
            ReadValues(ReadLevels(count), alone: false);
            _startRuns.Read(_starts.AsSpan(0, count));
            for (int i = 0, value = 0; i < count; i++)
            {
                if (_starts[i] == 0)
                {
                    _lists[rows++] = 0;
                    taken = false;
                }
                if (_levels[i] != _leaf.Definition) continue;
                long cell = Cells[value++];
                if (!taken) _lists[rows - 1] = cell;
                taken = true;
            }
        }
        if (!_startRuns.IsAtEnd || !_levelRuns.IsAtEnd || _pages.Header.Kind == PageKind.DataV2 && _pages.Header.Rows != rows) throw new InvalidDataException("a page that goes on behind its values");
        RowsLeft = rows;
        _next = 0;
    }

    private static InvalidDataException Short() => new("a page that ends before its values");

    private static InvalidDataException OtherLevels() => new("a page whose levels are not its column's");

    public void Dispose()
    {
        ParquetFile.Return(ref _page);
        ParquetFile.Return(ref _dictionaryPage);
        ParquetFile.Return(ref _prefixedHeap);
        Heap = [];
    }
}
