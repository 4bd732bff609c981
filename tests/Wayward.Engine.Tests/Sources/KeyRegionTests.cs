using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage.Instances;

namespace Wayward.Engine.Tests.Sources;

public sealed class KeyRegionTests
{
    [Theory]
    [InlineData("AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/10/01/111122223333_vpcflowlogs_eu-west-1_fl-1_20261001T0000Z_ab.log.gz", "eu-west-1")]
    [InlineData("mine/AWSLogs/o-abc/111122223333/vpcflowlogs/us-gov-west-1/2026/10/01/x.log.gz", "us-gov-west-1")]
    [InlineData("AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=cn-northwest-1/year=2026/month=10/day=01/hour=00/x.parquet", "cn-northwest-1")]
    [InlineData("aws/VPC_FLOW/2.0/region=us-east-1/accountId=111122223333/eventDay=20261004/a.gz.parquet", "us-east-1")]
    [InlineData("ext/flow/region=us-west-2-lax-1/a.log", "us-west-2")]
    [InlineData("AWSLogs/1/vpcflowlogs/us-west-2-lax-1a/2026/10/01/x.log.gz", "us-west-2")]
    [InlineData("AWSLogs/1/vpcflowlogs/us-east-1-wl1-bos-wlz-1/2026/10/01/x.log.gz", "us-east-1")]
    [InlineData("AWSLogs/1/vpcflowlogs/us-east-1b/2026/10/01/x.log.gz", "us-east-1")]
    [InlineData("AWSLogs/1/vpcflowlogs/us-isob-east-1/2026/10/01/x.log.gz", "us-isob-east-1")]
    [InlineData("AWSLogs/1/vpcflowlogs/eu-isoe-west-1/2026/10/01/x.log.gz", "eu-isoe-west-1")]
    [InlineData("AWSLogs/1/vpcflowlogs/eusc-de-east-1/2026/10/01/x.log.gz", "eusc-de-east-1")]
    [InlineData("AWSLogs/1/vpcflowlogs/ap-southeast-7/2026/10/01/x.log.gz", "ap-southeast-7")]
    [InlineData("flat/111122223333_vpcflowlogs_me-central-1_fl-1_20261001T0000Z_ab.log.gz", "me-central-1")]
    [InlineData("logs/eu-west-1/x.log.gz", null)]
    [InlineData("AWSLogs/1/vpcflowlogs/EU-WEST-1/x.log.gz", null)]
    [InlineData("AWSLogs/1/vpcflowlogs/region=<b>/x.log.gz", null)]
    [InlineData("x.log", null)]
    public void A_key_names_the_region_that_AWS_filed_it_under(string key, string? region) => Assert.Equal(region, KeyRegion.Find(key));

    [Fact]
    public async Task Records_without_a_region_get_the_one_of_their_key_and_others_keep_theirs()
    {
        using var logs = new TempFolder();
        using var data = new TempFolder();
        const string Header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
        const string Line = "2 111122223333 {0} 10.0.0.5 8.8.8.8 40000 53 17 1 60 1790812800 1790812860 ACCEPT OK";
        string plain = $"{Header}\n{string.Format(System.Globalization.CultureInfo.InvariantCulture, Line, "eni-1")}\n";
        string named = $"{Header} region\n{string.Format(System.Globalization.CultureInfo.InvariantCulture, Line, "eni-2")} eu-north-1\n";
        logs.Write("AWSLogs/111122223333/vpcflowlogs/us-west-2-lax-1a/2026/10/01/a.log", plain);
        logs.Write("AWSLogs/111122223333/vpcflowlogs/us-west-2/2026/10/01/b.log", named);
        await using var rig = await IngestRig.StartAsync(data.Root, IngestRig.Fast with { Sources = [new SourceOptions { Path = logs.Root }] });
        await rig.WhenIdleAsync();
        var instances = (await rig.DumpAsync()).Split('\n').Where(l => l.StartsWith("instance\t", StringComparison.Ordinal)).ToList();
        Assert.Contains("us-west-2", Assert.Single(instances, l => l.Contains("eni-1", StringComparison.Ordinal)), StringComparison.Ordinal);
        string kept = Assert.Single(instances, l => l.Contains("eni-2", StringComparison.Ordinal));
        Assert.Contains("eu-north-1", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("us-west-2", kept, StringComparison.Ordinal);
    }
}
