using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Wayward.FlowLogs.Text;

/// <summary>
/// Where the fields and lines of a block of text end. One pass over 64 bytes at a time makes three bit masks: separators, line feeds, and whatever is odd (a second
/// separator in a row, a tab, a carriage return, any other control byte, anything beyond ASCII). Lines that touch an odd block are read by the careful path, so the fast
/// one may take every separator for one blank.
/// </summary>
internal sealed class Separators
{
    /// <summary>Those of objects that are read: their arrays are larger than what the collector takes for small, and each object would make them anew.</summary>
    private static readonly System.Collections.Concurrent.ConcurrentBag<Separators> Idle = [];

    /// <summary>One that nobody uses; to be given back with <see cref="Return"/>.</summary>
    public static Separators Rent() => Idle.TryTake(out var separators) ? separators : new Separators();

    public static void Return(Separators separators)
    {
        // A very long line makes very large arrays, which are not worth keeping.
        if (separators._positions.Length <= MaxKept) Idle.Add(separators);
    }

    private const int MaxKept = 1 << 18;

    private int[] _positions = new int[1024];
    private int[] _lineEnds = new int[256];
    private int[] _oddBlocks = new int[16];

    /// <summary>Position of every separator, from index 1; index 0 stands for the byte before the text.</summary>
    public int[] Positions => _positions;
    /// <summary>For each whole line the index of its line feed in <see cref="Positions"/>.</summary>
    public int[] LineEnds => _lineEnds;
    public int LineCount { get; private set; }
    /// <summary>Where blocks of 64 bytes with something odd begin, ascending.</summary>
    public int[] OddBlocks => _oddBlocks;
    public int OddCount { get; private set; }

    /// <summary>Scans <c>[start, end)</c>. At least 64 bytes after <paramref name="end"/> are readable.</summary>
    public void Scan(byte[] buffer, int start, int end, VectorPath path)
    {
        int length = end - start;
        if (_positions.Length < length + 72)
        {
            _positions = new int[BitOperations.RoundUpToPowerOf2((uint)length + 72)];
            _lineEnds = new int[_positions.Length];
        }
        if (_oddBlocks.Length < length / 64 + 2) _oddBlocks = new int[BitOperations.RoundUpToPowerOf2((uint)length / 64 + 2)];
        _positions[0] = start - 1;
        switch (path)
        {
            case VectorPath.Vector512: Scan<Masks512>(buffer, start, end); break;
            case VectorPath.Vector256: Scan<Masks256>(buffer, start, end); break;
            case VectorPath.Vector128: Scan<Masks128>(buffer, start, end); break;
            default: Scan<MasksScalar>(buffer, start, end); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan<TMasks>(byte[] buffer, int start, int end) where TMasks : struct, IMasks
    {
        ref byte text = ref MemoryMarshal.GetArrayDataReference(buffer);
        ref int positions = ref MemoryMarshal.GetArrayDataReference(_positions);
        ref int lineEnds = ref MemoryMarshal.GetArrayDataReference(_lineEnds);
        nint count = 1, lines = 0, odds = 0;
        ulong carry = 1;
        for (nint at = start; at < end; at += 64)
        {
            TMasks.Make(ref Unsafe.Add(ref text, at), out ulong separators, out ulong feeds, out ulong odd);
            if (end - at < 64)
            {
                ulong inside = (1UL << (int)(end - at)) - 1;
                separators &= inside;
                feeds &= inside;
                odd &= inside;
            }
            odd |= separators & (separators << 1 | carry);
            carry = separators >> 63;
            if (odd != 0) _oddBlocks[(int)odds++] = (int)at;

            // Lines are mostly longer than a block: one is written whether or not there is any, so that nothing has to be foreseen.
            Unsafe.Add(ref lineEnds, lines) = (int)count + BitOperations.PopCount(separators & (feeds ^ (feeds - 1)) >> 1);
            lines += feeds != 0 ? 1 : 0;
            feeds &= feeds - 1;
            while (feeds != 0)
            {
                Unsafe.Add(ref lineEnds, lines++) = (int)count + BitOperations.PopCount(separators & (feeds ^ (feeds - 1)) >> 1);
                feeds &= feeds - 1;
            }

            int n = BitOperations.PopCount(separators);
            ref int target = ref Unsafe.Add(ref positions, count);
            count += n;
            // Eight at a time whether or not there are so many: what is written too much is overwritten by the next block.
            do
            {
                // By hand, since the compiler leaves such a loop rolled up.
                target = (int)at + BitOperations.TrailingZeroCount(separators);
                separators &= separators - 1;
                Unsafe.Add(ref target, 1) = (int)at + BitOperations.TrailingZeroCount(separators);
                separators &= separators - 1;
                Unsafe.Add(ref target, 2) = (int)at + BitOperations.TrailingZeroCount(separators);
                separators &= separators - 1;
                Unsafe.Add(ref target, 3) = (int)at + BitOperations.TrailingZeroCount(separators);
                separators &= separators - 1;
                Unsafe.Add(ref target, 4) = (int)at + BitOperations.TrailingZeroCount(separators);
                separators &= separators - 1;
                Unsafe.Add(ref target, 5) = (int)at + BitOperations.TrailingZeroCount(separators);
                separators &= separators - 1;
                Unsafe.Add(ref target, 6) = (int)at + BitOperations.TrailingZeroCount(separators);
                separators &= separators - 1;
                Unsafe.Add(ref target, 7) = (int)at + BitOperations.TrailingZeroCount(separators);
                separators &= separators - 1;
                target = ref Unsafe.Add(ref target, 8);
                n -= 8;
            }
            while (n > 0);
        }
        LineCount = (int)lines;
        OddCount = (int)odds;
    }

    private interface IMasks
    {
        static abstract void Make(ref byte at, out ulong separators, out ulong feeds, out ulong odd);
    }

    private readonly struct MasksScalar : IMasks
    {
        public static void Make(ref byte at, out ulong separators, out ulong feeds, out ulong odd)
        {
            separators = feeds = odd = 0;
            for (int i = 0; i < 64; i++)
            {
                byte c = Unsafe.Add(ref at, i);
                ulong bit = 1UL << i;
                if (c <= ' ') separators |= bit;
                if (c == '\n') feeds |= bit;
                if (c < ' ' && c != '\n' || c >= 0x7F) odd |= bit;
            }
        }
    }

    private readonly struct Masks128 : IMasks
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Make(ref byte at, out ulong separators, out ulong feeds, out ulong odd)
        {
            separators = feeds = odd = 0;
            for (int i = 0; i < 64; i += 16)
            {
                var v = Vector128.LoadUnsafe(ref at, (nuint)i);
                var low = Vector128.LessThanOrEqual(v, Vector128.Create((byte)' '));
                var feed = Vector128.Equals(v, Vector128.Create((byte)'\n'));
                var plain = feed | Vector128.Equals(v, Vector128.Create((byte)' '));
                var strange = Vector128.AndNot(low, plain) | Vector128.GreaterThanOrEqual(v, Vector128.Create((byte)0x7F));
                separators |= (ulong)low.ExtractMostSignificantBits() << i;
                feeds |= (ulong)feed.ExtractMostSignificantBits() << i;
                odd |= (ulong)strange.ExtractMostSignificantBits() << i;
            }
        }
    }

    private readonly struct Masks256 : IMasks
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Make(ref byte at, out ulong separators, out ulong feeds, out ulong odd)
        {
            separators = feeds = odd = 0;
            for (int i = 0; i < 64; i += 32)
            {
                var v = Vector256.LoadUnsafe(ref at, (nuint)i);
                var low = Vector256.LessThanOrEqual(v, Vector256.Create((byte)' '));
                var feed = Vector256.Equals(v, Vector256.Create((byte)'\n'));
                var plain = feed | Vector256.Equals(v, Vector256.Create((byte)' '));
                var strange = Vector256.AndNot(low, plain) | Vector256.GreaterThanOrEqual(v, Vector256.Create((byte)0x7F));
                separators |= (ulong)low.ExtractMostSignificantBits() << i;
                feeds |= (ulong)feed.ExtractMostSignificantBits() << i;
                odd |= (ulong)strange.ExtractMostSignificantBits() << i;
            }
        }
    }

    private readonly struct Masks512 : IMasks
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Make(ref byte at, out ulong separators, out ulong feeds, out ulong odd)
        {
            var v = Vector512.LoadUnsafe(ref at);
            separators = Vector512.LessThanOrEqual(v, Vector512.Create((byte)' ')).ExtractMostSignificantBits();
            feeds = Vector512.Equals(v, Vector512.Create((byte)'\n')).ExtractMostSignificantBits();
            ulong plain = feeds | Vector512.Equals(v, Vector512.Create((byte)' ')).ExtractMostSignificantBits();
            odd = separators & ~plain | Vector512.GreaterThanOrEqual(v, Vector512.Create((byte)0x7F)).ExtractMostSignificantBits();
        }
    }
}
