using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>What must not change the findings, and what may change only so much. Each with seeded worlds.</summary>
public sealed class MetamorphicTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    private static readonly DetectionOptions Options = RandomRecords.Options with { ProviderMerge = true };

    private static IReadOnlyList<Finding> Evaluate(IEnumerable<IReadOnlyList<FlowLine>> objects, IReadOnlyList<ExpectedTarget> rules, ResolverCatalog? catalog = null) =>
        new DetectionEngine(catalog ?? RandomRecords.Catalog, rules, Options).Evaluate(World.Fold(objects, catalog ?? RandomRecords.Catalog, Options)).Findings;

    private static (IReadOnlyList<FlowLine> Lines, IReadOnlyList<ExpectedTarget> Rules) WorldOf(int seed)
    {
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var world = RandomRecords.Of(seed);
        return (world.Lines, RandomRecords.Rules(world.Rules));
    }

    /// <summary>Everything but where the evidence stands.</summary>
    private static string Text(IEnumerable<Finding> findings) => string.Join('\n', findings.Select(f => JsonSerializer.Serialize(f with { Evidence = [], CatalogHash = "", CatalogVersion = "" })));

    private static IReadOnlyList<IReadOnlyList<FlowLine>> Split(IReadOnlyList<FlowLine> lines, Random random) =>
        [.. lines.Select((line, i) => (line, Part: random.Next(9))).GroupBy(x => x.Part, x => x.line).Select(g => (IReadOnlyList<FlowLine>)[.. g])];

    [Theory, MemberData(nameof(Seeds))]
    public void Files_in_any_order_and_any_split_give_the_same_findings(int seed)
    {
        var (lines, rules) = WorldOf(seed);
        string expected = Text(Evaluate([lines], rules));
        var random = new Random(seed);
        for (int round = 0; round < 4; round++)
        {
            var shuffled = lines.ToArray();
            random.Shuffle(shuffled);
            Assert.Equal(expected, Text(Evaluate(Split(shuffled, random), rules)));
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Two_halves_through_a_store_give_the_same_findings(int seed)
    {
        var (lines, rules) = WorldOf(seed);
        var halves = Split(lines, new Random(seed)).Chunk(5).ToList();
        var ledger = World.Fold(halves[0], RandomRecords.Catalog, Options);
        foreach (var half in halves.Skip(1))
            foreach (var batch in World.Batches(half, RandomRecords.Catalog, Options)) ledger.Add(batch);
        Assert.Equal(Text(Evaluate([lines], rules)), Text(new DetectionEngine(RandomRecords.Catalog, rules, Options).Evaluate(ledger).Findings));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Times_shifted_by_whole_days_shift_the_findings(int seed)
    {
        var (lines, _) = WorldOf(seed);
        const long shift = 37 * 86_400;
        var catalog = new ResolverCatalog("shifted", RandomRecords.Catalog.Entries.Select(e => e.ValidFrom == 0 ? e : e with { ValidFrom = e.ValidFrom + shift, ValidTo = e.ValidTo + shift }));
        string[] Facts(IEnumerable<Finding> findings, long by) =>
            [.. findings.Select(f => $"{f.First - by} {f.Last - by} {f.Type} {f.Subject} {f.Transport} {f.Severity} {f.Confidence} {f.Count} {f.Outcome} {string.Join(' ', f.Members)}").Order(StringComparer.Ordinal)];
        Assert.Equal(Facts(Evaluate([lines], []), 0), Facts(Evaluate([[.. lines.Select(l => l with { Start = l.Start + shift, End = l.End + shift })]], [], catalog), shift));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Renamed_instances_have_the_same_findings(int seed)
    {
        var (lines, _) = WorldOf(seed);
        string Rename(string? id) => id is null ? null! : id.Replace("i-", "i-9", StringComparison.Ordinal).Replace("eni-", "eni-9", StringComparison.Ordinal).Replace("subnet-", "subnet-9", StringComparison.Ordinal);
        string[] Facts(IEnumerable<Finding> findings) => [.. findings.Select(f => $"{f.First} {f.Last} {f.Type} {f.Transport} {f.Addresses[0].Address} {f.Severity} {f.Confidence} {f.Members.Count}").Order(StringComparer.Ordinal)];
        Assert.Equal(Facts(Evaluate([lines], [])), Facts(Evaluate([[.. lines.Select(l => l with { Instance = Rename(l.Instance), Interface = Rename(l.Interface), Subnet = Rename(l.Subnet) })]], [])));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Unrelated_instances_change_prevalence_only(int seed)
    {
        var (lines, rules) = WorldOf(seed);
        var others = RandomRecords.Of(seed + 1_000).Lines.Where(l => l.HasInstanceColumn);
        string[] Facts(IEnumerable<Finding> findings) =>
            [.. findings.Where(f => f.Type.IsFirstContact).Select(f => $"{f.Id} {f.First} {f.Last} {f.Count} {f.Outcome} {f.Confidence} {string.Join(' ', f.Members)} {JsonSerializer.Serialize(f.Novelty with { Others = [], OtherCount = 0 })}").Order(StringComparer.Ordinal)];
        var ours = lines.Select(l => l.Instance ?? l.Interface).ToHashSet();
        var alone = Evaluate([lines], rules);
        var together = Evaluate([lines, [.. others]], rules).Where(f => f.Members.Any(m => ours.Contains(m.Id))).ToList();
        Assert.Equal(Facts(alone), Facts(together));
        string[] prevalence = ["first-in-account", "spreading", "widely-established"];
        foreach (var (a, b) in alone.Where(f => f.Type.IsFirstContact).Join(together, f => f.Id, f => f.Id, (a, b) => (a, b)))
            Assert.Equal(a.SeverityFactors.Where(s => !prevalence.Contains(s.Code) && s.Code != "clamp"), b.SeverityFactors.Where(s => !prevalence.Contains(s.Code) && s.Code != "clamp"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void An_unrelated_catalogue_entry_changes_nothing(int seed)
    {
        var (lines, rules) = WorldOf(seed);
        var catalog = RandomRecords.Catalog.With([TestCatalog.Entry("Elsewhere", "192.88.1.1", 6, 443, DnsTransport.DoH, CatalogTier.Dedicated)]);
        Assert.Equal(Text(Evaluate([lines], rules)), Text(Evaluate([lines], rules, catalog)));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void The_nat64_form_of_an_address_is_the_same_address(int seed)
    {
        var (lines, rules) = WorldOf(seed);
        static string Form(string address) => address == "8.8.8.8" ? "64:ff9b::808:808" : address;
        var translated = lines.Select(l => l.Direction == FlowDirection.Unknown ? l : l with
        {
            Source = Form(l.Source), Destination = Form(l.Destination), PacketSource = l.PacketSource is null ? null : Form(l.PacketSource), PacketDestination = l.PacketDestination is null ? null : Form(l.PacketDestination),
        });
        // Only the sentence that says so may differ.
        static string Without(IEnumerable<Finding> findings) => Text(findings.Select(f => f with { Novelty = f.Novelty with { Nearby = [.. f.Novelty.Nearby.Where(n => n != "8.8.8.8 was reached through NAT64: its records have 64:ff9b::808:808.")] } }));
        Assert.Equal(Without(Evaluate([lines], rules)), Without(Evaluate([[.. translated]], rules)));
    }
}
