using System.IO.Compression;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Tests;

/// <summary>Whatever befalls an object on its way, it is read as it was or refused.</summary>
public sealed class DamageTests
{
    /// <summary>Release's block size, so that the fast loop runs in Debug too.</summary>
    private static readonly ReadTuning Tuning = new() { Chunk = 64 * 1024 };

    private static byte[] Log(int rows, int seed) => ParquetTests.Text(FlowColumns.Default, rows, seed);

    /// <summary>How many of the cut objects were taken for whole ones.</summary>
    private static int Taken(byte[] gzip, IEnumerable<int> lengths, ReadTuning tuning, out List<string> notRetryable)
    {
        int taken = 0;
        notRetryable = [];
        foreach (int length in lengths)
        {
            try
            {
                var sink = new Silent();
                FlowLogReader.Read(new MemoryStream(gzip, 0, length), new FlowObjectInfo("object"), ref sink, FlowReadLimits.Default, tuning, TestContext.Current.CancellationToken);
                taken++;
            }
            catch (FlowObjectException e)
            {
                if (!e.Retryable) notRetryable.Add($"{length}: {e.Reason}");
            }
        }
        return taken;
    }

    private readonly struct Silent : IFlowRecordSink
    {
        private static readonly PortSet Dns = new(53);
        public PortSet Ports => Dns;
        public void Observe(in FlowIdentity identity) { }
        public void ObserveMore(long first, long lines, long start, long end, LogStatus status) { }
        public bool Wants(FlowEnd end, IpAddress address, ushort port) => true;
        public void Accept(in FlowRecord record) { }
    }

    private static byte[] Members(byte[] text, int count)
    {
        var all = new MemoryStream();
        int step = (text.Length + count - 1) / count;
        for (int at = 0; at < text.Length; at += step) all.Write(Wrap.Gzip(text[at..Math.Min(at + step, text.Length)]));
        return all.ToArray();
    }

    [Fact]
    public void Every_prefix_of_a_small_object_is_told_as_cut()
    {
        byte[] gzip = Wrap.Gzip(Log(DifferentialTests.Long ? 350 : 90, 1));
        Assert.InRange(gzip.Length, 1_500, 12_000);
        Assert.Equal(0, Taken(gzip, Enumerable.Range(0, gzip.Length), Tuning, out var notRetryable));
        Assert.Empty(notRetryable);
    }

    [Fact]
    public void Prefixes_of_a_large_object_of_several_members_are_told_as_cut_wherever_a_member_does_not_end()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        byte[] text = Log(DifferentialTests.Long ? 60_000 : 6_000, 2);
        byte[] gzip = Members(text, 7);
        var ends = new HashSet<int>();
        for (int end = 0, step = (text.Length + 6) / 7, at = 0; at < text.Length; at += step) ends.Add(end += Wrap.Gzip(text[at..Math.Min(at + step, text.Length)]).Length);
        var random = new Random(seed);
        var lengths = Enumerable.Range(0, DifferentialTests.Long ? 2_000 : 100).Select(_ => random.Next(gzip.Length)).Where(l => !ends.Contains(l)).ToList();
        Assert.Equal(0, Taken(gzip, lengths, Tuning, out var notRetryable));
        Assert.Empty(notRetryable);
        // A cut between two members leaves whole members: there the promised length tells.
        foreach (int end in ends.Where(e => e < gzip.Length))
            Assert.StartsWith("truncated", Reading.Refused(gzip[..end], new FlowObjectInfo("object", gzip.Length), tuning: Tuning).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_harness_catches_a_reader_that_trusts_the_stream_s_end()
    {
        byte[] gzip = Wrap.Gzip(Log(100, 3));
        int taken = Taken(gzip, Enumerable.Range(0, gzip.Length), Tuning with { CheckTrailer = false }, out _);
        Assert.InRange(taken, gzip.Length / 2, gzip.Length);
    }

    [Fact]
    public void A_flipped_bit_is_told_or_changes_nothing()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[] good = Members(Log(200, 4), 2);
        var expected = Reading.Of(good, tuning: Tuning);
        int harmless = 0;
        for (int i = 0; i < (DifferentialTests.Long ? 5_000 : 600); i++)
        {
            byte[] bad = [.. good];
            int at = i % 3 == 0 ? random.Next(30) : random.Next(bad.Length);
            bad[at] ^= (byte)(1 << random.Next(8));
            try
            {
                var reading = Reading.Of(bad, tuning: Tuning);
                Assert.Equal(expected.Observed, reading.Observed);
                Assert.Equal(expected.Accepted, reading.Accepted);
                harmless++;
            }
            catch (FlowObjectException)
            {
            }
        }
        // Bits of the header's time and system bytes mean nothing.
        Assert.InRange(harmless, 1, 3_000);
    }

    [Fact]
    public void Damaged_parquet_is_refused_or_read_in_time_and_never_brings_the_process_down()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[] good = ParquetTests.Parquet(Log(300, 5));
        var expected = Reading.Of(good, tuning: Tuning);
        int refused = 0, same = 0, quarantined = 0, other = 0;
        for (int i = 0; i < (DifferentialTests.Long ? 2_000 : 150); i++)
        {
            byte[] bad = [.. good];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                // The footer is where the structure is.
                int at = random.Next(2) == 0 ? random.Next(bad.Length) : bad.Length - 1 - random.Next(Math.Min(2_000, bad.Length));
                switch (random.Next(3))
                {
                    case 0: bad[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: bad[at] = (byte)random.Next(256); break;
                    default: bad = [.. bad[..at], .. bad[Math.Min(bad.Length, at + random.Next(1, 20))..]]; break;
                }
            }
            long started = System.Diagnostics.Stopwatch.GetTimestamp();
            try
            {
                var reading = Reading.Of(bad, new FlowObjectInfo("object"), tuning: Tuning);
                if (reading.Observed.SequenceEqual(expected.Observed) && reading.Accepted.SequenceEqual(expected.Accepted)) same++;
                else if (reading.Result.QuarantinedCount > 0) quarantined++;
                else other++;
            }
            catch (FlowObjectException e)
            {
                Assert.NotEmpty(e.Reason);
                refused++;
            }
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), $"seed {seed}, file {i} took too long");
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"refused {refused}, the same {same}, lines set aside {quarantined}, other values {other}");
        Assert.True(refused > 0);
        // Gzip's checksum proves every page that is read, and the footer says twice what tells whose values they are.
        Assert.Equal(0, other);
    }

    [Fact]
    public void Memory_stays_small_however_much_an_object_expands_to()
    {
        byte[] member = Wrap.Gzip(Log(20_000, 6), CompressionLevel.Fastest), rest = Wrap.Gzip(Log(20_000, 7)[(Log(1, 7).AsSpan().IndexOf((byte)'\n') + 1)..], CompressionLevel.Fastest);
        int copies = DifferentialTests.Long ? 900 : 12;
        var sink = new Silent();
        long before = Environment.WorkingSet, peak = 0;
        var stream = new Repeated(member, rest, copies, () => peak = Math.Max(peak, Environment.WorkingSet));
        var result = FlowLogReader.Read(stream, new FlowObjectInfo("object"), ref sink, FlowReadLimits.Default, Tuning, TestContext.Current.CancellationToken);
        Assert.Equal((copies + 1) * 20_000, result.Records);
        TestContext.Current.TestOutputHelper?.WriteLine($"{result.ExpandedBytes >> 20} MiB expanded, working set {before >> 20} to {peak >> 20} MiB");
        Assert.InRange(peak - before, long.MinValue, 150L << 20);
    }

    /// <summary>One member and then another some times over.</summary>
    private sealed class Repeated(byte[] first, byte[] rest, int copies, Action onRead) : Stream
    {
        private byte[] _now = first;
        private int _at, _left = copies;

        public override int Read(Span<byte> buffer)
        {
            if (_at == _now.Length)
            {
                onRead();
                if (_left-- == 0) return 0;
                (_now, _at) = (rest, 0);
            }
            int n = Math.Min(buffer.Length, _now.Length - _at);
            _now.AsSpan(_at, n).CopyTo(buffer);
            _at += n;
            return n;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
