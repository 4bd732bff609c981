using Wayward.Core.Detection;
using Wayward.Core.GuardDuty;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Web.Tests.GuardDuty;

/// <summary>A month of findings of ours, and GuardDuty's made from them with known differences.</summary>
public sealed class ComparisonTests
{
    private const long Start = 1_790_000_000, Day = 86_400;

    [Fact]
    public void Each_known_difference_is_named_with_its_reason()
    {
        List<OwnFinding> ours = [];
        List<GuardDutyFinding> theirs = [];
        for (int i = 0; i < 30; i++) (ours, theirs) = ([.. ours, Own(i)], [.. theirs, Their(i)]);
        // Only ours has these: DoQ, an address that GuardDuty overwrote, an IPv6 address, and a finding that GuardDuty does not have.
        ours.AddRange([Own(40, UnusualDoqActivity.Type, DnsTransport.DoQ), Own(3) with { Id = "overwritten", Addresses = [IpAddress.Parse("198.51.100.99")] },
            Own(41) with { Addresses = [IpAddress.Parse("2001:db8::1")] }, Own(42), Own(43) with { Status = FindingStatus.Withdrawn }, Own(44) with { Type = ResolverFanOut.Type }, Own(45) with { First = Start - 90 * Day, Last = Start - 90 * Day }]);
        // Theirs only: below our threshold, expected, learned.
        (ours[5], ours[6]) = (ours[5] with { Reported = false }, ours[6] with { Status = FindingStatus.ClosedExpected });
        theirs.AddRange([Their(50), Their(51) with { Instance = null }]);
        var rows = Comparison.Of(theirs, ours);
        Assert.Equal(28, rows.Count(r => r.Kind == ComparisonKind.Agreed && r.Reason is "" && r.Ours!.Members[0] == r.Theirs!.Instance));
        Assert.Equal(
            ["g5 Wayward has it below the report threshold.", "g6 A rule expects this contact.", "g50 not asked", "g51 not asked"],
            rows.Where(r => r.Kind == ComparisonKind.OnlyTheirs).Select(r => $"{r.Theirs!.Id} {r.Reason ?? "not asked"}"));
        var only = rows.Where(r => r.Kind == ComparisonKind.OnlyOurs).ToDictionary(r => r.Ours!.Id, r => r.Reason);
        Assert.Equal(["o40", "o41", "o42", "overwritten"], only.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("no type for DoQ", only["o40"], StringComparison.Ordinal);
        Assert.Contains("keeps only the last address", only["overwritten"], StringComparison.Ordinal);
        Assert.Contains("IPv6", only["o41"], StringComparison.Ordinal);
        Assert.Contains("suppressed", only["o42"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public void Twins_overlap_in_time_with_a_day_of_slack(int daysLater, bool twins)
    {
        var their = Their(1);
        var rows = Comparison.Of([their with { First = their.First + daysLater * Day, Last = their.Last + daysLater * Day }], [Own(1)]);
        Assert.Equal(twins, rows[0].Kind == ComparisonKind.Agreed);
    }

    [Fact]
    public void Without_an_import_nothing_is_compared() => Assert.Empty(Comparison.Of([], [Own(1)]));

    private static OwnFinding Own(int i, FindingType? type = null, DnsTransport transport = DnsTransport.Dns) =>
        new($"o{i}", type ?? UnusualDnsResolver.Type, transport, "111122223333", [$"i-{i}"], [IpAddress.Parse("8.8.8.8")], Start + i % 30 * Day, Start + i % 30 * Day + 3_600, FindingStatus.Open, true);

    private static GuardDutyFinding Their(int i) => new("111122223333", "us-east-1", $"g{i}", UnusualDnsResolver.Type.Name, $"i-{i}", IpAddress.Parse("8.8.8.8"), 53, 17,
        Start + i % 30 * Day + 60, Start + i % 30 * Day + 3_000, (Start + i % 30 * Day + 4_000) * 1_000, 3, 50, false, "title");
}
