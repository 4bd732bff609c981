using System.IO.Compression;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// A gzip object (RFC 1952) of any number of members. The runtime's decoder checks each member's CRC-32 and length. It refuses a member that is cut short only when the host sets
/// <c>System.IO.Compression.UseStrictValidation</c> in its <c>runtimeconfig.json</c>, which Directory.Build.props does for every program here.
/// </summary>
internal sealed class GzipSource : ByteSource
{
    private static readonly bool RefusesCutMembers = ProbeCutMember();

    private readonly SourceWindow _input;
    private readonly ReadContext _context;
    private readonly Func<long> _compressed;
    private readonly WindowStream _stored;
    private readonly Stream _expanded;

    /// <param name="input">Disposed with this.</param>
    /// <param name="compressed">Bytes taken from the object so far.</param>
    public GzipSource(SourceWindow input, ReadContext context, Func<long> compressed)
    {
        if (!RefusesCutMembers) throw new InvalidOperationException("Set System.IO.Compression.UseStrictValidation in runtimeconfig.json: without it a cut gzip object is read as a whole one.");
        _input = input;
        _context = context;
        _compressed = compressed;
        _stored = new WindowStream(input);
        _expanded = context.Tuning.CheckTrailer ? new GZipStream(_stored, CompressionMode.Decompress, leaveOpen: true) : WithoutTrailer();
    }

    public override int Read(byte[] window, int end, int limit)
    {
        int read;
        try
        {
            read = _expanded.Read(window, end, limit - end);
        }
        catch (InvalidDataException) when (!_context.Tuning.CheckTrailer)
        {
            return 0;
        }
        catch (InvalidDataException e) when (_stored.IsAtEnd)
        {
            throw _context.Refuse("truncated: a gzip member is not whole", retryable: true, inner: e);
        }
        catch (InvalidDataException e)
        {
            throw _context.Refuse("damaged: a gzip member is malformed, or does not match its checksum and length", inner: e);
        }
        // The decoder ends at the first byte behind a member that begins no other one, and asks for more otherwise.
        if (read == 0 && !_stored.IsAtEnd && _context.Tuning.CheckTrailer) throw _context.Refuse("damaged: bytes that are no gzip member follow the last one");
        Total += read;
        _context.CheckExpansion(Total, _compressed());
        return read;
    }

    /// <summary>The bug that the damage harness must catch: the same bytes, but neither checksum nor length are read.</summary>
    private DeflateStream WithoutTrailer()
    {
        const int header = 10;
        _input.Ensure(header);
        _input.Start += Math.Min(header, _input.Length);
        return new DeflateStream(_stored, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>Asks the decoder itself, because it reads the switch only once, possibly before anything here runs.</summary>
    private static bool ProbeCutMember()
    {
        byte[] cut = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0];
        using var gzip = new GZipStream(new MemoryStream(cut), CompressionMode.Decompress);
        try
        {
            return gzip.ReadByte() >= 0;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    public override void Dispose()
    {
        _expanded.Dispose();
        _input.Dispose();
    }
}
