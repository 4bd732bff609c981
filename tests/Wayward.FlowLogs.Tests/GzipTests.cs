using System.IO.Compression;
using System.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Tests;

public sealed class GzipTests
{
    private const string Header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";

    /// <summary>A member of no bytes: a final fixed block that holds only its end.</summary>
    private static readonly byte[] EmptyMember = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static string Lines(int count, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder(Header);
        for (int i = 0; i < count; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"2 123456789012 eni-{random.NextInt64():x16} 10.0.{random.Next(256)}.{random.Next(256)} 8.8.{random.Next(256)}.{random.Next(256)} {random.Next(65536)} {(random.Next(10) == 0 ? 53 : random.Next(65536))} 17 {random.Next(100)} {random.Next(100000)} {1700000000 + random.Next(600)} {1700001000 + random.Next(60)} ACCEPT OK\n");
        return text.ToString();
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Every_level_of_compression_gives_the_same_records(CompressionLevel level)
    {
        string text = Lines(3_000, 1);
        var plain = Reading.Of(text);
        foreach (int chunk in new[] { 64, 1_000, 64 * 1024 })
        {
            var packed = Reading.Of(Wrap.Gzip(text, level), tuning: new ReadTuning { Chunk = chunk });
            Assert.Equal(plain.Observed, packed.Observed);
            Assert.Equal(plain.Accepted, packed.Accepted);
            Assert.Equal(text.Length, packed.Result.ExpandedBytes);
        }
    }

    [Fact]
    public void Random_bytes_of_every_kind_come_out_as_they_went_in()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = new byte[random.Next(1, 70_000)];
            int alphabet = 1 << random.Next(0, 9), run = random.Next(1, 300);
            for (int i = 0; i < bytes.Length;)
            {
                if (i > 0 && random.Next(3) == 0)
                {
                    int from = random.Next(Math.Max(0, i - 40_000), i), n = Math.Min(random.Next(1, run), bytes.Length - i);
                    for (int k = 0; k < n; k++, i++) bytes[i] = bytes[from + k];
                }
                else bytes[i++] = (byte)random.Next(alphabet);
            }
            var level = (CompressionLevel)random.Next(4);
            Assert.Equal(bytes, Expand(Wrap.Gzip(bytes, level), random.Next(2) == 0 ? 64 : random.Next(64, 100_000)));
        }
    }

    [Fact]
    public void Members_one_after_the_other_are_one_object()
    {
        string text = Lines(500, 2);
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        byte[] members = [.. Wrap.Gzip(bytes[..700]), .. EmptyMember, .. Wrap.Gzip(bytes[700..701]), .. Wrap.Gzip(bytes[701..], CompressionLevel.NoCompression)];
        var reading = Reading.Of(members);
        Assert.Equal(Reading.Of(text).Observed, reading.Observed);
        Assert.Equal("text v2 default, gzip", reading.Result.Format);
    }

    [Fact]
    public void Gzip_within_gzip_is_read()
    {
        string text = Lines(50, 3);
        var reading = Reading.Of(Wrap.Gzip(Wrap.Gzip(text)));
        Assert.Equal(Reading.Of(text).Observed, reading.Observed);
        Assert.Equal(text.Length, reading.Result.ExpandedBytes);
    }

    [Fact]
    public void Header_fields_of_gzip_are_passed_over()
    {
        byte[] gz = Wrap.Gzip(Lines(20, 4));
        byte[] named = [.. gz[..3], 0x0C, .. gz[4..10], 5, 0, 1, 2, 3, 4, 5, .. "sample.log\0"u8, .. gz[10..]];
        Assert.Equal(20, Reading.Of(named).Result.Records);
        byte[] reserved = [.. gz];
        reserved[3] = 0x20;
        Assert.Contains("malformed", Reading.Refused(reserved).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_object_is_told_and_may_be_retried()
    {
        byte[] gz = Wrap.Gzip(Lines(30, 5));
        for (int length = 0; length < gz.Length; length++)
        {
            var refusal = Reading.Refused(gz[..length], new FlowObjectInfo("object"));
            Assert.True(refusal.Retryable, $"cut at {length}: {refusal.Reason}");
        }
    }

    [Fact]
    public void A_length_other_than_promised_is_told()
    {
        byte[] plain = Encoding.Latin1.GetBytes(Lines(30, 6));
        Assert.StartsWith("truncated", Reading.Refused(plain[..^500], new FlowObjectInfo("object", plain.Length)).Reason, StringComparison.Ordinal);
        Assert.StartsWith("longer", Reading.Refused(plain, new FlowObjectInfo("object", plain.Length - 1)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_is_told()
    {
        byte[] gz = Wrap.Gzip(Lines(30, 7));
        Assert.Contains("checksum", Reading.Refused([.. gz[..^8], (byte)(gz[^8] ^ 1), .. gz[^7..]]).Reason, StringComparison.Ordinal);
        Assert.Contains("checksum and length", Reading.Refused([.. gz[..^1], (byte)(gz[^1] ^ 1)]).Reason, StringComparison.Ordinal);
        byte[] second = [.. gz, .. EmptyMember, .. gz];
        Assert.Contains("checksum and length", Reading.Refused([.. second[..^8], (byte)(second[^8] ^ 1), .. second[^7..]]).Reason, StringComparison.Ordinal);
        Assert.Contains("no gzip member", Reading.Refused([.. gz, 1, 2, 3]).Reason, StringComparison.Ordinal);
        Assert.Contains("no gzip member", Reading.Refused([.. second, .. new byte[20_000]]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_is_refused_within_its_limits()
    {
        byte[] bomb = Wrap.Gzip(new byte[100 << 20], CompressionLevel.SmallestSize);
        var refusal = Reading.Refused(bomb, tuning: new ReadTuning { Chunk = 64 * 1024 });
        Assert.Contains("expands to more than 200 times", refusal.Reason, StringComparison.Ordinal);
        Assert.Contains("limit of 1000 bytes", Reading.Refused(Wrap.Gzip(Lines(300, 8)), limits: new FlowReadLimits { MaxExpandedBytes = 1_000 }).Reason, StringComparison.Ordinal);
        Assert.Contains("limit of 100 bytes", Reading.Refused(Wrap.Gzip(Lines(300, 8)), limits: new FlowReadLimits { MaxObjectBytes = 100 }).Reason, StringComparison.Ordinal);
    }

    private static byte[] Expand(byte[] gz, int chunk)
    {
        var context = new ReadContext(new FlowObjectInfo("object"), FlowReadLimits.Default, new ReadTuning { Chunk = chunk }, TestContext.Current.CancellationToken);
        using var stored = new ObjectSource(new MemoryStream(gz), context);
        using var window = new SourceWindow(new GzipSource(new SourceWindow(stored, chunk, 1 << 20), context, () => stored.Total), chunk, 1 << 20);
        var all = new MemoryStream();
        while (window.Fill())
        {
            all.Write(window.Unread);
            window.Start = window.End;
        }
        return all.ToArray();
    }
}
