using System.Buffers.Text;
using ParquetSharp;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>One column of a parquet file, read by batches of rows into text. Of a list the first element is taken.</summary>
internal abstract class ParquetColumn(int index)
{
    private byte[] _bytes = new byte[16 * 1024];
    private int[] _ends = new int[1024];
    private int _rows, _length;

    public int Index { get; } = index;

    public static ParquetColumn? Of(ColumnDescriptor descriptor, int index, bool scaledTime) => descriptor.PhysicalType switch
    {
        PhysicalType.Int32 => new Values<int>(descriptor, index, (value, column) => column.Number(value)),
        PhysicalType.Int64 when scaledTime => new Values<long>(descriptor, index, (value, column) => column.Number(Seconds(value))),
        PhysicalType.Int64 => new Values<long>(descriptor, index, (value, column) => column.Number(value)),
        PhysicalType.ByteArray => new Values<ByteArray>(descriptor, index, (value, column) => column.Append(value)),
        _ => null,
    };

    public abstract void Begin(RowGroupReader group);

    /// <param name="wanted">Rows whose value is wanted; null: all.</param>
    public abstract void Read(int rows, bool[]? wanted);

    public abstract void Skip(int rows);

    /// <summary>A row of the last batch; empty for null, <c>-</c> and what was not wanted.</summary>
    public ReadOnlySpan<byte> Text(int row)
    {
        if (row >= _rows) return default;
        int start = row == 0 ? 0 : _ends[row - 1];
        var text = _bytes.AsSpan(start, _ends[row] - start);
        return text is [(byte)'-'] ? default : text;
    }

    protected void Clear()
    {
        _rows = 0;
        _length = 0;
    }

    protected void EndRow()
    {
        if (_rows == _ends.Length) Array.Resize(ref _ends, _ends.Length * 2);
        _ends[_rows++] = _length;
    }

    /// <summary>Epoch times in any unit, told by magnitude: seconds of this century have ten digits.</summary>
    public static long Seconds(long value) => value switch
    {
        > 100_000_000_000_000_000 => value / 1_000_000_000,
        > 100_000_000_000_000 => value / 1_000_000,
        > 100_000_000_000 => value / 1_000,
        _ => value,
    };

    private void Number(long value)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(value, _bytes.AsSpan(_length), out int written);
        _length += written;
    }

    private unsafe void Append(ByteArray value)
    {
        if (value.Length is < 0 or > 64 * 1024) throw new InvalidDataException($"a value of {value.Length} bytes");
        if (value.Length == 0) return;
        Reserve(value.Length);
        new ReadOnlySpan<byte>((void*)value.Pointer, value.Length).CopyTo(_bytes.AsSpan(_length));
        _length += value.Length;
    }

    private void Reserve(int count)
    {
        if (_length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
    }

    private sealed class Values<T>(ColumnDescriptor descriptor, int index, Action<T, ParquetColumn> append) : ParquetColumn(index) where T : unmanaged
    {
        private const int Batch = 4096;
        private readonly short _full = descriptor.MaxDefinitionLevel;
        private readonly bool _list = descriptor.MaxRepetitionLevel > 0;
        private readonly short[] _definitions = new short[Batch], _repetitions = new short[Batch];
        private readonly T[] _values = new T[Batch];
        private ColumnReader<T>? _reader;
        /// <summary>Of a list: levels that were read and belong to rows that were not asked for yet.</summary>
        private int _levels, _level, _value;

        public override void Begin(RowGroupReader group)
        {
            _reader?.Dispose();
            _reader = (ColumnReader<T>)group.Column(Index);
            _levels = _level = _value = 0;
        }

        public override void Read(int rows, bool[]? wanted)
        {
            Clear();
            if (_list) ReadLists(rows, wanted);
            else ReadFlat(rows, wanted);
        }

        public override void Skip(int rows)
        {
            Clear();
            if (_list) ReadLists(rows, null);
            else
                for (long skipped = 0; skipped < rows;)
                {
                    long n = _reader!.Skip(rows - skipped);
                    if (n <= 0) throw Short();
                    skipped += n;
                }
            Clear();
        }

        private void ReadFlat(int rows, bool[]? wanted)
        {
            for (int row = 0; row < rows;)
            {
                // A batch never crosses a page, so the values' bytes stay valid until the next one.
                int n = Fill(rows - row);
                for (int level = 0, value = 0; level < n; level++, row++)
                {
                    if (_full == 0 || _definitions[level] == _full)
                    {
                        if (wanted is null || wanted[row]) append(_values[value], this);
                        value++;
                    }
                    EndRow();
                }
            }
        }

        private void ReadLists(int rows, bool[]? wanted)
        {
            for (int row = 0; row < rows; row++)
            {
                bool begun = false, taken = wanted is not null && !wanted[row];
                while (true)
                {
                    if (_level == _levels)
                    {
                        if (!_reader!.HasNext) break;
                        _levels = Fill(Batch);
                        _level = _value = 0;
                    }
                    if (_repetitions[_level] == 0)
                    {
                        if (begun) break;
                        begun = true;
                    }
                    if (_definitions[_level++] == _full)
                    {
                        if (!taken) append(_values[_value], this);
                        taken = true;
                        _value++;
                    }
                }
                if (!begun) throw Short();
                EndRow();
            }
        }

        private int Fill(int most)
        {
            long n = _reader!.ReadBatch(Math.Min(most, Batch), _definitions, _repetitions, _values, out long values);
            if (n <= 0 || n > Batch || values > n) throw Short();
            return (int)n;
        }

        private static InvalidDataException Short() => new("a column with fewer rows than its group");
    }
}
