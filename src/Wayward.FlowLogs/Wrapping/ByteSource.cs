namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// A stream of bytes that writes into its reader's window.
/// </summary>
internal abstract class ByteSource : IDisposable
{
    /// <summary>How many bytes behind a window's content may be read and overwritten: a vector load begins at a field's first byte, and a last line gets a line feed.</summary>
    public const int Slack = 512;

    /// <summary>Bytes written so far.</summary>
    public long Total { get; protected set; }

    /// <summary>Writes at least one byte at <paramref name="end"/>, not beyond <paramref name="limit"/>; or returns 0 at the proven end.</summary>
    public abstract int Read(byte[] window, int end, int limit);

    public abstract void Dispose();
}

/// <summary>
/// The window over a source: <c>[Start, End)</c> is unread. <see cref="Pad"/> bytes before the first one are readable, so that a wide load
/// that ends at a field's end never leaves the array.
/// </summary>
internal sealed class SourceWindow : IDisposable
{
    public const int Pad = 64;

    /// <summary>Bytes asked for at a time: tiny in Debug, so that every test crosses refills; else what stays in the second-level cache beside the tables.</summary>
    public const int DefaultChunk =
#if DEBUG
        64;
#else
        64 * 1024;
#endif

    private readonly ByteSource _source;
    private readonly int _chunk;
    private readonly int _maximum;

    /// <param name="maximum">Most bytes that <c>[Start, End)</c> may come to before <see cref="Fill"/> refuses to grow.</param>
    public SourceWindow(ByteSource source, int chunk, int maximum)
    {
        _source = source;
        _chunk = chunk;
        _maximum = maximum;
        Buffer = WindowBuffers.Rent(Pad + 4 * chunk + ByteSource.Slack);
        Start = End = Pad;
    }

    public byte[] Buffer { get; private set; }
    public int Start { get; set; }
    public int End { get; private set; }
    public bool AtEnd { get; private set; }
    public int Length => End - Start;
    public ReadOnlySpan<byte> Unread => Buffer.AsSpan(Start, End - Start);

    /// <summary>Appends more bytes, moving what is unread to the front when there is no room.</summary>
    /// <returns>False at the end of the source.</returns>
    /// <exception cref="InvalidOperationException">More than the maximum is held unread: the caller failed to check.</exception>
    public bool Fill()
    {
        if (AtEnd) return false;
        if (End + _chunk > Buffer.Length - ByteSource.Slack) MakeRoom();
        int read = _source.Read(Buffer, End, End + _chunk);
        if (read == 0)
        {
            AtEnd = true;
            return false;
        }
        End += read;
        return true;
    }

    /// <summary>Fills until at least <paramref name="count"/> bytes are unread, or the source ends.</summary>
    public bool Ensure(int count)
    {
        while (Length < count)
            if (!Fill()) return false;
        return true;
    }

    private void MakeRoom()
    {
        int keep = End - Start;
        int from = End - keep;
        var target = Buffer;
        if (Pad + keep + _chunk > Buffer.Length - ByteSource.Slack)
        {
            if (keep > _maximum) throw new InvalidOperationException("The window is full.");
            target = new byte[Math.Max(Buffer.Length * 2, Pad + keep + 2 * _chunk + ByteSource.Slack)];
        }
        System.Buffer.BlockCopy(Buffer, from, target, Pad, keep);
        if (target != Buffer) WindowBuffers.Return(Buffer);
        Buffer = target;
        Start -= from - Pad;
        End -= from - Pad;
    }

    public void Dispose()
    {
        _source.Dispose();
        WindowBuffers.Return(Buffer);
        Buffer = [];
        Start = End = 0;
        AtEnd = true;
    }
}

/// <summary>
/// Windows of objects that are read, for the next ones: they are larger than what the collector takes for small. Kept by exact length, of which there are few; what is longer than a usual window is not kept.
/// </summary>
internal static class WindowBuffers
{
    private const int MaxLength = 512 * 1024, MaxIdle = 64;
    private static readonly List<byte[]> Idle = [];

    /// <summary>Its content is left over from whoever had it before.</summary>
    public static byte[] Rent(int length)
    {
        lock (Idle)
        {
            for (int i = Idle.Count - 1; i >= 0; i--)
            {
                if (Idle[i].Length != length) continue;
                byte[] buffer = Idle[i];
                Idle.RemoveAt(i);
                return buffer;
            }
        }
        return new byte[length];
    }

    public static void Return(byte[] buffer)
    {
        if (buffer.Length is 0 or > MaxLength) return;
        lock (Idle)
        {
            // Oldest first: what is asked for no more goes.
            if (Idle.Count == MaxIdle) Idle.RemoveAt(0);
            Idle.Add(buffer);
        }
    }
}
