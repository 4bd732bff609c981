using System.Diagnostics;
using System.Globalization;
using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>R8: one object in a hundred is bad, in several ways. The good ones are taken about as quickly as without them, and the list of the bad ones is exact.</summary>
public sealed class PoisonTests : IDisposable
{
    /// <summary>What the goal allows, in a long run. In a short one the times are of a second, and a busy machine is no fault of the program.</summary>
    private const double Slower = 1.2;
    private readonly TempFolder _folders = new();

    [Fact]
    public async Task R8_bad_objects_hold_up_nobody_and_the_list_of_them_is_exact()
    {
        int count = LongRun.Pick(200, 2_000);
        SmallObjects.WriteAll(_folders.Path("logs"), count);
        var clean = await IngestAsync(count, 0, null);
        string[] bad = WriteBad(count / 100);
        var outcome = await IngestAsync(count, bad.Length, null);
        Assert.Equal(bad.Order(StringComparer.Ordinal), outcome.Quarantined);
        Assert.Equal(count, outcome.Good);
        double ratio = outcome.Time / clean.Time;
        if (LongRun.On) Assert.InRange(ratio, 0, Slower);
        LongRun.Say(string.Create(CultureInfo.InvariantCulture, $"R8: {count} good objects in {ratio:0.00} times the time that they take without {bad.Length} bad ones beside them; the list is exact"));
    }

    [Fact]
    public async Task R8_turns_red_when_objects_are_taken_one_after_the_other()
    {
        SmallObjects.WriteAll(_folders.Path("logs"), 20);
        string[] bad = WriteBad(1);
        var outcome = await IngestAsync(20, bad.Length, s => new PlantedSources.OneAfterTheOther(s), limit: TimeSpan.FromSeconds(3));
        Assert.NotEqual(20, outcome.Good);
    }

    private async Task<(double Time, long Good, IEnumerable<string> Quarantined)> IngestAsync(int good, int bad, Func<ISource, ISource>? fault, TimeSpan? limit = null)
    {
        var options = IngestRig.Fast with { Sources = [new SourceOptions { Path = _folders.Path("logs") }], ObjectTries = 3 };
        using var data = new TempFolder();
        await using var rig = await IngestRig.StartAsync(data.Root, options, fault is null ? null : PlantedSources.Plant(fault), start: false);
        var clock = Stopwatch.StartNew();
        await rig.StartAsync();
        double time = 0;
        long taken = 0;
        while (clock.Elapsed < (limit ?? TimeSpan.FromMinutes(3)))
        {
            var states = (await rig.Ledger.CountAsync(CancellationToken.None)).ByState;
            taken = states.GetValueOrDefault(SourceObjectState.Done) + states.GetValueOrDefault(SourceObjectState.Duplicate);
            if (taken >= good && time == 0) time = clock.Elapsed.TotalSeconds;
            if (taken >= good && states.GetValueOrDefault(SourceObjectState.Quarantined) >= bad) break;
            await Task.Delay(20);
        }
        var (rows, _) = await rig.Ledger.QueryAsync([SourceObjectState.Quarantined], null, 0, 1_000, CancellationToken.None);
        return (time, taken, rows.Select(r => r.Key).Order(StringComparer.Ordinal));
    }

    /// <returns>Their keys.</returns>
    private string[] WriteBad(int count)
    {
        byte[] gzip = SmallObjects.Make(0, 10, seed: 9).Content, wrong = [.. gzip];
        wrong[^6] ^= 1;
        byte[][] kinds = ["what is this\nno idea\n"u8.ToArray(), wrong, gzip[..(gzip.Length / 2)], [0, 1, 2, 3, 255, 254]];
        string[] keys = [.. Enumerable.Range(0, count).Select(i => $"AWSLogs/0-bad-{i}.log.gz")];
        for (int i = 0; i < count; i++) _folders.Write("logs/" + keys[i], [.. kinds[i % kinds.Length]]);
        return keys;
    }

    public void Dispose() => _folders.Dispose();
}
