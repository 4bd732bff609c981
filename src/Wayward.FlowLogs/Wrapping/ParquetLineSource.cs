using System.Buffers;
using ParquetSharp;
using Wayward.FlowLogs.Parquet;
using Wayward.FlowLogs.Text;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// Parquet flow logs as lines: AWS's own (one column per field, underscores, plain or Hive-partitioned) and Security Lake's (OCSF Network Activity). Rows become text so that one set of
/// checks holds for every form; ports are decoded first, and what only a DNS contact needs is decoded only for rows that have a port of interest.
/// </summary>
/// <remarks>
/// <see cref="TryRead"/> reads AWS's usual form without lines; this is the reference for it, and the way for the rest.
/// Parquet is read from its end, so the object is spooled to a temporary file, proven whole on the way. ParquetSharp (Apache Arrow's reader) is used for its physical readers: no string is made.
/// </remarks>
internal sealed class ParquetLineSource : LineSource
{
    private const int BatchRows = 4096;
    private const int LargestFooter = 64 << 20;

    private readonly ReadContext _context;
    private readonly Func<long> _compressed;
    private readonly PortSet _ports;
    private FileStream? _file;
    private ParquetFooter? _footer;
    private ParquetFileReader? _reader;
    private ParquetLayout? _layout;
    private RowGroupReader? _group;
    private int _groupIndex;
    private long _rowsLeft;
    private readonly bool[] _wanted = new bool[BatchRows];

    public ParquetLineSource(SourceWindow input, ReadContext context, PortSet ports, Func<long> compressed) : base(input)
    {
        _context = context;
        _ports = ports;
        _compressed = compressed;
    }

    public override string Name => "";
    public override string Form => _layout is { IsOcsf: true } ? "parquet (OCSF)" : "parquet";
    public override bool BeginsWithHeader => true;
    public override bool IsTable => true;

    public static bool Begins(ReadOnlySpan<byte> begin) => begin.StartsWith("PAR1"u8);

    protected override bool Produce(ArrayBufferWriter<byte> lines)
    {
        try
        {
            if (_reader is null)
            {
                Open();
                _layout!.WriteHeader(lines);
                return true;
            }
            while (_rowsLeft == 0)
            {
                _group?.Dispose();
                _group = null;
                if (_groupIndex == _reader.FileMetaData.NumRowGroups) return false;
                _group = _reader.RowGroup(_groupIndex++);
                _rowsLeft = _group.MetaData.NumRows;
                if (_rowsLeft < 0) throw _context.Refuse("damaged: a parquet row group with a negative number of rows");
                _layout!.Begin(_group);
            }
            int rows = (int)Math.Min(BatchRows, _rowsLeft);
            _rowsLeft -= rows;
            _layout!.Write(rows, _ports, _wanted, lines);
            _context.CheckExpansion(Total + lines.WrittenCount, _compressed());
            return true;
        }
        catch (Exception e) when (e is not (FlowObjectException or OperationCanceledException or OutOfMemoryException))
        {
            // The reader meets hostile bytes with exceptions of many kinds.
            throw Damaged(e);
        }
    }

    /// <summary>Reads the whole file straight into records, when it is of the usual form; nothing is read otherwise.</summary>
    public bool TryRead<TSink>(RecordTally tally, TextRecords text, ref TSink sink) where TSink : IFlowRecordSink
    {
        try
        {
            var footer = Prepare();
            using var file = new ParquetFile(_file!.SafeFileHandle, _context, _compressed);
            using var records = ParquetRecords.Of(footer, file, tally, text);
            if (records is null) return false;
            records.Read(ref sink);
            Total = file.Expanded;
            return true;
        }
        catch (InvalidDataException e)
        {
            throw Damaged(e);
        }
        catch (FlowObjectException e) when (e.Retryable && e.Line is null && _footer is not null)
        {
            // Of a page: the file as a whole was proven whole.
            throw _context.Refuse($"damaged: a page of a parquet column: {e.Reason}", inner: e);
        }
    }

    private void Open()
    {
        Prepare();
        _file!.Position = 0;
        using var properties = ReaderProperties.GetDefaultReaderProperties();
        properties.EnablePageChecksumVerification();
        _reader = new ParquetFileReader(_file, properties, leaveOpen: true);
        _layout = ParquetLayout.Of(_reader.FileMetaData.Schema, _context);
    }

    /// <summary>Spools the file and reads its footer.</summary>
    private ParquetFooter Prepare()
    {
        if (_footer is not null) return _footer;
        Spool();
        long length = _file!.Length;
        Span<byte> tail = stackalloc byte[8];
        if (length < 12) throw Truncated();
        _file.Position = length - 8;
        _file.ReadExactly(tail);
        if (tail[4..].SequenceEqual("PARE"u8)) throw _context.Refuse("encrypted parquet");
        if (!tail[4..].SequenceEqual("PAR1"u8)) throw Truncated();
        uint size = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (size == 0 || size > length - 12 || size > LargestFooter) throw _context.Refuse("damaged: a parquet footer that does not fit into its file");
        byte[] footer = new byte[size];
        _file.Position = length - 8 - size;
        _file.ReadExactly(footer);
        return _footer = ParquetFooter.Read(footer, length - 8 - size);
    }

    private void Spool()
    {
        string path = Path.Combine(_context.Tuning.TemporaryFolder, $"wayward-{Guid.NewGuid():n}.parquet");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new FileStream(path, options);
        do
        {
            _file.Write(Input.Unread);
            Input.Start = Input.End;
        }
        while (Input.Fill());
    }

    private FlowObjectException Damaged(Exception e) => _context.Refuse($"damaged: parquet cannot be read ({Fault.Escape(e.Message.Split('\n', 2)[0], 120)})", inner: e);

    private FlowObjectException Truncated() => _context.Refuse("truncated: parquet without its footer", retryable: true);

    public override void Dispose()
    {
        _group?.Dispose();
        _reader?.Dispose();
        _file?.Dispose();
        base.Dispose();
    }
}
