namespace Wayward.FlowLogs.Tests;

/// <summary>Sample files of other tools, where they are at hand: each is read, or refused for a reason that tells what to do.</summary>
public sealed class SampleFileTests
{
    private static string? Folder { get; } = Find();

    private static string? Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "Dashboard.sln"))) continue;
            string folder = Path.GetFullPath(Path.Combine(at.FullName, "..", "shared", "data", "flowlogs"));
            return Directory.Exists(folder) ? folder : null;
        }
        return null;
    }

    [Theory]
    [InlineData("mizutani/sample1.log", 2, 0, "text v2 default")]
    [InlineData("mizutani/sample2.log.gz", 2, 0, "text v2 default, gzip")]
    [InlineData("kentik/real-v2.log", 5, 0, "text v2 default")]
    [InlineData("kentik/real-v3-no-instance.log", 1, 0, "text v3, 21 columns")]
    [InlineData("kentik/cloudwatch-subscription.json", 1, 0, "text v2 default, no header, in JSON")]
    [InlineData("elastic/test-extra-samples.log", 7, 0, "text v2 default, no header")]
    [InlineData("elastic/test-with-message-field.log", 1, 0, "text v2 default, no header, in JSON")]
    [InlineData("elastic/test-tcp-flag-sequence.log", 3, 0, "text v3, 21 columns")]
    // The one record has a start of nine digits: masked by whoever published it.
    [InlineData("elastic/test-v5-all-fields.log", 0, 1, "text v5 with all fields in AWS's order, no header")]
    // A list of test lines in many layouts: those of the default one are read.
    [InlineData("vector/lines.txt", 7, 19, "text v2 default, no header")]
    public void A_sample_file_is_read(string file, int records, int quarantined, string format)
    {
        Assert.SkipUnless(Folder is not null, "the folder of sample files is not there");
        var reading = Reading.Of(File.ReadAllBytes(Path.Combine(Folder!, file)));
        Assert.Equal(format, reading.Result.Format);
        Assert.Equal(records, reading.Result.Records);
        Assert.Equal(quarantined, reading.Result.QuarantinedCount);
    }

    [Fact]
    public void Transit_gateway_records_without_a_header_are_counted()
    {
        Assert.SkipUnless(Folder is not null, "the folder of sample files is not there");
        var reading = Reading.Of(File.ReadAllBytes(Path.Combine(Folder!, "elastic/test-tgw-samples.log")));
        Assert.Equal(3, reading.Result.TransitGateway);
        Assert.Empty(reading.Observed);
    }

    [Theory]
    [InlineData("elastic/test-ecs-samples.log", "no header, and no known layout: the first line has 39 fields and begins with '3'")]
    [InlineData("elastic/test-v8-samples.log", "no header, and no known layout: the first line has 40 fields and begins with '3'")]
    [InlineData("hitc/logs-insights-results.csv.gz", "the header lacks interface-id (or instance-id), srcaddr, dstaddr, dstport, protocol and start, without which no DNS contact can be told")]
    public void A_sample_file_is_refused_with_its_reason(string file, string reason)
    {
        Assert.SkipUnless(Folder is not null, "the folder of sample files is not there");
        var refusal = Reading.Refused(File.ReadAllBytes(Path.Combine(Folder!, file)));
        Assert.Equal(reason, refusal.Reason);
        Assert.False(refusal.Retryable);
    }
}
