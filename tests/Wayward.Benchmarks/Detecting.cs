using System.Diagnostics;
using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Benchmarks;

/// <summary>
/// Full judgement of a fleet (20 destinations an instance, 90 days, each seen on three days in ten), then one live batch of 1,000 touched instances on top of it. Histories are made on the way and
/// not timed: from a store they come one after the other as well.
/// </summary>
internal static class Detecting
{
    private const int Days = 90, Destinations = 20, Touched = 1_000, Pool = 2_000;

    public static int Run(string[] sizes)
    {
        Console.WriteLine("| instances | pairs | digests s | judge s | findings | live batch of 1,000: digests s | judge s | findings judged | managed MiB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string size in sizes) Measure(int.Parse(size, CultureInfo.InvariantCulture));
        return 0;
    }

    private static void Measure(int instances)
    {
        var session = new DetectionSession(new DetectionEngine(TestCatalog.Default, [], DetectionOptions.Default)) { MaxStart = World.At(Days) - 60 };
        var digests = new Stopwatch();
        for (int i = 0; i < instances; i++)
        {
            var history = History(i, live: false);
            digests.Start();
            session.Load(history);
            digests.Stop();
        }
        var judge = Stopwatch.StartNew();
        var all = session.Judge(Kept(live: false));
        judge.Stop();
        // The long list of what was learned belongs to the caller.
        int findings = all.Findings.Count;
        all = null;
        double memory = GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;

        session.MaxStart = World.At(Days + 0.02);
        var liveDigests = new Stopwatch();
        for (int i = 0; i < Math.Min(Touched, instances); i++)
        {
            var history = History(i * (instances / Math.Min(Touched, instances)), live: true);
            liveDigests.Start();
            session.Update(history);
            liveDigests.Stop();
        }
        var live = Stopwatch.StartNew();
        var result = session.Judge(Kept(live: true));
        live.Stop();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {instances:N0} | {(long)instances * Destinations:N0} | {digests.Elapsed.TotalSeconds:0.00} | {judge.Elapsed.TotalSeconds:0.00} | {findings:N0} | {liveDigests.Elapsed.TotalSeconds:0.00} | {live.Elapsed.TotalSeconds:0.00} | {result.Findings.Count:N0} | {memory:N0} |"));
    }

    /// <summary>Makes each history once: the engine asks for it several times while it explains a finding.</summary>
    private static Func<InstanceKey, InstanceHistory?> Kept(bool live)
    {
        var kept = new Dictionary<InstanceKey, InstanceHistory>();
        return key => kept.TryGetValue(key, out var history) ? history : kept[key] = History(Number(key), live);
    }

    private static int Number(InstanceKey key) => int.Parse(key.Id.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static InstanceHistory History(int number, bool live)
    {
        var random = new Random(number * 7919 + 17);
        int group = number / 50;
        var history = new DirectHistory(string.Create(CultureInfo.InvariantCulture, $"i-{number:x17}"), string.Create(CultureInfo.InvariantCulture, $"group-{group}")).Observed(0, live ? Days + 1 : Days);
        for (int d = 0; d < Destinations; d++)
        {
            // Few targets are popular, most are a group's own.
            int target = d < 4 ? d : (group * 31 + d) % Pool + 4;
            var address = IpAddress.FromIPv4(0xC800_0000u + (uint)target);
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
