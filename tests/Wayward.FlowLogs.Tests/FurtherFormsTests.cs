using System.Globalization;
using System.Text;
using System.Text.Json;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Tests;

/// <summary>
/// Further forms of what <see cref="FieldFormsTests"/> holds: for each kind inputs that nobody reported, thought out from what the tools on the way of a record can do. A row is an input and what is right.
/// </summary>
public sealed class FurtherFormsTests
{
    private const string Header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
    private const string Question = "2 123456789012 eni-0a1 10.0.0.5 9.9.9.9 40000 53 17 1 70 1760000000 1760000060 ACCEPT OK";
    private const string Web = "2 123456789012 eni-0a1 10.0.0.5 93.184.216.34 40001 80 6 9 900 1760000000 1760000060 ACCEPT OK";
    private const string NoData = "2 123456789012 eni-0a1 - - - - - - - 1760000000 1760000060 - NODATA";
    private const string Gateway = "tgw-0123456789abcdef0 tgw-attach-0123456789abcdef1 10.0.0.5 10.1.0.5 40000 53 17 1760000000 1760000060 OK";
    private const string GatewayHeader = "tgw-id tgw-attachment-id srcaddr dstaddr srcport dstport protocol start end log-status";
    private static readonly string[] Lines = [Question, Web, NoData];

    /// <summary>Name of the form, its text, records, transit gateway records, lines set aside.</summary>
    public static TheoryData<string, string, long, long, long> Forms => new()
    {
        // CloudWatch Logs by other ways than its export to S3 and its console's CSV.
        { "answer of get-log-events", Json(new { events = Lines.Select(l => new { timestamp = 1760000000000, message = l, ingestionTime = 1 }), nextForwardToken = "f/1" }), 3, 0, 0 },
        { "answer of filter-log-events, indented", JsonSerializer.Serialize(new { events = Lines.Select(l => new { logStreamName = "eni", message = l, eventId = "1" }), searchedLogStreams = Array.Empty<string>() }, Indented), 3, 0, 0 },
        { "Logs Insights, as JSON", Json(Lines.Select(l => new Dictionary<string, string> { ["@timestamp"] = "2025-10-09 08:53:20.000", ["@message"] = l, ["@ptr"] = "x" })), 3, 0, 0 },
        { "Logs Insights, as CSV with streams", "@timestamp,@message,@logStream\n" + string.Concat(Lines.Select(l => $"2025-10-09 08:53:20.000,\"{l}\",eni-0a1-all\n")), 3, 0, 0 },
        { "console's CSV with the message first", "message,timestamp\r\n" + string.Concat(Lines.Select(l => $"{l},1760000000000\r\n")), 3, 0, 0 },
        { "export of a stream that holds its header", string.Concat(new[] { Header, Question, Web }.Select(l => $"2025-10-09T08:53:20.000Z {l}\n")), 2, 0, 0 },
        { "export whose first record has no data", string.Concat(new[] { NoData, Question }.Select(l => $"2025-10-09T08:53:20.000Z {l}\n")), 2, 0, 0 },

        // Transit gateways.
        { "custom format of a gateway before its header", $"{Gateway}\n{Question}\n{GatewayHeader}\n{Gateway}\n", 1, 2, 0 },
        { "gateway's record in the console's CSV", $"timestamp,message\n1,\"{Gateway}\"\n2,\"{Question}\"\n", 1, 1, 0 },
        { "gateway's members with hyphens and numbers", Json(GatewayHeader.Split(' ').Zip(Gateway.Split(' ')).ToDictionary(p => p.First, p => long.TryParse(p.Second, CultureInfo.InvariantCulture, out long n) ? (object)n : p.Second)) + Fields(Question), 1, 1, 0 },

        // Members without a value.
        { "no record has a status", string.Join('\n', new[] { Question, Web }.Select(l => Fields(l, without: "log_status"))), 2, 0, 0 },
        { "one record has no status", Fields(Question, without: "log_status") + Fields(Web) + Fields(NoData, without: "-"), 3, 0, 0 },
        { "empty text in place of a hyphen", Fields(NoData).Replace("\"-\"", "\"\"", StringComparison.Ordinal) + Fields(Question), 2, 0, 0 },
        { "names in camel case, as numbers", Json(Header.Split(' ').Zip(Question.Split(' ')).ToDictionary(p => Camel(p.First), p => long.TryParse(p.Second, CultureInfo.InvariantCulture, out long n) ? (object)n : p.Second)), 1, 0, 0 },
        { "array, skipped records first", $"[{Fields(NoData.Replace("NODATA", "SKIPDATA", StringComparison.Ordinal), without: "-")},{Fields(Question)}]", 2, 0, 0 },

        // Several senders in one object.
        { "events of several log groups as plain lines", $"START RequestId: 8f5a Version: $LATEST\n{Question}\n{{\"level\":\"info\"}}\n{Web}\nEND RequestId: 8f5a\n", 2, 0, 3 },
        { "an application's line before a header", $"2025/10/09 ready\n{Header}\n{Question}\n", 1, 0, 1 },
        { "events that are not CloudWatch's, then a record", """{"events":[{"kind":"click"}]}""" + Json(new { message = Question }), 1, 0, 1 },
        { "fields that a filter pattern extracted beside the message", Json(new { messageType = "DATA_MESSAGE", logEvents = new[] { new { id = "1", message = Question, extractedFields = new { srcaddr = "10.0.0.5" } } } }), 1, 0, 0 },
        { "names of members written with escapes", Json(new { logEvents = new[] { new { message = Question } }, messageType = "DATA_MESSAGE" }).Replace("logEvents", "log\\u0045vents", StringComparison.Ordinal), 1, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_form_that_nobody_reported_is_read_too(string form, string text, long records, long gateway, long quarantined)
    {
        foreach (int chunk in new[] { 64, 64 * 1024 })
        {
            var reading = Reading.Of(Encoding.UTF8.GetBytes(text), tuning: new ReadTuning { Chunk = chunk });
            Assert.True((records, gateway, quarantined) == (reading.Result.Records, reading.Result.TransitGateway, reading.Result.QuarantinedCount),
                $"{form}: {(reading.Result.Records, reading.Result.TransitGateway, reading.Result.QuarantinedCount)} {string.Join("; ", reading.Quarantined)}");
        }
    }

    [Theory]
    [InlineData("""{"events":[{"kind":"click"}]}""", "neither a message nor flow-log fields")]
    [InlineData("""{"logEvents":[{"id":"1"}]}""", "neither a message nor flow-log fields")]
    [InlineData("""{"requestId":"x","records":[{"data":"H4sIAA=="}]}""", "neither a message nor flow-log fields")]
    [InlineData("Dear sir,\n\nthese are no flow logs.\n", "no known layout")]
    public void What_holds_no_record_at_all_is_refused(string text, string reason) => Assert.Contains(reason, Reading.Refused(text).Reason, StringComparison.Ordinal);

    [Fact]
    public void An_object_of_another_kind_is_not_read_to_its_end()
    {
        string text = string.Concat(Enumerable.Repeat("an application's line\n", 200_000)) + Question + "\n";
        Assert.Contains("no known layout", Reading.Refused(text).Reason, StringComparison.Ordinal);
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static string Json(object value) => JsonSerializer.Serialize(value);

    private static string Fields(string line, string without = "") => Json(Header.Split(' ').Zip(line.Split(' ')).Select(p => (Name: p.First.Replace('-', '_'), Value: p.Second))
        .Where(p => p.Name != without && p.Value != without).ToDictionary(p => p.Name, p => p.Value));

    private static string Camel(string name) => string.Concat(name.Split('-').Select((p, i) => i == 0 ? p : char.ToUpperInvariant(p[0]) + p[1..]));
}
