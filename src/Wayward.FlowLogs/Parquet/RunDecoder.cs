using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wayward.FlowLogs.Parquet;

/// <summary>Parquet's mixture of runs and bit-packed groups: definition levels and dictionary indices.</summary>
/// <param name="page">At least eight bytes behind <paramref name="end"/> are readable.</param>
internal struct RunDecoder(byte[] page, int at, int end, int width)
{
    private int _at = at;
    /// <summary>Values of the present run that were not given yet.</summary>
    private int _left;
    private bool _packed;
    private int _value;
    private long _bit;

    /// <summary>When the next values are all the same because one run holds them, takes them.</summary>
    public bool TryRun(int count, out int value)
    {
        if (_left == 0 && count > 0) NextRun();
        value = _value;
        if (_packed || _left < count) return false;
        _left -= count;
        return true;
    }

    public void Read(Span<int> target)
    {
        while (target.Length > 0)
        {
            if (_left == 0) NextRun();
            int n = Math.Min(target.Length, _left);
            if (_packed) Unpack(target[..n]);
            else target[..n].Fill(_value);
            _left -= n;
            target = target[n..];
        }
    }

    /// <summary>Reads indices and looks them up.</summary>
    /// <param name="indices">Room for as many.</param>
    /// <returns>Are they all the same, because one run holds them?</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool DecodeTo(Span<long> cells, ReadOnlySpan<long> dictionary, Span<int> indices)
    {
        if (cells.Length == 0) return false;
        if (TryRun(cells.Length, out int same))
        {
            if ((uint)same >= (uint)dictionary.Length) throw PastEnd();
            cells.Fill(dictionary[same]);
            return true;
        }
        indices = indices[..cells.Length];
        Read(indices);
        for (int i = 0; i < cells.Length; i++)
        {
            int index = indices[i];
            if ((uint)index >= (uint)dictionary.Length) throw PastEnd();
            cells[i] = dictionary[index];
        }
        return false;
    }

    public void Skip(int count)
    {
        while (count > 0)
        {
            if (_left == 0) NextRun();
            int n = Math.Min(count, _left);
            if (_packed) _bit += (long)n * width;
            _left -= n;
            count -= n;
        }
    }

    /// <summary>Is there nothing more, but for the padding of a last group? DuckDB pads to blocks of 256 values, others to 8.</summary>
    public readonly bool IsAtEnd => _at == end && (_packed ? _left < 256 : _left == 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Unpack(Span<int> target)
    {
        ref byte bytes = ref MemoryMarshal.GetArrayDataReference(page);
        long bit = _bit;
        uint mask = (uint)((1UL << width) - 1);
        for (int i = 0; i < target.Length; i++, bit += width)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, (nint)(bit >> 3)));
            if (!BitConverter.IsLittleEndian) word = BinaryPrimitives.ReverseEndianness(word);
            target[i] = (int)((uint)(word >> (int)(bit & 7)) & mask);
        }
        _bit = bit;
    }

    private void NextRun()
    {
        ulong head = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (_at >= end || shift > 28) throw Malformed();
            byte b = page[_at++];
            head |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) break;
        }
        ulong count = head >> 1;
        _packed = (head & 1) != 0;
        if (count == 0 || count > int.MaxValue / 8) throw Malformed();
        if (_packed)
        {
            if (count * (ulong)width > (ulong)(end - _at)) throw Malformed();
            _bit = 8L * _at;
            _at += (int)count * width;
            _left = (int)count * 8;
            _value = 0;
            return;
        }
        int bytes = (width + 7) / 8;
        if (end - _at < bytes) throw Malformed();
        uint value = 0;
        for (int i = 0; i < bytes; i++) value |= (uint)page[_at++] << 8 * i;
        if (width < 32 && value >> width != 0) throw Malformed();
        _value = (int)value;
        _left = (int)count;
    }

    private static InvalidDataException PastEnd() => new("an index past the dictionary's end");

    private static InvalidDataException Malformed() => new("runs that are malformed");
}
