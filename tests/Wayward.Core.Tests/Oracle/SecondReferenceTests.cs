using System.Globalization;
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
    [Fact]
    public void The_engine_agrees_with_a_foreign_reference_where_there_is_one()
    {
        string? path = Samples.Path("oracle.sql");
        Assert.SkipUnless(path is not null, "There is no second reference beside the project.");
        var worlds = Enumerable.Range(1, 40).Select(RandomRecords.Of).ToList();
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
        string sql = File.ReadAllText(path)
            .Replace("45*86400 AS h, 7*86400 AS l", string.Create(CultureInfo.InvariantCulture, $"{(long)options.HistoryWindow.TotalSeconds} AS h, {(long)options.Learning.TotalSeconds} AS l"), StringComparison.Ordinal)
            .Replace("+30*86400", string.Create(CultureInfo.InvariantCulture, $"+{(long)options.CatalogHold.TotalSeconds}"), StringComparison.Ordinal);
        database.Run(sql);

        var engine = new DetectionEngine(RandomRecords.Catalog, RandomRecords.Rules(worlds.SelectMany(w => w.Rules)), options)
            .Evaluate(World.Fold(worlds.Select(w => w.Lines), RandomRecords.Catalog, options)).Findings.Where(f => f.Type.IsFirstContact).ToList();

        var own = database.Rows("SELECT subject, kind, target::VARCHAR, t0, t1, members, answers > 0, blocked AND answers = 0 FROM finding WHERE basis = 'own-history'");
        Assert.Equal(own.Order(StringComparer.Ordinal), engine.Where(f => f.Basis == FindingBasis.OwnHistory)
            .Select(f => $"{f.Subject.Id} {f.Transport.Name()} {f.Addresses[0].Address.Bits} {f.First} {f.Last} {f.Members.Count} {f.Outcome == ContactOutcome.Answered} {f.Outcome == ContactOutcome.Blocked}")
            .Order(StringComparer.Ordinal));

        var cohorts = database.Rows("SELECT substr(subject, 8), kind, target::VARCHAR, min(t0), max(t1), bool_or(answers > 0) FROM finding WHERE basis = 'cohort-history' GROUP BY ALL");
        Assert.NotEmpty(cohorts);
        Assert.Equal(cohorts.Order(StringComparer.Ordinal), engine.Where(f => f.Basis == FindingBasis.CohortHistory)
            .GroupBy(f => (f.Subject.Id["subnet:".Length..], f.Transport, f.Addresses[0].Address))
            .Select(g => $"{g.Key.Item1} {g.Key.Transport.Name()} {g.Key.Address.Bits} {g.Min(f => f.First)} {g.Max(f => f.Last)} {g.Any(f => f.Outcome == ContactOutcome.Answered)}")
            .Order(StringComparer.Ordinal));
    }
}
