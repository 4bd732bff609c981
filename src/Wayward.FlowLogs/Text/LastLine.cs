using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Wayward.FlowLogs.Text;

/// <summary>
/// The line taken last, as long as its text stands in the buffer: a line that says the same of its interface, or has the same times, in the same bytes, need not be checked and looked up again. Lines
/// that are the same in both are only counted, and told together.
/// </summary>
internal struct LastLine
{
    private int _identityAt, _identityLength, _timesAt, _timesLength;
    private long _pendingFirst, _pending;

    public long Start { get; private set; }
    public long End { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool HasIdentity(ref byte text, ref int ends, ColumnPlan plan) =>
        IsAt(ref text, ref ends, plan.FirstIdentity, plan.LastIdentity, _identityAt, _identityLength);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool HasTimes(ref byte text, ref int ends, ColumnPlan plan) =>
        IsAt(ref text, ref ends, plan.FirstTime, plan.LastTime, _timesAt, _timesLength);

    /// <summary>This line was taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(ref int ends, ColumnPlan plan, long start, long end)
    {
        (_identityAt, _identityLength) = Range(ref ends, plan.FirstIdentity, plan.LastIdentity);
        (_timesAt, _timesLength) = Range(ref ends, plan.FirstTime, plan.LastTime);
        (Start, End) = (start, end);
    }

    /// <summary>One more line like it in identity, times and status OK.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Again(long line)
    {
        if (_pending++ == 0) _pendingFirst = line;
    }

    /// <summary>Tells the sink of the lines that were only counted: before it hears of any other line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Flush<TSink>(RecordTally tally, ref TSink sink) where TSink : IFlowRecordSink
    {
        if (_pending == 0) return;
        sink.ObserveMore(_pendingFirst, _pending, Start, End, LogStatus.Ok);
        tally.Records += _pending;
        _pending = 0;
    }

    /// <summary>What comes next is compared with nothing. Nothing may be pending.</summary>
    public void Forget() => _identityLength = _timesLength = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int At, int Length) Range(ref int ends, int first, int last)
    {
        int at = Unsafe.Add(ref ends, first) + 1;
        return (at, Unsafe.Add(ref ends, last + 1) - at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsAt(ref byte text, ref int ends, int first, int last, int knownAt, int knownLength)
    {
        var (at, length) = Range(ref ends, first, last);
        return length == knownLength && AreEqual(ref Unsafe.Add(ref text, at), ref Unsafe.Add(ref text, knownAt), length);
    }

    /// <summary>At least one byte; 32 bytes from the start of each are readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreEqual(ref byte a, ref byte b, int length)
    {
        if (length <= 32)
        {
            uint equal = Vector256.Equals(Vector256.LoadUnsafe(ref a), Vector256.LoadUnsafe(ref b)).ExtractMostSignificantBits();
            return (~equal & (uint)((1UL << length) - 1)) == 0;
        }
        nuint tail = (nuint)length - 32;
        for (nuint i = 0; i < tail; i += 32)
            if (Vector256.LoadUnsafe(ref a, i) != Vector256.LoadUnsafe(ref b, i)) return false;
        return Vector256.LoadUnsafe(ref a, tail) == Vector256.LoadUnsafe(ref b, tail);
    }
}
