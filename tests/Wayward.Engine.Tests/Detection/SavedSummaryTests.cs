using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Tests.Fakes;
using Wayward.EngineHost;
using Wayward.Storage;
using Wayward.Storage.Contacts;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Detection;

/// <summary>What an evaluation keeps for the process that comes next: it is used when it holds, and never when it does not.</summary>
public sealed class SavedSummaryTests
{
    private static readonly DetectionOptions Options = RandomRecords.Options;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What was read at the start, and what was said of it.</summary>
    private sealed class Watch : ILoggerProvider, ILogger
    {
        public int Whole, Kept, Tails, Fleets;
        public List<string> Warnings { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning) Warnings.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }

    private sealed class Watched(IContactStore inner, Watch watch) : ContactStoreDecorator(inner)
    {
        public override Task<T> ReadAsync<T>(Func<ILedgerSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellation) => base.ReadAsync((ledger, c) => work(new Snapshot(ledger, watch), c), cancellation);

        private sealed class Snapshot(ILedgerSnapshot inner, Watch watch) : LedgerSnapshotDecorator(inner)
        {
            public override async Task<ContactLedger> LoadAsync(IReadOnlySet<InstanceKey> instances, CancellationToken cancellation)
            {
                var ledger = await base.LoadAsync(instances, cancellation);
                watch.Whole += ledger.Instances.Count;
                return ledger;
            }

            public override async Task<IReadOnlyList<HistoryTail>> TailsAsync(IReadOnlyDictionary<InstanceKey, HistoryStart> from, CancellationToken cancellation)
            {
                var tails = await base.TailsAsync(from, cancellation);
                watch.Tails += tails.Count;
                return tails;
            }

            public override Task<bool> ForEachSummaryAsync(string with, Action<InstanceKey, byte[]?, long> take, CancellationToken cancellation) => base.ForEachSummaryAsync(with, (key, content, end) =>
            {
                if (content is not null) watch.Kept++;
                take(key, content, end);
            }, cancellation);

            public override Task ForEachAsync(Action<InstanceHistory> take, CancellationToken cancellation)
            {
                watch.Fleets++;
                return base.ForEachAsync(take, cancellation);
            }
        }
    }

    private static Task<IngestRig> OpenAsync(TempFolder data, Watch? watch = null, DetectionOptions? options = null) => IngestRig.StartAsync(data.Root, IngestRig.Fast, services =>
    {
        services.AddSingleton<ICatalogProvider>(new FixedCatalogProvider(RandomRecords.Catalog));
        services.AddSingleton(_ => RandomRecords.Catalog);
        if (watch is null) return;
        services.AddSingleton<ILoggerProvider>(watch);
        var original = services.Last(s => s.ServiceType == typeof(IContactStore));
        services.AddSingleton<IContactStore>(p => new Watched((IContactStore)original.ImplementationFactory!(p), watch));
    }, start: false, detection: options ?? Options);

    private static List<ObjectContribution> Objects(int seed) => Objects(RandomRecords.Of(seed).Lines.OrderBy(l => l.Start).Chunk(40));

    private static List<ObjectContribution> Objects(IEnumerable<FlowLine[]> parts)
    {
        var folder = new ContactFolder(RandomRecords.Catalog, new AddressSpace([]));
        return [.. parts.Select((part, i) =>
        {
            string key = i.ToString("00", System.Globalization.CultureInfo.InvariantCulture);
            folder.Begin(new ObjectIdentity("/logs", key, "1").Id);
            for (int n = 0; n < part.Length; n++) part[n].Push(folder, n + 1);
            var batch = folder.TakeBatch();
            return new ObjectContribution(new SourceObjectDone
            {
                ObjectId = new ObjectIdentity("/logs", key, "1").Id, Source = "folder:/logs", Container = "/logs", Key = key, ETag = "1", Sha256 = "content of " + key, ObjectBytes = 1, ExpandedBytes = 1, Records = 1,
                ContactRecords = batch.ContactRecords, Quarantined = 0, Format = "seeded", FirstStart = World.Beginning, LastEnd = World.At(20), ReadMilliseconds = 1,
            }, batch);
        })];
    }

    [Fact]
    public async Task Instances_that_begin_a_catalogued_resolver_are_read_whole_for_their_finding_only()
    {
        const int count = 12;
        var world = new World(20);
        for (int i = 0; i < count; i++)
        {
            world.Instance($"web-{i}").InSubnet($"subnet-{i}").Asks("9.9.9.9").Every(1, 0.1);
            world.Instance($"web-{i}").Asks("8.8.8.8").On(19.5 + i * 0.01);
        }
        var lines = world.Lines();
        long from = World.At(19.4);
        var objects = Objects([[.. lines.Where(l => l.Start < from)], [.. lines.Where(l => l.Start >= from)]]);
        using var data = new TempFolder();
        using var other = new TempFolder();
        using var watch = new Watch();
        string live, batch;
        await using (var rig = await OpenAsync(data, watch))
        {
            await CommitAsync(rig, objects.Take(1));
            watch.Whole = 0;
            await CommitAsync(rig, objects.Skip(1));
            live = await rig.DumpAsync();
        }
        await using (var rig = await OpenAsync(other))
        {
            await CommitAsync(rig, objects);
            batch = await rig.DumpAsync();
        }
        Assert.Equal(batch, live);
        Assert.InRange(watch.Whole, 1, count);
        Assert.InRange(watch.Tails, count, int.MaxValue);
    }

    private static async Task CommitAsync(IngestRig rig, IEnumerable<ObjectContribution> objects)
    {
        foreach (var item in objects) await rig.Get<IContactStore>().CommitAsync([item], Token);
        await rig.Detection.RunBatchAsync(Token);
    }

    /// <summary>A life of two processes with something done to the database between them, against one of a single process.</summary>
    /// <returns>What the second process read; and how many instances there were at its start.</returns>
    private static async Task<(Watch Second, int Instances)> LiveTwiceAsync(int seed, string sql, DetectionOptions? second = null)
    {
        using var data = new TempFolder();
        using var other = new TempFolder();
        var objects = Objects(seed);
        int cut = objects.Count - 2;
        await using (var rig = await OpenAsync(data)) await CommitAsync(rig, objects.Take(cut));
        int instances;
        await using (var db = new SqliteConnection("Data Source=" + new StorageOptions { DataDirectory = data.Root }.SqlitePath))
        {
            await db.OpenAsync(Token);
            await using var command = db.CreateCommand();
            command.CommandText = "SELECT count(*) FROM instances";
            instances = Convert.ToInt32(await command.ExecuteScalarAsync(Token), System.Globalization.CultureInfo.InvariantCulture);
            command.CommandText = sql;
            if (sql.Length > 0) Assert.True(await command.ExecuteNonQueryAsync(Token) > 0, "nothing was done to the database");
        }
        SqliteConnection.ClearAllPools();
        using var watch = new Watch();
        string live, batch;
        await using (var rig = await OpenAsync(data, watch, second))
        {
            await CommitAsync(rig, objects.Skip(cut));
            live = await rig.DumpAsync();
        }
        await using (var rig = await OpenAsync(other, null, second))
        {
            await CommitAsync(rig, objects);
            batch = await rig.DumpAsync();
        }
        Assert.Equal(batch, live);
        return (watch, instances);
    }

    [Fact]
    public async Task The_next_process_starts_from_it_and_reads_no_more_than_what_is_new()
    {
        int tails = 0;
        // Sizes are drawn at random, so many instances could be part of a volume and are read whole.
        for (int seed = 1; seed <= 20; seed++)
        {
            var (second, instances) = await LiveTwiceAsync(seed, "");
            Assert.Equal((0, instances), (second.Fleets, second.Kept));
            Assert.Empty(second.Warnings);
            tails += second.Tails;
        }
        Assert.True(tails > 10, $"{tails} instances were carried on");
    }

    [Theory]
    [InlineData("UPDATE instance_summaries SET content = substr(content, 1, length(content) - 1)")]
    [InlineData("UPDATE instance_summaries SET content = x'00' || substr(content, 2) WHERE instance_id = (SELECT min(instance_id) FROM instance_summaries)")]
    [InlineData("UPDATE instance_summaries SET content = zeroblob(length(content))")]
    [InlineData("UPDATE instance_summaries SET content = substr(content, 1, 40) || x'ffffffffffffffffff7f' || substr(content, 51)")]
    [InlineData("UPDATE instance_summaries SET content = (SELECT content FROM instance_summaries d WHERE d.instance_id <> instance_summaries.instance_id)")]
    public async Task What_is_damaged_or_another_instances_is_noticed_and_read_from_the_cells(string damage)
    {
        var (second, _) = await LiveTwiceAsync(3, damage);
        Assert.Equal(0, second.Fleets);
        Assert.Contains(second.Warnings, w => w.Contains("damaged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("UPDATE ledger_state SET summary_inputs = 'another program'")]
    [InlineData("UPDATE ledger_state SET summary_commit = summary_commit - 1")]
    public async Task What_is_of_another_program_or_moment_is_not_looked_at(string change)
    {
        var (second, _) = await LiveTwiceAsync(3, change);
        Assert.Equal((1, 0), (second.Fleets, second.Kept));
    }

    [Fact]
    public async Task Lost_rows_are_read_from_the_cells()
    {
        var (second, instances) = await LiveTwiceAsync(3, "DELETE FROM instance_summaries WHERE instance_id % 2 = 0");
        Assert.Equal(0, second.Fleets);
        Assert.InRange(second.Kept, 1, instances - 1);
    }

    [Fact]
    public async Task With_other_parameters_all_is_made_of_the_cells()
    {
        var (second, _) = await LiveTwiceAsync(3, "", Options with { Learning = TimeSpan.FromDays(2) });
        Assert.Equal((1, 0), (second.Fleets, second.Kept));
    }
}
