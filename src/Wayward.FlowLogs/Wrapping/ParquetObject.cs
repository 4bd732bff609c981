using Wayward.FlowLogs.Parquet;
using Wayward.FlowLogs.Text;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>An object in parquet. The format is read from its end, so the object is spooled to a temporary file, and proven whole on the way.</summary>
/// <param name="input">Disposed with this.</param>
/// <param name="compressed">Bytes taken from the object so far.</param>
internal sealed class ParquetObject(SourceWindow input, ReadContext context, Func<long> compressed) : IDisposable
{
    private FileStream? _file;
    private bool _footerRead;

    /// <summary>Bytes of pages after decompression, plus eight for each value.</summary>
    public long Expanded { get; private set; }
    public string Form { get; private set; } = "parquet";

    public static bool Begins(ReadOnlySpan<byte> begin) => begin.StartsWith("PAR1"u8);

    /// <exception cref="FlowObjectException"/>
    public void Read<TSink>(RecordTally tally, TextRecords text, ref TSink sink) where TSink : IFlowRecordSink
    {
        Spool();
        try
        {
            var footer = ReadFooter();
            _footerRead = true;
            if (footer.Encrypted) throw context.Refuse("encrypted parquet");
            using var file = new ParquetFile(_file!.SafeFileHandle, context, compressed);
            using var layout = ParquetLayout.Of(footer, file);
            if (layout.IsOcsf) Form = "parquet (OCSF)";
            new ParquetRecords(footer, layout, file, tally, text).Read(ref sink);
            Expanded = file.Expanded;
        }
        catch (InvalidDataException e)
        {
            throw context.Refuse($"damaged: parquet cannot be read ({Fault.Escape(e.Message.Split('\n', 2)[0], 120)})", inner: e);
        }
        catch (FlowObjectException e) when (e.Retryable && _footerRead)
        {
            // Of a page: the file as a whole was proven whole.
            throw context.Refuse($"damaged: a page of a parquet column: {e.Reason}", inner: e);
        }
    }

    private ParquetFooter ReadFooter()
    {
        long length = _file!.Length;
        Span<byte> tail = stackalloc byte[8];
        if (length < 12) throw Truncated();
        _file.Position = length - 8;
        _file.ReadExactly(tail);
        if (tail[4..].SequenceEqual("PARE"u8)) throw context.Refuse("encrypted parquet");
        if (!tail[4..].SequenceEqual("PAR1"u8)) throw Truncated();
        uint size = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (size == 0 || size > length - 12) throw context.Refuse("damaged: a parquet footer that does not fit into its file");
        if (size > ParquetFooter.Largest) throw context.Refuse($"a parquet footer of {size} bytes, more than the limit of {ParquetFooter.Largest}");
        byte[] footer = new byte[size];
        _file.Position = length - 8 - size;
        _file.ReadExactly(footer);
        return ParquetFooter.Read(footer, length - 8 - size, context);
    }

    private void Spool()
    {
        string path = Path.Combine(context.Tuning.TemporaryFolder, $"wayward-{Guid.NewGuid():n}.parquet");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new FileStream(path, options);
        do
        {
            _file.Write(input.Unread);
            input.Start = input.End;
        }
        while (input.Fill());
    }

    private FlowObjectException Truncated() => context.Refuse("truncated: parquet without its footer", retryable: true);

    public void Dispose()
    {
        _file?.Dispose();
        input.Dispose();
    }
}
