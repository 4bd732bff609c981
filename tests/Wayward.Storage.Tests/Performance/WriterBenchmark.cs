using SQLitePCL;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;
using Wayward.Storage.Contacts;
using Wayward.Storage.Sqlite;
using static Wayward.Storage.Tests.Performance.OnDemand;

namespace Wayward.Storage.Tests.Performance;

/// <summary>The batch writer against a bare loop over the same statement on the same table, and against EF's SaveChanges.</summary>
public sealed class WriterBenchmark
{
    private const int Objects = 20, CellsPerObject = 10_000, Instances = 2_000, Rounds = 3, EfRows = 4_000;

    [Fact]
    public async Task Rows_are_written_nearly_as_fast_as_by_a_bare_loop()
    {
        SkipUnlessAsked();
        var ratios = new List<double>();
        for (int round = 0; round <= Rounds; round++)
        {
            var objects = Enumerable.Range(0, Objects).Select(Contribution).ToList();
            double bare = Bare(objects), store = await StoreAsync(objects);
            double rows = Objects * CellsPerObject;
            // The first round compiles.
            if (round == 0) continue;
            // Besides its cells an object writes the spans of its pairs, and for each instance coverage, last sight and what is to be evaluated.
            double all = rows + rows + Objects * Instances * 3;
            ratios.Add(all / store / (rows / bare));
            Say($"round {round}: bare loop {rows / bare:N0} rows/s; store {rows / store:N0} cells/s, {all / store:N0} rows/s of processor time; ratio by rows {ratios[^1]:F2}, by cells {bare / store:F2}");
        }
        double ef = await EfAsync(Contribution(0)), last = await StoreAsync([.. Enumerable.Range(0, Objects).Select(Contribution)]);
        Say($"EF SaveChanges {EfRows / ef:N0} cells/s; store / EF {Objects * CellsPerObject / last / (EfRows / ef):F0}x; store / bare loop by rows, median {Median(ratios):F2}");
        Assert.True(Median(ratios) >= 0.6);
    }

    /// <summary>One hour of a fleet: instances, each with a few endpoints.</summary>
    private static ObjectContribution Contribution(int n)
    {
        var random = new Random(n);
        var batch = new ContactBatch { ContactRecords = CellsPerObject };
        int hour = UnixTime.Hour(Make.T0) + n / 4;
        for (int i = 0; i < CellsPerObject; i++)
        {
            var share = Make.Share(batch, $"i-{i % Instances:x17}");
            long at = hour * UnixTime.HourSeconds + random.Next(3_600);
            var endpoint = Make.Dns(IpAddress.FromIPv4(0x2D000000u + (uint)(i / Instances + i % 50)));
            share.Cells[new CellKey(endpoint, hour)] = new ContactHour
            {
                Hour = hour, FirstContact = at, LastContact = at + 60, OutAccepted = new(1, 3, 200), InAccepted = new(1, 3, 500), MaxPackets = 3, FirstAnswer = at, LastAnswer = at,
                AnswerMinutes = 1, FirstObject = n, FirstLine = i,
            };
            Make.Cover(share, at);
            batch.MaxStart = Math.Max(batch.MaxStart, at);
        }
        return Make.Object($"object-{n}", batch);
    }

    private static async Task<double> StoreAsync(List<ObjectContribution> objects)
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        var from = Cpu();
        foreach (var item in objects) await storage.Contacts.CommitAsync([item], CancellationToken.None);
        return (Cpu() - from).TotalSeconds;
    }

    /// <summary>Integers only, no dictionaries, no pairs, no coverage, no ledger: the least that any writer of these cells must do.</summary>
    private static double Bare(List<ObjectContribution> objects)
    {
        string directory = Directory.CreateTempSubdirectory("wayward-bare-").FullName;
        var rows = objects.Select(o => o.Batch.Instances.SelectMany(i => i.Value.Cells.Select(c => (Instance: Convert.ToInt32(i.Key.Id[2..], 16), Endpoint: (int)(c.Key.Endpoint.Address.IPv4Bits & 0xFFFF), c.Value)))
            .OrderBy(c => (c.Instance, c.Endpoint)).ToList()).ToList();
        Batteries_V2.Init();
        SqliteStatement.Check(null!, raw.sqlite3_open(Path.Combine(directory, "bare.db"), out sqlite3 db));
        foreach (string sql in new[] { "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TableSql }) SqliteStatement.Check(db, raw.sqlite3_exec(db, sql));
        var from = Cpu();
        using (var upsert = new SqliteStatement(db, SqliteCells.Upsert.Replace(ContactCellSql.MergeInnerSources, "coalesce", StringComparison.Ordinal)))
        {
            foreach (var batch in rows)
            {
                _ = raw.sqlite3_exec(db, "BEGIN IMMEDIATE");
                foreach (var (instance, endpoint, c) in batch)
                {
                    upsert.Bind(instance).Bind(endpoint).Bind(c.Hour).Bind(c.FirstContact).Bind(c.LastContact).Bind(c.OutAccepted.Records).Bind(c.OutAccepted.Packets).Bind(c.OutAccepted.Bytes)
                        .Bind(0L).Bind(0L).Bind(0L).Bind(c.InAccepted.Records).Bind(c.InAccepted.Packets).Bind(c.InAccepted.Bytes).Bind(0L).Bind(0L).Bind(0L)
                        .Bind(c.MaxPackets).Bind((long)c.Flags).Bind(c.FirstAnswer).Bind(c.LastAnswer).Bind((long)c.AnswerMinutes).Bind((byte[]?)null).Bind(c.FirstObject).Bind(c.FirstLine).Run();
                }
                SqliteStatement.Check(db, raw.sqlite3_exec(db, "COMMIT"));
            }
        }
        double taken = (Cpu() - from).TotalSeconds;
        db.Dispose();
        Directory.Delete(directory, recursive: true);
        return taken;
    }

    private static async Task<double> EfAsync(ObjectContribution item)
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        await using var db = await storage.Contexts.CreateDbContextAsync();
        var rows = item.Batch.Instances.SelectMany((i, n) => i.Value.Cells.Values.Select((c, m) => new Model.ContactHourEntity { InstanceId = n, EndpointId = m, Hour = c.Hour })).Take(EfRows).ToList();
        var from = Cpu();
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        db.ContactHours.AddRange(rows);
        await db.SaveChangesAsync();
        return (Cpu() - from).TotalSeconds;
    }

    private const string TableSql = """
        CREATE TABLE contact_hours (instance_id INTEGER NOT NULL, endpoint_id INTEGER NOT NULL, hour INTEGER NOT NULL, first_contact INTEGER NOT NULL, last_contact INTEGER NOT NULL,
            out_accepted_records INTEGER NOT NULL, out_accepted_packets INTEGER NOT NULL, out_accepted_bytes INTEGER NOT NULL, out_rejected_records INTEGER NOT NULL, out_rejected_packets INTEGER NOT NULL,
            out_rejected_bytes INTEGER NOT NULL, in_accepted_records INTEGER NOT NULL, in_accepted_packets INTEGER NOT NULL, in_accepted_bytes INTEGER NOT NULL, in_rejected_records INTEGER NOT NULL,
            in_rejected_packets INTEGER NOT NULL, in_rejected_bytes INTEGER NOT NULL, max_packets INTEGER NOT NULL, flags INTEGER NOT NULL, first_answer INTEGER NOT NULL, last_answer INTEGER NOT NULL,
            answer_minutes INTEGER NOT NULL, inner_sources BLOB, first_object INTEGER NOT NULL, first_line INTEGER NOT NULL, PRIMARY KEY (instance_id, endpoint_id, hour)) WITHOUT ROWID
        """;
}
