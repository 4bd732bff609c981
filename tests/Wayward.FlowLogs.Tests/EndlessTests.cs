using System.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Tests;

/// <summary>The memory of the whole process is looked at, so no other test may run beside these.</summary>
[CollectionDefinition(nameof(EndlessTests), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Text without end, in each form in which a reader may wait for one.</summary>
[Collection(nameof(EndlessTests))]
public sealed class EndlessTests
{
    private const string Header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

    /// <summary>A beginning, what follows it without end, and what the object is refused or read for.</summary>
    public static TheoryData<string, string, string, string> Endless => new()
    {
        { "nested arrays", "", "[", "not JSON" },
        { "nested objects", "", "{\"a\":", "not JSON" },
        { "one string", "{\"message\":\"", "aaaaaaaaaaaaaaaa", "JSON value longer than the limit" },
        { "members of one record", "{\"a\":1", ",\"srcaddr\":\"10.0.0.1\"", "truncated" },
        { "empty documents", "{}", "{}\n", "" },
        { "a quoted field", "timestamp,message\n1,\"", "xxxxxxxxxxxxxxxx", "limit" },
        { "zero bytes", "", "\0\0\0\0\0\0\0\0", "" },
        { "one line under a header", Header + "\n", "2 2 2 2 2 2 2 2 ", "" },
        { "blank lines", Header + "\n", "\n\n\n\n\n\n\n\n", "" },
        { "headers", "", Header + "\n", "" },
        { "columns of a header", Header, " another-column", "" },
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public void What_never_ends_is_read_in_little_memory_or_refused(string what, string begin, string repeated, string reason)
    {
        byte[] part = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, Math.Max(1, 64 * 1024 / repeated.Length))));
        using var stream = new EndlessStream(Encoding.UTF8.GetBytes(begin), part, 48 << 20);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var sink = new Nothing();
        string told = "";
        try
        {
            FlowLogReader.Read(stream, new FlowObjectInfo("object"), ref sink, FlowReadLimits.Default, new ReadTuning { Chunk = 64 * 1024 }, TestContext.Current.CancellationToken);
        }
        catch (FlowObjectException e)
        {
            told = e.Reason;
        }
        Assert.Contains(reason, told, StringComparison.Ordinal);
        Assert.True(stream.Peak - before < 64 << 20, $"{what}: {stream.Peak - before >> 20} MiB held");
    }

    private struct Nothing : IFlowRecordSink
    {
        public readonly PortSet Ports => new(53);
        public readonly void Observe(in FlowIdentity identity) { }
        public readonly void ObserveMore(long first, long lines, long start, long end, LogStatus status) { }
        public readonly bool Wants(FlowEnd end, IpAddress address, ushort port) => false;
        public readonly void Accept(in FlowRecord record) { }
    }

    /// <summary>A beginning and then one part over and over.</summary>
    private sealed class EndlessStream(byte[] begin, byte[] part, long length) : Stream
    {
        private long _at, _looked;

        /// <summary>Most memory that was in use at one of some moments, bytes.</summary>
        public long Peak { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (_at >= _looked)
            {
                Peak = Math.Max(Peak, GC.GetTotalMemory(forceFullCollection: true));
                _looked += length / 5;
            }
            int n = (int)Math.Min(buffer.Length, length - _at);
            for (int i = 0; i < n; i++, _at++) buffer[i] = _at < begin.Length ? begin[_at] : part[(_at - begin.Length) % part.Length];
            return n;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => _at; set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
