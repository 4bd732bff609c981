using Npgsql;
using Wayward.Engine.Notifications;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Detection;

/// <summary>A process hears of what another did to the database, and again after its connections were cut.</summary>
public sealed class ChangeWatchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_another_process_commits_is_told_here_also_after_the_connections_were_cut()
    {
        Assert.SkipWhen(PostgresCluster.Missing is not null, PostgresCluster.Missing ?? "");
        using var folders = new TempFolder();
        var cluster = PostgresCluster.Shared!;
        await ExecuteAsync("postgres", "CREATE DATABASE change_watch");
        await using var pages = await StartAsync("pages", []);
        await using var ingest = await StartAsync("ingest", [new SourceOptions { Path = folders.Path("logs") }]);
        int told = 0;
        using var subscription = pages.Get<IChangeNotifier>().Subscribe(kinds =>
        {
            if (kinds.HasFlag(ChangeKinds.Contacts)) Interlocked.Increment(ref told);
            return Task.CompletedTask;
        });
        await TellsAsync(1);
        await ExecuteAsync("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'change_watch'");
        await TellsAsync(2);

        async Task TellsAsync(int number)
        {
            // What is under way has been told before.
            await ingest.WhenIdleAsync();
            await Task.Delay(2_500, Token);
            int before = Volatile.Read(ref told);
            var (name, content) = SmallObjects.Make(number, 10);
            folders.Write(Path.Combine("logs", name), content);
            for (int i = 0; i < 300 && Volatile.Read(ref told) == before; i++) await Task.Delay(50, Token);
            Assert.True(Volatile.Read(ref told) > before, $"object {number} was not told of");
        }

        Task<IngestRig> StartAsync(string name, IReadOnlyList<SourceOptions> sources)
        {
            Directory.CreateDirectory(folders.Path("logs"));
            var storage = new StorageOptions { DataDirectory = folders.Path(name), Provider = StorageProvider.PostgreSql, ConnectionString = cluster.ConnectionString("change_watch") };
            return IngestRig.StartAsync(folders.Path(name), IngestRig.Fast with { Sources = sources }, storage: storage);
        }

        async Task ExecuteAsync(string database, string sql)
        {
            await using var connection = new NpgsqlConnection(cluster.ConnectionString(database) + ";Pooling=false");
            await connection.OpenAsync(Token);
#pragma warning disable CA2100 // constants of this test
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(Token);
        }
    }
}
