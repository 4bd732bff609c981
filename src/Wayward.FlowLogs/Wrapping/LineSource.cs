using System.Buffers;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>Makes lines of flow-log text out of records that stand in some other form.</summary>
internal abstract class LineSource(SourceWindow input) : ByteSource
{
    private readonly ArrayBufferWriter<byte> _lines = new(4096);
    private int _given;
    private bool _ended;

    protected SourceWindow Input { get; } = input;

    /// <summary>How the wrapping is called in <see cref="FlowReadResult.Format"/>.</summary>
    public abstract string Name { get; }

    /// <summary>The first line is a header whatever its words are.</summary>
    public virtual bool BeginsWithHeader => false;

    /// <summary>Lines come from several senders, so that some may be no flow-log records.</summary>
    public virtual bool IsMixed => false;

    /// <summary>Writes some lines; false at the end.</summary>
    protected abstract bool Produce(ArrayBufferWriter<byte> lines);

    public sealed override int Read(byte[] window, int end, int limit)
    {
        while (_given == _lines.WrittenCount)
        {
            if (_ended) return 0;
            _lines.ResetWrittenCount();
            _given = 0;
            _ended = !Produce(_lines);
        }
        int n = Math.Min(limit - end, _lines.WrittenCount - _given);
        _lines.WrittenSpan.Slice(_given, n).CopyTo(window.AsSpan(end));
        _given += n;
        Total += n;
        return n;
    }

    /// <summary>
    /// A value as a field: nothing is <c>-</c>; white space and controls become <c>_</c>, because they would end the field. A whole number that some tool wrote as floating point (<c>53.0</c>) is written whole.
    /// </summary>
    internal static void WriteField(ArrayBufferWriter<byte> lines, ReadOnlySpan<byte> value)
    {
        if (value.EndsWith(".0"u8) && !value[..^2].ContainsAnyExceptInRange((byte)'0', (byte)'9')) value = value[..^2];
        if (value.IsEmpty)
        {
            lines.Write("-"u8);
            return;
        }
        var target = lines.GetSpan(value.Length);
        for (int i = 0; i < value.Length; i++) target[i] = value[i] <= ' ' ? (byte)'_' : value[i];
        lines.Advance(value.Length);
    }

    public override void Dispose() => Input.Dispose();
}
