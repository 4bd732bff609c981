using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Engine;
using Wayward.Engine.Detection;
using Wayward.Engine.Triage;
using Wayward.Storage;
using Wayward.Storage.Contacts;
using Wayward.Storage.Findings;
using Wayward.Testing;

namespace Wayward.Benchmarks;

/// <summary>
/// Full evaluation of a fleet (20 destinations an instance, 90 days, each seen on three days in ten), then one live batch of 1,000 touched instances on top of it. Histories are made on the way and
/// not timed: from a store they come one after the other as well.
/// </summary>
internal static class Detecting
{
    private const int Days = 90, Destinations = 20, Touched = 1_000, Pool = 2_000;

    public static int Run(string[] sizes)
    {
        Console.WriteLine("| instances | pairs | summaries s | evaluate s | findings | live batch of 1,000: summaries s | evaluate s | findings evaluated | managed MiB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string size in sizes) MeasureAsync(int.Parse(size, CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
        return 0;
    }

    /// <summary>Histories held at one time.</summary>
    private const int AtOnce = 200;

    private static async Task MeasureAsync(int instances)
    {
        var engine = new DetectionEngine(TestCatalog.Default, [], DetectionOptions.Default);
        var loader = new FleetLoader(engine, World.At(Days) - 60);
        var summaries = new Stopwatch();
        for (int i = 0; i < instances; i++)
        {
            var history = History(i, live: false);
            summaries.Start();
            loader.Load(history);
            summaries.Stop();
        }
        var evaluate = Stopwatch.StartNew();
        var fleet = loader.Start();
        var all = await fleet.Begin(engine, World.At(Days) - 60).EvaluateAsync(keys => Task.FromResult(Part(keys, live: false)), AtOnce);
        evaluate.Stop();
        all.MarkStored();
        // The findings belong to the caller.
        int findings = all.Result.Findings.Count;
        all = null;
        double memory = GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;

        var batch = fleet.Begin(engine, World.At(Days + 0.02));
        var liveSummaries = new Stopwatch();
        for (int i = 0; i < Math.Min(Touched, instances); i++)
        {
            var history = History(TouchedAt(i, instances), live: true);
            liveSummaries.Start();
            batch.Update(history);
            liveSummaries.Stop();
        }
        var live = Stopwatch.StartNew();
        var result = (await batch.EvaluateAsync(keys => Task.FromResult(Part(keys, live: true)), AtOnce)).Result;
        live.Stop();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {instances:N0} | {(long)instances * Destinations:N0} | {summaries.Elapsed.TotalSeconds:0.00} | {evaluate.Elapsed.TotalSeconds:0.00} | {findings:N0} | {liveSummaries.Elapsed.TotalSeconds:0.00} | {live.Elapsed.TotalSeconds:0.00} | {result.Findings.Count:N0} | {memory:N0} |"));
    }

    private static ContactLedger Part(IReadOnlySet<InstanceKey> keys, bool live)
    {
        var part = new ContactLedger();
        foreach (var key in keys) part.Put(History(Number(key), live));
        return part;
    }

    /// <summary>Scattered over the fleet, the same share with a finding of their own whatever its size: 7,919 is prime to all sizes.</summary>
    private static int TouchedAt(int i, int instances) => (int)(i * 7_919L % instances);

    /// <summary>The same fleet through the store: what is committed, and <see cref="IDetectionService.RunBatchAsync"/> as it runs in the server.</summary>
    public static async Task<int> RunStoreAsync(string[] sizes)
    {
        Console.WriteLine("| instances | hour cells | database MiB | written s | first evaluation s (cpu) | live batch of 1,000: written s | evaluated s (cpu) | process MiB after | preview for one instance s (cpu) | everywhere s (cpu) | started again s (cpu) |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string size in sizes) await MeasureStoreAsync(int.Parse(size, CultureInfo.InvariantCulture));
        return 0;
    }

    private static async Task MeasureStoreAsync(int instances)
    {
        string folder = Directory.CreateTempSubdirectory("wayward-detect-").FullName;
        try
        {
            long cells = 0;
            TimeSpan written, liveWritten;
            string first, live, narrow, wide;
            long memory;
            await using (var services = await ServicesAsync(folder))
            {
                var contacts = services.GetRequiredService<IContactStore>();
                var clock = Stopwatch.StartNew();
                for (int from = 0; from < instances; from += AtOnce)
                {
                    var part = Enumerable.Range(from, Math.Min(AtOnce, instances - from)).Select(i => History(i, live: false)).ToList();
                    cells += part.Sum(h => h.Pairs.Values.Sum(c => (long)c.Count));
                    await contacts.CommitAsync([Contribution($"past-{from}", part, long.MinValue)], CancellationToken.None);
                }
                written = clock.Elapsed;
                var detection = services.GetRequiredService<IDetectionService>();
                first = await TimedAsync(detection);
                clock.Restart();
                var touched = Enumerable.Range(0, Math.Min(Touched, instances)).Select(i => History(TouchedAt(i, instances), live: true)).ToList();
                await contacts.CommitAsync([Contribution("live", touched, World.At(Days))], CancellationToken.None);
                liveWritten = clock.Elapsed;
                live = await TimedAsync(detection);
                GC.Collect();
                memory = Process.GetCurrentProcess().WorkingSet64;
                // The target that most of the fleet uses.
                var rule = new ExpectedTarget { Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Parse(Target(0).ToString())], Reason = "measured" };
                var triage = services.GetRequiredService<ITriageService>();
                narrow = await TimedAsync(() => triage.PreviewAsync(rule with { Scope = new ExpectedScope { Instances = [Key(1)] } }, null, CancellationToken.None));
                wide = await TimedAsync(() => triage.PreviewAsync(rule, null, CancellationToken.None));
            }
            string again;
            await using (var services = await ServicesAsync(folder)) again = await TimedAsync(services.GetRequiredService<IDetectionService>());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {instances:N0} | {cells:N0} | {new FileInfo(Path.Combine(folder, "wayward.db")).Length / 1048576.0:N0} | {written.TotalSeconds:0.0} | {first} | {liveWritten.TotalSeconds:0.00} | {live} | {memory / 1048576.0:N0} | {narrow} | {wide} | {again} |"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// A day on which every instance begins the same resolver: one evaluation, its peak memory, and how long a decision about another finding waits while it runs. A reference of pure arithmetic in the same minute tells how fast
    /// the machine was.
    /// </summary>
    public static async Task<int> RunSwitchAsync(string[] sizes)
    {
        Console.WriteLine("| instances | reference cpu s | first evaluation s (cpu) | switch written s | switch evaluated s (cpu) | cpu / reference | process MiB before | peak MiB | rows opened | decisions | longest wait ms |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string size in sizes) await MeasureSwitchAsync(int.Parse(size, CultureInfo.InvariantCulture));
        return 0;
    }

    private static async Task MeasureSwitchAsync(int instances)
    {
        string folder = Directory.CreateTempSubdirectory("wayward-switch-").FullName;
        try
        {
            await using var services = await ServicesAsync(folder);
            var contacts = services.GetRequiredService<IContactStore>();
            var detection = services.GetRequiredService<IDetectionService>();
            var triage = services.GetRequiredService<ITriageService>();
            var findings = services.GetRequiredService<IFindingStore>();
            for (int from = 0; from < instances; from += AtOnce)
                await contacts.CommitAsync([Contribution($"past-{from}", [.. Enumerable.Range(from, Math.Min(AtOnce, instances - from)).Select(i => History(i, live: false))], long.MinValue)], CancellationToken.None);
            string first = await TimedAsync(detection);
            var clock = Stopwatch.StartNew();
            for (int from = 0; from < instances; from += AtOnce)
            {
                var part = Enumerable.Range(from, Math.Min(AtOnce, instances - from))
                    .Select(i => new DirectHistory(Key(i), string.Create(CultureInfo.InvariantCulture, $"group-{i / 50}")).Observed(Days, Days + 1).Asks("8.8.8.8", [Days + i % 80_000 / 100_000.0]).Build()).ToList();
                await contacts.CommitAsync([Contribution($"switch-{from}", part, World.At(Days))], CancellationToken.None);
            }
            var written = clock.Elapsed;
            GC.Collect();
            long before = Process.GetCurrentProcess().WorkingSet64;
            var open = (await findings.QueryAsync(new FindingQuery { IncludeUnreported = true, Take = 20 }, CancellationToken.None)).Rows;
            double reference = Reference();

            var cpu = Environment.CpuUsage.TotalTime;
            clock.Restart();
            var evaluation = Task.Run(() => detection.RunBatchAsync(CancellationToken.None));
            long peak = before;
            double longest = 0;
            int decisions = 0;
            while (!evaluation.IsCompleted)
            {
                var wait = Stopwatch.StartNew();
                await triage.CommentAsync(open[decisions % open.Count].Id, "bench", "measured", CancellationToken.None);
                longest = Math.Max(longest, wait.Elapsed.TotalMilliseconds);
                decisions++;
                peak = Math.Max(peak, Process.GetCurrentProcess().WorkingSet64);
                await Task.Delay(50);
            }
            var changes = await evaluation;
            var (took, used) = (clock.Elapsed, Environment.CpuUsage.TotalTime - cpu);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {instances:N0} | {reference:0.00} | {first} | {written.TotalSeconds:0.0} | {took.TotalSeconds:0.00} ({used.TotalSeconds:0.00}) | {used.TotalSeconds / reference:0.0} | {before / 1048576.0:N0} | {peak / 1048576.0:N0} | {changes.Opened.Count:N0} | {decisions} | {longest:0} |"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Cpu seconds of a fixed number of hashes.</summary>
    private static double Reference()
    {
        var cpu = Environment.CpuUsage.TotalTime;
        byte[] block = new byte[1 << 20];
        for (int i = 0; i < 500; i++) System.Security.Cryptography.SHA256.HashData(block, block.AsSpan(0, 32));
        return (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
    }

    private static Task<string> TimedAsync(IDetectionService detection) => TimedAsync(() => detection.RunBatchAsync(CancellationToken.None));

    private static async Task<string> TimedAsync(Func<Task> work)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await work();
        return string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0.00} ({(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:0.00})");
    }

    private static async Task<ServiceProvider> ServicesAsync(string folder)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(DetectionOptions.Default);
        services.AddSingleton<ICatalogProvider>(new FixedCatalogProvider(TestCatalog.Default));
        services.AddSingleton(TestCatalog.Default);
        services.AddWaywardStorage(new StorageOptions { DataDirectory = folder });
        services.AddWaywardIngest(new ConfigurationBuilder().Build());
        var built = services.BuildServiceProvider();
        await built.GetRequiredService<StorageInitializer>().InitializeAsync(CancellationToken.None);
        return built;
    }

    /// <summary>What histories hold from a time on, as an object would contribute it.</summary>
    private static ObjectContribution Contribution(string key, IReadOnlyList<InstanceHistory> histories, long from)
    {
        var batch = new ContactBatch { MaxStart = from > 0 ? World.At(Days + 0.02) : World.At(Days) - 60, ContactRecords = 1 };
        foreach (var history in histories)
        {
            var share = new InstanceContribution();
            foreach (var (endpoint, list) in history.Pairs)
                foreach (var cell in list.Where(c => c.FirstContact >= from)) share.Cells.Add(new CellKey(endpoint, cell.Hour), cell);
            foreach (var (day, coverage) in history.Coverage.Where(d => d.Value.FirstStart >= from)) share.Coverage.Add(day, coverage);
            foreach (var fact in history.Facts) share.Facts.Add(new FactKey(fact.Attribute, fact.Value), fact);
            batch.Instances.Add(history.Key, share);
        }
        return new(new SourceObjectDone
        {
            ObjectId = new ObjectIdentity("bench", key, "1").Id, Source = "bench", Container = "bench", Key = key, ETag = "1", Sha256 = key, ObjectBytes = 1, ExpandedBytes = 1, Records = 1, ContactRecords = 1,
            Quarantined = 0, Format = "bench", FirstStart = World.At(0), LastEnd = World.At(Days), ReadMilliseconds = 1,
        }, batch);
    }

    private static IpAddress Target(int number) => IpAddress.FromIPv4(0xC800_0000u + (uint)number);

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"i-{number:x17}");

    private static int Number(InstanceKey key) => int.Parse(key.Id.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static InstanceHistory History(int number, bool live)
    {
        var random = new Random(number * 7919 + 17);
        int group = number / 50;
        var history = new DirectHistory(Key(number), string.Create(CultureInfo.InvariantCulture, $"group-{group}")).Observed(0, live ? Days + 1 : Days);
        for (int d = 0; d < Destinations; d++)
        {
            // Few targets are popular, most are a group's own.
            int target = d < 4 ? d : (group * 31 + d) % Pool + 4;
            var address = Target(target);
            // One instance in a hundred takes up a target late.
            int from = d == 19 && number % 100 == 0 ? 60 : 0;
            var days = Enumerable.Range(from, Days - from).Where(_ => random.Next(10) < 3).Select(day => day + 0.05 + d * 0.04).ToList();
            // All are in use from the first day on, so that only the late ones are news.
            if (days.Count == 0 || days[0] > from + 1) days.Insert(0, from + 0.01);
            if (live && d < 2) days.Add(Days + 0.01);
            history.Asks(address, days);
        }
        if (live && number % 10_000 == 0) history.Asks("8.8.8.8", [Days + 0.015]);
        return history.Build();
    }
}
