using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Engine.Scan;
using Wayward.Testing;
using Wayward.Web.Demo;

namespace Wayward.Web.Tests.Demo;

/// <summary>The demo through the real reader and engine.</summary>
public sealed class DemoScan : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public ScanResult Result { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        DemoLog.WriteTo(_folder.FullName, _ => { });
        Result = await ScanRunner.RunAsync(new ScanRequest { Paths = [_folder.FullName], Catalog = ResolverCatalog.Shipped, Detection = DetectionOptions.Default }, CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class DemoAnswerTests(DemoScan scan) : IClassFixture<DemoScan>
{
    [Fact]
    public void Every_line_of_the_demo_is_read()
    {
        var input = scan.Result.Input;
        Assert.Equal(DemoLog.Count, input.Objects);
        Assert.Equal(DemoLog.Objects().Sum(o => o.Lines), input.Records);
        Assert.Equal(0, input.QuarantinedCount);
        Assert.True(input.Skipped["service-eni"] > 5_000);
        Assert.Equal(15, input.Skipped["skip-data"]);
        Assert.True(input.Skipped["no-data"] > 1_500);
    }

    [Fact]
    public void The_findings_are_the_stated_answer_and_nothing_else()
    {
        string[] stated = [.. DemoAnswer.Findings.Select(Describe).Order(StringComparer.Ordinal)];
        string[] found = [.. scan.Result.Findings.Where(f => !IsLookups(f)).Select(Describe).Order(StringComparer.Ordinal)];
        Assert.Equal(stated, found);
    }

    [Fact]
    public void The_evasion_shows_the_rejected_record_first_and_says_that_it_went_through_NAT64()
    {
        var evasion = Assert.Single(scan.Result.Findings, f => f.Type == EvasionAfterBlock.Type);
        Assert.Contains("64:ff9b::101:101", evasion.Evidence[0].Text, StringComparison.Ordinal);
        Assert.Contains(" REJECT ", evasion.Evidence[0].Text, StringComparison.Ordinal);
        Assert.All(evasion.Evidence.Skip(1), line => Assert.Contains(" ACCEPT ", line.Text, StringComparison.Ordinal));
        Assert.True(evasion.Evidence[0].Start < evasion.First && evasion.Evidence.Count > 1);
        Assert.Contains("94.140.14.14 was reached through NAT64: its records have 64:ff9b::5e8c:e0e.", evasion.Novelty.Nearby);
    }

    [Fact]
    public void Points_and_confidence_add_up_from_their_factors()
    {
        Assert.All(scan.Result.Findings, f =>
        {
            Assert.Equal(f.Severity, Math.Clamp(f.SeverityFactors.Sum(s => s.Points), 10, 89));
            Assert.Equal(f.Confidence, Math.Clamp(f.ConfidenceFactors.Sum(s => s.Points), 0, 99));
        });
    }

    [Fact]
    public void Nobody_but_the_stated_machines_has_a_finding()
    {
        var stated = DemoAnswer.Findings.SelectMany(f => f.Members).Select(DemoIds.Instance).ToHashSet();
        Assert.All(scan.Result.Findings.Where(f => !IsLookups(f)).SelectMany(f => f.Members), m => Assert.Contains(m.Id, stated));
    }

    [Fact]
    public void Scale_outs_learn_from_their_group_instead_of_alerting()
    {
        var scaledOut = DemoFleet.Machines.Where(m => m.Group == "shop-web" && m.Born > DemoTime.Start).Select(m => m.InstanceId!).ToHashSet();
        var learned = scan.Result.Accepted.Where(l => scaledOut.Contains(l.Instance.Id)).ToList();
        Assert.Equal(scaledOut.Count, learned.Select(l => l.Instance.Id).Distinct().Count());
        Assert.All(learned, l => Assert.Equal(AcceptedReason.LearnedFromGroup, l.Reason));
    }

    [Fact]
    public void The_resolver_that_iterates_is_known_as_one_and_its_new_servers_are_one_low_row_a_day()
    {
        var days = scan.Result.Findings.Where(IsLookups).ToList();
        Assert.Equal(days.Count, days.Select(f => UnixTime.Day(f.First)).Distinct().Count());
        // Before the eighth day it learns, and says nothing.
        Assert.All(days, f => Assert.InRange(f.First, DemoTime.Start + 7 * DemoTime.Day, DemoTime.End));
        Assert.All(days, f => Assert.Equal(SeverityBand.Low, SeverityBands.Of(f.Severity)));
        Assert.True(days.SelectMany(f => f.Addresses).Select(a => a.Address).Distinct().Count() > 30);
        Assert.Contains(days, f => f.Addresses.Any(a => a.Tier == CatalogTier.Authoritative));
    }

    private static bool IsLookups(Finding f) => DemoAnswer.IsLookups(f.Type, f.Subject.Id, f.Reported);

    internal static string Describe(DemoFinding f) =>
        $"{f.Type.Name} {f.Subject.Id} {f.Transport.Name()} {f.Provider ?? "-"} {string.Join(',', f.Addresses)} first {f.First} {f.Basis.Name()} {f.Outcome} [{string.Join(',', f.Members.Select(DemoIds.Instance).Order(StringComparer.Ordinal))}] severity {f.Severity} confidence {f.Confidence} reported {f.Reported}";

    private static string Describe(Finding f) =>
        $"{f.Type.Name} {f.Subject.Id} {f.Transport.Name()} {f.Provider ?? "-"} {string.Join(',', f.Addresses.Select(a => a.Address.ToString()).Distinct())} first {f.First} {f.Basis.Name()} {f.Outcome} [{string.Join(',', f.Members)}] severity {f.Severity} confidence {f.Confidence} reported {f.Reported}";
}
