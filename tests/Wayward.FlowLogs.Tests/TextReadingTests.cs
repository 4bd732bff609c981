using System.Security.Cryptography;
using System.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Tests;

public sealed class TextReadingTests
{
    private const string V2 = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";
    private const string Query = "2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.5 8.8.8.8 40000 53 17 2 130 1700000000 1700000060 ACCEPT OK\n";
    private const string Web = "2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.5 93.184.216.34 40001 80 6 9 900 1700000001 1700000061 ACCEPT OK\n";
    private const string NoData = "2 123456789012 eni-0a1b2c3d4e5f60718 - - - - - - - 1700000100 1700000160 - NODATA\n";
    private const string SkipData = "2 123456789012 eni-0a1b2c3d4e5f60718 - - - - - - - 1700000200 1700000260 - SKIPDATA\n";

    [Fact]
    public void A_default_log_is_read_whole()
    {
        var reading = Reading.Of(V2 + Query + Web + NoData + SkipData);
        Assert.Equal(4, reading.Result.Records);
        Assert.Equal(1, reading.Result.NoData);
        Assert.Equal(1, reading.Result.SkipData);
        Assert.Equal(4, reading.Observed.Count);
        Assert.Equal("2 acc=123456789012 eni=eni-0a1b2c3d4e5f60718 inst=/False vpc= sub= asg= tag= reg= 1700000000-1700000060/True Ok 10.0.0.5:40000>8.8.8.8:53 (::>::) proto 17 packets 2 bytes 130 Accept flags -1 Unknown [" + Query.TrimEnd() + "]",
            Assert.Single(reading.Accepted));
        Assert.Equal(1700000000, reading.Result.FirstStart);
        Assert.Equal(1700000260, reading.Result.LastEnd);
        Assert.Equal("text v2 default", reading.Result.Format);
        Assert.Equal(14, reading.Result.Columns.Count);
        Assert.Empty(reading.Quarantined);
    }

    [Fact]
    public void The_result_tells_the_object_s_hash_and_sizes()
    {
        byte[] gz = Wrap.Gzip(V2 + Query);
        var result = Reading.Of(gz).Result;
        Assert.Equal(gz.Length, result.ObjectBytes);
        Assert.Equal(V2.Length + Query.Length, result.ExpandedBytes);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(gz)), result.Sha256);
        Assert.Equal("text v2 default, gzip", result.Format);
    }

    [Fact]
    public void A_log_without_a_header_is_the_default_layout_when_its_first_line_fits()
    {
        var reading = Reading.Of(Query + Web);
        Assert.Equal(2, reading.Result.Records);
        Assert.Single(reading.Accepted);
        Assert.Equal("text v2 default, no header", reading.Result.Format);
    }

    [Theory]
    [InlineData("3 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.5 8.8.8.8 40000 53 17 2 130 1700000000 1700000060 ACCEPT OK")]
    [InlineData("2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.5 8.8.8.8 40000 53 17 2 130 1700000000 1700000060 ACCEPT")]
    [InlineData("2 eni-0a1b2c3d4e5f60718 123456789012 10.0.0.5 8.8.8.8 40000 53 17 2 130 1700000000 1700000060 ACCEPT OK")]
    [InlineData("some words that are no flow log")]
    public void Lines_without_a_header_are_refused_when_the_layout_is_not_certain(string line)
    {
        var refusal = Reading.Refused(line + "\n");
        Assert.Contains("no header", refusal.Reason, StringComparison.Ordinal);
        Assert.Equal(1, refusal.Line);
        Assert.False(refusal.Retryable);
    }

    [Fact]
    public void All_fields_of_a_version_in_AWS_s_order_are_read_without_a_header()
    {
        const string line = "5 123456789012 eni-0a1b2c3d 10.0.0.5 8.8.8.8 40000 853 6 2 130 1700000000 1700000060 ACCEPT OK vpc-1 subnet-2 i-3 2 IPv4 10.0.0.5 8.8.8.8 us-east-1 use1-az5 - - - - egress 8";
        var reading = Reading.Of(line);
        Assert.Equal("text v5 with all fields in AWS's order, no header", reading.Result.Format);
        Assert.Contains("inst=i-3/True vpc=vpc-1 sub=subnet-2", Assert.Single(reading.Accepted), StringComparison.Ordinal);
        Assert.Contains("flags 2 Egress", reading.Accepted[0], StringComparison.Ordinal);
        Assert.Contains("no header", Reading.Refused(line.Replace(" IPv4 ", " 10.0.0.5 ", StringComparison.Ordinal)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_may_stand_in_any_order_with_hyphens_or_underscores_and_unknown_ones_among_them()
    {
        const string text = "DSTPORT srcport shoe_size End start dst_addr srcaddr pkt_srcaddr pkt-dstaddr protocol instance-id flow_direction tcp-flags log-status action asg-tag\n" +
                            "53 40000 44 1700000060 1700000000 10.9.9.9 10.0.0.5 10.1.1.1 9.9.9.9 6 i-0123456789abcdef0 egress 3 OK REJECT web%20tier\n";
        var reading = Reading.Of(text);
        Assert.Contains("inst=i-0123456789abcdef0/True vpc= sub= asg=web%20tier tag= reg= 1700000000-1700000060/True Ok 10.0.0.5:40000>10.9.9.9:53 (10.1.1.1>9.9.9.9) proto 6 packets 0 bytes 0 Reject flags 3 Egress",
            Assert.Single(reading.Accepted), StringComparison.Ordinal);
        Assert.Equal("shoe-size", reading.Result.Columns[2]);
        Assert.Equal("pkt-srcaddr", reading.Result.Columns[7]);
        Assert.Equal("text v11, 16 columns", reading.Result.Format);
    }

    [Fact]
    public void A_header_that_lacks_what_detection_needs_is_refused_by_the_names_of_the_missing_columns()
    {
        var refusal = Reading.Refused("\nversion account-id srcaddr dstaddr srcport packets bytes end action log-status\n");
        Assert.Equal("the header lacks interface-id (or instance-id), dstport and protocol, without which no DNS contact can be told", refusal.Reason);
        Assert.Equal(2, refusal.Line);
    }

    [Fact]
    public void A_header_that_names_a_column_twice_is_refused() =>
        Assert.Contains("dstport twice", Reading.Refused(V2.Replace("srcport", "dst_port", StringComparison.Ordinal)).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_header_in_the_middle_begins_a_new_layout()
    {
        const string other = "start end interface-id instance-id srcaddr dstaddr dstport srcport protocol\n1700000000 1700000060 eni-1 - 10.0.0.5 1.1.1.1 853 40000 6\n";
        var reading = Reading.Of(V2 + Query + V2 + Query + other + V2 + Query);
        Assert.Equal(4, reading.Result.Records);
        Assert.Equal(4, reading.Accepted.Count);
        Assert.Contains("inst=/True", reading.Accepted[2], StringComparison.Ordinal);
        Assert.StartsWith("8 ", reading.Accepted[3], StringComparison.Ordinal);
        Assert.Empty(reading.Quarantined);
    }

    [Fact]
    public void White_space_of_any_sort_reads_as_one_blank()
    {
        string odd = "\xEF\xBB\xBF" + V2.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n\n \t \n" +
                     Query.Replace(" ", "  ", StringComparison.Ordinal) + "\t" + Query.Replace(" ", "\t", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal) + Query.TrimEnd();
        var reading = Reading.Of(odd);
        Assert.Equal(3, reading.Accepted.Count);
        Assert.Empty(reading.Quarantined);
        Assert.StartsWith("5 ", reading.Accepted[0], StringComparison.Ordinal);
        Assert.Equal("version", reading.Result.Columns[0]);
    }

    [Theory]
    [InlineData("srcport", "not a port number: '65536'", " 40000 ", " 65536 ")]
    [InlineData("srcport", "not a port number: '040'", " 40000 ", " 040 ")]
    [InlineData("dstport", "not a port number: '5x'", " 53 ", " 5x ")]
    [InlineData("dstport", "not a port number: '-53'", " 53 ", " -53 ")]
    [InlineData("start", "not a time in Unix seconds: '1700000000000'", "1700000000", "1700000000000")]
    [InlineData("start", "no time: '-'", "1700000000", "-")]
    [InlineData("start", "start after end: '1700000061'", "1700000000", "1700000061")]
    [InlineData("start", "before flow logs existed: '1356998399'", "1700000000", "1356998399")]
    [InlineData("start", "later than the object itself: '1700086501'", "1700000000 1700000060", "1700086501 1700086502")]
    [InlineData("end", "an interval longer than a flow log can have: '1700086401'", "1700000060", "1700086401")]
    [InlineData("log-status", "not OK, NODATA or SKIPDATA: 'ok'", "ACCEPT OK", "ACCEPT ok")]
    [InlineData("account-id", "not an account number: '12345678901x'", "123456789012", "12345678901x")]
    [InlineData("interface-id", "not an interface id: 'i-0a1b2c3d4e5f60718'", "eni-", "i-")]
    [InlineData("interface-id", "not an interface id: 'eni-0a1b2c3d4e5f6071/'", "60718", "6071/")]
    [InlineData("srcaddr", "not an IP address: '10.0.0.05'", "10.0.0.5", "10.0.0.05")]
    [InlineData("dstaddr", "not an IP address: '8.8.8'", "8.8.8.8", "8.8.8")]
    [InlineData("protocol", "not a protocol number: '256'", " 17 ", " 256 ")]
    [InlineData("packets", "not a count: '2.5'", " 2 130 ", " 2.5 130 ")]
    [InlineData("bytes", "not a count: '1234567890123456789'", " 130 ", " 1234567890123456789 ")]
    [InlineData("action", "not ACCEPT or REJECT: 'ALLOW'", "ACCEPT", "ALLOW")]
    [InlineData("-", "not as many fields as the header names (13 instead of 14)", " 130 ", " ")]
    [InlineData("-", "not as many fields as the header names (15 instead of 14)", " 130 ", " 130 1 ")]
    [InlineData("-", "a byte that is not printable ASCII (0xe9 at byte 62)", " 53 ", " 5\xE9 ")]
    [InlineData("-", "a byte that is not printable ASCII (0x00 at byte 40)", "10.0.0.5", "10\0.0.5")]
    public void A_malformed_line_is_set_aside_with_its_reason_and_contributes_nothing(string column, string reason, string good, string bad)
    {
        var reading = Reading.Of(V2 + Query + Query.Replace(good, bad, StringComparison.Ordinal) + Query, new FlowObjectInfo("object", LastModified: 1_700_000_100));
        Assert.Equal($"3 {column} {reason}", Assert.Single(reading.Quarantined));
        Assert.Equal(2, reading.Result.Records);
        Assert.Equal(2, reading.Observed.Count);
        Assert.Equal(2, reading.Accepted.Count);
        Assert.Equal(1700000060, reading.Result.LastEnd);
    }

    [Fact]
    public void What_cannot_matter_is_not_parsed()
    {
        var reading = Reading.Of(V2 + Web.Replace("93.184.216.34", "nonsense", StringComparison.Ordinal).Replace(" 900 ", " many ", StringComparison.Ordinal));
        Assert.Single(reading.Observed);
        Assert.Empty(reading.Quarantined);
    }

    [Fact]
    public void A_line_whose_addresses_are_not_wanted_is_only_observed()
    {
        var reading = Reading.Of(V2 + Query.Replace(" 2 130 ", " x y ", StringComparison.Ordinal), recorder: new Recorder { Wanted = (_, _, _) => false });
        Assert.Single(reading.Observed);
        Assert.Empty(reading.Accepted);
        Assert.Empty(reading.Quarantined);
    }

    [Fact]
    public void Only_an_end_with_a_port_of_interest_is_asked_about_and_the_other_address_is_read_once_it_is_wanted()
    {
        var asked = new List<string>();
        bool answer = false;
        string line = Query.Replace("10.0.0.5", "nonsense", StringComparison.Ordinal);
        var reading = Reading.Of(V2 + line, recorder: Recorder());
        Assert.Equal(["Destination 8.8.8.8 53"], asked);
        Assert.Single(reading.Observed);
        Assert.Empty(reading.Quarantined);

        answer = true;
        reading = Reading.Of(V2 + line, recorder: Recorder());
        Assert.Empty(reading.Observed);
        Assert.Equal(["2 srcaddr not an IP address: 'nonsense'"], reading.Quarantined);

        Recorder Recorder() => new()
        {
            Wanted = (end, address, port) =>
            {
                asked.Add($"{end} {address} {port}");
                return answer;
            },
        };
    }

    /// <summary>Counts how the lines were told of.</summary>
    private sealed class Counter : IFlowRecordSink
    {
        public int Looked, Counted;
        public PortSet Ports { get; } = new(53);
        public void Observe(in FlowIdentity identity) => Looked++;
        public void ObserveMore(long first, long lines, long start, long end, LogStatus status) => Counted += (int)lines;
        public bool Wants(FlowEnd end, IpAddress address, ushort port) => true;
        public void Accept(in FlowRecord record)
        {
        }
    }

    /// <summary>In AWS's own order of all fields the columns that tell whose a line is stand apart, with addresses, ports and times between them.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(11)]
    public void Lines_of_a_burst_are_looked_up_once_wherever_the_columns_of_an_identity_stand(int version)
    {
        var fields = FlowColumns.UpTo(version);
        var text = new StringBuilder(string.Join(' ', fields.Select(f => FlowColumns.Of(f).Name))).Append('\n');
        for (int line = 0; line < 6; line++)
        {
            string @interface = line < 5 ? "eni-0a1b2c3d4e5f60718" : "eni-0a1b2c3d4e5f60719";
            text.AppendJoin(' ', fields.Select(f => f switch
            {
                FlowField.Version => "2",
                FlowField.AccountId => "123456789012",
                FlowField.InterfaceId => @interface,
                FlowField.SourceAddress => $"10.0.0.{line}",
                FlowField.DestinationAddress => "93.184.216.34",
                FlowField.SourcePort => $"{40000 + line}",
                FlowField.DestinationPort => "80",
                FlowField.Protocol => "6",
                FlowField.Packets or FlowField.Bytes => $"{line}",
                FlowField.Start => "1700000000",
                FlowField.End => "1700000060",
                FlowField.Action => "ACCEPT",
                FlowField.LogStatus => "OK",
                FlowField.InstanceId => "i-0a1b2c3d4e5f60718",
                FlowField.SubnetId => "subnet-0a1b2c3d4e5f60718",
                FlowField.VpcId => "vpc-0a1b2c3d4e5f60718",
                _ => "-",
            })).Append('\n');
        }
        var counter = new Counter();
        byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
        FlowLogReader.Read(new MemoryStream(bytes), new FlowObjectInfo("object", bytes.Length), ref counter, FlowReadLimits.Default, new ReadTuning { Chunk = 64 * 1024 }, TestContext.Current.CancellationToken);
        Assert.Equal((2, 4), (counter.Looked, counter.Counted));
    }

    [Fact]
    public void Two_short_lines_are_not_taken_for_one_whole_one()
    {
        var reading = Reading.Of(V2 + "2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.5 8.8.8.8 40000 53\n17 2 130 1700000000 1700000060 ACCEPT OK\n" + Query);
        Assert.Equal(["2 - not as many fields as the header names (7 instead of 14)", "3 - not as many fields as the header names (7 instead of 14)"], reading.Quarantined);
        Assert.Single(reading.Accepted);
    }

    [Fact]
    public void A_line_over_the_limit_is_set_aside_and_reading_goes_on()
    {
        var limits = new FlowReadLimits { MaxLineBytes = 300 };
        foreach (int length in new[] { 301, 500, 5_000 })
        {
            var reading = Reading.Of(V2 + Query + new string('x', length) + "\n" + Query, limits: limits);
            Assert.Equal("3 - longer than the line limit (more than 300 bytes)", Assert.Single(reading.Quarantined));
            Assert.Equal(2, reading.Accepted.Count);
            Assert.StartsWith("4 ", reading.Accepted[1], StringComparison.Ordinal);
        }
        Assert.Equal(1, Reading.Of(V2 + Query + new string('x', 400), limits: limits).Result.QuarantinedCount);
    }

    [Fact]
    public void All_bad_lines_are_counted_and_some_are_kept()
    {
        var text = new StringBuilder(V2);
        for (int i = 0; i < 250; i++) text.Append(Query.Replace(" 53 ", " x ", StringComparison.Ordinal));
        var reading = Reading.Of(text.ToString());
        Assert.Equal(250, reading.Result.QuarantinedCount);
        Assert.Equal(100, reading.Result.Quarantined.Count);
    }

    [Fact]
    public void Transit_gateway_records_are_counted_and_not_read()
    {
        const string header = "version resource-type account-id tgw-id tgw-attachment-id srcaddr dstaddr srcport dstport protocol start end log-status\n";
        var reading = Reading.Of(header + "6 TransitGateway 123456789012 tgw-1 tgw-attach-2 10.0.0.1 8.8.8.8 40000 53 17 1700000000 1700000060 OK\n" + V2 + Query);
        Assert.Equal(1, reading.Result.TransitGateway);
        Assert.Equal(1, reading.Result.Records);
        Assert.Single(reading.Observed);
    }

    [Fact]
    public void An_object_with_a_header_and_nothing_else_is_whole()
    {
        var result = Reading.Of(V2).Result;
        Assert.Equal(0, result.Records);
        Assert.Equal(0, result.FirstStart);
        Assert.Equal(0, result.LastEnd);
    }

    [Fact]
    public void The_times_may_be_named_by_one_column_alone()
    {
        var reading = Reading.Of("interface-id srcaddr dstaddr srcport dstport protocol end\neni-1 10.0.0.5 8.8.8.8 40000 53 17 1700000060\n");
        Assert.Contains(" 1700000060-1700000060/True", Assert.Single(reading.Accepted), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_writer_writes_the_reader_reads()
    {
        var stream = new MemoryStream();
        using (var writer = new FlowLogTextWriter(stream, FlowColumns.UpTo(11)))
        {
            writer.Write(new FlowRow
            {
                AccountId = "123456789012", InterfaceId = "eni-1", InstanceId = "i-2", VpcId = "vpc-3", SubnetId = "subnet-4", Source = IpAddress.Parse("10.0.0.5"), Destination = IpAddress.Parse("2001:4860:4860::8888"),
                SourcePort = 40000, DestinationPort = 53, Protocol = 17, Packets = 3, Bytes = 210, Start = 1700000000, End = 1700000060, Action = FlowAction.Accept, TcpFlags = 0, Direction = FlowDirection.Egress,
                Region = "eu-west-1", AsgTag = "web tier", InstanceTag = "web é",
            });
            writer.Write(new FlowRow { AccountId = "123456789012", InterfaceId = "eni-1", Start = 1700000060, End = 1700000120, Status = LogStatus.NoData });
        }
        var reading = Reading.Of(stream.ToArray());
        Assert.Equal(2, reading.Result.Records);
        Assert.Equal(1, reading.Result.NoData);
        Assert.StartsWith("2 acc=123456789012 eni=eni-1 inst=i-2/True vpc=vpc-3 sub=subnet-4 asg=web%20tier tag=web%20%C3%A9 reg=eu-west-1 1700000000-1700000060/True Ok 10.0.0.5:40000>2001:4860:4860::8888:53 (10.0.0.5>2001:4860:4860::8888) proto 17 packets 3 bytes 210 Accept flags 0 Egress [11 ",
            Assert.Single(reading.Accepted), StringComparison.Ordinal);
        Assert.Equal("text v11, 54 columns", reading.Result.Format);
    }
}
