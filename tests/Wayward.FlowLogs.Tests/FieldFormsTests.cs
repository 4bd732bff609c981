using System.Globalization;
using System.Text;
using System.Text.Json;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Tests;

/// <summary>Forms that flow logs take on their way through other tools, and what stands beside them in one object.</summary>
public sealed class FieldFormsTests
{
    private const string Header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
    private const string Question = "2 123456789012 eni-0a1 10.0.0.5 9.9.9.9 40000 53 17 1 70 1760000000 1760000060 ACCEPT OK";
    private const string Web = "2 123456789012 eni-0a1 10.0.0.5 93.184.216.34 40001 80 6 9 900 1760000000 1760000060 ACCEPT OK";
    private const string NoData = "2 123456789012 eni-0a1 - - - - - - - 1760000000 1760000060 - NODATA";
    private const string Gateway = "6 TransitGateway 123456789012 tgw-0123456789abcdef0 tgw-attach-0123456789abcdef1 210987654321 210987654321 vpc-1 vpc-2 subnet-1 subnet-2 eni-7 eni-8 use1-az1 use1-az2 "
        + "tgw-attach-0123456789abcdef2 10.0.0.5 10.1.0.5 40000 53 17 1 70 1760000000 1760000060 OK IPv4 0 0 0 0 0 us-east-1 egress - -";
    private const string GatewayHeader = "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id "
        + "tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start end log-status type packets-lost-no-route "
        + "packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region flow-direction pkt-src-aws-service pkt-dst-aws-service";

    private static void AssertHolds(string text, long records, long accepted, long gateway = 0, long quarantined = 0) => AssertHolds(Encoding.UTF8.GetBytes(text), records, accepted, gateway, quarantined);

    private static Reading AssertHolds(byte[] bytes, long records, long accepted, long gateway = 0, long quarantined = 0)
    {
        Reading? last = null;
        foreach (int chunk in new[] { 64, 64 * 1024 })
        {
            last = Reading.Of(bytes, tuning: new ReadTuning { Chunk = chunk });
            Assert.Equal((records, accepted, gateway, quarantined), (last.Result.Records, last.Accepted.Count, last.Result.TransitGateway, last.Result.QuarantinedCount));
            Assert.Equal(records, last.Observed.Count);
        }
        return last!;
    }

    private static string Fields(string line, string? names = null) => JsonSerializer.Serialize((names ?? Header).Split(' ').Zip(line.Split(' '))
        .ToDictionary(p => p.First.Replace('-', '_'), p => p.Second), Indented);

    private static string Dropped(string line, string dropped = "-", string? names = null) => JsonSerializer.Serialize((names ?? Header).Split(' ').Zip(line.Split(' '))
        .Where(p => p.Second != "-" && p.Second != dropped).ToDictionary(p => p.First.Replace('-', '_'), p => p.Second));

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static string Document(string group, params string[] messages) => JsonSerializer.Serialize(new
    {
        logEvents = messages.Select((m, i) => new { id = i.ToString(CultureInfo.InvariantCulture), message = m, timestamp = 1_760_000_000_000 }), logGroup = group, messageType = "DATA_MESSAGE", owner = "123456789012",
    });

    private static string Message(string message) => JsonSerializer.Serialize(new { message });

    /// <summary>A header that the reader makes for JSON records is told beside the lines: no line of a sender can pass for one.</summary>
    [Theory]
    [InlineData('\u0001'), InlineData('\u0002'), InlineData('\0'), InlineData('\u0003')]
    public void A_message_that_begins_with_a_control_character_is_a_line_like_any_other(char mark)
    {
        string forged = mark + "dstaddr srcaddr interface-id dstport srcport protocol start";
        AssertHolds($"{Message(Question)}\n{Message(forged)}\n{Message(Question)}\n", 2, 2, quarantined: 1);
        AssertHolds($"{Message($"{Question}\n{forged}\n{Question}")}\n", 2, 2, quarantined: 1);
        AssertHolds($"{Fields(Question)}\n{Message(forged)}\n{Fields(Question)}\n{Message(Question)}\n", 3, 3, quarantined: 1);
        AssertHolds($"timestamp,message\n1,{Question}\n2,{forged}\n3,{Question}\n", 2, 2, quarantined: 1);
    }

    [Fact]
    public void Transit_gateway_records_are_counted_beside_VPC_records_in_any_order_and_under_any_header()
    {
        AssertHolds($"{Question}\n{Gateway}\n{Web}\n", 2, 1, gateway: 1);
        AssertHolds($"{Gateway}\n{Gateway}\n{Question}\n{Web}\n", 2, 1, gateway: 2);
        AssertHolds($"{Header}\n{Question}\n{Gateway}\n{Web}\n", 2, 1, gateway: 1);
        AssertHolds($"{GatewayHeader}\n{Gateway}\n{Question}\n{Gateway}\n", 1, 1, gateway: 2);
        AssertHolds($"{GatewayHeader}\n{Gateway}\n{Header}\n{Question}\n{Gateway}\n{Web}\n", 2, 1, gateway: 2);
        AssertHolds($"{Gateway}\n", 0, 0, gateway: 1);
        // A custom format in which nothing but the header tells.
        AssertHolds("resource-type srcaddr dstaddr srcport dstport protocol start end packets-lost-blackhole\n- 10.0.0.1 10.0.0.2 1 53 17 1760000000 1760000060 0\n", 0, 0, gateway: 1);
    }

    [Fact]
    public void Transit_gateway_records_are_counted_in_JSON_and_comma_separated_tables_too()
    {
        string gateway = Fields(Gateway, GatewayHeader);
        AssertHolds($"{gateway}\n{Fields(Question)}\n{gateway}\n{Fields(Web)}", 2, 1, gateway: 2);
        AssertHolds($"{gateway}{gateway}", 0, 0, gateway: 2);
        AssertHolds($"{Message(Gateway)}\n{Message(Question)}\n{Message(Gateway)}", 1, 1, gateway: 2);
        AssertHolds(Document("tgw", Gateway, Gateway) + Document("vpc", Question), 1, 1, gateway: 2);
        AssertHolds(GatewayHeader.Replace('-', '_').Replace(' ', ',') + "\n" + Gateway.Replace(' ', ',') + "\n", 0, 0, gateway: 1);
        // A table of both: the rows of each have no values in the columns of the other.
        AssertHolds($"{Header} tgw-id\n{Question} -\n{NoData} -\n6 123456789012 - 10.0.0.5 10.1.0.5 40000 53 17 1 70 1760000000 1760000060 - OK tgw-0123456789abcdef0\n".Replace(' ', ','), 2, 1, gateway: 1);
    }

    [Fact]
    public void Members_that_JSON_leaves_out_have_no_value_whichever_record_comes_first()
    {
        string[] records = [Dropped(NoData), Dropped(Question), Dropped(Web)];
        foreach (string[] order in new[] { records, [.. records.Reverse()], [records[1], records[0], records[2]] })
        {
            var reading = AssertHolds(Encoding.UTF8.GetBytes(string.Join('\n', order)), 3, 1);
            Assert.Equal(1, reading.Result.NoData);
            Assert.Equal("text v2 default, in JSON", reading.Result.Format);
            Assert.Equal(["1", "2", "3"], reading.Observed.Select(o => o.Split(' ')[0]));
        }
        // Zeros left out: ICMP has no ports.
        const string icmp = "2 123456789012 eni-0a1 10.0.0.5 9.9.9.9 0 0 1 1 84 1760000000 1760000060 ACCEPT OK";
        AssertHolds($"{Dropped(icmp, "0")}\n{Dropped(Question)}", 2, 1);
        // Records that prove that an interface was watched need no more.
        AssertHolds(Dropped(NoData), 1, 0);
        Assert.Contains("lacks dstport", Reading.Refused(Dropped(Question, "53")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instance_that_later_records_name_is_missing_in_earlier_ones()
    {
        const string names = Header + " instance-id";
        var reading = AssertHolds(Encoding.UTF8.GetBytes($"{Dropped(Question + " -", names: names)}\n{Dropped(Question + " i-0b2", names: names)}"), 2, 2);
        Assert.Contains("inst=/True", reading.Observed[0], StringComparison.Ordinal);
        Assert.Contains("inst=i-0b2/True", reading.Observed[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_comes_twice_sets_its_record_aside_and_takes_no_memory()
    {
        string twice = Fields(Question)[..^1] + ",\"dstaddr\":\"8.8.8.8\"}";
        var reading = AssertHolds(Encoding.UTF8.GetBytes($"{twice}\n{Fields(Question)}"), 1, 1, quarantined: 1);
        Assert.Equal("1 - no flow-log record (a JSON record with dstaddr twice)", Assert.Single(reading.Quarantined));
        string many = Fields(Question)[..^1] + string.Concat(Enumerable.Repeat(",\"srcaddr\":\"10.0.0.1\"", 200_000)) + "}";
        byte[] bytes = Encoding.UTF8.GetBytes($"{many}\n{Fields(Question)}");
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertHolds(bytes, 1, 1, quarantined: 1);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L << 20);
    }

    [Fact]
    public void Documents_are_taken_one_by_one_and_foreign_ones_are_set_aside()
    {
        const string control = """{"logEvents":[{"id":"","message":"CWL CONTROL MESSAGE: Checking health of destination Firehose.","timestamp":1}],"logGroup":"","messageType":"CONTROL_MESSAGE"}""";
        string flows = Document("vpc", Question, Web), application = Document("app", "GET /index.html 200", "INFO ready"), trail = """{"Records":[{"eventName":"RunInstances"}]}""";
        AssertHolds(flows + application + flows, 4, 2, quarantined: 2);
        AssertHolds(application + flows, 2, 1, quarantined: 2);
        AssertHolds(control + flows + control, 2, 1);
        AssertHolds(trail + flows, 2, 1, quarantined: 1);
        AssertHolds($"{Message("a line of an application")}\n{Message(Question)}\n", 1, 1, quarantined: 1);
        AssertHolds(Wrap.Gzip(control).Concat(Wrap.Gzip(flows)).ToArray(), 2, 1);
        // Fields and messages in one object keep their own columns.
        AssertHolds($"{Message(Question)}\n{Fields(Question)}\n{Message(Web)}\n{Fields(NoData)}{Document("vpc", Question)}", 5, 3);
        Assert.Contains("no known layout", Reading.Refused(application).Reason, StringComparison.Ordinal);
        Assert.Contains("neither a message nor flow-log fields", Reading.Refused(trail + trail).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_in_JSON_have_the_numbers_of_their_records()
    {
        string bad = Fields(Question.Replace(" 40000 ", " 99999 ", StringComparison.Ordinal));
        Assert.Equal("3 srcport not a port number: '99999'", Assert.Single(AssertHolds(Encoding.UTF8.GetBytes($"{Fields(Question)}{Dropped(NoData)}{bad}"), 2, 1, quarantined: 1).Quarantined));
        Assert.Equal("2 srcport not a port number: '99999'",
            Assert.Single(AssertHolds(Encoding.UTF8.GetBytes($"{Message(Question + "\n")}{Message(Question.Replace(" 40000 ", " 99999 ", StringComparison.Ordinal) + "\n")}"), 1, 1, quarantined: 1).Quarantined));
    }

    [Fact]
    public void Records_of_several_layouts_without_a_header_follow_each_other()
    {
        const string five = "5 123456789012 eni-0a1 10.0.0.5 9.9.9.9 40000 53 17 1 70 1760000000 1760000060 ACCEPT OK vpc-1 subnet-1 i-0b2 0 IPv4 10.0.0.5 9.9.9.9 us-east-1 use1-az1 - - - - egress 8";
        AssertHolds($"{Question}\n{five}\n{Web}\n", 3, 2);
        AssertHolds($"{Message(five)}{Message(Question)}", 2, 2);
    }

    [Fact]
    public void The_time_before_each_record_of_a_CloudWatch_Logs_export_is_passed_over()
    {
        const string time = "2025-10-09T08:53:20.000Z ";
        var reading = AssertHolds(Encoding.UTF8.GetBytes($"{time}{Question}\n{time}{Web}\n{time}{NoData}\n{time}{Gateway}\n"), 3, 1, gateway: 1);
        Assert.Equal("text v2 default, no header, a time before each record", reading.Result.Format);
        AssertHolds("Permission Check Successful", 0, 0);
        Assert.Contains("no known layout", Reading.Refused("Permission Check Successful, it says here\n").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_console_s_export_of_a_log_stream_is_read()
    {
        AssertHolds($"timestamp,message\n1760000000000,{Question}\n1760000000000,\"{Web}\n\"\n1760000000000,an application's line\n", 2, 1, quarantined: 1);
        AssertHolds($"\"message\"\n\"{Question}\"\n", 1, 1);
        Assert.Equal("3 srcport not a port number: '99999'",
            Assert.Single(Reading.Of($"timestamp,message\n1,{Question}\n2,{Question.Replace(" 40000 ", " 99999 ", StringComparison.Ordinal)}\n").Quarantined));
    }

    [Fact]
    public void A_given_header_names_the_columns_of_records_that_have_none()
    {
        const string given = "interface-id srcaddr dstaddr ${srcport} dstport protocol start", lines = "eni-0a1 10.0.0.5 9.9.9.9 40000 53 17 1760000000\neni-0a1 10.0.0.5 9.9.9.9 40001 80 6 1760000000\n";
        var info = new FlowObjectInfo("object", FormatHeader: given);
        Assert.Equal("", FlowColumns.HeaderProblem(given));
        Assert.Contains("no known layout", Reading.Refused(lines).Reason, StringComparison.Ordinal);
        var reading = Reading.Of(lines, info);
        Assert.Equal((2, 1), (reading.Result.Records, reading.Accepted.Count));
        Assert.Equal(1, Reading.Of(Message(lines.Split('\n')[0]), info).Result.Records);
        Assert.Equal(1, Reading.Of("2025-10-09T08:53:20.000Z " + lines.Split('\n')[0] + "\n", info).Result.Records);
        // An object's own header is the one that counts.
        Assert.Equal(1, Reading.Of($"{Header}\n{Question}\n", info).Result.Records);
        Assert.Contains("lacks dstport", FlowColumns.HeaderProblem("interface-id srcaddr dstaddr srcport protocol start"), StringComparison.Ordinal);
        Assert.Contains("twice", FlowColumns.HeaderProblem(given + " srcaddr"), StringComparison.Ordinal);
        Assert.Contains("not a header", FlowColumns.HeaderProblem("eni-1 10.0.0.1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Accounts_have_twelve_digits_whatever_took_them_for_numbers()
    {
        const string full = "012345678901", lost = "12345678901";
        string text = Question.Replace("123456789012", lost, StringComparison.Ordinal);
        foreach (string form in new[]
        {
            $"{Header}\n{text}\n", $"{text}\n", Fields(text), Fields(text).Replace($"\"{lost}\"", lost, StringComparison.Ordinal), Fields(text).Replace($"\"{lost}\"", lost + ".0", StringComparison.Ordinal),
            $"{Header}\n{text}\n".Replace(' ', ','), Message(text),
        })
        {
            var reading = Reading.Of(form);
            Assert.Contains($" acc={full} ", Assert.Single(reading.Observed), StringComparison.Ordinal);
            Assert.Contains($" acc={full} ", Assert.Single(reading.Accepted), StringComparison.Ordinal);
        }
        Assert.Contains(" acc=unknown ", Assert.Single(Reading.Of(Question.Replace("123456789012", "unknown", StringComparison.Ordinal)).Observed), StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_numbers_that_a_tool_wrote_as_floating_point_are_whole()
    {
        string floating = Question.Replace(" 53 17 1 70 1760000000 1760000060 ", " 53.0 17.0 1.0 70.0 1760000000.0 1760000060.0 ", StringComparison.Ordinal);
        AssertHolds($"{Header}\n{floating}\n".Replace(' ', ','), 1, 1);
        AssertHolds(Fields(floating), 1, 1);
    }

    [Fact]
    public void Lines_that_end_in_carriage_returns_alone_are_read()
    {
        AssertHolds($"{Header}\r{Question}\r{Web}\r", 2, 1);
        AssertHolds($"{Question}\r{Web}\r{NoData}", 3, 1);
        AssertHolds($"{Header}\r{Question}\r{Web}\r".Replace(' ', ','), 2, 1);
        AssertHolds($"{Header}\r\n{Question}\r\n", 1, 1);
    }
}
