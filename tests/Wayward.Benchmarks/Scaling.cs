using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Npgsql;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Benchmarks;

/// <summary>
/// Several ingest processes on one PostgreSQL server: a fresh database for each run, the same objects, the numbers of processes in turn. What is measured begins after each process has
/// warmed up, and ends when the ledger calls every object done. Beside the rate it says what the processes, the server and the machine's cores did meanwhile, and what the
/// server's sessions waited for.
/// </summary>
internal static class Scaling
{
    private const int WarmUps = 8;

    private sealed record Job(int Objects, int Lines, int Logs, int Interfaces, int Delay, int Rounds);

    /// <param name="Waits">How many of the server's sessions were in a state on average.</param>
    private sealed record Outcome(
        int Processes, double Seconds, double Records, double WorkerCpu, double ServerCpu, double OtherCpu, double Idle, double Wal, double Commits, IReadOnlyDictionary<string, double> Waits, Sizes Sizes)
    {
        public double Rate => Records / Seconds;
    }

    private sealed record Sizes(long Cells, double CellBytes, long Objects, double ObjectBytes, long Days, double DayBytes, long Pairs, double PairBytes, double EvidenceBytes, double AllBytes);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        List<int> counts = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].StartsWith("--", StringComparison.Ordinal)) given[arguments[i][2..]] = arguments[++i];
            else counts.Add(int.Parse(arguments[i], CultureInfo.InvariantCulture));
        }
        if (counts.Count == 0) counts = [1, 2, 4];
        var job = new Job(Number("objects", 240), Number("lines", 20_000), Number("logs", 24), Number("interfaces", 500), Number("delay", 0), Number("rounds", 3));
        if (PostgresCluster.Missing is { } missing)
        {
            Console.Error.WriteLine(missing);
            return 2;
        }
        string home = Directory.CreateTempSubdirectory("wayward-scale-").FullName;
        try
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{job.Objects} objects of {job.Lines:N0} lines from {job.Logs} flow log(s) of {job.Interfaces} interfaces each, one worker a process{(job.Delay > 0 ? $", each object answers after {job.Delay} ms" : "")}; {Environment.ProcessorCount} cores"));
            Write(Path.Combine(home, "measured"), job, job.Objects, seed: 1);
            using var cluster = new PostgresCluster(durable: true);
            List<Outcome> outcomes = [];
            for (int round = 1; round <= job.Rounds; round++)
                foreach (int count in counts)
                {
                    // Other content than is measured, for what is read twice counts once.
                    string warm = Path.Combine(home, string.Create(CultureInfo.InvariantCulture, $"warm-{round}-{count}"));
                    Write(warm, job with { Lines = 2_000 }, WarmUps * count, seed: 100 + round);
                    outcomes.Add(await MeasureAsync(cluster, home, warm, job, count, $"scale_{round}_{count}"));
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}, {count} process(es): {outcomes[^1].Rate:N0} records/s"));
                }
            Print(outcomes, counts, job);
            return 0;
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }

        int Number(string name, int otherwise) => given.TryGetValue(name, out string? value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
    }

    /// <summary>Each flow log is a fleet of its own with an object every five minutes; objects of the same minutes come one after the other, as a bucket of many accounts has them.</summary>
    private static void Write(string folder, Job job, int objects, int seed)
    {
        Directory.CreateDirectory(folder);
        var old = DateTime.UtcNow.AddDays(-1);
        Parallel.For(0, objects, new ParallelOptions { MaxDegreeOfParallelism = 2 }, o =>
        {
            int log = o % job.Logs, interval = o / job.Logs;
            string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{interval:d5}_{log:d4}_{seed}.log.gz"));
            using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Optimal))
            using (var writer = new FlowLogTextWriter(gzip, FlowColumns.Default, true))
                foreach (var row in new FleetFlows(seed * 100_000 + o, job.Interfaces + log).Rows(job.Lines, 1_768_435_200 + interval * 300)) writer.Write(row);
            File.SetLastWriteTimeUtc(path, old.AddSeconds(interval));
        });
    }

    private static async Task<Outcome> MeasureAsync(PostgresCluster cluster, string home, string warm, Job job, int count, string database)
    {
        await ExecuteAsync(cluster.ConnectionString("postgres"), $"CREATE DATABASE {database}");
        string connection = cluster.ConnectionString(database), folder = Path.Combine(home, database);
        Directory.CreateDirectory(folder);
        List<Process> processes = [];
        try
        {
            for (int i = 0; i < count; i++)
            {
                var process = Start("scale-worker", connection, folder, Path.Combine(home, $"{database}-{i}"), job.Delay.ToString(CultureInfo.InvariantCulture));
                processes.Add(process);
                // The log shares standard output.
                var said = new List<string>();
                while (await process.StandardOutput.ReadLineAsync() is { } line && line != "started") said.Add(line);
                if (process.HasExited) throw new InvalidOperationException($"an ingest process did not start: {string.Join('\n', said)}");
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            }
            int warmed = Directory.GetFiles(warm).Length;
            Directory.Move(warm, Path.Combine(folder, "warm"));
            await DoneAsync(connection, warmed);
            await ExecuteAsync(connection, "CHECKPOINT");

            long records = (long)job.Objects * job.Lines;
            using var watch = new NpgsqlConnection(connection + ";Pooling=false;Application Name=watch");
            await watch.OpenAsync();
            double wal = await NumberAsync(watch, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8"), commits = await NumberAsync(watch, "SELECT commit_number::float8 FROM ledger_state");
            using var enough = new CancellationTokenSource();
            var sampling = SampleAsync(connection, enough.Token);
            double worker = processes.Sum(Cpu), server = ServerCpu(cluster.ServerProcess), own = Environment.CpuUsage.TotalTime.TotalSeconds;
            var (busy, idle) = MachineCpu();
            var clock = Stopwatch.StartNew();
            Link(Path.Combine(home, "measured"), Path.Combine(folder, "measured"));
            await DoneAsync(connection, warmed + job.Objects);
            double seconds = clock.Elapsed.TotalSeconds;
            (worker, server, own) = (processes.Sum(Cpu) - worker, ServerCpu(cluster.ServerProcess) - server, Environment.CpuUsage.TotalTime.TotalSeconds - own);
            var (busyAfter, idleAfter) = MachineCpu();
            await enough.CancelAsync();
            var waits = await sampling;
            wal = await NumberAsync(watch, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8") - wal;
            commits = await NumberAsync(watch, "SELECT commit_number::float8 FROM ledger_state") - commits;
            // What is not ours: the samplers of this process, and whatever else the machine does.
            double other = busyAfter - busy - worker - server;
            foreach (var process in processes) process.StandardInput.Close();
            foreach (var process in processes) await process.WaitForExitAsync();
            return new(count, seconds, records, worker, server, other, (idleAfter - idle) / (idleAfter - idle + busyAfter - busy), wal, commits, waits, await SizesAsync(watch));
        }
        finally
        {
            foreach (var process in processes)
            {
                if (!process.HasExited) process.Kill();
                process.Dispose();
            }
            NpgsqlConnection.ClearAllPools();
        }
    }

    /// <summary>The same files under another name, all there at one moment.</summary>
    private static void Link(string from, string to)
    {
        string beside = from + "-copy";
        Directory.CreateDirectory(beside);
        foreach (string file in Directory.GetFiles(from))
        {
            string copy = Path.Combine(beside, Path.GetFileName(file));
            File.Copy(file, copy);
            File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(file));
        }
        Directory.Move(beside, to);
    }

    private static Process Start(params string[] arguments)
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet") info.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in arguments) info.ArgumentList.Add(argument);
        return Process.Start(info)!;
    }

    private static async Task DoneAsync(string connection, int objects)
    {
        await using var own = new NpgsqlConnection(connection + ";Pooling=false;Application Name=watch");
        await own.OpenAsync();
        for (var clock = Stopwatch.StartNew(); await NumberAsync(own, "SELECT count(*)::float8 FROM source_objects WHERE state = 3") < objects;)
        {
            if (clock.Elapsed > TimeSpan.FromMinutes(10)) throw new TimeoutException("the objects are not done after ten minutes");
            await Task.Delay(50);
        }
    }

    /// <summary>What the sessions of the database do, 20 times a second: computing, waiting for a lock, for the log to be on disk, for their client within a transaction.</summary>
    private static async Task<IReadOnlyDictionary<string, double>> SampleAsync(string connection, CancellationToken cancellation)
    {
        const string Sql = """
            SELECT CASE WHEN state = 'idle in transaction' THEN 'client, in a transaction' WHEN wait_event_type IS NULL THEN 'computing'
                WHEN wait_event_type = 'Lock' THEN 'lock: ' || wait_event WHEN wait_event IN ('WALSync', 'WalSync', 'WALWrite', 'WalWrite') THEN 'log to disk' ELSE wait_event_type || ': ' || wait_event END, count(*)
            FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> 'watch' AND state IN ('active', 'idle in transaction') GROUP BY 1
            """;
        await using var own = new NpgsqlConnection(connection + ";Pooling=false;Application Name=watch");
        await own.OpenAsync(CancellationToken.None);
        var sums = new Dictionary<string, double>(StringComparer.Ordinal);
        int samples = 0;
        for (; !cancellation.IsCancellationRequested; samples++)
        {
            await using (var command = new NpgsqlCommand(Sql, own))
            await using (var row = await command.ExecuteReaderAsync(CancellationToken.None))
                while (await row.ReadAsync(CancellationToken.None)) sums[row.GetString(0)] = sums.GetValueOrDefault(row.GetString(0)) + row.GetInt64(1);
            await Task.Delay(50, CancellationToken.None);
        }
        return sums.ToDictionary(s => s.Key, s => s.Value / Math.Max(samples, 1));
    }

    /// <summary>Rows, and bytes with their indexes as they lie there packed.</summary>
    private static async Task<Sizes> SizesAsync(NpgsqlConnection connection)
    {
        foreach (string table in new[] { "contact_hours", "source_objects", "coverage_days", "contact_pairs", "contact_evidence" }) await ExecuteAsync(connection.ConnectionString, $"VACUUM FULL {table}");
        return new(
            (long)await CountAsync("contact_hours"),
            await NumberAsync(connection, "SELECT sum(pg_total_relation_size(inhrelid))::float8 FROM pg_inherits WHERE inhparent = 'contact_hours'::regclass"),
            (long)await CountAsync("source_objects"), await BytesAsync("source_objects"), (long)await CountAsync("coverage_days"), await BytesAsync("coverage_days"),
            (long)await CountAsync("contact_pairs"), await BytesAsync("contact_pairs"), await BytesAsync("contact_evidence"), await NumberAsync(connection, "SELECT pg_database_size(current_database())::float8"));

        Task<double> CountAsync(string table) => NumberAsync(connection, $"SELECT count(*)::float8 FROM {table}");
        Task<double> BytesAsync(string table) => NumberAsync(connection, $"SELECT pg_total_relation_size('{table}')::float8");
    }

    private static double Cpu(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>The server with its sessions, those that have ended included.</summary>
    private static double ServerCpu(int server)
    {
        double ticks = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            string[] fields;
            try
            {
                string text = File.ReadAllText(Path.Combine(folder, "stat"));
                fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
                continue;
            }
            // From the state on: parent is the 2nd, then utime, stime, and both of ended children from the 12th.
            bool root = Path.GetFileName(folder) == server.ToString(CultureInfo.InvariantCulture);
            if (root || fields[1] == server.ToString(CultureInfo.InvariantCulture)) ticks += fields[11..(root ? 15 : 13)].Sum(f => double.Parse(f, CultureInfo.InvariantCulture));
        }
        return ticks / 100;
    }

    /// <returns>Seconds of all cores together; waiting for a disk counts as idle, what the hypervisor took as busy.</returns>
    private static (double Busy, double Idle) MachineCpu()
    {
        double[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
        double idle = ticks[3] + ticks[4];
        return ((ticks.Sum() - idle) / 100, idle / 100);
    }

    private static async Task ExecuteAsync(string connection, string sql)
    {
        await using var own = new NpgsqlConnection(connection + ";Pooling=false;Application Name=watch");
        await own.OpenAsync();
#pragma warning disable CA2100 // made of names of this class
        await using var command = new NpgsqlCommand(sql, own) { CommandTimeout = 600 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<double> NumberAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // constants of this class
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync() is double value ? value : 0;
    }

    private static void Print(List<Outcome> outcomes, List<int> counts, Job job)
    {
        double one = Median(counts[0], o => o.Rate);
        Console.WriteLine();
        Console.WriteLine($"| Processes | records/s | to {counts[0]} | cpu s per million records: ingest | server | cores used by ingest | by the server | by others | idle of the cores | log MB per million records | commits |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (int count in counts)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {count} | {Median(count, o => o.Rate):N0} | {Median(count, o => o.Rate) / one:0.00} | {Median(count, o => o.WorkerCpu / o.Records * 1e6):0.00} | {Median(count, o => o.ServerCpu / o.Records * 1e6):0.00} | {Median(count, o => o.WorkerCpu / o.Seconds):0.00} | {Median(count, o => o.ServerCpu / o.Seconds):0.00} | {Median(count, o => o.OtherCpu / o.Seconds):0.00} | {Median(count, o => o.Idle * 100):0} % | {Median(count, o => o.Wal / o.Records):0.0} | {Median(count, o => o.Commits):0} |"));
        Console.WriteLine();
        Console.WriteLine("Sessions of the server on average:");
        Console.WriteLine();
        string[] names = [.. outcomes.SelectMany(o => o.Waits.Keys).Distinct().Where(n => outcomes.Max(o => o.Waits.GetValueOrDefault(n)) >= 0.02).Order(StringComparer.Ordinal)];
        Console.WriteLine($"| Processes | {string.Join(" | ", names)} |");
        Console.WriteLine($"| --- |{string.Concat(names.Select(_ => " --- |"))}");
        foreach (int count in counts)
            Console.WriteLine($"| {count} | {string.Join(" | ", names.Select(n => Median(count, o => o.Waits.GetValueOrDefault(n)).ToString("0.00", CultureInfo.InvariantCulture)))} |");
        Console.WriteLine();
        foreach (int count in counts) Console.WriteLine($"{count} process(es): {Verdict(count)}");
        var s = outcomes[^1].Sizes;
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Stored, packed, with indexes: {s.CellBytes / s.Cells:0} bytes an hour cell ({s.Cells:N0}), {s.PairBytes / s.Pairs:0} a pair and {s.EvidenceBytes / s.Pairs:0} its evidence ({s.Pairs:N0}), {s.DayBytes / s.Days:0} an instance's day ({s.Days:N0}), {s.ObjectBytes / s.Objects:0} an object ({s.Objects:N0}); written to the log: {Median(counts[0], o => o.Wal / job.Objects) / 1024:0} KiB an object"));

        double Median(int count, Func<Outcome, double> value)
        {
            double[] sorted = [.. outcomes.Where(o => o.Processes == count).Select(value).Order()];
            return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
        }

        string Verdict(int count)
        {
            double idle = Median(count, o => o.Idle), locks = names.Where(n => n.StartsWith("lock: ", StringComparison.Ordinal)).Sum(n => Median(count, o => o.Waits.GetValueOrDefault(n)));
            double disk = Median(count, o => o.Waits.GetValueOrDefault("log to disk")), one = Median(count, o => o.WorkerCpu / o.Seconds) / count;
            if (idle < 0.1) return string.Create(CultureInfo.InvariantCulture, $"the machine's {Environment.ProcessorCount} cores are used up ({idle * 100:0} % idle)");
            if (locks > count * 0.5) return string.Create(CultureInfo.InvariantCulture, $"{locks:0.0} of {count} wait for each other's locks");
            if (disk > 0.5) return "the server waits for its log to be on disk";
            if (one > 0.7) return string.Create(CultureInfo.InvariantCulture, $"each process uses {one:0.00} of a core, and its one worker can use no more");
            return job.Delay > 0 ? "the processes wait for their objects" : "nothing is used up";
        }
    }
}
