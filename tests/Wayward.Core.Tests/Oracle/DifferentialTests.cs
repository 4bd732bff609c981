using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Testing;

namespace Wayward.Core.Tests.Oracle;

/// <summary>Three hundred seeded worlds: the engine against SQL over the raw records.</summary>
public sealed class DifferentialTests(DifferentialTests.Reference reference) : IClassFixture<DifferentialTests.Reference>
{
    private const int Worlds = 300;

    /// <summary>All worlds as one fleet (their names keep them apart), and what the reference finds in it.</summary>
    public sealed class Reference
    {
        internal IReadOnlyList<RandomRecords.RandomWorld> All { get; } = [.. Enumerable.Range(1, Worlds).Select(RandomRecords.Of)];
        internal ContactLedger Ledger { get; }
        internal IReadOnlyList<string> Findings { get; }

        public Reference()
        {
            Ledger = World.Fold(All.Select(w => w.Lines), RandomRecords.Catalog, RandomRecords.Options);
            using var database = new OracleDatabase();
            database.Run("""
                CREATE TABLE flow(seed INT, eni TEXT, instance TEXT, subnet TEXT, src TEXT, dst TEXT, psrc TEXT, pdst TEXT, sport INT, dport INT, proto INT, start BIGINT, stop BIGINT, rejected BOOLEAN, status TEXT, flags INT, dir TEXT, packets BIGINT, bytes BIGINT);
                CREATE TABLE endpoint(address TEXT, proto INT, port INT, kind TEXT, valid_from BIGINT, valid_to BIGINT);
                CREATE TABLE rule(instance TEXT, address TEXT, kind TEXT, valid_from BIGINT, valid_to BIGINT);
                """);
            var options = RandomRecords.Options;
            database.Run($"CREATE TABLE par AS SELECT {(long)options.HistoryWindow.TotalSeconds} h, {(long)options.Learning.TotalSeconds} l, {options.CohortMinimumPeers} peers, {options.CohortMinimumEstablished} established, 60 grace, {(long)options.CatalogHold.TotalSeconds} grace_of_entries");
            database.Fill("flow", All.SelectMany(w => w.Lines, (w, l) => new object?[]
            {
                w.Seed, l.Interface, l.HasInstanceColumn ? l.Instance ?? "-" : null, l.Subnet, l.Source, l.Destination, l.PacketSource, l.PacketDestination, l.SourcePort, l.DestinationPort, l.Protocol, l.Start, Math.Max(l.Start, l.End),
                l.Rejected, OracleDatabase.Status(l), l.TcpFlags, OracleDatabase.Direction(l), l.Packets, l.Bytes,
            }));
            database.Fill("endpoint", RandomRecords.Catalog.Entries.Where(e => e.Port is not (53 or 853)).Select(e => new object?[]
                { e.Prefix.Address.ToString(), (int)e.Protocol, (int)e.Port, e.Transport.Name(), e.ValidFrom, e.ValidTo == long.MaxValue ? null : e.ValidTo }));
            database.Fill("rule", All.SelectMany(w => w.Rules).Select(r => new object?[] { r.Instance, r.Address, r.Transport?.Name(), r.From, r.To }));
            database.Run(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Oracle", "first-contacts.sql")));
            Findings = [.. database.Rows("SELECT subject, kind, target, first, last, members, answered, blocked FROM finding").Order(StringComparer.Ordinal)];
        }
    }

    private List<string> Engine(Boundaries boundaries) =>
    [
        .. new DetectionEngine(RandomRecords.Catalog, RandomRecords.Rules(reference.All.SelectMany(w => w.Rules)), RandomRecords.Options, boundaries).Evaluate(reference.Ledger).Findings
            .Where(f => f.Type.IsFirstContact).Select(OracleDatabase.Row).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void The_engine_finds_what_the_reference_finds_in_300_worlds()
    {
        var engine = Engine(Boundaries.Exact);
        Assert.True(reference.Findings.Count > Worlds, $"only {reference.Findings.Count} findings: the worlds are too tame");
        Assert.Contains(reference.Findings, f => f.StartsWith("subnet:", StringComparison.Ordinal));
        Assert.Equal(string.Join('\n', reference.Findings.Except(engine).Take(20)), string.Join('\n', engine.Except(reference.Findings).Take(20)));
        Assert.Equal(reference.Findings, engine);
    }

    private sealed class GapMustBeSmaller : Boundaries
    {
        public override bool Joins(long gap, long history) => gap < history;
    }

    private sealed class AgeMustBeGreater : Boundaries
    {
        public override bool IsMature(long age, long learning) => age > learning;
    }

    private sealed class PeersMayStartWithTheContact : Boundaries
    {
        public override bool StartsBefore(long start, long time) => start <= time;
    }

    [Fact] public void An_engine_that_does_not_join_at_a_gap_of_H_is_caught() => Assert.NotEqual(reference.Findings, Engine(new GapMustBeSmaller()));
    [Fact] public void An_engine_that_still_learns_at_an_age_of_L_is_caught() => Assert.NotEqual(reference.Findings, Engine(new AgeMustBeGreater()));
    [Fact] public void An_engine_that_counts_peers_starting_with_the_contact_is_caught() => Assert.NotEqual(reference.Findings, Engine(new PeersMayStartWithTheContact()));
}
