using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// Deflate decoder (RFC 1951) over a window. It exists because the runtime's own hides where a stream ends: a gzip trailer cannot be checked behind
/// <see cref="System.IO.Compression.GZipStream"/>, which takes a cut object for a whole one (dotnet/runtime #72726). Writing into the reader's scan
/// window also saves a copy.
/// </summary>
internal sealed class Inflater(SourceWindow input, ReadContext context)
{
    /// <summary>Farthest back a match may reach.</summary>
    public const int WindowSize = 32 * 1024;

    private enum State : byte { Header, Stored, Codes, Done }

    private static readonly byte[] LengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    private static readonly uint[] LiteralResults = MakeLiteralResults();
    private static readonly uint[] DistanceResults = MakeDistanceResults();
    private static readonly uint[] LengthResults = MakeLengthResults();

    // Largest tables that a code of 288 or 32 symbols of at most 15 bits can need, with these widths (as counted by zlib's "enough" for 11 and 8 bits, rounded up).
    private readonly HuffmanTable _literals = new(11, 288, 2560);
    private readonly HuffmanTable _distances = new(8, 32, 512);
    private readonly HuffmanTable _lengths = new(7, 19, 128);
    private readonly byte[] _codeLengths = new byte[288 + 32];
    private ulong _bits;
    private int _bitCount;
    /// <summary>Bytes of zeros given after the end of the input; taking any of them means that the input was cut.</summary>
    private int _phantom;
    private State _state;
    private bool _final;
    private bool _fixedTables;
    private int _stored;
    private long _written;

    /// <summary>Starts a new stream at the input's current position.</summary>
    public void Begin()
    {
        _bits = 0;
        _bitCount = 0;
        _phantom = 0;
        _state = State.Header;
        _final = false;
        _written = 0;
    }

    /// <summary>Writes from <paramref name="end"/> to about <paramref name="limit"/>; the input then stands somewhere after what was used.</summary>
    /// <returns>How many bytes were written; 0 only at the stream's end, when the input stands right behind it.</returns>
    public int Read(byte[] window, int end, int limit)
    {
        int at = end;
        while (at < limit && _state != State.Done)
        {
            switch (_state)
            {
                case State.Header:
                    ReadHeader();
                    break;
                case State.Stored:
                    at = CopyStored(window, at, limit);
                    break;
                default:
                    int before = at;
                    at = Decode(window, at, limit);
                    _written += at - before;
                    break;
            }
        }
        if (_state == State.Done && at == end) GiveBack();
        return at - end;
    }

    private void ReadHeader()
    {
        if (_final)
        {
            _state = State.Done;
            return;
        }
        Need(3);
        _final = (_bits & 1) != 0;
        int type = (int)(_bits >> 1 & 3);
        Take(3);
        switch (type)
        {
            case 0:
                Take(_bitCount & 7);
                Need(32);
                uint length = (uint)_bits & 0xFFFF, complement = (uint)(_bits >> 16) & 0xFFFF;
                if ((length ^ complement) != 0xFFFF) throw Damaged("a stored block's length does not match its complement");
                Take(32);
                _stored = (int)length;
                _state = State.Stored;
                break;
            case 1:
                if (!_fixedTables) BuildFixed();
                _state = State.Codes;
                break;
            case 2:
                ReadCodes();
                _state = State.Codes;
                break;
            default:
                throw Damaged("a block of a kind that does not exist");
        }
    }

    private int CopyStored(byte[] window, int at, int limit)
    {
        int start = at;
        while (_stored > 0 && at < limit && _bitCount > 0)
        {
            Need(8);
            window[at++] = (byte)_bits;
            Take(8);
            _stored--;
        }
        while (_stored > 0 && at < limit)
        {
            if (input.Length == 0 && !input.Fill()) throw Truncated();
            int n = Math.Min(Math.Min(_stored, limit - at), input.Length);
            input.Unread[..n].CopyTo(window.AsSpan(at));
            input.Start += n;
            at += n;
            _stored -= n;
        }
        _written += at - start;
        if (_stored == 0) _state = State.Header;
        return at;
    }

    private void ReadCodes()
    {
        Need(14);
        int literals = (int)(_bits & 31) + 257, distances = (int)(_bits >> 5 & 31) + 1, codes = (int)(_bits >> 10 & 15) + 4;
        Take(14);
        if (literals > 286 || distances > 30) throw Damaged("a code with too many symbols");
        Span<byte> lengthLengths = stackalloc byte[19];
        lengthLengths.Clear();
        for (int i = 0; i < codes; i++)
        {
            Need(3);
            lengthLengths[LengthOrder[i]] = (byte)(_bits & 7);
            Take(3);
        }
        if (!_lengths.Build(lengthLengths, LengthResults, allowSingle: false)) throw Damaged("a code for code lengths that is no prefix code");
        var lengths = _codeLengths.AsSpan(0, literals + distances);
        for (int i = 0; i < lengths.Length;)
        {
            Need(14);
            uint entry = _lengths.Entries[(int)(_bits & 127)];
            Take((int)(entry & 0xFF));
            int symbol = (int)(entry >> 16);
            if (symbol < 16)
            {
                lengths[i++] = (byte)symbol;
                continue;
            }
            int repeat;
            byte value = 0;
            switch (symbol)
            {
                case 16:
                    if (i == 0) throw Damaged("a code length that repeats nothing");
                    value = lengths[i - 1];
                    repeat = 3 + (int)(_bits & 3);
                    Take(2);
                    break;
                case 17:
                    repeat = 3 + (int)(_bits & 7);
                    Take(3);
                    break;
                default:
                    repeat = 11 + (int)(_bits & 127);
                    Take(7);
                    break;
            }
            if (repeat > lengths.Length - i) throw Damaged("more code lengths than symbols");
            lengths.Slice(i, repeat).Fill(value);
            i += repeat;
        }
        if (lengths[256] == 0) throw Damaged("a code without an end of block");
        if (!_literals.Build(lengths[..literals], LiteralResults, allowSingle: true)) throw Damaged("a literal code that is no prefix code");
        if (!_distances.Build(lengths[literals..], DistanceResults, allowSingle: true)) throw Damaged("a distance code that is no prefix code");
        _fixedTables = false;
    }

    private void BuildFixed()
    {
        var lengths = _codeLengths.AsSpan();
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..288].Fill(8);
        lengths[288..320].Fill(5);
        if (!_literals.Build(lengths[..288], LiteralResults, false) || !_distances.Build(lengths[288..], DistanceResults, false))
            throw new InvalidOperationException("The fixed code is a prefix code.");
        _fixedTables = true;
    }

    /// <summary>The symbols of one block, until it ends or the limit is reached.</summary>
    private int Decode(byte[] window, int start, int limit)
    {
        // A distance is at most the window, so what lies this far back is all that a match may name.
        int firstByte = start - (int)Math.Min(_written, WindowSize), at = start;
        while (_state == State.Codes && at < limit)
        {
            if (input.Length >= FastInput) at = DecodeFast(window, at, firstByte, limit);
            else at = DecodeSymbol(window, at, firstByte);
        }
        if (_phantom > 0) CheckPhantom();
        return at;
    }

    /// <summary>Bytes of input that one turn of the fast loop may load.</summary>
    private const int FastInput = 16;
    private const ulong LiteralMask = (1 << 11) - 1, DistanceMask = (1 << 8) - 1;

    /// <summary>
    /// As long as a whole turn's input is at hand: up to two literals and a match, or three literals, a turn, with one look-up always ahead of the copying.
    /// Bits: a refill leaves at least 56; two literals of the first table take 22 at most, a length with its extra bits 20, a distance 28.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int DecodeFast(byte[] window, int start, int firstByte, int limit)
    {
        ref byte output = ref MemoryMarshal.GetArrayDataReference(window);
        ref uint literals = ref MemoryMarshal.GetArrayDataReference(_literals.Entries);
        ref uint distances = ref MemoryMarshal.GetArrayDataReference(_distances.Entries);
        ref byte source = ref MemoryMarshal.GetArrayDataReference(input.Buffer);
        nint at = start, next = input.Start, last = input.End - FastInput;
        ulong bits = _bits;
        int count = _bitCount;

        bits |= Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, next)) << count;
        next += (63 - count) >> 3;
        count |= 56;
        uint entry = Unsafe.Add(ref literals, (nint)(bits & LiteralMask));
        while (true)
        {
            if ((entry & HuffmanTable.Literal) != 0)
            {
                bits >>= (int)entry;
                count -= (byte)entry;
                Unsafe.Add(ref output, at) = (byte)(entry >> 16);
                entry = Unsafe.Add(ref literals, (nint)(bits & LiteralMask));
                if ((entry & HuffmanTable.Literal) != 0)
                {
                    bits >>= (int)entry;
                    count -= (byte)entry;
                    Unsafe.Add(ref output, at + 1) = (byte)(entry >> 16);
                    entry = Unsafe.Add(ref literals, (nint)(bits & LiteralMask));
                    if ((entry & HuffmanTable.Literal) != 0)
                    {
                        bits >>= (int)entry;
                        count -= (byte)entry;
                        Unsafe.Add(ref output, at + 2) = (byte)(entry >> 16);
                        at += 3;
                        if (at >= limit || next > last) break;
                        bits |= Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, next)) << count;
                        next += (63 - count) >> 3;
                        count |= 56;
                        entry = Unsafe.Add(ref literals, (nint)(bits & LiteralMask));
                        continue;
                    }
                    at++;
                }
                at++;
            }
            if ((entry & HuffmanTable.Special) != 0)
            {
                // Rare: a longer code, the block's end, or nonsense. The careful path takes it from here.
                break;
            }
            nint length = (nint)(entry >> 16) + (nint)((bits & ((1UL << (int)entry) - 1)) >> (int)(entry >> 8 & 0x1F));
            bits >>= (int)entry;
            count -= (byte)entry;
            if (count < 28)
            {
                bits |= Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, next)) << count;
                next += (63 - count) >> 3;
                count |= 56;
            }
            entry = Unsafe.Add(ref distances, (nint)(bits & DistanceMask));
            if ((entry & HuffmanTable.Special) != 0)
            {
                if ((entry & HuffmanTable.Second) == 0) throw Fault(count, "a distance that does not exist");
                bits >>= (int)entry;
                count -= (byte)entry;
                entry = Unsafe.Add(ref distances, (nint)(entry >> 16) + (nint)(bits & ((1UL << (int)(entry >> 8 & 0x1F)) - 1)));
                if ((entry & HuffmanTable.Special) != 0) throw Fault(count, "a distance that does not exist");
            }
            nint distance = (nint)(entry >> 16) + (nint)((bits & ((1UL << (int)entry) - 1)) >> (int)(entry >> 8 & 0x1F));
            bits >>= (int)entry;
            count -= (byte)entry;
            if (at - distance < firstByte) throw Fault(count, "a match from before the beginning");

            bits |= Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, next)) << count;
            next += (63 - count) >> 3;
            count |= 56;
            entry = Unsafe.Add(ref literals, (nint)(bits & LiteralMask));

            ref byte target = ref Unsafe.Add(ref output, at);
            ref byte earlier = ref Unsafe.Subtract(ref target, distance);
            at += length;
            if (distance >= 32)
            {
                // Most matches are no longer than the first store.
                Vector256.LoadUnsafe(ref earlier).StoreUnsafe(ref target);
                for (nint i = 32; i < length; i += 32) Vector256.LoadUnsafe(ref earlier, (nuint)i).StoreUnsafe(ref target, (nuint)i);
            }
            else Repeat(ref earlier, ref target, distance, length);
            if (at >= limit || next > last) break;
        }

        input.Start = (int)next;
        _bits = count == 0 ? 0 : bits & (ulong.MaxValue >> (64 - count));
        _bitCount = count;
        // Whatever stopped the loop short of its limits has not been taken yet.
        return (entry & HuffmanTable.Special) != 0 && at < limit && _state == State.Codes ? DecodeSymbol(window, (int)at, firstByte) : (int)at;
    }

    /// <summary>One symbol, from whatever input is left, long codes and the block's end included.</summary>
    private int DecodeSymbol(byte[] window, int at, int firstByte)
    {
        RefillSlowly();
        uint entry = _literals.Entries[(int)(_bits & LiteralMask)];
        if ((entry & HuffmanTable.Second) != 0 && (entry & (HuffmanTable.Literal | HuffmanTable.Special)) == HuffmanTable.Special)
        {
            Drop(entry);
            entry = _literals.Entries[(int)(entry >> 16) + (int)(_bits & ((1UL << (int)(entry >> 8 & 0x1F)) - 1))];
        }
        if ((entry & HuffmanTable.Literal) != 0)
        {
            Drop(entry);
            window[at++] = (byte)(entry >> 16);
            if (_phantom > 0) CheckPhantom();
            return at;
        }
        if ((entry & HuffmanTable.Special) != 0)
        {
            if ((entry & HuffmanTable.EndOfBlock) == 0) throw Fault(_bitCount, "a code that stands for nothing");
            Drop(entry);
            _state = State.Header;
            return at;
        }
        int length = Value(entry);
        Drop(entry);
        entry = _distances.Entries[(int)(_bits & DistanceMask)];
        if ((entry & (HuffmanTable.Special | HuffmanTable.Second)) == (HuffmanTable.Special | HuffmanTable.Second))
        {
            Drop(entry);
            entry = _distances.Entries[(int)(entry >> 16) + (int)(_bits & ((1UL << (int)(entry >> 8 & 0x1F)) - 1))];
        }
        if ((entry & HuffmanTable.Special) != 0) throw Fault(_bitCount, "a distance that does not exist");
        int distance = Value(entry);
        Drop(entry);
        if (_phantom > 0) CheckPhantom();
        if (at - distance < firstByte) throw Fault(_bitCount, "a match from before the beginning");
        Repeat(ref window[at - distance], ref window[at], distance, length);
        return at + length;

        void Drop(uint taken)
        {
            _bits >>= (int)(taken & 0x3F);
            _bitCount -= (byte)taken;
        }

        int Value(uint taken) => (int)(taken >> 16) + (int)((_bits & ((1UL << (int)(taken & 0x3F)) - 1)) >> (int)(taken >> 8 & 0x1F));
    }

    /// <summary>Copies a match; when it overlaps what it writes, that repeats. May write 15 bytes too many.</summary>
    private static void Repeat(ref byte earlier, ref byte target, nint distance, nint length)
    {
        if (distance >= 16)
        {
            for (nint i = 0; i < length; i += 16) Vector128.LoadUnsafe(ref earlier, (nuint)i).StoreUnsafe(ref target, (nuint)i);
        }
        else if (distance == 1)
        {
            Unsafe.InitBlockUnaligned(ref target, earlier, (uint)length);
        }
        else
        {
            for (nint i = 0; i < length; i++) Unsafe.Add(ref target, i) = Unsafe.Add(ref earlier, i);
        }
    }

    private void RefillSlowly()
    {
        // What lies above the count may be left over from a wide load: it will be loaded again.
        _bits = _bitCount == 0 ? 0 : _bits & (ulong.MaxValue >> (64 - _bitCount));
        while (_bitCount <= 55)
        {
            if (input.Length == 0 && !input.Fill())
            {
                CheckPhantom();
                _phantom++;
            }
            else
            {
                _bits |= (ulong)input.Buffer[input.Start++] << _bitCount;
            }
            _bitCount += 8;
        }
    }

    private void CheckPhantom()
    {
        if (_phantom * 8 > _bitCount) throw Truncated();
    }

    private void Need(int bits)
    {
        if (_bitCount < bits) RefillSlowly();
    }

    private void Take(int bits)
    {
        _bits >>= bits;
        _bitCount -= bits;
        if (_phantom > 0) CheckPhantom();
    }

    /// <summary>Whole bytes that were loaded and not used go back, so that the trailer can be read.</summary>
    private void GiveBack()
    {
        CheckPhantom();
        input.Start -= _bitCount / 8 - _phantom;
        _bits = 0;
        _bitCount = 0;
        _phantom = 0;
    }

    private FlowObjectException Truncated() => context.Refuse("truncated: the compressed data end before their end mark", retryable: true);

    private FlowObjectException Damaged(string what) => context.Refuse($"damaged: the compressed data hold {what}");

    /// <summary>A fault that is met in zeros after the end is the end's fault.</summary>
    private FlowObjectException Fault(int count, string what) => _phantom * 8 > count ? Truncated() : Damaged(what);

    private static uint[] MakeLengthResults()
    {
        var results = new uint[19];
        for (uint s = 0; s < results.Length; s++) results[s] = s << 16;
        return results;
    }

    private static uint[] MakeLiteralResults()
    {
        var results = new uint[288];
        for (uint s = 0; s < 256; s++) results[s] = HuffmanTable.Literal | s << 16;
        results[256] = HuffmanTable.Special | HuffmanTable.EndOfBlock;
        uint length = 3;
        for (uint s = 257; s < 285; s++)
        {
            uint extra = s < 265 ? 0 : (s - 261) / 4;
            results[s] = length << 16 | extra;
            length += 1U << (int)extra;
        }
        results[285] = 258U << 16;
        results[286] = results[287] = HuffmanTable.Special;
        return results;
    }

    private static uint[] MakeDistanceResults()
    {
        var results = new uint[32];
        uint distance = 1;
        for (uint s = 0; s < 30; s++)
        {
            uint extra = s < 4 ? 0 : (s - 2) / 2;
            results[s] = distance << 16 | extra;
            distance += 1U << (int)extra;
        }
        results[30] = results[31] = HuffmanTable.Special;
        return results;
    }
}
