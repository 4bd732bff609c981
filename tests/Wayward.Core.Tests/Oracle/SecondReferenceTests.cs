using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Testing;

namespace Wayward.Core.Tests.Oracle;

/// <summary>
/// The engine against a reference query that somebody else wrote and that is not part of the project. It numbers cohort findings in another way (all members' n-th episodes are one finding), so
/// findings about cohorts are compared as the union over time.
/// </summary>
public sealed class SecondReferenceTests
{
    private const int Worlds = 300;

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

    [Fact]
    public void The_engine_agrees_with_a_foreign_reference_in_300_worlds_and_no_planted_off_by_one_does()
    {
        string? path = Samples.Path("oracle.sql");
        Assert.SkipUnless(path is not null, "There is no second reference beside the project.");
        var worlds = Enumerable.Range(1, Worlds).Select(RandomRecords.Of).ToList();
        var (own, cohorts) = Reference(worlds, File.ReadAllText(path));
        Assert.True(own.Count > Worlds && cohorts.Count > 0, $"{own.Count} findings of instances and {cohorts.Count} of cohorts: the worlds are too tame");

        var ledger = World.Fold(worlds.Select(w => w.Lines), RandomRecords.Catalog, RandomRecords.Options);
        var (ownFound, cohortsFound) = Engine(worlds, ledger, Boundaries.Exact);
        Assert.Equal(own, ownFound);
        Assert.Equal(cohorts, cohortsFound);
        foreach (var planted in new Boundaries[] { new GapMustBeSmaller(), new AgeMustBeGreater(), new PeersMayStartWithTheContact() })
        {
            var (wrongOwn, wrongCohorts) = Engine(worlds, ledger, planted);
            Assert.False(own.SequenceEqual(wrongOwn) && cohorts.SequenceEqual(wrongCohorts), $"{planted.GetType().Name} is not seen");
        }
    }

    private static (List<string> Own, List<string> Cohorts) Engine(List<RandomRecords.RandomWorld> worlds, ContactLedger ledger, Boundaries boundaries)
    {
        var found = new DetectionEngine(RandomRecords.Catalog, RandomRecords.Rules(worlds.SelectMany(w => w.Rules)), RandomRecords.Options, boundaries).Evaluate(ledger).Findings.Where(f => f.Type.IsFirstContact).ToList();
        return (
        [
            .. found.Where(f => f.Basis == FindingBasis.OwnHistory)
                .Select(f => $"{f.Subject.Id} {f.Transport.Name()} {f.Addresses[0].Address.Bits} {f.First} {f.Last} {f.Members.Count} {f.Outcome == ContactOutcome.Answered} {f.Outcome == ContactOutcome.Blocked}")
                .Order(StringComparer.Ordinal),
        ],
        [
            .. found.Where(f => f.Basis == FindingBasis.CohortHistory)
                .GroupBy(f => (f.Subject.Id["subnet:".Length..], f.Transport, f.Addresses[0].Address))
                .Select(g => $"{g.Key.Item1} {g.Key.Transport.Name()} {g.Key.Address.Bits} {g.Min(f => f.First)} {g.Max(f => f.Last)} {g.Any(f => f.Outcome == ContactOutcome.Answered)}")
                .Order(StringComparer.Ordinal),
        ]);
    }

    private static (List<string> Own, List<string> Cohorts) Reference(List<RandomRecords.RandomWorld> worlds, string query)
    {
        var options = RandomRecords.Options;
        using var database = new OracleDatabase();
        database.Run("""
            CREATE TABLE flows(file TEXT, ver INT, account TEXT, eni TEXT, instance TEXT, vpc TEXT, subnet TEXT, src TEXT, dst TEXT, sport INT, dport INT, proto INT, packets BIGINT, bytes BIGINT, st BIGINT, en BIGINT,
              action TEXT, status TEXT, flags INT, pkt_src TEXT, pkt_dst TEXT, dir TEXT);
            CREATE TABLE notpublic(cidr TEXT); CREATE TABLE own(cidr TEXT);
            CREATE TABLE catalog(id TEXT, cidr TEXT, proto INT, port INT, kind TEXT, valid_from BIGINT, valid_to BIGINT);
            CREATE TABLE cohort(entity TEXT, cohort TEXT);
            CREATE TABLE expected(entity TEXT, cidr TEXT, kind TEXT, vf BIGINT, vt BIGINT);
            INSERT INTO notpublic VALUES ('10.0.0.0/8'), ('192.168.0.0/16'), ('fd00::/8');
            """);
        database.Fill("flows", worlds.SelectMany(w => w.Lines).Select(l => new object?[]
        {
            "f", l.HasInstanceColumn ? 5 : 2, l.Account, l.Interface, l.HasInstanceColumn ? l.Instance ?? "-" : null, l.Vpc, l.Subnet, l.Source, l.Destination, l.SourcePort, l.DestinationPort, l.Protocol, l.Packets, l.Bytes, l.Start,
            Math.Max(l.Start, l.End), l.Rejected ? "REJECT" : "ACCEPT", OracleDatabase.Status(l), l.TcpFlags, l.PacketSource, l.PacketDestination, OracleDatabase.Direction(l),
        }));
        database.Fill("catalog", RandomRecords.Catalog.Entries.Select(e => new object?[]
            { e.Id, e.Prefix.Address + "/32", (int)e.Protocol, (int)e.Port, e.Transport.Name(), e.ValidFrom, e.ValidTo == long.MaxValue ? null : e.ValidTo }));
        database.Fill("expected", worlds.SelectMany(w => w.Rules).Select(r => new object?[] { r.Instance, r.Address + "/32", r.Transport?.Name(), r.From, r.To }));
        database.Run(query
            .Replace("45*86400 AS h, 7*86400 AS l", string.Create(CultureInfo.InvariantCulture, $"{(long)options.HistoryWindow.TotalSeconds} AS h, {(long)options.Learning.TotalSeconds} AS l"), StringComparison.Ordinal)
            .Replace("+30*86400", string.Create(CultureInfo.InvariantCulture, $"+{(long)options.CatalogHold.TotalSeconds}"), StringComparison.Ordinal));
        return (
            [.. database.Rows("SELECT subject, kind, target::VARCHAR, t0, t1, members, answers > 0, blocked AND answers = 0 FROM finding WHERE basis = 'own-history'").Order(StringComparer.Ordinal)],
            [.. database.Rows("SELECT substr(subject, 8), kind, target::VARCHAR, min(t0), max(t1), bool_or(answers > 0) FROM finding WHERE basis = 'cohort-history' GROUP BY ALL").Order(StringComparer.Ordinal)]);
    }
}
