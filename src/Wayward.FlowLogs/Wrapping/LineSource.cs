using System.Buffers;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>Makes lines of flow-log text out of records that stand in some other form.</summary>
internal abstract class LineSource(SourceWindow input) : ByteSource
{
    private readonly ArrayBufferWriter<byte> _lines = new(4096);
    private readonly Queue<(int At, string? Names)> _headers = [];
    private int _given;
    private bool _ended;

    protected SourceWindow Input { get; } = input;

    /// <summary>How the wrapping is called in <see cref="FlowReadResult.Format"/>.</summary>
    public abstract string Name { get; }

    /// <summary>The first line is a header whatever its words are.</summary>
    public virtual bool BeginsWithHeader => false;

    /// <summary>Lines come from several senders, so that some may be no flow-log records.</summary>
    public virtual bool IsMixed => false;

    /// <summary>
    /// Field names that hold for what was read last, where the source made a header and the object has none; else null. It is told beside the lines, because every line may be the sender's own. One read never holds lines of
    /// two headers.
    /// </summary>
    public string? MadeHeader { get; private set; }

    /// <summary>The lines that are written next stand under these names; null = under whatever header the lines have themselves.</summary>
    protected void BeginHeader(ArrayBufferWriter<byte> lines, string? names) => _headers.Enqueue((lines.WrittenCount, names));

    /// <summary>Writes some lines; false at the end.</summary>
    protected abstract bool Produce(ArrayBufferWriter<byte> lines);

    public sealed override int Read(byte[] window, int end, int limit)
    {
        while (_given == _lines.WrittenCount)
        {
            if (_ended) return 0;
            TakeHeaders();
            _lines.ResetWrittenCount();
            _given = 0;
            _ended = !Produce(_lines);
        }
        TakeHeaders();
        int stop = _headers.TryPeek(out var next) ? next.At : _lines.WrittenCount;
        int n = Math.Min(limit - end, stop - _given);
        _lines.WrittenSpan.Slice(_given, n).CopyTo(window.AsSpan(end));
        _given += n;
        Total += n;
        return n;
    }

    private void TakeHeaders()
    {
        while (_headers.TryPeek(out var header) && header.At <= _given)
        {
            MadeHeader = header.Names;
            _headers.Dequeue();
        }
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
