using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>
/// Of three processes on one PostgreSQL server the one that evaluates is killed, cut off from the server, and stopped beyond its lease, each time between an evaluation and its storing. Another takes over, and what
/// the three leave behind, with nobody evaluating once more, equals one undisturbed process on SQLite.
/// </summary>
public sealed class ElectionTests : IDisposable
{
    private const int Processes = 3, Objects = 120;
    /// <summary>Of the objects, by time: before anything is found; then one finding, another, and more of both.</summary>
    private static readonly int[] Portions = [66, 76, 92, Objects];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), Lease = TimeSpan.FromSeconds(2);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly TempFolder _all = new();
    private readonly TempFolder _logs = new();
    private readonly TempFolder _data = new();
    private readonly List<ChildHost> _children = [];
    private PostgresCluster? _cluster;
    private string _database = "";
    private string[] _files = [];
    private int _shown, _portion;

    [Fact]
    public async Task R10_a_detector_that_is_killed_cut_off_or_stopped_is_replaced_and_no_finding_is_lost_or_doubled()
    {
        Assert.SkipWhen(PostgresCluster.Missing is not null, PostgresCluster.Missing ?? "");
        await StartAsync(bug: null);
        var clock = Stopwatch.StartNew();
        List<double> seconds = [];

        await ShowAsync(Portions[0]);
        await EvaluatedAsync();
        string report = "";
        foreach (var (how, disturb, mend) in new (string, Func<ChildHost, Task>, Func<ChildHost, Task>)[]
        {
            ("killed", KillAsync, _ => Task.CompletedTask),
            ("cut off", d => SetLoginAsync(d, false), d => SetLoginAsync(d, true)),
            ("stopped", d => { d.Stop(); return Task.CompletedTask; }, d => { d.Continue(); return Task.CompletedTask; }),
        })
        {
            var detector = await ElectedAsync();
            int before = Evaluating(detector);
            await ShowAsync(Portions[++_portion]);
            await UntilAsync(() => Task.FromResult(Evaluating(detector) > before), () => $"the elected process evaluates nothing: {detector.Errors}");
            await disturb(detector);
            long from = Stopwatch.GetTimestamp();
            await UntilAsync(async () => await OwnerAsync() is var owner && owner is not null && owner != detector.Id, () => $"nobody took over from the one that was {how}");
            seconds.Add(Stopwatch.GetElapsedTime(from).TotalSeconds);
            await EvaluatedAsync();
            await mend(detector);
            report += $"{how} ({seconds[^1]:0.0} s until another was elected), ";
        }
        // The one that was stopped has gone on with an evaluation that is not wanted any more.
        await UntilAsync(async () => await ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'") == 0, () => "a transaction stays open");
        await Task.Delay(Lease, Token);
        await EvaluatedAsync();
        await EndAsync();
        string whole = await ReferenceAsync(), dump = await DumpAsync();
        Assert.Contains("finding\t", whole, StringComparison.Ordinal);
        Assert.True(dump == whole, CrashTests.FirstDifference(whole, dump));
        LongRun.Say($"R10: the elected detector {report}each time between evaluation and storing: dump equal with nothing evaluated again, {clock.Elapsed.TotalSeconds:0} s");
    }

    [Fact]
    public async Task R10_turns_red_when_what_is_to_be_evaluated_is_struck_out_before_the_evaluation_is_stored()
    {
        Assert.SkipWhen(PostgresCluster.Missing is not null, PostgresCluster.Missing ?? "");
        // One evaluation for a whole portion, so that nothing which comes later makes good what was lost.
        await StartAsync("struck-out-before-stored", "Ingest:DetectionDelay=00:00:03", "Ingest:PollInterval=00:00:10");
        await ShowAsync(Portions[0]);
        await EvaluatedAsync();
        var detector = await ElectedAsync();
        do
        {
            await EvaluatedAsync();
            int before = Evaluating(detector);
            Assert.True(_portion < Portions.Length - 1, "each portion was evaluated in parts");
            await ShowAsync(Portions[++_portion]);
            await UntilAsync(() => Task.FromResult(Evaluating(detector) > before), () => $"the elected process evaluates nothing: {detector.Errors}");
        }
        while (await ScalarAsync("SELECT count(*) FROM source_objects WHERE state IN (3, 7)") < _shown);
        await KillAsync(detector);
        await UntilAsync(async () => await OwnerAsync() is { } owner && owner != detector.Id, () => "nobody took over");
        await EvaluatedAsync();
        await EndAsync();
        Assert.NotEqual(await ReferenceAsync(), await DumpAsync());
    }

    private async Task StartAsync(string? bug, params string[] more)
    {
        SmallObjects.WriteAll(_all.Root, Objects);
        _files = [.. Directory.GetFiles(_all.Root, "*.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Assert.Equal(Objects, _files.Length);
        _cluster = new PostgresCluster(durable: true);
        _database = _cluster.ConnectionString("election");
        await RunAsync(_cluster.ConnectionString("postgres"), "CREATE DATABASE election");
        for (int i = 0; i < Processes; i++)
        {
            // A user of its own each, who can be locked out.
            await RunAsync(_database, $"CREATE ROLE process{i} SUPERUSER LOGIN");
            string connection = new NpgsqlConnectionStringBuilder(_database) { Username = $"process{i}" }.ToString();
            string[] planted = bug is null ? [] : ["--bug", bug];
            var child = ChildHost.Start(_data.Path($"process{i}"), _logs.Root,
                ["--postgres", connection, "--hold-evaluations", "700", $"Ingest:LeaseTime={Lease:c}", "Ingest:PollInterval=00:00:01", "Ingest:SettleTime=00:00:00", "Ingest:DetectionDelay=00:00:00.2", .. planted, .. more]);
            _children.Add(child);
            await child.StartedAsync();
            Assert.False(child.HasExited, child.Errors);
        }
    }

    /// <summary>Puts the files up to this one into the folder that is read, all at one moment.</summary>
    private Task ShowAsync(int upTo)
    {
        string portion = $"portion-{upTo}";
        foreach (string file in _files[_shown..upTo])
        {
            string to = _all.Path(portion, Path.GetFileName(file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Move(file, to);
        }
        _shown = upTo;
        Directory.Move(_all.Path(portion), _logs.Path(portion));
        return Task.CompletedTask;
    }

    /// <summary>Everything that was shown is taken, and evaluated and stored.</summary>
    private Task EvaluatedAsync() => UntilAsync(
        async () => await ScalarAsync("SELECT count(*) FROM source_objects WHERE state IN (3, 7)") == _shown && await ScalarAsync("SELECT commit_number - evaluated_commit FROM ledger_state") == 0,
        () => $"not everything is taken and evaluated: {string.Join('\n', _children.Select(c => c.Errors))}");

    private async Task<ChildHost> ElectedAsync()
    {
        ChildHost? elected = null;
        await UntilAsync(async () => await OwnerAsync() is { } owner && (elected = _children.Find(c => c.Id == owner && !c.HasExited)) is not null, () => "nobody is elected");
        return elected!;
    }

    /// <returns>The process that has the role, whose lease may have ended; null = nobody.</returns>
    private async Task<int?> OwnerAsync() =>
        await ScalarAsync("SELECT coalesce(split_part(owner, ':', 2)::bigint, -1) FROM role_leases WHERE role = 'detector'") is var owner and >= 0 ? (int)owner : null;

    private static int Evaluating(ChildHost child) => child.Lines.Count(l => l == "evaluating");

    private static async Task KillAsync(ChildHost child)
    {
        child.Kill();
        await child.WaitAsync(Patience);
    }

    private async Task SetLoginAsync(ChildHost child, bool may)
    {
        string user = $"process{_children.IndexOf(child)}";
        await RunAsync(_database, $"ALTER ROLE {user} {(may ? "LOGIN" : "NOLOGIN")}");
        if (!may) await RunAsync(_database, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{user}'");
    }

    private async Task EndAsync()
    {
        foreach (var child in _children.Where(c => !c.HasExited)) child.Terminate();
        foreach (var child in _children) await child.WaitAsync(Patience);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        for (var clock = Stopwatch.StartNew(); !await condition(); await Task.Delay(50, Token)) Assert.True(clock.Elapsed < Patience, otherwise());
    }

    private Task<long> ScalarAsync(string sql) => RunAsync(_database, sql);

    private static async Task<long> RunAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(Token);
#pragma warning disable CA2100 // made of constants of this class
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(Token) is { } value and not DBNull and not bool ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>What one process makes of all that was shown.</summary>
    private async Task<string> ReferenceAsync()
    {
        using var data = new TempFolder();
        await using var rig = await IngestRig.StartAsync(data.Root, IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }] });
        await rig.WhenIdleAsync();
        return await rig.DumpAsync();
    }

    private async Task<string> DumpAsync()
    {
        var storage = new StorageOptions { DataDirectory = _data.Root, Provider = StorageProvider.PostgreSql, ConnectionString = _database };
        await using var rig = await IngestRig.StartAsync(_data.Root, IngestRig.Fast, start: false, storage: storage);
        return await rig.DumpAsync();
    }

    public void Dispose()
    {
        foreach (var child in _children)
        {
            if (!child.HasExited) child.Continue();
            child.Dispose();
        }
        NpgsqlConnection.ClearAllPools();
        _cluster?.Dispose();
        _all.Dispose();
        _logs.Dispose();
        _data.Dispose();
    }
}
