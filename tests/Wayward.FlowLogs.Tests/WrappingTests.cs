using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Tests;

/// <summary>The same records in every wrapping are the same records.</summary>
public sealed partial class WrappingTests
{
    private const string Header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

    private static readonly string[] Lines = MakeLines();

    private static string[] MakeLines()
    {
        var random = new Random(7);
        var lines = new string[400];
        for (int i = 0; i < lines.Length; i++)
        {
            long start = 1_700_000_000 + random.Next(3600);
            lines[i] = string.Create(CultureInfo.InvariantCulture, $"2 123456789012 eni-{random.NextInt64():x16} ") + (random.Next(10) switch
            {
                0 => string.Create(CultureInfo.InvariantCulture, $"- - - - - - - {start} {start + 60} - NODATA"),
                1 => string.Create(CultureInfo.InvariantCulture, $"- - - - - - - {start} {start + 60} - SKIPDATA"),
                2 => string.Create(CultureInfo.InvariantCulture, $"10.0.0.{random.Next(256)} 8.8.8.8 {random.Next(1024, 65536)} 53 17 {random.Next(9)} {random.Next(999)} {start} {start + 60} REJECT OK"),
                3 => string.Create(CultureInfo.InvariantCulture, $"2001:4860:4860::8888 2600:1f18::{random.Next(1, 65536):x} 853 {random.Next(1024, 65536)} 6 {random.Next(9)} {random.Next(999)} {start} {start + 60} ACCEPT OK"),
                _ => string.Create(CultureInfo.InvariantCulture, $"10.0.0.{random.Next(256)} 93.184.216.34 {random.Next(1024, 65536)} 80 6 {random.Next(9)} {random.Next(999)} {start} {start + 60} ACCEPT OK"),
            });
        }
        return lines;
    }

    private static string Plain => Header + "\n" + string.Join('\n', Lines) + "\n";

    /// <summary>What was pushed, without line numbers and the raw line, which depend on the wrapping.</summary>
    internal static (string[] Observed, string[] Accepted) Meaning(Reading reading) =>
        ([.. reading.Observed.Select(t => LineNumber().Replace(t, ""))], [.. reading.Accepted.Select(t => RawLine().Replace(LineNumber().Replace(t, ""), ""))]);

    [GeneratedRegex("^[0-9]+ ")]
    private static partial Regex LineNumber();

    [GeneratedRegex(@" \[.*\]$")]
    private static partial Regex RawLine();

    private static void AssertSame(byte[] wrapped, string format)
    {
        var expected = Meaning(Reading.Of(Plain));
        Assert.Equal(Lines.Length, expected.Observed.Length);
        Assert.NotEmpty(expected.Accepted);
        foreach (int chunk in new[] { 64, 4_096, 64 * 1024 })
        {
            var reading = Reading.Of(wrapped, tuning: new ReadTuning { Chunk = chunk });
            var actual = Meaning(reading);
            Assert.Equal(expected.Observed, actual.Observed);
            Assert.Equal(expected.Accepted, actual.Accepted);
            Assert.Empty(reading.Quarantined);
            Assert.Equal(format, reading.Result.Format);
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Zstd(byte[] bytes)
    {
        using var compressor = new ZstdSharp.Compressor(3);
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return compressor.Wrap(bytes).ToArray();
    }

    private static string Subscription(IEnumerable<string> lines) => JsonSerializer.Serialize(new
    {
        messageType = "DATA_MESSAGE",
        owner = "123456789012",
        logGroup = "flow",
        logStream = "eni-1",
        subscriptionFilters = new[] { "all" },
        logEvents = lines.Select((l, i) => new { id = $"{i:d56}", timestamp = 1_700_000_000_000 + i, message = l, extractedFields = new { srcaddr = "10.0.0.1", message = "not this one" } }),
    });

    [Fact] public void Gzip() => AssertSame(Wrap.Gzip(Plain), "text v2 default, gzip");

    [Fact] public void Zstandard() => AssertSame(Zstd(Bytes(Plain)), "text v2 default, zstd");

    [Fact]
    public void Zstandard_frames_one_after_the_other() => AssertSame([.. Zstd(Bytes(Plain[..5_000])), .. Zstd(Bytes(Plain[5_000..]))], "text v2 default, zstd");

    [Fact]
    public void A_cut_or_damaged_zstd_object_is_told()
    {
        byte[] zstd = Zstd(Bytes(Plain));
        for (int length = 1; length < zstd.Length; length += length < 40 || length > zstd.Length - 40 ? 1 : 97)
            Assert.True(Reading.Refused(zstd[..length], new FlowObjectInfo("object")) is var e && (e.Retryable || length < 4), $"cut at {length}");
        byte[] flipped = [.. zstd];
        flipped[zstd.Length / 2] ^= 4;
        Assert.Contains("damaged", Reading.Refused(flipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Subscription_documents_of_CloudWatch_Logs() => AssertSame(Wrap.Gzip(Subscription(Lines)), "text v2 default, no header, in JSON, gzip");

    [Fact]
    public void Subscription_documents_one_after_the_other_each_its_own_gzip_member()
    {
        byte[] control = Wrap.Gzip(JsonSerializer.Serialize(new { messageType = "CONTROL_MESSAGE", logEvents = new[] { new { id = "", timestamp = 0, message = "CWL CONTROL MESSAGE: Checking health of destination" } } }));
        AssertSame([.. control, .. Wrap.Gzip(Subscription(Lines[..150])), .. Wrap.Gzip(Subscription(Lines[150..]))], "text v2 default, no header, in JSON, gzip");
    }

    [Fact]
    public void Subscription_documents_compressed_twice() =>
        AssertSame(Wrap.Gzip([.. Wrap.Gzip(Subscription(Lines[..150])), .. Wrap.Gzip(Subscription(Lines[150..]))]), "text v2 default, no header, in JSON, gzip, gzip");

    [Fact]
    public void Objects_with_a_message_one_a_line() => AssertSame(Bytes(string.Join('\n', Lines.Select(l => JsonSerializer.Serialize(new { message = l })))), "text v2 default, no header, in JSON");

    [Fact]
    public void Objects_with_a_message_without_line_feeds_or_in_an_array()
    {
        AssertSame(Bytes(string.Concat(Lines.Select(l => JsonSerializer.Serialize(new { timestamp = 1, message = l, host = new { message = "no" } })))), "text v2 default, no header, in JSON");
        AssertSame(Bytes(" [" + string.Join(',', Lines.Select(l => JsonSerializer.Serialize(new { message = l + "\n" }))) + "]\n"), "text v2 default, no header, in JSON");
    }

    [Fact]
    public void Objects_whose_members_are_the_fields()
    {
        string[] names = Header.Replace('-', '_').Split(' ');
        string text = string.Join('\n', Lines.Select(l => "{" + string.Join(',', l.Split(' ').Select((v, i) =>
            $"\"{names[i]}\":" + (v == "-" ? "null" : i is 0 or (>= 5 and <= 11) ? v : $"\"{v}\""))) + ",\"tags\":[1,{\"start\":2}]}"));
        AssertSame(Bytes(text), "text v2 default, in JSON");
    }

    [Fact]
    public void Comma_separated_exports_with_underscores_and_empty_cells() =>
        AssertSame(Bytes(Header.Replace('-', '_').Replace(' ', ',') + "\r\n" + string.Join("\r\n", Lines.Select(l => l.Replace(" -", " ", StringComparison.Ordinal).Replace(' ', ',')))), "text v2 default, comma-separated");

    [Fact]
    public void Quoted_exports_with_the_names_of_Athena_s_older_table() =>
        AssertSame(Bytes("\"version\",\"account\",\"interfaceid\",\"sourceaddress\",\"destinationaddress\",\"sourceport\",\"destinationport\",\"protocol\",\"numpackets\",\"numbytes\",\"starttime\",\"endtime\",\"action\",\"logstatus\",\"note\"\n" +
                         string.Join('\n', Lines.Select(l => string.Join(',', l.Split(' ').Select(v => $"\"{v}\"")) + ",\"with \"\"quotes\"\", commas\nand a line feed\""))), "text v2, 15 columns, comma-separated");

    [Fact]
    public void Logs_Insights_exports_of_messages_and_of_discovered_fields()
    {
        AssertSame(Bytes("@timestamp,@message,@logStream\n" + string.Join('\n', Lines.Select(l => $"2023-11-14 22:13:20.000,{l},eni-1"))), "text v2 default, no header, comma-separated");
        AssertSame(Bytes("@timestamp,version,accountId,interfaceId,srcAddr,dstAddr,srcPort,dstPort,protocol,packets,bytes,start,end,action,logStatus\n" +
                         string.Join('\n', Lines.Select(l => "2023-11-14 22:13:20.000," + l.Replace(' ', ',')))), "text v2, 15 columns, comma-separated");
    }

    [Fact]
    public void An_export_without_the_needed_columns_is_refused_by_their_names()
    {
        var refusal = Reading.Refused("@timestamp,IngestDelay,srcPort\n2022-03-03 19:03:04.651,144.651,4184\n");
        Assert.Equal("the header lacks interface-id (or instance-id), srcaddr, dstaddr, dstport, protocol and start, without which no DNS contact can be told", refusal.Reason);
    }

    [Theory]
    [InlineData("{\"message\":\"2 1", "truncated")]
    [InlineData("{\"message\":\"x\"", "truncated")]
    [InlineData("{\"message\":\"x\"}", "no header")]
    [InlineData("{\"Records\":[{\"eventName\":\"RunInstances\"}]}", "neither a message nor flow-log fields")]
    [InlineData("{\"message\":}", "not JSON near byte 11")]
    [InlineData("\u00FF\u00FE2\0", "UTF-16")]
    public void What_is_no_flow_log_is_refused_with_its_reason(string text, string reason) =>
        Assert.Contains(reason, Reading.Refused(text).Reason, StringComparison.Ordinal);
}
