using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Wayward.FlowLogs.Text;

/// <summary>
/// The line taken last, as long as its text stands in the buffer: a line that says the same of its interface, or has the same times, in the same bytes, need not be checked and looked up again. Lines
/// that are the same in both are only counted, and told together.
/// </summary>
internal struct LastLine
{
    private Places _places;
    private int _identities, _count;
    private long _pendingFirst, _pending;

    public long Start { get; private set; }
    public long End { get; private set; }

    /// <summary>Is there a line to compare with?</summary>
    public readonly bool IsKnown => _count > 0;

    public readonly bool HasIdentity(ref byte text, ref int ends) => IsKnown && Has(ref text, ref ends, 0, _identities);

    public readonly bool HasTimes(ref byte text, ref int ends) => IsKnown && Has(ref text, ref ends, _identities, _count);

    /// <summary>Is the line the same in identity and times? There is one to compare with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsLike(ref byte text, ref int ends) => Has(ref text, ref ends, 0, _count);

    /// <summary>This line was taken.</summary>
    public void Take(ref int ends, ColumnPlan plan, long start, long end)
    {
        var ranges = plan.AlikeRanges;
        for (int i = 0; i < ranges.Length; i++)
        {
            var (first, last) = ranges[i];
            int at = Unsafe.Add(ref ends, first) + 1, length = Unsafe.Add(ref ends, last + 1) + 1 - at;
            _places[i] = new Place(first, at, length, length < 32 ? (1U << length) - 1 : uint.MaxValue);
        }
        (_identities, _count) = (plan.IdentityRangeCount, ranges.Length);
        (Start, End) = (start, end);
    }

    /// <summary>More lines like it in identity, times and status OK, none between them.</summary>
    public void Again(long line, int lines)
    {
        if (_pending == 0) _pendingFirst = line;
        _pending += lines;
    }

    /// <summary>Tells the sink of the lines that were only counted: before it hears of any other line.</summary>
    public void Flush<TSink>(RecordTally tally, ref TSink sink) where TSink : IFlowRecordSink
    {
        if (_pending == 0) return;
        sink.ObserveMore(_pendingFirst, _pending, Start, End, LogStatus.Ok);
        tally.Records += _pending;
        _pending = 0;
    }

    /// <summary>What comes next is compared with nothing. Nothing may be pending.</summary>
    public void Forget() => _count = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool Has(ref byte text, ref int ends, int from, int to)
    {
        ref readonly var place = ref Unsafe.Add(ref Unsafe.As<Places, Place>(ref Unsafe.AsRef(in _places)), from);
        for (int i = from; i < to; i++)
        {
            // The separator behind the last of the columns is compared too: so the fields are as many and as long.
            ref byte here = ref Unsafe.Add(ref text, Unsafe.Add(ref ends, place.Column) + 1), there = ref Unsafe.Add(ref text, place.At);
            uint equal = Vector256.Equals(Vector256.LoadUnsafe(ref here), Vector256.LoadUnsafe(ref there)).ExtractMostSignificantBits();
            if ((~equal & place.Mask) != 0) return false;
            if (place.Length > 32 && !AreEqual(ref here, ref there, place.Length)) return false;
            place = ref Unsafe.Add(ref Unsafe.AsRef(in place), 1);
        }
        return true;
    }

    /// <summary>More than 32 bytes, of which the first 32 are equal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreEqual(ref byte a, ref byte b, int length)
    {
        nuint tail = (nuint)length - 32;
        for (nuint i = 32; i < tail; i += 32)
            if (Vector256.LoadUnsafe(ref a, i) != Vector256.LoadUnsafe(ref b, i)) return false;
        return Vector256.LoadUnsafe(ref a, tail) == Vector256.LoadUnsafe(ref b, tail);
    }

    /// <param name="Column">The first of the columns.</param>
    /// <param name="At">Where its text begins in the buffer.</param>
    /// <param name="Length">Of the columns' text, separators between and behind them included. 32 bytes from the start are readable.</param>
    /// <param name="Mask">A bit for each of the first 32 bytes.</param>
    private readonly record struct Place(int Column, int At, int Length, uint Mask);

    [InlineArray(ColumnPlan.MaxAlikeRanges)]
    private struct Places
    {
        private Place _first;
    }
}
