using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Parquet;

/// <summary>A spooled parquet file, how far it has expanded, and the memory that its columns hold.</summary>
internal sealed class ParquetFile(SafeFileHandle file, ReadContext context, Func<long> compressed) : IDisposable
{
    /// <summary>Longer buffers are not pooled: a pool keeps what it was given, and rounds up to a power of two.</summary>
    private const int LongestPooled = 1 << 20;

    private byte[] _stored = [];
    private long _held;

    /// <summary>Bytes of pages after decompression, plus eight for each value: a run of a million equal values takes only a few bytes.</summary>
    public long Expanded { get; private set; }
    public ReadContext Context { get; } = context;
    public Func<long> Compressed { get; } = compressed;

    public void Count(long bytes)
    {
        Expanded += bytes;
        Context.CheckExpansion(Expanded, Compressed());
    }

    /// <summary>Counts memory before it is allocated; a negative number gives memory back.</summary>
    /// <exception cref="FlowObjectException">All columns together would hold more than the limit.</exception>
    public void Hold(long bytes)
    {
        if (_held + bytes > Context.Limits.MaxTableMemory) throw Context.Refuse($"its parquet pages need more than the limit of {Context.Limits.MaxTableMemory} bytes of memory at a time");
        _held += bytes;
    }

    /// <summary>Makes a buffer at least this long. Its content is lost.</summary>
    public void Grow(ref byte[] buffer, long length)
    {
        if (buffer.Length >= length) return;
        Hold(length - buffer.Length);
        Return(ref buffer);
        buffer = length <= LongestPooled ? ArrayPool<byte>.Shared.Rent((int)length) : GC.AllocateUninitializedArray<byte>((int)length);
        _held += buffer.Length - length;
    }

    /// <summary>Makes an array of values at least this long. Its content is lost.</summary>
    public void Grow(ref long[] values, int count)
    {
        if (values.Length >= count) return;
        Hold(8L * (count - values.Length));
        values = GC.AllocateUninitializedArray<long>(count);
    }

    /// <summary>Bytes of the file, valid until the next call: pages are read one at a time, so one buffer serves all columns.</summary>
    /// <exception cref="InvalidDataException">The file is not that long.</exception>
    public byte[] Read(long at, int count)
    {
        Grow(ref _stored, Math.Max(count, 64 * 1024));
        Read(at, _stored.AsSpan(0, count));
        return _stored;
    }

    public static void Return(ref byte[] buffer)
    {
        if (buffer.Length is > 0 and <= LongestPooled) ArrayPool<byte>.Shared.Return(buffer);
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
