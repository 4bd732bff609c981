using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.EngineHost;
using Wayward.Testing;
using Wayward.Storage;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>
/// R9: the disk is too small, at sizes spread from "not even the first commit" to "all but the last"; or read-only. Reads go on or say what is wrong, the file stays sound, and within a
/// minute of there being space the store equals that of an undisturbed run.
/// </summary>
public sealed class DiskTests : IDisposable
{
    private const int Objects = 160;
    private const int Ample = 256 * 1024;
    private static readonly TimeSpan Resumes = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Fills = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folders = new();

    [Fact]
    public async Task R9_a_disk_that_is_full_at_any_size_stops_nothing_but_the_writing_and_resumes_to_an_equal_dump()
    {
        var (whole, smallest, largest) = await PrepareAsync();
        int sizes = LongRun.Pick(3, 20), struck = 0;
        var slowest = TimeSpan.Zero;
        for (int i = 0; i < sizes; i++)
        {
            long size = smallest + (largest - smallest) * i / sizes;
            var outcome = await FillAsync(size, bug: null);
            Assert.True(outcome.Dump == whole, $"{size} KiB: {CrashTests.FirstDifference(whole, outcome.Dump)}");
            if (outcome.Problem is not null) struck++;
            if (outcome.Resumed > slowest) slowest = outcome.Resumed;
        }
        Assert.True(struck * 3 >= sizes * 2, $"only {struck} of {sizes} sizes were too small");
        LongRun.Say($"R9: {sizes} sizes from {smallest} to {largest} KiB, {struck} of them too small, each dump equal; slowest end {slowest.TotalSeconds:0.0} s after there was space");
    }

    [Fact]
    public async Task R9_turns_red_when_objects_are_blamed_for_a_full_disk()
    {
        var (whole, smallest, largest) = await PrepareAsync();
        Assert.NotEqual(whole, (await FillAsync((smallest + largest) / 2, "blames-objects")).Dump);
    }

    [Fact]
    public async Task R9_a_read_only_disk_is_named_at_the_start_and_all_is_well_once_it_can_be_written()
    {
        var (whole, _, _) = await PrepareAsync();
        using var disk = SmallDisk.TryMount(Ample);
        Assert.SkipWhen(disk is null, "a small file system cannot be mounted here");
        string data = Template(disk!.Root);
        await using (var half = await StartAsync(data, null, pausedAfter: Objects / 3))
        {
            // Ended in the middle of work.
        }
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Assert.SkipUnless(disk.TrySetReadOnly(true), "the file system cannot be made read-only here");
        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => StartAsync(data, null));
        Assert.True(error.Problem is StorageProblem.ReadOnly or StorageProblem.CannotOpen, error.Message);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Assert.True(disk.TrySetReadOnly(false));
        await using var rig = await StartAsync(data, null);
        // The pause that held the half is kept.
        Assert.True(await rig.Control.PauseAsync(rig.Control.Sources[0].Name, false, "test", TestContext.Current.CancellationToken));
        await rig.WhenIdleAsync((int)Resumes.TotalSeconds);
        Assert.Equal(whole, await rig.DumpAsync());
    }

    [Fact]
    public async Task R9_files_that_turn_read_only_under_way_stop_only_the_writing()
    {
        var (whole, _, _) = await PrepareAsync();
        string data = Template(_folders.Path("locked"));
        string file = Path.Combine(data, "wayward.db");
        string[] files = [];
        try
        {
            await using var rig = await StartAsync(data, null);
            while (rig.Control.Progress.Done < Objects / 8) await Task.Delay(1, TestContext.Current.CancellationToken);
            files = [.. new[] { file, file + "-wal" }.Where(File.Exists)];
            Assert.SkipUnless(SmallDisk.TrySetImmutable(true, files), "files cannot be made immutable here");
            string? problem = await ProblemAsync(rig);
            Assert.NotNull(problem);
            await ReadsAnswerAsync(rig);
            Assert.True(SmallDisk.TrySetImmutable(false, files));
            await rig.WhenIdleAsync((int)Resumes.TotalSeconds);
            Assert.Equal(whole, await rig.DumpAsync());
            Assert.Equal("ok", StoreFile.Integrity(data));
        }
        finally
        {
            if (files.Length > 0) SmallDisk.TrySetImmutable(false, files);
        }
    }

    [Fact]
    public async Task R15_an_end_while_nothing_can_be_written_is_quick_too()
    {
        SmallObjects.WriteAll(_folders.Path("logs"), 40);
        var options = IngestRig.Fast with { Sources = [new SourceOptions { Path = _folders.Path("logs") }], CommitObjects = 1 };
        await using var rig = await IngestRig.StartAsync(_folders.Path("data"), options, new UnwritableFor(int.MaxValue).Decorate);
        Assert.NotNull(await ProblemAsync(rig));
        while (rig.Control.Progress.CommitQueue < 1) await Task.Delay(5, TestContext.Current.CancellationToken);
        await rig.StopAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    /// <summary>Objects, an empty store to begin with, and what an undisturbed run gives and takes in KiB.</summary>
    private async Task<(string Whole, long Smallest, long Largest)> PrepareAsync()
    {
        SmallObjects.WriteAll(_folders.Path("logs"), Objects);
        await using (await IngestRig.StartAsync(_folders.Path("template"), IngestRig.Fast, start: false))
        {
            // Only to migrate.
        }
        long smallest = KiB(_folders.Path("template"));
        string data = Template(_folders.Path("whole"));
        await using var rig = await StartAsync(data, null);
        await rig.WhenIdleAsync();
        return (await rig.DumpAsync(), smallest + 64, KiB(data));
    }

    private async Task<(string Dump, string? Problem, TimeSpan Resumed)> FillAsync(long kibibytes, string? bug)
    {
        using var disk = SmallDisk.TryMount(kibibytes);
        Assert.SkipWhen(disk is null, "a small file system cannot be mounted here");
        string data = Template(disk!.Root);
        IngestRig? rig = null;
        string? problem = null;
        try
        {
            try
            {
                rig = await StartAsync(data, bug);
                problem = await ProblemAsync(rig);
                await ReadsAnswerAsync(rig);
            }
            catch (StorageUnavailableException e)
            {
                // Not even a start: then it says so, and is started again.
                problem = e.Message;
            }
            if (problem is not null) Assert.Matches("full|space", problem);
            var clock = Stopwatch.StartNew();
            disk.Resize(Ample);
            rig ??= await StartAsync(data, bug);
            await EndAsync(rig, bug is null ? Objects : 0);
            var resumed = clock.Elapsed;
            Assert.InRange(resumed, TimeSpan.Zero, Resumes);
            Assert.Equal("ok", StoreFile.Integrity(data));
            return (await rig.DumpAsync(), problem, resumed);
        }
        finally
        {
            if (rig is not null) await rig.DisposeAsync();
        }
    }

    /// <summary>What the pages ask for: it answers, or says in words why it cannot.</summary>
    private static async Task ReadsAnswerAsync(IngestRig rig)
    {
        var cancellation = TestContext.Current.CancellationToken;
        foreach (var read in new Func<Task>[]
        {
            () => rig.Ledger.CountAsync(cancellation), () => rig.Findings.QueryAsync(new FindingQuery { Statuses = [], Take = 50 }, cancellation),
            () => rig.Ledger.QueryAsync([], null, 0, 50, cancellation), () => rig.Get<IInstanceStore>().QueryAsync(new InstanceQuery { Take = 50 }, cancellation),
        })
        {
            try
            {
                await read().WaitAsync(TimeSpan.FromSeconds(20), cancellation);
            }
            catch (StorageUnavailableException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    /// <summary>Waits for trouble, told where an operator looks, or for the end of all work.</summary>
    private static async Task<string?> ProblemAsync(IngestRig rig)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Fills)
        {
            if (rig.Control.Progress.StoreProblem is { } problem) return problem;
            if (rig.Control.Sources[0] is { Health: SourceHealth.Degraded or SourceHealth.Failing, Message: { } message }) return message;
            if (rig.Control.Progress is { Idle: true, Done: >= Objects }) return null;
            await Task.Delay(20);
        }
        throw new TimeoutException("neither trouble nor an end");
    }

    private static async Task EndAsync(IngestRig rig, long done)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Resumes && (await Ended(rig)) < done) await Task.Delay(50);
        await rig.WhenIdleAsync((int)Resumes.TotalSeconds);

        static async Task<long> Ended(IngestRig rig)
        {
            var states = (await rig.Ledger.CountAsync(CancellationToken.None)).ByState;
            return states.GetValueOrDefault(SourceObjectState.Done) + states.GetValueOrDefault(SourceObjectState.Duplicate);
        }
    }

    private async Task<IngestRig> StartAsync(string data, string? bug, int? pausedAfter = null)
    {
        var options = IngestRig.Fast with { Sources = [new SourceOptions { Path = _folders.Path("logs") }], CommitObjects = 4 };
        var rig = await IngestRig.StartAsync(data, options, services => PlantedBug.Plant(services, bug, data));
        if (pausedAfter is not { } count) return rig;
        while (rig.Control.Progress.Done < count) await Task.Delay(5);
        await rig.Control.PauseAsync(rig.Control.Sources[0].Name, true, "test", CancellationToken.None);
        return rig;
    }

    private string Template(string data)
    {
        Directory.CreateDirectory(data);
        foreach (string file in Directory.GetFiles(_folders.Path("template"))) File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
        return data;
    }

    private static long KiB(string folder) => Directory.GetFiles(folder).Sum(f => (new FileInfo(f).Length + 1023) / 1024);

    public void Dispose() => _folders.Dispose();
}
