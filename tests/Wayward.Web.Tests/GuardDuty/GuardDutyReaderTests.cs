using System.IO.Compression;
using System.Text;
using Wayward.Core.Detection;
using Wayward.Core.GuardDuty;
using Wayward.FlowLogs;
using Wayward.Testing;
using Wayward.Web.Tests.Reports.Formats;

namespace Wayward.Web.Tests.GuardDuty;

/// <summary>GuardDuty's findings in every shape in which they are handed around.</summary>
public sealed class GuardDutyReaderTests
{
    private const string Id = "552d8f5830c216f2f933ba5ca9f6a4aa";
    private const string Finding = """{"schemaVersion":"2.0","accountId":"111122223333","region":"us-east-1","id":"a1","type":"DefenseEvasion:EC2/UnusualDNSResolver","severity":5.0,"createdAt":"2026-04-01T00:00:00.000Z","updatedAt":"2026-04-01T01:00:00.000Z","title":"t","resource":{"instanceDetails":{"instanceId":"i-1"}},"service":{"count":2,"archived":false,"eventFirstSeen":"2026-04-01T00:00:00.000Z","eventLastSeen":"2026-04-01T00:30:00.000Z","action":{"networkConnectionAction":{"protocol":"17","remoteIpDetails":{"ipAddressV4":null,"ipAddressV6":"2001:db8::1"},"remotePortDetails":{"port":53}}}}}""";

    public static TheoryData<string, int, int, int> Samples => new()
    {
        { "guardduty/samples/cli-get-findings.json", 3, 0, 0 },
        { "guardduty/samples/rest-get-findings.json", 1, 0, 0 },
        { "guardduty/samples/eventbridge-event.json", 1, 0, 0 },
        { "guardduty/samples/eventbridge-firehose.jsonl", 2, 0, 0 },
        { "guardduty/samples/s3-export-three-types.jsonl", 4, 0, 0 },
        { "guardduty/samples/s3-export-three-types.jsonl.gz", 4, 0, 0 },
        { "guardduty/samples/s3-export-generated-samples.jsonl", 0, 3, 0 },
        { "guardduty/samples/s3-export-generated-samples.jsonl.gz", 0, 3, 0 },
        { "guardduty/samples/s3-export-updates.jsonl", 1, 0, 0 },
        { "guardduty/samples/s3-export-updates.jsonl.gz", 1, 0, 0 },
        { "guardduty/samples/sqs-receive-message-sns-wrapped.json", 1, 0, 0 },
        { "guardduty/samples/variant-empty-page.jsonl", 0, 0, 0 },
        { "guardduty/samples/variant-findings-array-in-detail.json", 1, 0, 0 },
        { "guardduty/samples/variant-pascal-in-eventbridge.json", 1, 0, 0 },
        { "guardduty/samples/variants-additional-info.jsonl", 7, 1, 0 },
        { "guardduty/samples/variants-nulls-and-ipv6.jsonl", 2, 0, 0 },
        { "guardduty/samples/other-types.jsonl", 1, 1, 1 },
        { "securityhub/samples/guardduty-unusual-dns-resolver.asff.json", 1, 0, 0 },
        { "securityhub/samples/eventbridge-security-hub-findings-imported.json", 1, 0, 0 },
    };

    [Theory, MemberData(nameof(Samples))]
    public void Every_published_shape_is_read(string file, int findings, int samples, int others)
    {
        PublishedSchemas.Need();
        var import = new GuardDutyImport();
        GuardDutyReader.Read(file, Content(PublishedSchemas.Of(file.Split('/'))), import);
        Assert.Empty(import.Problems);
        Assert.Equal((findings, samples, others), (import.Findings.Count, import.Samples, import.OtherTypes));
        Assert.All(import.Findings, f => Assert.Equal(50, f.Severity));
        if (import.Findings.FirstOrDefault(f => f.Id == Id) is { } known)
        {
            Assert.Equal(("111122223333", "us-east-1", UnusualDnsResolver.Type.Name, "i-0a1b2c3d4e5f60718", 53, 17), (known.Account, known.Region, known.Type, known.Instance, known.Port, known.Protocol));
            Assert.NotNull(known.Remote);
        }
    }

    [Fact]
    public void No_sample_is_forgotten()
    {
        PublishedSchemas.Need();
        var present = ((string[])["guardduty", "securityhub"]).SelectMany(f => Directory.EnumerateFiles(PublishedSchemas.Of(f, "samples")).Select(p => $"{f}/samples/{Path.GetFileName(p)}"));
        Assert.Equal(present.Order(StringComparer.Ordinal), Samples.Select(s => s.Data.Item1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_newest_state_wins_in_any_order()
    {
        string later = Finding.Replace("01:00:00", "09:00:00", StringComparison.Ordinal).Replace("\"count\":2", "\"count\":9", StringComparison.Ordinal);
        foreach (string text in new[] { $"{Finding}\n{later}\n", $"{later}\n{Finding}\n" })
        {
            var import = new GuardDutyImport();
            GuardDutyReader.Read("x", Encoding.UTF8.GetBytes(text), import);
            Assert.Equal((9, 1), (Assert.Single(import.Findings).Count, import.Superseded));
        }
    }

    [Fact]
    public void IPv6_and_numbers_as_text_are_read()
    {
        var import = new GuardDutyImport();
        GuardDutyReader.Read("x", Encoding.UTF8.GetBytes(Finding), import);
        var finding = Assert.Single(import.Findings);
        Assert.Equal((IpAddress.Parse("2001:db8::1"), 17, 50), (finding.Remote, finding.Protocol, finding.Severity));
    }

    [Fact]
    public void A_broken_line_is_named_and_the_others_are_read()
    {
        var import = new GuardDutyImport();
        GuardDutyReader.Read("f.jsonl", Encoding.UTF8.GetBytes($"{Finding}\n{{\"id\":\n\n[1]\n{{\"a\":1}}\n{{\"type\":\"DefenseEvasion:EC2/UnusualDNSResolver\",\"id\":\"x\"}}\n"), import);
        Assert.Single(import.Findings);
        Assert.Equal([2L, 4L, 5L, 6L], import.Problems.Select(p => p.Line));
        Assert.All(import.Problems, p => Assert.Equal("f.jsonl", p.File));
    }

    [Fact]
    public void Random_damage_never_stops_the_reader()
    {
        var random = new Random(5);
        byte[] good = Encoding.UTF8.GetBytes(Finding);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bad = [.. good];
            for (int n = random.Next(1, 6); n > 0; n--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            GuardDutyReader.Read("x", bad.AsMemory(0, random.Next(bad.Length + 1)), new GuardDutyImport());
        }
        GuardDutyReader.Read("deep", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"detail\":", 60)) + "{}" + new string('}', 60)), new GuardDutyImport());
        GuardDutyReader.Read("half", Encoding.UTF8.GetBytes(Finding.Replace("\"t\"", "\"\\ud800\"", StringComparison.Ordinal)), new GuardDutyImport());
    }

    private static byte[] Content(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var buffer = new MemoryStream();
        content.CopyTo(buffer);
        return buffer.ToArray();
    }
}
