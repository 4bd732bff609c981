using Microsoft.Extensions.DependencyInjection;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.FlowLogs;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Pipeline;

/// <summary>Objects that end the process, stand still, or come from the future must not take everything else with them.</summary>
public sealed class InterruptionTests : IDisposable
{
    private static readonly LeaseTerms Terms = new("test", TimeSpan.FromMinutes(1));
    private readonly TempFolder _logs = new();
    private readonly TempFolder _data = new();

    private IngestOptions Options => IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }], InterruptedTries = 2 };

    [Fact]
    public async Task An_attempt_is_in_the_ledger_before_the_object_is_opened()
    {
        SmallObjects.WriteAll(_logs.Root, 3);
        var seen = new List<(int Attempts, bool InWork)>();
        ISourceObjectStore? ledger = null;
        await using var rig = await IngestRig.StartAsync(_data.Root, Options, PlantedSources.Plant(s => new Watched(s, async item =>
        {
            var row = await ledger!.FindAsync(item.ObjectId, CancellationToken.None);
            lock (seen) seen.Add((row!.Attempts, row.InWork));
        })), start: false);
        ledger = rig.Ledger;
        await rig.StartAsync();
        await rig.WhenIdleAsync();
        Assert.Equal(Enumerable.Repeat((1, true), 3), seen);
        var (rows, _) = await rig.Ledger.QueryAsync([SourceObjectState.Done], null, 0, 10, CancellationToken.None);
        Assert.All(rows, r => Assert.Equal((1, false), (r.Attempts, r.InWork)));
    }

    [Fact]
    public async Task What_was_in_work_when_the_process_died_is_read_alone_and_set_aside_when_it_dies_again()
    {
        SmallObjects.WriteAll(_logs.Root, 6);
        await using (var rig = await IngestRig.StartAsync(_data.Root, Options, start: false))
        {
            // As a process that died leaves it: five objects were in work.
            var source = rig.Get<SourceRegistry>().All.Single();
            List<OfferedObject> all = [];
            await foreach (var batch in source.ListAsync(CancellationToken.None)) all.AddRange(batch);
            await rig.Ledger.OfferAsync(all, CancellationToken.None);
            await rig.Ledger.BeginReadingAsync(all[..5], alone: false, CancellationToken.None);
            var claimed = await rig.Ledger.ClaimAsync(source.Name, 10, false, Terms, CancellationToken.None);
            Assert.Equal(5, claimed.Count(o => o.Interrupted == Interruption.BesideOthers));
            // The next process read the first of them alone, and died too.
            await rig.Ledger.BeginReadingAsync(all[..1], alone: true, CancellationToken.None);
        }
        int atOnce = 0, most = 0;
        await using var next = await IngestRig.StartAsync(_data.Root, Options, PlantedSources.Plant(s => new Watched(s, async item =>
        {
            int now = Interlocked.Increment(ref atOnce);
            if (item.Interrupted != Interruption.None) most = Math.Max(most, now);
            await Task.Delay(20);
            Interlocked.Decrement(ref atOnce);
        })));
        await next.WhenIdleAsync();
        var states = (await next.Ledger.CountAsync(CancellationToken.None)).ByState;
        Assert.Equal((5, 1), (states[SourceObjectState.Done], states[SourceObjectState.Quarantined]));
        Assert.Equal(1, most);
        var (rows, _) = await next.Ledger.QueryAsync([SourceObjectState.Quarantined], null, 0, 10, CancellationToken.None);
        Assert.Contains("ended 2 times while this object was read", rows.Single().Reason, StringComparison.Ordinal);
        Assert.Equal(1, next.Control.Sources.Single().Failed);
    }

    [Fact]
    public async Task A_polite_end_counts_no_attempt()
    {
        SmallObjects.WriteAll(_logs.Root, 4);
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var rig = await IngestRig.StartAsync(_data.Root, Options, PlantedSources.Plant(s => new Watched(s, async (_, c) =>
        {
            opened.TrySetResult();
            await Task.Delay(Timeout.Infinite, c);
        }))))
        {
            await opened.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        await using var next = await IngestRig.StartAsync(_data.Root, Options, start: false);
        var (rows, _) = await next.Ledger.QueryAsync([], null, 0, 10, CancellationToken.None);
        Assert.All(rows, r => Assert.Equal((SourceObjectState.Seen, 0, false), (r.State, r.Attempts, r.InWork)));
    }

    [Fact]
    public async Task A_reading_that_stands_still_is_given_up_health_turns_red_and_others_are_read()
    {
        SmallObjects.WriteAll(_logs.Root, 6);
        using var release = new ManualResetEventSlim();
        string stuck = SmallObjects.Make(2, 6).Name;
        var options = Options with { Workers = 1, StallTime = TimeSpan.FromMilliseconds(400), InterruptedTries = 1 };
        await using var rig = await IngestRig.StartAsync(_data.Root, options, PlantedSources.Plant(s => new Stuck(s, stuck, release)));
        await Eventually(() => rig.Control.Progress.ReadProblem is not null);
        Assert.Contains(Path.GetFileName(stuck), rig.Control.Progress.ReadProblem, StringComparison.Ordinal);
        await rig.WhenIdleAsync();
        var states = (await rig.Ledger.CountAsync(CancellationToken.None)).ByState;
        Assert.Equal((5, 1), (states[SourceObjectState.Done], states[SourceObjectState.Quarantined]));
        release.Set();
        await Eventually(() => rig.Control.Progress.ReadProblem is null);
    }

    [Fact]
    public async Task An_object_from_the_future_is_set_aside_whatever_its_own_time_says_and_moves_no_watermark()
    {
        var far = new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        long start = new DateTimeOffset(far).ToUnixTimeSeconds();
        const string Header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";
        string Line(long at) => $"2 111122223333 eni-1 10.0.0.5 8.8.8.8 40000 53 17 1 60 {at} {at + 60} ACCEPT OK\n";
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        File.SetLastWriteTimeUtc(_logs.Write("dated-2100.log", Header + Line(start - 60)), far);
        File.SetLastWriteTimeUtc(_logs.Write("only-2100.log", Header + Line(start)), DateTime.UtcNow.AddHours(-1));
        File.SetLastWriteTimeUtc(_logs.Write("one-of-two.log", Header + Line(now - 7_200) + Line(now + 2 * 86_400)), DateTime.UtcNow.AddHours(20));
        await using var rig = await IngestRig.StartAsync(_data.Root, Options with { SettleTime = TimeSpan.Zero });
        await rig.WhenIdleAsync();
        var (rows, _) = await rig.Ledger.QueryAsync([], null, 0, 10, CancellationToken.None);
        Assert.Equal(
            [("dated-2100.log", SourceObjectState.Quarantined, 0), ("one-of-two.log", SourceObjectState.Done, 1), ("only-2100.log", SourceObjectState.Quarantined, 0)],
            rows.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, r.State, (int)r.QuarantinedLines)));
        Assert.All(rows.Where(r => r.State == SourceObjectState.Quarantined), r => Assert.Contains("ahead of this machine's clock", r.Reason, StringComparison.Ordinal));
        Assert.Contains($"\nmax-start\t{now - 7_200}\n", await rig.DumpAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_space_blames_no_object_and_goes_on_when_there_is_space()
    {
        SmallObjects.WriteAll(_logs.Root, 3);
        bool full = true;
        await using var rig = await IngestRig.StartAsync(_data.Root, Options with { ObjectTries = 2 }, PlantedSources.Plant(s => new Watched(s, _ =>
            Volatile.Read(ref full) ? throw new FlowObjectException("x", "cannot be unpacked", inner: new IOException("No space left on device", 28)) : Task.CompletedTask)));
        await Eventually(() => rig.Control.Sources[0].Health == SourceHealth.Failing);
        Assert.Contains("no space for temporary files", rig.Control.Sources[0].Message, StringComparison.Ordinal);
        await Task.Delay(600, TestContext.Current.CancellationToken);
        Assert.False((await rig.Ledger.CountAsync(CancellationToken.None)).ByState.ContainsKey(SourceObjectState.Quarantined));
        Volatile.Write(ref full, false);
        await Eventually(() => rig.Control.Sources[0] is { Health: SourceHealth.Healthy, Done: 3 });
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 1_200 && !condition(); i++) await Task.Delay(25, TestContext.Current.CancellationToken);
        Assert.True(condition());
    }

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }

    private sealed class Watched(ISource inner, Func<OfferedObject, CancellationToken, Task> opening) : PlantedSources.Around(inner)
    {
        public Watched(ISource inner, Func<OfferedObject, Task> opening) : this(inner, (item, _) => opening(item))
        {
        }

        public override async Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation)
        {
            await opening(item, cancellation);
            return await Inner.OpenAsync(item, cancellation);
        }
    }

    /// <summary>One object is opened, and its first read never ends: as a decoder that loops, or a mount that hangs.</summary>
    private sealed class Stuck(ISource inner, string key, ManualResetEventSlim release) : PlantedSources.Around(inner)
    {
        public override async Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation)
        {
            var stream = await Inner.OpenAsync(item, cancellation);
            return item.Key == key ? new StuckStream(stream, release) : stream;
        }
    }

    private sealed class StuckStream(Stream inner, ManualResetEventSlim release) : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            release.Wait();
            return inner.Read(buffer);
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
