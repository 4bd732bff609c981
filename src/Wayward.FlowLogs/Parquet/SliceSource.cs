using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Parquet;

/// <summary>Bytes in memory as a source.</summary>
internal sealed class SliceSource(byte[] bytes, int start, int length) : ByteSource
{
    private readonly int _end = start + length;
    private int _at = start;

    public override int Read(byte[] window, int end, int limit)
    {
        int n = Math.Min(limit - end, _end - _at);
        bytes.AsSpan(_at, n).CopyTo(window.AsSpan(end));
        _at += n;
        Total += n;
        return n;
    }

    public override void Dispose()
    {
    }
}
