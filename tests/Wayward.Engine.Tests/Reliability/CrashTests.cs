using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Wayward.Engine.Tests.Fakes;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>Kill -9 and SIGTERM at random moments while a folder of small objects is ingested: the final store equals that of a run nobody interrupted, byte for byte.</summary>
public sealed class CrashTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    /// <summary>A run that committed nothing new for so long has nothing left to do.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);
    private readonly TempFolder _logs = new();

    [Fact]
    public async Task R1_kill_at_random_moments_loses_and_doubles_nothing()
    {
        int objects = LongRun.Pick(120, 3_000), kills = LongRun.Pick(2, 200);
        var outcome = await KillAsync(objects, kills, bug: null);
        Assert.True(outcome.Equal, outcome.Difference);
    }

    [Theory]
    [InlineData("ack-before-commit")]
    [InlineData("ledger-outside")]
    public async Task R1_turns_red_with_a_planted_bug(string bug)
    {
        // A kill may miss the bug's window; a harness that misses it this often is no harness.
        for (int i = 0; i < 5; i++)
            if (!(await KillAsync(120, 2, bug)).Equal) return;
        Assert.Fail($"the harness did not see {bug}");
    }

    [Fact]
    public async Task R15_a_polite_end_under_load_is_quick_and_loses_nothing()
    {
        int rounds = LongRun.Pick(2, 20), objects = LongRun.Pick(160, 2_000);
        SmallObjects.WriteAll(_logs.Root, objects);
        string whole = await ReferenceAsync();
        var random = new Random(LongRun.Seed());
        using var data = new TempFolder();
        var slowest = TimeSpan.Zero;
        for (int i = 0; i < rounds; i++)
        {
            using var child = ChildHost.Start(data.Root, _logs.Root, []);
            await child.StartedAsync();
            await child.CommitsAsync(1 + random.Next(CommitsOf(objects) / rounds), Idle);
            var clock = Stopwatch.StartNew();
            child.Terminate();
            Assert.Equal(0, await child.WaitAsync(TimeSpan.FromSeconds(10)));
            if (clock.Elapsed > slowest) slowest = clock.Elapsed;
        }
        await FinishAsync(data.Root);
        Assert.Equal(whole, await DumpAsync(data.Root));
        LongRun.Say($"R15: {rounds} polite ends, slowest {slowest.TotalSeconds:0.00} s");
    }

    [Fact]
    public async Task R15_turns_red_when_the_end_waits_for_nothing()
    {
        SmallObjects.WriteAll(_logs.Root, 12);
        using var data = new TempFolder();
        using var child = ChildHost.Start(data.Root, _logs.Root, ["--bug", "slow-end"]);
        await child.StartedAsync();
        child.Terminate();
        await Assert.ThrowsAsync<TimeoutException>(() => child.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_kill_during_the_first_migration_does_not_lock_out_later_starts()
    {
        // What EF leaves behind then, and waits for without end.
        using var data = new TempFolder();
        await using (var connection = new SqliteConnection($"Data Source={data.Path("wayward.db")};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = """CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01')""";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        await using var rig = await IngestRig.StartAsync(data.Root, IngestRig.Fast, start: false).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        Assert.StartsWith("max-start\t0", await rig.DumpAsync(), StringComparison.Ordinal);
    }

    private async Task<(bool Equal, string Difference)> KillAsync(int objects, int kills, string? bug)
    {
        SmallObjects.WriteAll(_logs.Root, objects);
        string whole = await ReferenceAsync();
        int seed = LongRun.Seed();
        var random = new Random(seed);
        int done = 0, passes = 0;
        var clock = Stopwatch.StartNew();
        while (done < kills)
        {
            passes++;
            using var data = new TempFolder();
            // A pass ends when everything is taken; then the next begins with an empty store, so that every kill strikes work.
            while (done < kills)
            {
                using var child = ChildHost.Start(data.Root, _logs.Root, bug is null ? [] : ["--bug", bug]);
                await child.StartedAsync();
                await child.CommitsAsync(1 + random.Next(Math.Max(2, CommitsOf(objects) / 8)), Idle);
                await Task.Delay(random.Next(15), TestContext.Current.CancellationToken);
                child.Kill();
                await child.WaitAsync(Patience);
                done++;
                Assert.Equal("ok", Integrity(data.Root));
                if (await IsDoneAsync(data.Root, objects)) break;
            }
            await FinishAsync(data.Root);
            string dump = await DumpAsync(data.Root);
            if (dump != whole) return (false, $"after {done} kills (seed {seed}): " + FirstDifference(whole, dump));
        }
        if (bug is null) LongRun.Say($"R1: {done} kills in {passes} passes over {objects} objects in {clock.Elapsed.TotalSeconds:0} s, each dump equal ({whole.Length} bytes), seed {seed}");
        return (true, "");
    }

    private static int CommitsOf(int objects) => objects / ChildHost.CommitObjects;

    /// <summary>What an uninterrupted run gives.</summary>
    private async Task<string> ReferenceAsync()
    {
        using var data = new TempFolder();
        await FinishAsync(data.Root);
        string dump = await DumpAsync(data.Root);
        Assert.Contains("finding\t", dump, StringComparison.Ordinal);
        return dump;
    }

    private async Task FinishAsync(string data)
    {
        await using var rig = await IngestRig.StartAsync(data, IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }] });
        await rig.WhenIdleAsync((int)Patience.TotalSeconds);
    }

    private static async Task<string> DumpAsync(string data)
    {
        await using var rig = await IngestRig.StartAsync(data, IngestRig.Fast, start: false);
        return await rig.DumpAsync();
    }

    private static async Task<bool> IsDoneAsync(string data, int objects)
    {
        await using var rig = await IngestRig.StartAsync(data, IngestRig.Fast, start: false);
        var states = (await rig.Ledger.CountAsync(CancellationToken.None)).ByState;
        return states.GetValueOrDefault(Storage.Ingest.SourceObjectState.Done) + states.GetValueOrDefault(Storage.Ingest.SourceObjectState.Duplicate) >= objects;
    }

    private static string Integrity(string data)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "wayward.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }

    internal static string FirstDifference(string expected, string actual)
    {
        string[] a = expected.Split('\n'), b = actual.Split('\n');
        for (int i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            string left = i < a.Length ? a[i] : "(end)", right = i < b.Length ? b[i] : "(end)";
            if (left != right) return $"line {i + 1}: expected {left} but found {right}";
        }
        return "no difference";
    }

    public void Dispose() => _logs.Dispose();
}
