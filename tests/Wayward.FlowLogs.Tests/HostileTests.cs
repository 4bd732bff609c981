using System.Diagnostics;
using System.Text;
using ParquetSharp;
using Wayward.FlowLogs.Wrapping;
using Encoding = System.Text.Encoding;

namespace Wayward.FlowLogs.Tests;

/// <summary>Every size that an object declares is checked against a limit before memory is allocated. The time depends only on the object's length.</summary>
public sealed class HostileTests
{
    private static readonly ReadTuning Tuning = new() { Chunk = 64 * 1024 };

    /// <summary>Thrift's compact protocol, as far as a parquet footer needs it.</summary>
    private sealed class Thrift
    {
        private readonly List<byte> _bytes = [];

        public Thrift Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
            _bytes.Add((byte)value);
            return this;
        }

        public Thrift Field(int delta, byte type, ulong value) => Raw((byte)(delta << 4 | type)).Varint(value);
        public Thrift Field(int delta, long value, byte type = 5) => Field(delta, type, (ulong)(value << 1 ^ value >> 63));
        public Thrift Text(int delta, ReadOnlySpan<byte> text) => Field(delta, (byte)8, (ulong)text.Length).Raw(text);
        public Thrift List(int delta, byte of, int count) => Raw((byte)(delta << 4 | 9)).Raw((byte)(0xF0 | of)).Varint((ulong)count);
        public Thrift End() => Raw(0);

        public Thrift Raw(params ReadOnlySpan<byte> bytes)
        {
            _bytes.AddRange(bytes);
            return this;
        }

        public byte[] File()
        {
            byte[] footer = [.. _bytes];
            return [.. "PAR1"u8, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
        }
    }

    /// <summary>A schema of one column, then one row group whose column is called by a path of this many empty parts.</summary>
    private static byte[] PathOf(int parts)
    {
        var thrift = new Thrift().Field(1, 1).List(1, 12, 2)
            .Text(4, "schema"u8).Field(1, 1).End()
            .Field(1, 1).Text(3, "srcport"u8).End()
            .Field(1, 0, type: 6).List(1, 12, 1).List(1, 12, 1)
            .Raw(3 << 4 | 12).Field(1, 1).List(1, 5, 0).List(1, 8, parts);
        return thrift.Raw(new byte[parts]).File();
    }

    [Fact]
    public void A_path_of_many_parts_takes_the_time_of_its_length()
    {
        long started = Stopwatch.GetTimestamp();
        var refusal = Reading.Refused(PathOf(4_000_000), tuning: Tuning);
        Assert.Contains("parquet cannot be read", refusal.Reason, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
    }

    [Fact]
    public void Long_names_many_columns_and_long_footers_are_refused_by_their_limits()
    {
        AssertRefused(new Thrift().Field(1, 1).List(1, 12, 2).Text(4, "schema"u8).Field(1, 1).End().Field(1, 1).Text(3, new byte[2_000]).End().File(), "longer than the limit of 1024 bytes");
        var nested = new Thrift().Field(1, 1).List(1, 12, 4);
        for (int i = 0; i < 3; i++) nested.Text(4, Encoding.ASCII.GetBytes(new string('a', 500))).Field(1, 1).End();
        AssertRefused(nested.Field(1, 1).Text(3, new byte[500]).End().File(), "longer than the limit of 1024 bytes");
        AssertRefused(new Thrift().Field(1, 1).List(1, 12, 200_000).Raw(new byte[200_000]).File(), "more than the limit of 8192");
        var wide = new Thrift().Field(1, 1).List(1, 12, 5_001).Text(4, "schema"u8).Field(1, 5_000).End();
        for (int i = 0; i < 5_000; i++) wide.Field(1, 1).Text(3, "a"u8).End();
        AssertRefused(wide.File(), "more than the limit of 4096 columns");
        AssertRefused([.. "PAR1"u8, .. new byte[17 << 20], .. BitConverter.GetBytes(17 << 20), .. "PAR1"u8], "more than the limit of 16777216");
    }

    private static void AssertRefused(byte[] bytes, string limit) => Assert.Contains(limit, Reading.Refused(bytes, tuning: Tuning).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData(Compression.Brotli)]
    [InlineData(Compression.Zstd)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Snappy)]
    [InlineData(Compression.Uncompressed)]
    public void Pages_are_held_to_a_limit_of_memory_all_columns_together(Compression codec)
    {
        byte[] table = ParquetTests.Parquet(ParquetTests.Text(FlowColumns.Default, rows: 3_000), compression: codec);
        Assert.NotEmpty(Reading.Of(table, tuning: Tuning, limits: new FlowReadLimits { MaxTableMemory = 16 << 20 }).Observed);
        var refusal = Reading.Refused(table, tuning: Tuning, limits: new FlowReadLimits { MaxTableMemory = 100_000 });
        Assert.Contains("more than the limit of 100000 bytes of memory at a time", refusal.Reason, StringComparison.Ordinal);
    }

    /// <summary>Eight columns, one page each that declares 60 MB and holds one text of zeros: 480 MB out of a few kB, were it believed.</summary>
    [Theory]
    [InlineData(Compression.Brotli)]
    [InlineData(Compression.Zstd)]
    public void Pages_that_expand_without_bound_are_refused_and_take_no_memory(Compression codec)
    {
        string[] names = ["interface_id", "srcaddr", "dstaddr", "account_id", "action", "log_status", "vpc_id", "subnet_id"];
        using var stream = new MemoryStream();
        using (var properties = new WriterPropertiesBuilder().Compression(codec).DisableDictionary().DataPagesize(1 << 30).Build())
        using (var writer = new ParquetFileWriter(stream, [new Column<int>("srcport"), new Column<int>("dstport"), new Column<int>("protocol"), new Column<long>("start"), .. names.Select(n => new Column<byte[]>(n))], null, properties, leaveOpen: true))
        {
            using var group = writer.AppendRowGroup();
            for (int i = 0; i < 3; i++)
                using (var column = group.NextColumn().LogicalWriter<int>()) column.WriteBatch([53, 53]);
            using (var column = group.NextColumn().LogicalWriter<long>()) column.WriteBatch([1_760_000_000L, 1_760_000_000L]);
            byte[] large = new byte[60_000_000];
            foreach (string _ in names)
                using (var column = group.NextColumn().LogicalWriter<byte[]>()) column.WriteBatch([large, large]);
            writer.Close();
        }
        byte[] file = stream.ToArray();
        Assert.InRange(file.Length, 0, 1 << 20);
        GC.Collect();
        long before = Environment.WorkingSet, allocated = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("limit", Reading.Refused(file, tuning: Tuning, limits: new FlowReadLimits { MaxRatio = 1_000_000 }).Reason, StringComparison.Ordinal);
        Assert.Contains("expands to more than 200 times", Reading.Refused(file, tuning: Tuning).Reason, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 150L << 20);
        TestContext.Current.TestOutputHelper?.WriteLine($"{file.Length} bytes, working set {before >> 20} to {Environment.WorkingSet >> 20} MiB");
    }

    [Fact]
    public void Reading_parquet_stops_when_it_is_asked_to()
    {
        byte[] table = ParquetTests.Parquet(ParquetTests.Text(FlowColumns.Default, rows: 3_000));
        using var stop = new CancellationTokenSource();
        var sink = new Stopping(stop);
        Assert.Throws<OperationCanceledException>(() => FlowLogReader.Read(new MemoryStream(table), new FlowObjectInfo("object"), ref sink, FlowReadLimits.Default, Tuning, stop.Token));
    }

    private sealed class Stopping(CancellationTokenSource stop) : IFlowRecordSink
    {
        public PortSet Ports { get; } = new(53);
        public void Observe(in FlowIdentity identity) => stop.Cancel();
        public void ObserveMore(long first, long lines, long start, long end, LogStatus status) { }
        public bool Wants(FlowEnd end, IpAddress address, ushort port) => false;
        public void Accept(in FlowRecord record) { }
    }
}
