namespace Wayward.FlowLogs.Wrapping;

/// <summary>Text whose lines end in CR alone, with LF in their place.</summary>
/// <param name="input">Disposed with this.</param>
internal sealed class CarriageReturnSource(SourceWindow input) : ByteSource
{
    public override int Read(byte[] window, int end, int limit)
    {
        if (!input.Ensure(1)) return 0;
        int n = Math.Min(input.Length, limit - end);
        input.Unread[..n].Replace(window.AsSpan(end), (byte)'\r', (byte)'\n');
        input.Start += n;
        Total += n;
        return n;
    }

    public override void Dispose() => input.Dispose();
}
