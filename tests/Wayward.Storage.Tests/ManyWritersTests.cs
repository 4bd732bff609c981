using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.Tests;

/// <summary>Several processes commit to one PostgreSQL database at once: here several stores with connections of their own, which share nothing else.</summary>
public sealed class ManyWritersTests
{
    private const int Writers = 4;
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_databases_hold_the_same()
    {
        var objects = OrderTests.Objects(17, 50);
        await using var server = await StorageFixture.CreateAsync(StorageProvider.PostgreSql);
        await using var file = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        foreach (var chunk in objects.Chunk(7))
        {
            await file.Contacts.CommitAsync(chunk, Token);
            await server.Contacts.CommitAsync(chunk, Token);
        }
        Assert.Equal(await OrderTests.DumpAsync(file), await OrderTests.DumpAsync(server));
    }

    [Theory]
    [InlineData(91)]
    [InlineData(92)]
    public async Task Overlapping_and_repeated_commits_side_by_side_equal_one_after_the_other(int seed)
    {
        var objects = OrderTests.Objects(seed, 80);
        // The same content under another key, which only one of the two may count.
        objects.AddRange(objects.Where((_, n) => n % 10 == 0).Select(o => Make.Object(o.Object.Key + "-copy", o.Batch, o.Object.Sha256)).ToList());
        await using var straight = await StorageFixture.CreateAsync(StorageProvider.PostgreSql);
        foreach (var item in objects) await straight.Contacts.CommitAsync([item], Token);

        string home = StorageFixture.NewHome();
        await using var evaluate = await StorageFixture.CreateAsync(StorageProvider.PostgreSql, home);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            await using var storage = await StorageFixture.CreateAsync(StorageProvider.PostgreSql, home);
            var random = new Random(seed * 10 + w);
            var mine = objects.Where(_ => random.Next(2) == 0).Concat(objects.Where((_, n) => n % Writers == w)).ToArray();
            random.Shuffle(mine);
            for (int i = 0; i < mine.Length;)
            {
                int take = Math.Min(random.Next(1, 9), mine.Length - i);
                await CommitAsync(storage, mine[i..(i + take)]);
                i += take;
            }
        }, Token)));
        Assert.Equal(await OrderTests.DumpAsync(straight), await OrderTests.DumpAsync(evaluate));
    }

    [Fact]
    public async Task A_replacement_beside_commits_that_reach_into_its_days_loses_and_doubles_nothing()
    {
        var first = OrderTests.Objects(95, 40);
        var versions = OrderTests.Objects(1_095, 40, "e2");
        var final = first.Select((o, n) => n % 4 == 0 ? versions[n] : o).ToList();
        var bucket = first.Concat(versions).ToDictionary(o => o.Object.ObjectId);
        string home = StorageFixture.NewHome();
        await using var evaluate = await StorageFixture.CreateAsync(StorageProvider.PostgreSql, home);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            await using var storage = await StorageFixture.CreateAsync(StorageProvider.PostgreSql, home);
            foreach (int n in Enumerable.Range(0, 40).Where(n => n % Writers == w))
            {
                await storage.Objects.OfferAsync([Offer(first[n], 100)], Token);
                await CommitAsync(storage, [first[n]]);
            }
            // The versions of keys that another writer may still be at.
            foreach (int n in Enumerable.Range(0, 40).Where(n => n % 4 == 0 && n / 4 % Writers == w))
            {
                await storage.Objects.OfferAsync([Offer(versions[n], 200)], Token);
                await CommitAsync(storage, [versions[n]]);
            }
        }, Token)));
        while (await evaluate.Objects.WaitingAsync("folder:/logs", 5, Token) is { Count: > 0 } waiting) await CommitAsync(evaluate, [.. waiting.Select(o => bucket[o.ObjectId])]);

        await using var fresh = await StorageFixture.CreateAsync(StorageProvider.PostgreSql);
        await fresh.Contacts.CommitAsync(final, Token);
        Assert.Equal(Cells(await OrderTests.DumpAsync(fresh)), Cells(await OrderTests.DumpAsync(evaluate)));

        static string Cells(string dump) => string.Join('\n', dump.Split('\n').Where(l => l.Split('\t')[0] is "cell" or "pair" or "coverage" or "endpoint"));
    }

    [Fact]
    public async Task A_record_of_an_absurd_time_makes_no_partition_and_each_month_makes_one()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.PostgreSql);
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0), ("i-1", Make.Google, Make.T0 + 40 * 86_400), ("i-1", Make.Google, 100), ("i-1", Make.Google, 4_000_000_000)))], Token);
        await using var db = await storage.Contexts.CreateDbContextAsync(Token);
        var tables = await Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.ToListAsync(
            Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.SqlQueryRaw<string>(db.Database, "SELECT relname::text AS \"Value\" FROM pg_class WHERE relispartition AND relkind = 'r'"), Token);
        Assert.Equal(["contact_hours_2026_02", "contact_hours_2026_03", "contact_hours_default"], tables.Order(StringComparer.Ordinal));
        Assert.Equal(4, (await storage.Contacts.LoadAsync(Token)).Instances[new("i-1")].Pairs[Make.Dns(Make.Google)].Count);
    }

    [Fact]
    public async Task Names_with_characters_that_the_database_has_not_are_kept_as_well_as_it_can()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.PostgreSql);
        var batch = Make.Batch(1, ("i-1", Make.Google, Make.T0));
        Make.Know(Make.Share(batch, "i-1"), Core.Contacts.InstanceAttribute.Name, "a\0b\ud800c", Make.T0, Make.T0 + 60);
        await storage.Contacts.CommitAsync([Make.Object("x\0y", batch)], Token);
        Assert.Equal("a\uFFFDb\uFFFDc", (await storage.Instances.FindAsync("i-1", Token))!.Name);
    }

    [Fact]
    public async Task The_Citus_script_refuses_a_server_without_the_extension_and_changes_nothing()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.PostgreSql);
        var builder = new Npgsql.NpgsqlConnectionStringBuilder(storage.Options.ConnectionString!);
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Dashboard.sln"))) folder = Path.GetDirectoryName(folder);
        using var psql = StartPsql("-h", builder.Host!, "-U", builder.Username!, "-d", builder.Database!, "-f", Path.Combine(folder!, "migrations", "PostgreSql", "citus.sql"));
        Assert.SkipWhen(psql is null, "psql is not installed");
        string said = await psql.StandardError.ReadToEndAsync(Token);
        await psql.WaitForExitAsync(Token);
        Assert.SkipWhen(psql.ExitCode == 0, "this server has Citus");
        Assert.Contains("citus is not available", said, StringComparison.Ordinal);
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0)))], Token);
    }

    private static System.Diagnostics.Process? StartPsql(params string[] arguments)
    {
        try
        {
            return System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("psql", arguments) { RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static OfferedObject Offer(ObjectContribution item, long modified) =>
        new(item.Object.Source, item.Object.Container, item.Object.Key, item.Object.ETag, item.Object.ObjectBytes, modified);

    /// <summary>As the pipeline does: what the database could not take just now is tried again.</summary>
    private static async Task CommitAsync(StorageFixture storage, IReadOnlyList<ObjectContribution> objects)
    {
        while (true)
        {
            try
            {
                await storage.Contacts.CommitAsync(objects, Token);
                return;
            }
            catch (StorageUnavailableException e) when (e.Problem == StorageProblem.Busy)
            {
                TestContext.Current.TestOutputHelper!.WriteLine(e.Message);
            }
        }
    }
}
