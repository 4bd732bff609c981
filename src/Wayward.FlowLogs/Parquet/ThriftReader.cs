namespace Wayward.FlowLogs.Parquet;

/// <summary>Thrift's compact protocol, as far as parquet's metadata need it. Whatever is malformed throws <see cref="InvalidDataException"/>.</summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    public const byte True = 1, False = 2, Byte = 3, Int16 = 4, Int32 = 5, Int64 = 6, Double = 7, Binary = 8, List = 9, Set = 10, Map = 11, Struct = 12;
    private const int Deepest = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many bytes were taken.</summary>
    public int At { get; private set; }

    /// <summary>The next field of a structure; false at its end.</summary>
    /// <param name="id">The field before, 0 at first; becomes this one.</param>
    public bool Field(ref int id, out byte type)
    {
        byte head = Next();
        type = (byte)(head & 0x0F);
        if (head == 0) return false;
        int delta = head >> 4;
        id = delta != 0 ? id + delta : (int)ZigZag();
        if (type is 0 or > Struct || id is < 0 or > short.MaxValue) throw Malformed();
        return true;
    }

    /// <summary>A whole number, of a field whose type must be one of the integers.</summary>
    public long Integer(byte type)
    {
        if (type is Int16 or Int32 or Int64) return ZigZag();
        if (type == Byte) return (sbyte)Next();
        throw Malformed();
    }

    public int Int(byte type) => Integer(type) is >= int.MinValue and <= int.MaxValue and var value ? (int)value : throw Malformed();

    public static bool Bool(byte type) => type switch { True => true, False => false, _ => throw Malformed() };

    public ReadOnlySpan<byte> Bytes(byte type)
    {
        if (type != Binary) throw Malformed();
        ulong length = Varint();
        if (length > (ulong)(_bytes.Length - At)) throw Malformed();
        var value = _bytes.Slice(At, (int)length);
        At += (int)length;
        return value;
    }

    /// <summary>How many elements a list has; each takes at least a byte.</summary>
    public int Count(byte type, byte element)
    {
        if (type != List) throw Malformed();
        int count = Elements(out byte found);
        // Which integer a list of integers names matters little.
        return count == 0 || found == element ? count : throw Malformed();
    }

    public static void Expect(byte type, byte expected)
    {
        if (type != expected) throw Malformed();
    }

    public void Skip(byte type) => Skip(type, 0, element: false);

    private void Skip(byte type, int depth, bool element)
    {
        if (depth > Deepest) throw Malformed();
        switch (type)
        {
            case True or False:
                if (element) Next();
                break;
            case Byte: Next(); break;
            case Int16 or Int32 or Int64: Varint(); break;
            case Double:
                if (_bytes.Length - At < 8) throw Malformed();
                At += 8;
                break;
            case Binary: Bytes(Binary); break;
            case List or Set:
                for (int count = Elements(out byte of); count > 0; count--) Skip(of, depth + 1, element: true);
                break;
            case Map:
                ulong pairs = Varint();
                if (pairs == 0) break;
                if (pairs > (ulong)(_bytes.Length - At)) throw Malformed();
                byte types = Next();
                for (; pairs > 0; pairs--)
                {
                    Skip((byte)(types >> 4), depth + 1, element: true);
                    Skip((byte)(types & 0x0F), depth + 1, element: true);
                }
                break;
            case Struct:
                for (int id = 0; Field(ref id, out byte inner);) Skip(inner, depth + 1, element: false);
                break;
            default: throw Malformed();
        }
    }

    private int Elements(out byte type)
    {
        byte head = Next();
        type = (byte)(head & 0x0F);
        ulong count = (uint)head >> 4;
        if (count == 15) count = Varint();
        if (count > (ulong)(_bytes.Length - At)) throw Malformed();
        return (int)count;
    }

    private byte Next() => At < _bytes.Length ? _bytes[At++] : throw Malformed();

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte b = Next();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw Malformed();
    }

    private long ZigZag()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static InvalidDataException Malformed() => new("metadata that are malformed");
}
