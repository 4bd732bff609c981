using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SQLitePCL;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;
using Wayward.Storage;
using Wayward.Storage.Contacts;
using Wayward.Storage.Model;
using Wayward.Storage.Sqlite;

namespace Wayward.Benchmarks;

/// <summary>
/// Cells into the database by the store's writer, by a bare loop over the same statement on a table of the same shape, and by EF's SaveChanges; processor time, in turn, in one process.
/// The writer is measured whole: it also writes each cell's pair, coverage, instances, endpoints and the ledger, and makes each object durable.
/// </summary>
internal static class Writing
{
    private const int Objects = 20, CellsPerObject = 10_000, Instances = 2_000, EfRows = 4_000;
    private const long Start = 1_769_904_000;

    public static async Task<int> RunAsync(int rounds)
    {
        for (int round = 0; round <= rounds; round++)
        {
            var objects = Enumerable.Range(0, Objects).Select(Contribution).ToList();
            double bare = Bare(objects);
            var (store, rows) = await StoreAsync(objects);
            double ef = await EfAsync(objects[0]);
            // The first round compiles.
            if (round == 0) continue;
            double cells = Objects * CellsPerObject, rate = rows / store, bareRate = cells / bare, efRate = EfRows / ef;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate / bareRate:0.000} {rate / efRate:0.0} {cells / store / bareRate:0.000} {rate:0} {bareRate:0} {efRate:0}"));
        }
        return 0;
    }

    /// <summary>One hour of a fleet: instances, each with a few endpoints.</summary>
    private static ObjectContribution Contribution(int n)
    {
        var random = new Random(n);
        var batch = new ContactBatch { ContactRecords = CellsPerObject };
        int hour = UnixTime.Hour(Start) + n / 4;
        for (int i = 0; i < CellsPerObject; i++)
        {
            var key = new InstanceKey(string.Create(CultureInfo.InvariantCulture, $"i-{i % Instances:x17}"));
            if (!batch.Instances.TryGetValue(key, out var share)) batch.Instances.Add(key, share = new InstanceContribution());
            long at = hour * UnixTime.HourSeconds + random.Next(3_600);
            share.Cells[new CellKey(new Endpoint(IpAddress.FromIPv4(0x2D00_0000U + (uint)(i / Instances + i % 50)), 17, 53), hour)] = new ContactHour
            {
                Hour = hour, FirstContact = at, LastContact = at + 60, OutAccepted = new(1, 3, 200), InAccepted = new(1, 3, 500), MaxPackets = 3, FirstAnswer = at, LastAnswer = at,
                AnswerMinutes = 1, FirstObject = n, FirstLine = i,
            };
            int day = UnixTime.Day(at);
            if (!share.Coverage.TryGetValue(day, out var coverage)) share.Coverage.Add(day, coverage = new CoverageDay { Day = day });
            coverage.Merge(new CoverageDay { Day = day, FirstStart = at, LastEnd = at + 59, Hours = 1U << hour % 24, Records = 1 });
            batch.MaxStart = Math.Max(batch.MaxStart, at);
        }
        var identity = new ObjectIdentity("/logs", string.Create(CultureInfo.InvariantCulture, $"object-{n}"), "e1");
        return new ObjectContribution(new SourceObjectDone
        {
            ObjectId = identity.Id, Source = "folder:/logs", Container = identity.Container, Key = identity.Key, ETag = identity.ETag, Sha256 = identity.Key, ObjectBytes = 100, ExpandedBytes = 1_000,
            Records = CellsPerObject, ContactRecords = CellsPerObject, Quarantined = 0, Format = "text v2 default", FirstStart = hour * UnixTime.HourSeconds, LastEnd = batch.MaxStart, ReadMilliseconds = 1,
        }, batch);
    }

    /// <returns>Processor seconds, and how many rows of contacts, pairs, coverage and instances were written or changed.</returns>
    private static async Task<(double Seconds, double Rows)> StoreAsync(List<ObjectContribution> objects) => await WithStoreAsync(async services =>
    {
        var contacts = services.GetRequiredService<IContactStore>();
        var from = Cpu();
        foreach (var item in objects) await contacts.CommitAsync([item], default);
        double seconds = (Cpu() - from).TotalSeconds;
        // For each object its cells, as many spans of pairs, and of each instance coverage, last sight and what is to be evaluated.
        return (seconds, Objects * (2.0 * CellsPerObject + 3.0 * Instances));
    });

    private static async Task<double> EfAsync(ObjectContribution item) => await WithStoreAsync(async services =>
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<WaywardDbContext>>().CreateDbContextAsync();
        var rows = item.Batch.Instances.SelectMany((i, n) => i.Value.Cells.Values.Select((c, m) => new ContactHourEntity
        {
            InstanceId = n + 1, EndpointId = m + 1, Hour = c.Hour,
        })).Take(EfRows).ToList();
        var from = Cpu();
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        db.AddRange(rows);
        await db.SaveChangesAsync();
        return (Cpu() - from).TotalSeconds;
    });

    /// <summary>Integers only, no dictionaries, no pairs, no coverage, no ledger: the least that any writer of these cells must do.</summary>
    private static double Bare(List<ObjectContribution> objects)
    {
        string directory = Directory.CreateTempSubdirectory("wayward-bench-").FullName;
        try
        {
            var rows = objects.Select(o => o.Batch.Instances.SelectMany(i => i.Value.Cells.Select(c => (Instance: Convert.ToInt32(i.Key.Id[2..], 16), Endpoint: (int)(c.Key.Endpoint.Address.IPv4Bits & 0xFFFF), c.Value)))
                .OrderBy(c => (c.Instance, c.Endpoint)).ToList()).ToList();
            Batteries_V2.Init();
            SqliteStatement.Check(null!, raw.sqlite3_open(Path.Combine(directory, "bare.db"), out sqlite3 db));
            using (db)
            {
                foreach (string sql in new[] { "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TableSql }) SqliteStatement.Check(db, raw.sqlite3_exec(db, sql));
                var from = Cpu();
                using (var upsert = new SqliteStatement(db, SqliteCells.Upsert.Replace(ContactCellSql.MergeInnerSources, "coalesce", StringComparison.Ordinal)))
                {
                    foreach (var batch in rows)
                    {
                        SqliteStatement.Check(db, raw.sqlite3_exec(db, "BEGIN IMMEDIATE"));
                        foreach (var (instance, endpoint, c) in batch)
                        {
                            upsert.Bind(instance).Bind(endpoint).Bind(c.Hour).Bind(c.FirstContact).Bind(c.LastContact).Bind(c.OutAccepted.Records).Bind(c.OutAccepted.Packets).Bind(c.OutAccepted.Bytes)
                                .Bind(0L).Bind(0L).Bind(0L).Bind(c.InAccepted.Records).Bind(c.InAccepted.Packets).Bind(c.InAccepted.Bytes).Bind(0L).Bind(0L).Bind(0L)
                                .Bind(c.MaxPackets).Bind((long)c.Flags).Bind(c.FirstAnswer).Bind(c.LastAnswer).Bind((long)c.AnswerMinutes).Bind((byte[]?)null).Bind(c.FirstObject).Bind(c.FirstLine).Run();
                        }
                        SqliteStatement.Check(db, raw.sqlite3_exec(db, "COMMIT"));
                    }
                }
                return (Cpu() - from).TotalSeconds;
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<T> WithStoreAsync<T>(Func<IServiceProvider, Task<T>> measure)
    {
        string data = Directory.CreateTempSubdirectory("wayward-bench-").FullName;
        try
        {
            var collection = new ServiceCollection();
            collection.AddSingleton(TimeProvider.System);
            collection.AddSingleton(Wayward.Core.Detection.DetectionOptions.Default);
            collection.AddWaywardStorage(new StorageOptions { DataDirectory = data });
            await using var services = collection.BuildServiceProvider();
            await services.GetRequiredService<StorageInitializer>().InitializeAsync(default);
            return await measure(services);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(data, recursive: true);
        }
    }

    private static TimeSpan Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private const string TableSql = """
        CREATE TABLE contact_hours (instance_id INTEGER NOT NULL, endpoint_id INTEGER NOT NULL, hour INTEGER NOT NULL, first_contact INTEGER NOT NULL, last_contact INTEGER NOT NULL,
            out_accepted_records INTEGER NOT NULL, out_accepted_packets INTEGER NOT NULL, out_accepted_bytes INTEGER NOT NULL, out_rejected_records INTEGER NOT NULL, out_rejected_packets INTEGER NOT NULL,
            out_rejected_bytes INTEGER NOT NULL, in_accepted_records INTEGER NOT NULL, in_accepted_packets INTEGER NOT NULL, in_accepted_bytes INTEGER NOT NULL, in_rejected_records INTEGER NOT NULL,
            in_rejected_packets INTEGER NOT NULL, in_rejected_bytes INTEGER NOT NULL, max_packets INTEGER NOT NULL, flags INTEGER NOT NULL, first_answer INTEGER NOT NULL, last_answer INTEGER NOT NULL,
            answer_minutes INTEGER NOT NULL, inner_sources BLOB, first_object INTEGER NOT NULL, first_line INTEGER NOT NULL, PRIMARY KEY (instance_id, endpoint_id, hour)) WITHOUT ROWID
        """;
}
