using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>A zstd object (RFC 8878) of any number of frames. A frame's end is always proven; its bytes only where it carries the optional checksum.</summary>
internal sealed class ZstdSource : ByteSource
{
    /// <summary>Largest window a frame may ask for, as a power of two: 64 MiB; level 19 takes 8.</summary>
    private const int WindowLog = 26;

    private readonly SourceWindow _input;
    private readonly ReadContext _context;
    private readonly Func<long> _compressed;
    private readonly DecompressionStream _stream;

    /// <param name="input">Disposed with this.</param>
    public ZstdSource(SourceWindow input, ReadContext context, Func<long> compressed)
    {
        _input = input;
        _context = context;
        _compressed = compressed;
        _stream = new DecompressionStream(new WindowStream(input), checkEndOfStream: true, leaveOpen: true);
        _stream.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, WindowLog);
    }

    public override int Read(byte[] window, int end, int limit)
    {
        int read;
        try
        {
            read = _stream.Read(window.AsSpan(end, limit - end));
        }
        catch (EndOfStreamException e)
        {
            throw _context.Refuse("truncated: a zstd frame is not whole", retryable: true, inner: e);
        }
        catch (ZstdException e)
        {
            throw _context.Refuse($"damaged: zstd says '{e.Message}'", inner: e);
        }
        Total += read;
        _context.CheckExpansion(Total, _compressed());
        return read;
    }

    public override void Dispose()
    {
        _stream.Dispose();
        _input.Dispose();
    }
}
