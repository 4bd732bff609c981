using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.Engine.Tests.Interop;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Pipeline;

/// <summary>
/// The rate of a backfill through S3, against reading the same objects from a folder: a measurement, run by <c>tests/backfill.sh</c>. The objects are one hour of a real layout, repeated
/// under other dates with the records' times moved along.
/// </summary>
public sealed class BackfillRateTests
{
    private const string Bucket = "backfill-rate";
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backfill_through_S3_and_the_same_objects_from_a_folder()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("WAYWARD_BENCH") == "1", "a measurement: run tests/backfill.sh");
        int repeats = int.Parse(Environment.GetEnvironmentVariable("WAYWARD_REPEATS") ?? "1000", CultureInfo.InvariantCulture);
        int rounds = int.Parse(Environment.GetEnvironmentVariable("WAYWARD_ROUNDS") ?? "2", CultureInfo.InvariantCulture);
        var template = Template(out string what);
        using var folder = new TempFolder();
        string logs = folder.Path("logs");
        var old = DateTime.UtcNow.AddHours(-1);
        List<(string Key, int Bytes)> objects = [];
        long records = 0;
        await using var fake = await TestServer.OpenAsync(fake: true, "WAYWARD_S3");
        TestServer? swift = Environment.GetEnvironmentVariable("WAYWARD_S3") is { Length: > 0 } ? await TestServer.OpenAsync(fake: false, "WAYWARD_S3") : null;
        List<(string Name, TestServer Server)> servers = [("fake S3", fake), .. swift is null ? Array.Empty<(string, TestServer)>() : [("Swift's s3api", swift)]];
        foreach (var (_, server) in servers) await server.S3.PutBucketAsync(Bucket, Token);
        for (int day = 0; day < repeats; day++)
        {
            var moved = template.Select(o => Move(o, day)).ToList();
            foreach (var (key, body, lines) in moved)
            {
                string file = Path.Combine(logs, key);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllBytesAsync(file, body, Token);
                File.SetLastWriteTimeUtc(file, old);
                objects.Add((key, body.Length));
                records += lines;
            }
            foreach (var (_, server) in servers)
                await Parallel.ForEachAsync(moved, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Token }, async (o, c) =>
                    await server.S3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = o.Key, InputStream = new MemoryStream(o.Body), UseChunkEncoding = false }, c));
        }
        Say($"{objects.Count} objects ({what} x {repeats}), {records} records, {objects.Sum(o => (long)o.Bytes)} bytes; {Environment.ProcessorCount} processors, {IngestOptionsOf([]).EffectiveWorkers} readers");
        Say("| Source | objects/s | records/s | to the folder | own cpu s | bare fetch objects/s |");
        Say("| --- | --- | --- | --- | --- | --- |");
        string? dump = null;
        for (int round = 0; round < rounds; round++)
        {
            var byFolder = await RunAsync(folder, $"folder-{round}", new SourceOptions { Path = logs }, null, objects.Count, backfill: false);
            Row("folder", byFolder, byFolder, null);
            dump ??= byFolder.Dump;
            foreach (var (name, server) in servers)
            {
                double bare = objects.Count / await FetchAsync(server, objects);
                var source = new SourceOptions { Bucket = Bucket, Endpoint = server.Url, StartDate = "2100-01-01" };
                var through = await RunAsync(folder, $"{name[0]}-{round}", source, server, objects.Count, backfill: true);
                Row(name, through, byFolder, bare);
                Assert.Equal(dump, through.Dump);
            }
        }
        if (swift is not null) await swift.DisposeAsync();

        void Row(string name, Measured m, Measured to, double? bare) => Say(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {objects.Count / m.Seconds:0} | {records / m.Seconds:0} | {to.Seconds / m.Seconds:0.00} | {m.Cpu:0.0} | {(bare is { } b ? b.ToString("0", CultureInfo.InvariantCulture) : "")} |"));
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);

    private sealed record Measured(double Seconds, double Cpu, string Dump);

    private static IngestOptions IngestOptionsOf(IReadOnlyList<SourceOptions> sources) => new() { Sources = sources };

    /// <summary>The program's own settings. From the question to the last commit.</summary>
    private static async Task<Measured> RunAsync(TempFolder folder, string name, SourceOptions source, TestServer? server, int expect, bool backfill)
    {
        await using var rig = await IngestRig.StartAsync(folder.Path(name), IngestOptionsOf([source]), start: false, with: services =>
        {
            if (server is null) return;
            // As the program has it, but for the credentials.
            var settings = Engine.Sources.Aws.AwsClientSettings.Default with { Credentials = server.Settings.Credentials };
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(services, _ => SourceRegistry.Create(IngestOptionsOf([source]), TimeProvider.System, settings));
        });
        var clock = Stopwatch.StartNew();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await rig.StartAsync();
        if (backfill)
        {
            await rig.WhenIdleAsync();
            clock.Restart();
            cpu = Process.GetCurrentProcess().TotalProcessorTime;
            await rig.Get<IBackfillStore>().RequestAsync(new(source.Name, null, null, "", false), survey: false, "bench", Token);
        }
        while (rig.Control.Progress.Done < expect) await Task.Delay(20, Token);
        double seconds = clock.Elapsed.TotalSeconds, used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        await rig.WhenIdleAsync(600);
        return new(seconds, used, Contacts(await rig.DumpAsync()));
    }

    /// <summary>All but the lines that name where an object came from.</summary>
    private static string Contacts(string dump) => string.Join('\n', dump.Split('\n').Where(l => !l.StartsWith("object", StringComparison.Ordinal)));

    /// <summary>What the server gives when nothing is done with it, by as many readers.</summary>
    private static async Task<double> FetchAsync(TestServer server, List<(string Key, int Bytes)> objects)
    {
        var clock = Stopwatch.StartNew();
        byte[][] buffers = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new byte[64 * 1024])];
        var next = new ConcurrentQueue<string>(objects.Select(o => o.Key));
        await Task.WhenAll(buffers.Select(buffer => Task.Run(async () =>
        {
            while (next.TryDequeue(out string? key))
            {
                using var response = await server.S3.GetObjectAsync(Bucket, key, Token);
                while (await response.ResponseStream.ReadAsync(buffer, Token) > 0)
                {
                    // Thrown away.
                }
            }
        }, Token)));
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>The shared layout when it is there, else one of our own of the same shape: twelve objects of five minutes, default format.</summary>
    private static List<(string Key, string[] Lines)> Template(out string what)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string root = Path.Combine(at.FullName, "shared", "data", "traffic", "g-s3-layout");
            if (!Directory.Exists(root)) continue;
            what = "../shared/data/traffic/g-s3-layout";
            return [.. Directory.EnumerateFiles(root, "*.log.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => (Path.GetRelativePath(root, f).Replace('\\', '/'), Lines(f)))];
        }
        what = "the project's own objects of that layout";
        return [.. Enumerable.Range(0, 12).Select(i =>
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"111122223333_vpcflowlogs_eu-central-1_fl-090aef5188c56e1d8_20240420T{i * 5 / 60:00}{i * 5 % 60:00}Z_{i:x8}.log.gz");
            var random = new Random(i);
            var lines = new List<string> { "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status" };
            for (int n = 0; n < 315; n++)
            {
                long start = 1_713_571_200 + i * 300 + random.Next(240);
                string remote = n % 10 == 0 ? "9.9.9.9" : string.Create(CultureInfo.InvariantCulture, $"172.69.{random.Next(256)}.{random.Next(256)}");
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"2 111122223333 eni-{random.Next(8):x17} 10.20.1.{random.Next(8)} {remote} {40_000 + random.Next(9_000)} {(n % 10 == 0 ? 53 : 443)} {(n % 10 == 0 ? 17 : 6)} 4 513 {start} {start + 30} ACCEPT OK"));
            }
            return ("AWSLogs/111122223333/vpcflowlogs/eu-central-1/2024/04/20/" + name, lines.ToArray());
        })];

        static string[] Lines(string file)
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>The same object so many days earlier.</summary>
    private static (string Key, byte[] Body, int Records) Move((string Key, string[] Lines) item, int days)
    {
        var (_, at) = Engine.Sources.Aws.S3Layout.Filed(item.Key, 0);
        var before = DateTimeOffset.FromUnixTimeSeconds(at).UtcDateTime;
        var after = before.AddDays(-days);
        string key = item.Key.Replace(before.ToString("/yyyy/MM/dd/", CultureInfo.InvariantCulture), after.ToString("/yyyy/MM/dd/", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace(before.ToString("yyyyMMdd'T'", CultureInfo.InvariantCulture), after.ToString("yyyyMMdd'T'", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        string[] header = item.Lines[0].Split(' ');
        int start = Array.IndexOf(header, "start"), end = Array.IndexOf(header, "end");
        var text = new StringBuilder(item.Lines[0]).Append('\n');
        foreach (string line in item.Lines.Skip(1))
        {
            string[] fields = line.Split(' ');
            foreach (int i in (int[])[start, end])
                if (long.TryParse(fields[i], CultureInfo.InvariantCulture, out long time)) fields[i] = (time - days * 86_400L).ToString(CultureInfo.InvariantCulture);
            text.AppendJoin(' ', fields).Append('\n');
        }
        return (key, SmallObjects.Gzip(text.ToString()), item.Lines.Length - 1);
    }
}
