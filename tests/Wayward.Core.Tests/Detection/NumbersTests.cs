using System.Globalization;
using System.Text.RegularExpressions;
using Wayward.Core.Detection;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>Every number that a finding states, counted again from the raw records by means that share nothing with the detection.</summary>
public sealed partial class NumbersTests
{
    private const int Days = 40;
    private static readonly string[] Pool = ["8.8.8.8", "8.8.4.4", "1.1.1.1", "45.77.1.9", "45.77.2.9", "203.119.1.1"];
    private static readonly long Learning = (long)DetectionOptions.Default.Learning.TotalSeconds;

    private static World Random(int seed)
    {
        var random = new Random(seed);
        var world = new World(Days);
        int count = random.Next(4, 14);
        for (int i = 0; i < count; i++)
        {
            var instance = world.Instance($"web-{i}").InSubnet($"subnet-{i % 3}").Asks("9.9.9.9").Daily();
            foreach (string target in Pool.OrderBy(_ => random.Next()).Take(random.Next(3)))
                instance.Asks(target).Every(new[] { 0.25, 1, 2 }[random.Next(3)], random.Next(2) == 0 ? 1 + 4 * random.NextDouble() : 10 + 28 * random.NextDouble());
        }
        if (random.Next(2) == 0)
        {
            // So many a day, over several days.
            int targets = random.Next(10, 260);
            double begin = 10 + 8 * random.NextDouble(), length = random.Next(3) == 0 ? 0.5 : random.Next(2, 20);
            for (int i = 0; i < targets; i++) world.Instance("web-0").Asks($"46.{i / 100}.{i % 100}.9").On(begin + length * i / targets);
        }
        return world;
    }

    [Fact]
    public void Headline_points_and_tables_agree_with_the_records_in_forty_seeded_fleets()
    {
        int findings = 0, withOthers = 0, fanOuts = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            var world = Random(seed);
            var lines = world.Lines().Where(l => l.Direction == FlowDirection.Egress).ToList();
            foreach (var finding in world.Evaluate().Findings)
            {
                Check(seed, finding, lines);
                findings++;
                if (finding.Novelty.OtherCount > 1) withOthers++;
                if (finding.Type == ResolverFanOut.Type) fanOuts++;
            }
        }
        Assert.True(findings > 100 && withOthers > 20 && fanOuts > 5, $"{findings} findings, {withOthers} with others, {fanOuts} fan-outs");
    }

    [Fact]
    public void A_number_that_is_off_by_one_is_noticed()
    {
        var world = Random(1);
        var lines = world.Lines().Where(l => l.Direction == FlowDirection.Egress).ToList();
        var finding = world.Evaluate().Findings[0];
        Assert.ThrowsAny<Exception>(() => Check(1, finding with { Count = finding.Count + 1 }, lines));
        Assert.ThrowsAny<Exception>(() => Check(1, finding with { Novelty = finding.Novelty with { OtherCount = finding.Novelty.OtherCount + 1 } }, lines));
        Assert.ThrowsAny<Exception>(() => Check(1, finding with { Last = finding.Last - 1 }, lines));
    }

    private static void Check(int seed, Finding finding, List<FlowLine> all)
    {
        string what = $"seed {seed}: {FindingText.Headline(finding)}";
        var members = finding.Members.Select(m => m.Id).ToHashSet();
        var targets = finding.Addresses.Select(a => a.Address.ToString()).ToHashSet();
        var own = all.Where(l => members.Contains(l.Instance!) && targets.Contains(l.Destination)).ToList();
        Assert.True(own.Count == finding.Count, $"{what} {own.Count} records, {finding.Count} stated");
        Assert.True((own.Sum(l => l.Packets), own.Sum(l => l.Bytes)) == (finding.Out.Packets, finding.Out.Bytes), what);
        Assert.True((own.Min(l => l.Start), own.Max(l => l.End)) == (finding.First, finding.Last), $"{what} last contact {own.Max(l => l.End)}, {finding.Last} stated");
        foreach (var address in finding.Addresses)
        {
            var of = own.Where(l => l.Destination == address.Address.ToString()).ToList();
            Assert.True((of.Min(l => l.Start), of.Max(l => l.End)) == (address.FirstContact, address.LastContact), $"{what} {address.Address}");
        }

        // Others: whoever used a target before, or began within the learning time after.
        var others = all.Where(l => !members.Contains(l.Instance!) && targets.Contains(l.Destination) && l.Start <= finding.First + Learning).GroupBy(l => l.Instance!).ToList();
        Assert.True(others.Count == finding.Novelty.OtherCount, $"{what} {others.Count} others, {finding.Novelty.OtherCount} stated");
        foreach (var other in finding.Novelty.Others)
            Assert.True(other.Since == others.Single(o => o.Key == other.Instance.Id).Where(l => l.Destination == other.Address.ToString()).Min(l => l.Start), $"{what} {other.Instance}");

        string text = string.Join('\n', FindingText.Explain(finding));
        var stated = Others().Match(text);
        Assert.True((stated.Success ? Parse(stated.Groups[1].Value) : 0) == others.Count, $"{what} the text counts {stated.Value}");
        Assert.Equal(finding.Severity, finding.SeverityFactors.Sum(f => f.Points));
        Assert.Equal(finding.Confidence, finding.ConfidenceFactors.Sum(f => f.Points));

        string headline = FindingText.Headline(finding);
        if (NewServers().Match(headline) is { Success: true } servers)
        {
            Assert.True(Parse(servers.Groups[1].Value) == targets.Count, what);
            long began = own.GroupBy(l => l.Destination).Max(g => g.Min(l => l.Start)) - finding.First;
            Assert.EndsWith(began == 0 ? " at once." : $" within {Wording.Span(began)}.", headline, StringComparison.Ordinal);
        }
        if (finding.Basis == FindingBasis.OwnHistory && headline.Contains("never before in ", StringComparison.Ordinal))
            Assert.Contains($"never before in {Wording.Span(finding.First - all.Where(l => members.Contains(l.Instance!)).Min(l => l.Start))} of", headline, StringComparison.Ordinal);
    }

    private static int Parse(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex("([0-9,]+) other instances? talks? to it")]
    private static partial Regex Others();

    [GeneratedRegex("asked ([0-9,]+) new DNS servers? ")]
    private static partial Regex NewServers();
}
