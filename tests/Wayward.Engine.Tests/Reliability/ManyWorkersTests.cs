using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>
/// Several ingest processes on one PostgreSQL server, of which one after the other is killed, while the server itself is restarted as after a power cut, and one process stands still for longer
/// than its lease. The final store equals that of one process on SQLite that nobody disturbed, byte for byte, and nothing was committed under a lease that had passed to someone else.
/// </summary>
public sealed class ManyWorkersTests : IDisposable
{
    private const int Workers = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(LongRun.Pick(2, 6)), Lease = TimeSpan.FromSeconds(3);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly TempFolder _logs = new();
    private readonly TempFolder _data = new();
    private readonly List<ChildHost> _all = [];
    private PostgresCluster? _cluster;

    [Fact]
    public async Task R10_killed_and_stopped_workers_and_restarted_servers_lose_and_double_nothing()
    {
        Assert.SkipWhen(PostgresCluster.Missing is not null, PostgresCluster.Missing ?? "");
        int kills = LongRun.Pick(2, 20), restarts = LongRun.Pick(1, 3), objects = LongRun.Pick(160, 3_000);
        SmallObjects.WriteAll(_logs.Root, objects);
        string whole = await ReferenceAsync();
        var clock = Stopwatch.StartNew();
        var outcome = await DisturbAsync(kills, restarts, whole, bug: null);
        Assert.Equal(0, outcome.Late);
        Assert.True(outcome.Refused > 0, "nothing of a stopped worker was refused, so nothing was shown");
        LongRun.Say($"R10: {kills} kills, {restarts} server restarts and {outcome.Passes} workers stopped beyond their lease among {Workers} workers in {outcome.Passes} passes over {objects} objects in {clock.Elapsed.TotalSeconds:0} s, each dump equal ({whole.Length} bytes), 0 late commits, {outcome.Refused} objects of stopped workers refused");
    }

    [Fact]
    public async Task R10_turns_red_when_commits_are_not_fenced()
    {
        Assert.SkipWhen(PostgresCluster.Missing is not null, PostgresCluster.Missing ?? "");
        SmallObjects.WriteAll(_logs.Root, 60);
        Assert.True((await DisturbAsync(kills: 0, restarts: 0, whole: null, bug: "no-fence")).Late > 0, "the harness did not see no-fence");
    }

    /// <param name="Late">Objects committed under a lease that had passed on.</param>
    /// <param name="Refused">Objects of stopped workers whose commit was not taken.</param>
    private sealed record Outcome(int Passes, int Late, int Refused);

    /// <summary>
    /// Passes until there were so many kills and restarts, at least one. In each the first worker is stopped right before its second commit until others have all that it had, and then goes on;
    /// the others are killed one after the other meanwhile.
    /// </summary>
    /// <param name="whole">What each dump must be; null = not compared.</param>
    private async Task<Outcome> DisturbAsync(int kills, int restarts, string? whole, string? bug)
    {
        var random = new Random(LongRun.Seed());
        string[] planted = bug is null ? [] : ["--bug", bug];
        _cluster = new PostgresCluster(durable: true);
        int killed = 0, restarted = 0, passes = 0, late = 0, refused = 0;
        do
        {
            // A pass ends when everything is taken; then the next begins with an empty database, so that every kill strikes work.
            string server = await NewDatabaseAsync($"pass{++passes}");
            int first = _all.Count;
            var sleeper = Start(server, ["--hold", "2:1500", .. planted]);
            // Alone until it holds a second commit: beside others it may not get as far.
            int told = await StopAsync(sleeper);
            var workers = Enumerable.Range(1, Workers - 1).Select(_ => Start(server, planted)).ToArray();
            var stopped = GoOnAsync(server, sleeper, told);
            await Task.WhenAll(workers.Select(w => w.StartedAsync()));
            Assert.All(workers, w => Assert.False(w.HasExited, w.Errors));
            while ((killed < kills || restarted < restarts) && await OpenAsync(server) > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(2), Token);
                if (killed < kills)
                {
                    // The one that stands still is as good as any other once it has gone on.
                    int victim = random.Next(stopped.IsCompleted ? Workers : Workers - 1);
                    var dying = victim == Workers - 1 ? sleeper : workers[victim];
                    dying.Kill();
                    await dying.WaitAsync(Patience);
                    killed++;
                    var next = Start(server, planted);
                    if (victim == Workers - 1) sleeper = next; else workers[victim] = next;
                }
                if (restarted < restarts && killed * restarts >= kills * (restarted + 1))
                {
                    _cluster.RestartImmediate();
                    NpgsqlConnection.ClearAllPools();
                    restarted++;
                }
            }
            await stopped;
            await DrainAsync(server);
            await EndAsync([sleeper, .. workers]);
            late += await LateAsync(server, _all[first..]);
            refused += _all[first..].Sum(w => w.Lines.Count(l => l.StartsWith("refused ", StringComparison.Ordinal)));
            if (whole is null) continue;
            string dump = await DumpAsync(server);
            Assert.True(dump == whole, $"after {killed} kills and {restarted} restarts: {CrashTests.FirstDifference(whole, dump)}");
        }
        while (killed < kills || restarted < restarts);
        return new(passes, late, refused);
    }

    /// <summary>Stops a worker right before a commit.</summary>
    /// <returns>How many objects it has told the outcome of so far.</returns>
    private static async Task<int> StopAsync(ChildHost sleeper)
    {
        await sleeper.HoldingAsync().WaitAsync(Patience, Token);
        Assert.False(sleeper.HasExited, sleeper.Errors);
        sleeper.Stop();
        return Told(sleeper);
    }

    /// <summary>Lets a stopped worker go on once others have taken all over that it had, and waits for what becomes of its commit.</summary>
    private static async Task GoOnAsync(string server, ChildHost sleeper, int told)
    {
        await WaitUntilAsync(server, FormattableString.Invariant($"SELECT count(*) FROM source_objects WHERE state = 2 AND lease_owner LIKE '%:{sleeper.Id}:%'"), n => n == 0);
        sleeper.Continue();
        for (var clock = Stopwatch.StartNew(); Told(sleeper) == told; await Task.Delay(50, Token)) Assert.True(clock.Elapsed < Patience, $"the stopped worker did not go on: {sleeper.Errors}");
    }

    private static int Told(ChildHost worker) => worker.Lines.Count(l => l.StartsWith("taken ", StringComparison.Ordinal) || l.StartsWith("refused ", StringComparison.Ordinal));

    private ChildHost Start(string server, params string[] more)
    {
        var child = ChildHost.Start(_data.Root, _logs.Root, ["--postgres", server, $"Ingest:LeaseTime={Lease:c}", "Ingest:PollInterval=00:00:02", .. more]);
        _all.Add(child);
        return child;
    }

    private async Task<string> NewDatabaseAsync(string name)
    {
        await using var connection = new NpgsqlConnection(_cluster!.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(Token);
#pragma warning disable CA2100 // names of this class
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Token);
        return _cluster.ConnectionString(name);
    }

    /// <summary>Objects that are not settled, or not even offered yet.</summary>
    private static async Task<long> OpenAsync(string server) => await QueryAsync(server, "SELECT count(*) FROM source_objects WHERE state IN (1, 2, 4)") is 0
        ? await QueryAsync(server, "SELECT (SELECT count(*) = 0 FROM source_objects)::int") : 1;

    private static Task DrainAsync(string server) => WaitUntilAsync(server, "SELECT count(*) FROM source_objects WHERE state IN (1, 2, 4)", n => n == 0);

    private static async Task WaitUntilAsync(string server, string sql, Func<long, bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition(await QueryAsync(server, sql)))
        {
            Assert.True(clock.Elapsed < Patience, $"still not so after {Patience}: {sql}");
            await Task.Delay(100, Token);
        }
    }

    /// <summary>Minus one while the server or the table is not there.</summary>
    private static async Task<long> QueryAsync(string server, string sql)
    {
        try
        {
            await using var connection = new NpgsqlConnection(server);
            await connection.OpenAsync(Token);
#pragma warning disable CA2100 // constants of this class
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            return Convert.ToInt64(await command.ExecuteScalarAsync(Token), CultureInfo.InvariantCulture);
        }
        catch (NpgsqlException)
        {
            return -1;
        }
    }

    /// <summary>Objects that a worker says it committed under another epoch than the last that was handed out.</summary>
    private static async Task<int> LateAsync(string server, IEnumerable<ChildHost> workers)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand("SELECT object_id, lease_epoch FROM source_objects", connection);
        var epochs = new Dictionary<long, int>();
        await using (var row = await command.ExecuteReaderAsync(Token))
            while (await row.ReadAsync(Token)) epochs.Add(row.GetInt64(0), row.GetInt32(1));
        var taken = workers.SelectMany(w => w.Lines).Where(l => l.StartsWith("taken ", StringComparison.Ordinal)).Select(l => l.Split(' ')).ToList();
        Assert.NotEmpty(taken);
        return taken.Count(t => epochs[long.Parse(t[1], CultureInfo.InvariantCulture)] != int.Parse(t[2], CultureInfo.InvariantCulture));
    }

    private static async Task EndAsync(params ChildHost[] workers)
    {
        foreach (var worker in workers) worker.Terminate();
        foreach (var worker in workers) await worker.WaitAsync(Patience);
    }

    private async Task<string> ReferenceAsync()
    {
        using var data = new TempFolder();
        await using var rig = await IngestRig.StartAsync(data.Root, IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }] });
        await rig.WhenIdleAsync((int)Patience.TotalSeconds);
        string dump = await rig.DumpAsync();
        Assert.Contains("finding\t", dump, StringComparison.Ordinal);
        return dump;
    }

    /// <summary>Whatever the workers did not come to evaluate is evaluated first.</summary>
    private async Task<string> DumpAsync(string server)
    {
        var storage = new StorageOptions { DataDirectory = _data.Root, Provider = StorageProvider.PostgreSql, ConnectionString = server };
        await using var rig = await IngestRig.StartAsync(_data.Root, IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }] }, storage: storage);
        await rig.WhenIdleAsync((int)Patience.TotalSeconds);
        return await rig.DumpAsync();
    }

    public void Dispose()
    {
        foreach (var child in _all)
        {
            if (!child.HasExited) child.Continue();
            child.Dispose();
        }
        NpgsqlConnection.ClearAllPools();
        _cluster?.Dispose();
        _logs.Dispose();
        _data.Dispose();
    }
}
