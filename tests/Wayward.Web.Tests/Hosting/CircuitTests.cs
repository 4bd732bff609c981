using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wayward.Testing;
using Wayward.Web.Hosting;

namespace Wayward.Web.Tests.Hosting;

/// <summary>
/// Many open pages, pages that come and go, hostile frames and a database that cannot be written, by a client that speaks the hub's protocol. Rows S5, U1, U2, U3 and U6 of <c>docs/reliability.md</c>.
/// The figures of these rows are asserted in the long sets (<c>WAYWARD_LONG=1</c>, see <c>tests/long.sh circuits</c>); the short sets print them and assert what holds on any machine.
/// </summary>
[Collection("Circuits")]
public sealed class CircuitTests(ITestOutputHelper output)
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("WAYWARD_LONG") is { Length: > 0 };
    private static readonly string[] Paths = ["/findings", "/instances", "/destinations", "/", "/findings?show=all", "/audit", "/findings?q=web", "/ingest"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<TestHost> FleetAsync() => TestHost.StartAsync(folder =>
    {
        var world = new World(20);
        for (int i = 0; i < 60; i++)
        {
            world.Instance($"web-{i}").InSubnet($"subnet-{i}").Asks("9.9.9.9").Every(1, 0.1);
            world.Instance($"web-{i}").Asks($"45.77.{i}.9").Every(1, 12 + i * 0.05);
        }
        File.WriteAllText(Path.Combine(folder, "fleet.log"), Text(world));
    }, ("Hosting:MaxCircuits", "1000"));

    private static string Text(World world) => string.Concat(world.Lines().Select(l => l.ToText(LineFormat.V11) + "\n").Prepend(FlowLine.Header(LineFormat.V11) + "\n"));

    private static double P95(IEnumerable<TimeSpan> times) => times.Select(t => t.TotalMilliseconds).Order().ToList() is var all && all.Count == 0 ? 0 : all[(int)(0.95 * (all.Count - 1))];

    /// <summary>Each page is given a moment every pause until the time is up.</summary>
    private static async Task<ConcurrentBag<TimeSpan>> UseAsync(IReadOnlyList<HubClient> pages, TimeSpan length, TimeSpan pause)
    {
        var times = new ConcurrentBag<TimeSpan>();
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(pages.Select(async (page, i) =>
        {
            await Task.Delay(pause * ((double)i / pages.Count), Cancellation);
            for (int n = i; Stopwatch.GetElapsedTime(began) < length; n++)
            {
                times.Add(await page.NavigateAsync(Paths[n % Paths.Length], Cancellation));
                await Task.Delay(pause, Cancellation);
            }
        }));
        return times;
    }

    private static async Task<List<HubClient>> OpenAsync(TestHost host, int count, string path = "/findings")
    {
        List<HubClient> pages = [];
        for (int i = 0; i < count; i++) pages.Add(await HubClient.OpenAsync(host, path, Cancellation));
        return pages;
    }

    private static async Task CloseAsync(IEnumerable<HubClient> pages)
    {
        foreach (var page in pages) await page.DisposeAsync();
    }

    private static long Heap()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    [Fact]
    public async Task U1_pages_stay_open_and_answer_while_objects_are_read()
    {
        await using var host = await FleetAsync();
        await host.FindingsAsync(60);
        var pages = await OpenAsync(host, Long ? 100 : 12);
        using var stop = new CancellationTokenSource();
        var dropping = Task.Run(async () =>
        {
            for (int n = 0; !stop.IsCancellationRequested; n++)
            {
                var world = new World(21);
                for (int i = 0; i < 10; i++) world.Instance($"late-{n % 20}-{i}").Runs(20).Asks("9.9.9.9").Hourly(20);
                await File.WriteAllTextAsync(Path.Combine(host.Source, $".{n}.tmp"), Text(world), Cancellation);
                File.Move(Path.Combine(host.Source, $".{n}.tmp"), Path.Combine(host.Source, $"late-{n}.log"));
                await Task.Delay(500, Cancellation);
            }
        }, Cancellation);
        var times = await UseAsync(pages, Long ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(8), Long ? TimeSpan.FromSeconds(5) : TimeSpan.FromSeconds(1));
        await stop.CancelAsync();
        await dropping;
        output.WriteLine($"{pages.Count} pages, {times.Count} actions, p95 {P95(times):F0} ms");
        Assert.All(pages, p => Assert.True(p.IsOpen, p.Error));
        Assert.True(times.Count >= pages.Count * 3);
        if (Long) Assert.InRange(P95(times), 0, 150);
        await CloseAsync(pages);
    }

    [Fact]
    public async Task U2_an_open_page_takes_at_most_its_share_of_memory()
    {
        await using var host = await FleetAsync();
        await host.FindingsAsync(60);
        await CloseAsync(await OpenAsync(host, 5));
        long before = Heap();
        int count = Long ? 200 : 20;
        var pages = await OpenAsync(host, count);
        double each = (Heap() - before) / (double)count / 1024;
        output.WriteLine($"{each:F0} KiB a page, of {count}");
        Assert.All(pages, p => Assert.True(p.IsOpen, p.Error));
        await CloseAsync(pages);
        if (Long) Assert.InRange(each, 0, 2.5 * 1024);
    }

    [Fact]
    public async Task U3_pages_that_were_opened_and_closed_leave_nothing_behind()
    {
        await using var host = await FleetAsync();
        await host.FindingsAsync(60);
        int cycles = Long ? 1_000 : 60;
        for (int i = 0; i < 20; i++) await CloseAsync(await OpenAsync(host, 1, Paths[i % Paths.Length]));
        await ClosedAsync(host);
        long before = Heap();
        for (int i = 0; i < cycles; i++) await CloseAsync(await OpenAsync(host, 1, Paths[i % Paths.Length]));
        await ClosedAsync(host);
        long after = Heap();
        output.WriteLine($"{cycles} cycles: {before >> 10} to {after >> 10} KiB");
        Assert.Equal(0, host.Get<CircuitLimit>().Open);
        if (Long) Assert.InRange(after, 0, before + Math.Max(before / 10, 20L * cycles * 1024 / 60));
    }

    [Fact]
    public async Task U6_a_locked_database_never_keeps_pages_from_answering()
    {
        await using var host = await FleetAsync();
        await host.FindingsAsync(60);
        var pages = await OpenAsync(host, 4);
        foreach (string path in Paths) await pages[0].NavigateAsync(path, Cancellation);
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(host.Data, "wayward.db")};Pooling=False"))
        {
            await connection.OpenAsync(Cancellation);
            await using var begin = connection.CreateCommand();
            begin.CommandText = "BEGIN IMMEDIATE";
            await begin.ExecuteNonQueryAsync(Cancellation);
            var locked = TimeSpan.FromSeconds(Long ? 10 : 5);
            var times = await UseAsync(pages, locked, TimeSpan.FromMilliseconds(400));
            begin.CommandText = "ROLLBACK";
            await begin.ExecuteNonQueryAsync(Cancellation);
            output.WriteLine($"{times.Count} actions, p95 {P95(times):F0} ms");
            // A page that waited for the lock would take as long as the lock is held.
            Assert.InRange(P95(times), 0, Long ? 300 : locked.TotalMilliseconds / 2);
        }
        await CloseAsync(pages);
    }

    [Fact]
    public async Task A_window_that_leaves_while_its_page_starts_is_no_fault()
    {
        var errors = new ErrorCollector();
        await using var host = await TestHost.StartWithAsync(services => services.AddSingleton<ILoggerProvider>(errors));
        var random = new Random(7);
        for (int i = 0; i < 40; i++)
        {
            await using var page = await HubClient.OpenAsync(host, Paths[i % Paths.Length], Cancellation, awaitDrawn: false);
            // Cut at any moment of the start: before the first call of a script is answered, between two of them, or after all.
            await Task.Delay(random.Next(0, 40), Cancellation);
            page.Abort();
        }
        await ClosedAsync(host);
        await Task.Delay(500, Cancellation);
        Assert.Empty(errors.Found);
    }

    private sealed class ErrorCollector : ILoggerProvider, ILogger
    {
        public ConcurrentBag<string> Found { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && exception is not null) Found.Add($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Frames that no browser sends: random bytes, broken MessagePack, unknown methods, handlers and objects that are long gone, wrong arguments, up to 200 kB.</summary>
    [Fact]
    public async Task S5_hostile_frames_end_their_own_connection_at_most()
    {
        await using var host = await FleetAsync();
        await host.FindingsAsync(60);
        var others = await OpenAsync(host, 2);
        foreach (string path in Paths) await others[0].NavigateAsync(path, Cancellation);
        int seed = int.TryParse(Environment.GetEnvironmentVariable("WAYWARD_SEED"), out int given) ? given : 5;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        double quiet = P95(await UseAsync(others, TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(150)));

        int sent = 0, connections = 0;
        const int frames = 10_000;
        var meanwhile = UseAsync(others, TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(150));
        while (sent < frames)
        {
            bool page = random.Next(3) == 0;
            var hostile = page ? await HubClient.OpenAsync(host, "/findings", Cancellation) : await HubClient.ConnectAsync(host, Cancellation);
            connections++;
            for (int i = 0; i < 40 && hostile.IsOpen && sent < frames; i++, sent++)
            {
                try
                {
                    if (random.Next(10) == 0) await hostile.SendRawAsync(Bytes(random, 300), Cancellation);
                    else await hostile.SendFrameAsync(Frame(random), Cancellation);
                }
                catch (System.Net.WebSockets.WebSocketException)
                {
                    break;
                }
            }
            await hostile.DisposeAsync();
        }
        double under = P95(await meanwhile);
        output.WriteLine($"{sent} frames over {connections} connections; p95 of others {quiet:F0} ms before, {under:F0} ms meanwhile");
        Assert.All(others, p => Assert.True(p.IsOpen, p.Error));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await host.Client.GetAsync("/health/live", Cancellation)).StatusCode);
        if (Long) Assert.InRange(under, 0, Math.Max(2 * quiet, 500));
        await CloseAsync(others);
        await ClosedAsync(host);
    }

    private static byte[] Bytes(Random random, int most)
    {
        byte[] bytes = new byte[random.Next(1, most)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Frame(Random random)
    {
        string[] targets = ["StartCircuit", "ConnectCircuit", "ResumeCircuit", "PauseCircuit", "UpdateRootComponents", "BeginInvokeDotNetFromJS", "EndInvokeJSFromDotNet", "ReceiveByteArray", "ReceiveJSDataChunk", "SendDotNetStreamToJS", "OnRenderCompleted", "OnLocationChanged", "OnLocationChanging", "Dispose", "NoSuchMethod", ""];
        object?[] values = [null, true, -1, 0, int.MaxValue, "", "x", new string('a', random.Next(1, 200_000)), "[", "{\"batchId\":1,\"operations\":[{\"type\":\"remove\",\"ssrComponentId\":99}]}", "DispatchEventAsync", "Microsoft.AspNetCore.Components.Web",
            "[{\"eventHandlerId\":999,\"eventName\":\"click\",\"eventFieldInfo\":null},{}]", "http://127.0.0.1/", "javascript:alert(1)", "\u0000\ud7ff", Bytes(random, 64)];
        byte[] whole = HubClient.Invocation(random.Next(2) == 0 ? "h" + random.Next(1_000) : null, targets[random.Next(targets.Length)], [.. Enumerable.Range(0, random.Next(7)).Select(_ => values[random.Next(values.Length)])]);
        switch (random.Next(5))
        {
            case 0: return Bytes(random, 400);
            case 1: return whole[..random.Next(1, whole.Length)];
            case 2:
                for (int i = random.Next(1, 8); i > 0; i--) whole[random.Next(Math.Min(whole.Length, 200))] ^= (byte)random.Next(1, 256);
                return whole;
            default: return whole;
        }
    }

    /// <summary>Circuits end a moment after their windows.</summary>
    private static async Task ClosedAsync(TestHost host)
    {
        var limit = host.Get<CircuitLimit>();
        for (int i = 0; i < 100 && limit.Open > 0; i++) await Task.Delay(100, Cancellation);
    }
}

[CollectionDefinition("Circuits", DisableParallelization = true)]
public sealed class CircuitsCollection;
