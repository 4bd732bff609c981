using System.Buffers;
using Microsoft.Win32.SafeHandles;
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

/// <summary>A spooled parquet file and what it has expanded to.</summary>
internal sealed class ParquetFile(SafeFileHandle file, ReadContext context, Func<long> compressed) : IDisposable
{
    private byte[] _stored = [];

    /// <summary>Bytes of pages after decompression, and eight for each value: a run of a million values takes a few bytes.</summary>
    public long Expanded { get; private set; }
    public ReadContext Context { get; } = context;
    public Func<long> Compressed { get; } = compressed;

    public void Count(long bytes)
    {
        Expanded += bytes;
        Context.CheckExpansion(Expanded, Compressed());
    }

    /// <summary>Bytes of the file, valid until the next call: pages are read one at a time, so one buffer serves all columns.</summary>
    /// <exception cref="InvalidDataException">The file is not that long.</exception>
    public byte[] Read(long at, int count)
    {
        if (_stored.Length < count)
        {
            Return(ref _stored);
            _stored = ArrayPool<byte>.Shared.Rent(Math.Max(count, 64 * 1024));
        }
        Read(at, _stored.AsSpan(0, count));
        return _stored;
    }

    public static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    public void Dispose() => Return(ref _stored);

    private void Read(long at, Span<byte> target)
    {
        while (target.Length > 0)
        {
            int n = RandomAccess.Read(file, target, at);
            if (n <= 0) throw new InvalidDataException("a column that ends outside of the file");
            at += n;
            target = target[n..];
        }
    }
}
