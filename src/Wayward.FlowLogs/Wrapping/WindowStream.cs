namespace Wayward.FlowLogs.Wrapping;

/// <summary>A window as a stream, for decoders that only know streams. Not disposed with the stream.</summary>
internal sealed class WindowStream(SourceWindow window) : Stream
{
    /// <summary>A reader asked for more than there is.</summary>
    public bool IsAtEnd { get; private set; }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (!window.Ensure(1))
        {
            IsAtEnd = true;
            return 0;
        }
        int n = Math.Min(buffer.Length, window.Length);
        window.Unread[..n].CopyTo(buffer);
        window.Start += n;
        return n;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
