using System.Buffers.Binary;
using Crc32 = System.IO.Hashing.Crc32;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// A gzip object (RFC 1952) of any number of members, each proven by its trailer: CRC-32 and length. Ends only behind a whole last member.
/// </summary>
internal sealed class GzipSource : ByteSource
{
    private readonly SourceWindow _input;
    private readonly ReadContext _context;
    private readonly Inflater _inflater;
    private readonly Crc32 _crc = new();
    private readonly Func<long> _compressed;
    private uint _size;
    private bool _inMember;

    /// <param name="input">Disposed with this.</param>
    /// <param name="compressed">Bytes taken from the object so far.</param>
    public GzipSource(SourceWindow input, ReadContext context, Func<long> compressed)
    {
        _input = input;
        _context = context;
        _compressed = compressed;
        _inflater = new Inflater(input, context);
    }

    public int Members { get; private set; }

    public override int History => Inflater.WindowSize;

    public override int Read(byte[] window, int end, int limit)
    {
        while (true)
        {
            if (!_inMember)
            {
                if (!_input.Ensure(1)) return 0;
                ReadHeader();
                _inflater.Begin();
                _inMember = true;
            }
            int n;
            try
            {
                n = _inflater.Read(window, end, limit);
            }
            catch (FlowObjectException) when (!_context.Tuning.CheckTrailer)
            {
                return 0;
            }
            if (n > 0)
            {
                _crc.Append(window.AsSpan(end, n));
                _size += (uint)n;
                Total += n;
                _context.CheckExpansion(Total, _compressed());
                return n;
            }
            ReadTrailer();
            _inMember = false;
        }
    }

    private void ReadHeader()
    {
        if (!_input.Ensure(10)) throw Members > 0 && !Begins() ? Garbage() : Truncated("header");
        if (!Begins()) throw Members > 0 ? Garbage() : _context.Refuse("not a gzip object");
        byte method = _input.Unread[2], flags = _input.Unread[3];
        if (method != 8) throw _context.Refuse("damaged: a gzip member with an unknown method");
        if ((flags & 0xE0) != 0) throw _context.Refuse("damaged: a gzip member with unknown flags");
        var crc = (flags & 2) != 0 ? new Crc32() : null;
        Skip(10, crc);
        if ((flags & 4) != 0)
        {
            Need(2);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(_input.Unread);
            Skip(2, crc);
            Skip(length, crc);
        }
        if ((flags & 8) != 0) SkipText(crc);
        if ((flags & 16) != 0) SkipText(crc);
        if (crc is not null)
        {
            Need(2);
            if (BinaryPrimitives.ReadUInt16LittleEndian(_input.Unread) != (ushort)crc.GetCurrentHashAsUInt32())
                throw _context.Refuse("damaged: a gzip header does not match its checksum");
            _input.Start += 2;
        }

        bool Begins() => _input.Length >= 2 ? _input.Unread[0] == 0x1F && _input.Unread[1] == 0x8B : _input.Length == 1 && _input.Unread[0] == 0x1F;
    }

    private void ReadTrailer()
    {
        if (!_input.Ensure(8) && _context.Tuning.CheckTrailer) throw Truncated("trailer");
        if (_input.Length < 8)
        {
            _input.Start = _input.End;
            return;
        }
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(_input.Unread), size = BinaryPrimitives.ReadUInt32LittleEndian(_input.Unread[4..]);
        _input.Start += 8;
        Members++;
        if (_context.Tuning.CheckTrailer)
        {
            if (size != _size) throw _context.Refuse("damaged: a gzip member's length does not match its trailer");
            if (crc != _crc.GetCurrentHashAsUInt32()) throw _context.Refuse("damaged: a gzip member's checksum does not match its trailer");
        }
        _crc.Reset();
        _size = 0;
    }

    private void Need(int count)
    {
        if (!_input.Ensure(count)) throw Truncated("header");
    }

    private void Skip(int count, Crc32? crc)
    {
        while (count > 0)
        {
            Need(1);
            int n = Math.Min(count, _input.Length);
            crc?.Append(_input.Unread[..n]);
            _input.Start += n;
            count -= n;
        }
    }

    private void SkipText(Crc32? crc)
    {
        // A file name or comment; RFC 1952 gives no limit, a name has one.
        for (int n = 0; n < 64 * 1024; n++)
        {
            Need(1);
            bool end = _input.Unread[0] == 0;
            Skip(1, crc);
            if (end) return;
        }
        throw _context.Refuse("damaged: a gzip header with an endless name");
    }

    private FlowObjectException Truncated(string where) => _context.Refuse($"truncated: the gzip {where} of member {Members + 1} is not whole", retryable: true);

    private FlowObjectException Garbage() => _context.Refuse($"damaged: bytes that are no gzip member follow member {Members}");

    public override void Dispose() => _input.Dispose();
}
