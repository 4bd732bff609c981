using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wayward.FlowLogs.Parquet;

/// <summary>One field's values for a batch of rows: numbers as numbers; texts as places in a buffer, so that nothing is copied and equal dictionary entries are compared as numbers.</summary>
internal abstract class ColumnCells(bool isText)
{
    /// <summary>Most rows of a batch.</summary>
    public const int Batch = 4096;
    /// <summary>Bytes before and behind each text that are readable: vector loads begin or end at a field's end.</summary>
    protected const int Before = Wrapping.SourceWindow.Pad, Behind = Wrapping.ByteSource.Slack + 64;
    private const int LongestClean = 256;
    private readonly byte[] _digits = new byte[20];

    public bool IsText { get; } = isText;
    /// <summary>A number, or a text as its place in <see cref="Heap"/> in the upper half and its length in the lower; 0 for a text that has no value (null, empty or <c>-</c>).</summary>
    public long[] Cells { get; } = new long[Batch];
    /// <summary>Which numbers of the batch are null; valid only where <see cref="AnyNull"/>.</summary>
    public bool[] Nulls { get; } = new bool[Batch];
    public bool AnyNull { get; protected set; }
    /// <summary>All cells of the batch are the same.</summary>
    public bool IsConstant { get; protected set; }
    /// <summary>Every text of the batch is printable and short.</summary>
    public bool IsClean { get; protected set; }
    /// <summary>Where the texts of the batch stand.</summary>
    public byte[] Heap { get; protected set; } = [];

    /// <summary>Reads the next batch.</summary>
    public abstract void Read(int rows);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Text(int row) => Text(Heap, Cells[row]);

    /// <summary>A text, or a number in digits; empty where there is no value. Valid until the next call.</summary>
    public ReadOnlySpan<byte> AsText(int row)
    {
        if (IsText) return Text(row);
        if (AnyNull && Nulls[row]) return default;
        Utf8Formatter.TryFormat(Cells[row], _digits, out int written);
        return _digits.AsSpan(0, written);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static ReadOnlySpan<byte> Text(byte[] heap, long cell) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(heap), (nint)(cell >> 32)), (int)cell);

    /// <summary>Printable, without blanks, and so short that no line of such texts is too long.</summary>
    public static bool IsCleanText(ReadOnlySpan<byte> text) => text.Length <= LongestClean && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');
}

/// <summary>Texts that are computed from other columns of the same batch, which must be read first.</summary>
internal sealed class DerivedCells : ColumnCells
{
    private readonly Value _value;

    /// <summary>The text of a row; empty for none.</summary>
    public delegate ReadOnlySpan<byte> Value(int row);

    public DerivedCells(Value value) : base(isText: true)
    {
        _value = value;
        Heap = new byte[Before + Behind + 4096];
    }

    public override void Read(int rows)
    {
        int at = Before;
        for (int row = 0; row < rows; row++)
        {
            var text = _value(row);
            if (text.IsEmpty || text is [(byte)'-']) Cells[row] = 0;
            else if (row > 0 && text.SequenceEqual(Text(row - 1))) Cells[row] = Cells[row - 1];
            else
            {
                if (at + text.Length + Behind > Heap.Length)
                {
                    byte[] longer = new byte[2 * (at + text.Length + Behind)];
                    Heap.AsSpan(0, at).CopyTo(longer);
                    Heap = longer;
                }
                text.CopyTo(Heap.AsSpan(at));
                Cells[row] = (long)at << 32 | (uint)text.Length;
                at += text.Length;
            }
        }
    }
}
