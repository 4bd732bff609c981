using System.Buffers.Binary;

namespace Wayward.FlowLogs.Parquet;

/// <summary>Numbers of a column as whole numbers, times as Unix seconds, held against the column's statistics where these count.</summary>
internal sealed class PlainNumbers(ParquetLeaf leaf)
{
    private const long JulianDayOf1970 = 2_440_588;
    private long _least = long.MinValue, _most = long.MaxValue;
    private bool _bound;

    /// <summary>Bytes of one number.</summary>
    public int Size { get; } = leaf.Type switch { ParquetType.Int32 or ParquetType.Float => 4, ParquetType.Int96 => 12, _ => 8 };

    public void Unbind() => _bound = false;

    /// <summary>From now on numbers outside of the column's statistics are damage. The same bound signed and unsigned is used only where both agree.</summary>
    public void Bind(ParquetChunk chunk)
    {
        if (leaf.IsTimestamp || leaf.Type is not (ParquetType.Int32 or ParquetType.Int64) || chunk.Minimum?.Length != Size || chunk.Maximum?.Length != Size) return;
        _least = Size == 4 ? BinaryPrimitives.ReadInt32LittleEndian(chunk.Minimum) : BinaryPrimitives.ReadInt64LittleEndian(chunk.Minimum);
        _most = Size == 4 ? BinaryPrimitives.ReadInt32LittleEndian(chunk.Maximum) : BinaryPrimitives.ReadInt64LittleEndian(chunk.Maximum);
        // The other way round they are numbers without a sign.
        _bound = _least <= _most;
    }

    public void Read(ReadOnlySpan<byte> bytes, Span<long> target)
    {
        target = target[..(bytes.Length / Size)];
        switch (leaf.Type)
        {
            case ParquetType.Int32:
                for (int i = 0; i < target.Length; i++) target[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
                break;
            case ParquetType.Int64:
                for (int i = 0; i < target.Length; i++) target[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * i)..]);
                break;
            case ParquetType.Float:
                for (int i = 0; i < target.Length; i++) target[i] = Whole(BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]));
                break;
            case ParquetType.Double:
                for (int i = 0; i < target.Length; i++) target[i] = Whole(BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]));
                break;
            default:
                // A time: nanoseconds of the day, then the Julian day.
                for (int i = 0; i < target.Length; i++)
                    target[i] = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 * i + 8)..]) - JulianDayOf1970) * 86_400 + BinaryPrimitives.ReadInt64LittleEndian(bytes[(12 * i)..]) / 1_000_000_000;
                break;
        }
        Finish(target);
    }

    /// <summary>Numbers that were added up from differences, which wrap around at the type's width.</summary>
    public void FromDifferences(Span<long> values)
    {
        if (leaf.Type == ParquetType.Int32)
            foreach (ref long value in values) value = (int)value;
        Finish(values);
    }

    private void Finish(Span<long> values)
    {
        if (_bound)
            foreach (long value in values)
                if (value < _least || value > _most) throw new InvalidDataException("a value outside of its column's statistics");
        if (leaf.IsTimestamp)
            foreach (ref long value in values) value = Seconds(value);
    }

    /// <summary>Tools that know no whole numbers with nulls write floating point. What is not whole is no value of any column here.</summary>
    private static long Whole(double value) => Math.Abs(value) < 1L << 53 && Math.Floor(value) == value ? (long)value : long.MinValue;

    /// <summary>Epoch times in any unit, told by magnitude: seconds of this century have ten digits.</summary>
    private static long Seconds(long value) => value switch
    {
        > 100_000_000_000_000_000 => value / 1_000_000_000,
        > 100_000_000_000_000 => value / 1_000_000,
        > 100_000_000_000 => value / 1_000,
        _ => value,
    };
}
