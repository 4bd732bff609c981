using Microsoft.Extensions.DependencyInjection;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage.Audit;
using Wayward.Storage.Ingest;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Pipeline;

public sealed class PipelineTests : IDisposable
{
    private readonly TempFolder _logs = new();
    private readonly TempFolder _data = new();

    private IngestOptions Options => IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }] };

    private static async Task<IReadOnlyDictionary<SourceObjectState, long>> StatesAsync(IngestRig rig) => (await rig.Ledger.CountAsync(CancellationToken.None)).ByState;

    [Fact]
    public async Task Files_dropped_while_it_runs_are_taken_once()
    {
        await using var rig = await IngestRig.StartAsync(_data.Root, Options);
        await rig.WhenIdleAsync();
        SmallObjects.WriteAll(_logs.Root, 60);
        await rig.WhenIdleAsync();
        Assert.Equal(60, (await StatesAsync(rig)).GetValueOrDefault(SourceObjectState.Done));
        string once = await rig.DumpAsync();
        rig.Control.ScanNow();
        await rig.WhenIdleAsync();
        Assert.Equal(once, await rig.DumpAsync());
        var progress = rig.Control.Progress;
        Assert.Equal((60L, 60L), (progress.Done, progress.Total));
        Assert.Contains("8.8.8.8", once, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_in_the_middle_loses_and_doubles_nothing()
    {
        const int Count = 200;
        SmallObjects.WriteAll(_logs.Root, Count);
        string whole;
        using (var other = new TempFolder())
        await using (var rig = await IngestRig.StartAsync(other.Root, Options))
        {
            await rig.WhenIdleAsync();
            whole = await rig.DumpAsync();
        }
        for (int i = 0; i < 5; i++)
        {
            await using var rig = await IngestRig.StartAsync(_data.Root, Options);
            await Task.Delay(15 * i, TestContext.Current.CancellationToken);
        }
        await using var last = await IngestRig.StartAsync(_data.Root, Options);
        await last.WhenIdleAsync();
        Assert.Equal(whole, await last.DumpAsync());
    }

    [Fact]
    public async Task Poison_does_not_hold_up_the_good_and_the_list_of_it_is_exact()
    {
        const int Count = 150;
        SmallObjects.WriteAll(_logs.Root, Count);
        byte[] gzip = SmallObjects.Make(0, 10, seed: 9).Content;
        byte[] wrong = [.. gzip];
        wrong[^6] ^= 1;
        var bad = new Dictionary<string, byte[]>
        {
            ["bad/noheader.log"] = "what is this\nno idea\n"u8.ToArray(),
            ["bad/readme.txt"] = "# Logs\n"u8.ToArray(),
            ["bad/crc.log.gz"] = wrong,
            ["bad/truncated.log.gz"] = gzip[..(gzip.Length / 2)],
            ["bad/binary"] = [0, 1, 2, 3, 255, 254],
        };
        foreach (var (name, bytes) in bad) _logs.Write(name, bytes);
        await using var rig = await IngestRig.StartAsync(_data.Root, Options with { ObjectTries = 3 });
        for (int i = 0; i < 200 && (await StatesAsync(rig)).GetValueOrDefault(SourceObjectState.Quarantined) < bad.Count; i++) await Task.Delay(50, TestContext.Current.CancellationToken);
        await rig.WhenIdleAsync();
        var (rows, total) = await rig.Ledger.QueryAsync([SourceObjectState.Quarantined], null, 0, 100, CancellationToken.None);
        Assert.Equal(bad.Keys.Order(StringComparer.Ordinal), rows.Select(r => r.Key).Order(StringComparer.Ordinal));
        Assert.All(rows, r => Assert.False(string.IsNullOrEmpty(r.Reason)));
        Assert.Equal(3, rows.Single(r => r.Key == "bad/truncated.log.gz").Attempts);
        var states = await StatesAsync(rig);
        Assert.Equal(Count, states.GetValueOrDefault(SourceObjectState.Done) + states.GetValueOrDefault(SourceObjectState.Duplicate));
        Assert.Equal(1, states.GetValueOrDefault(SourceObjectState.Duplicate));
        var status = Assert.Single(rig.Control.Sources);
        Assert.Equal(Engine.Sources.SourceHealth.Degraded, status.Health);
        Assert.Contains("5 objects were set aside", status.Message, StringComparison.Ordinal);
        Assert.Equal(5, total);
        Assert.Equal((Count, 5), (status.Done, status.Failed));

        await rig.DisposeAsync();
        await using var again = await IngestRig.StartAsync(_data.Root, Options);
        await again.WhenIdleAsync();
        var after = Assert.Single(again.Control.Sources);
        Assert.Equal((status.Health, status.Message, status.Done, status.Failed, 0), (after.Health, after.Message, after.Done, after.Failed, after.Waiting));
    }

    [Fact]
    public async Task A_source_whose_lines_are_no_longer_understood_says_so_until_they_are_again()
    {
        var (name, content) = SmallObjects.Make(3, 10);
        _logs.Write("a.log", System.Text.Encoding.ASCII.GetBytes("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
            + string.Concat(Enumerable.Repeat("2 111122223333 eni-1 10.0.0.5 8.8.8.8 http 53 17 1 60 1700000000 1700000060 ACCEPT OK\n", 4))));
        await using var rig = await IngestRig.StartAsync(_data.Root, Options);
        await rig.WhenIdleAsync();
        var status = Assert.Single(rig.Control.Sources);
        Assert.Equal((Engine.Sources.SourceHealth.Degraded, 1), (status.Health, status.Done));
        Assert.StartsWith("a.log: 4 of 4 lines were not understood", status.Message, StringComparison.Ordinal);
        _logs.Write(name, content);
        await Eventually(() => rig.Control.Sources[0] is { Health: Engine.Sources.SourceHealth.Healthy, Done: 2 });
    }

    [Fact]
    public async Task A_file_written_slowly_is_read_only_when_whole()
    {
        var (name, content) = SmallObjects.Make(3, 10);
        await using var rig = await IngestRig.StartAsync(_data.Root, Options with { SettleTime = TimeSpan.FromMilliseconds(300) });
        string path = _logs.Path("slow.log.gz");
        await using (var stream = File.Create(path))
        {
            foreach (byte[] part in content.Chunk(Math.Max(1, content.Length / 8)))
            {
                stream.Write(part);
                stream.Flush();
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
        await rig.WhenIdleAsync();
        var (rows, total) = await rig.Ledger.QueryAsync([], null, 0, 10, CancellationToken.None);
        Assert.Equal(1, total);
        Assert.Equal((SourceObjectState.Done, 1), (rows[0].State, rows[0].Attempts));
        Assert.NotEqual(name, rows[0].Key);
    }

    [Fact]
    public async Task A_database_that_cannot_be_written_is_waited_for_and_blames_no_object()
    {
        SmallObjects.WriteAll(_logs.Root, 40);
        var broken = new UnwritableFor(3);
        await using var rig = await IngestRig.StartAsync(_data.Root, Options, services => broken.Decorate(services));
        await rig.WhenIdleAsync();
        Assert.True(broken.Refused > 3);
        var (rows, _) = await rig.Ledger.QueryAsync([], null, 0, 100, CancellationToken.None);
        Assert.Equal(40, rows.Count);
        Assert.All(rows, r => Assert.Equal((SourceObjectState.Done, 1), (r.State, r.Attempts)));
        Assert.Null(rig.Control.Progress.StoreProblem);
    }

    [Fact]
    public async Task A_version_that_is_gone_before_it_was_read_is_settled_by_the_one_that_took_its_place()
    {
        SmallObjects.WriteAll(_logs.Root, 1);
        await using var rig = await IngestRig.StartAsync(_data.Root, Options);
        await rig.WhenIdleAsync();
        var (rows, _) = await rig.Ledger.QueryAsync([], null, 0, 10, CancellationToken.None);
        var done = Assert.Single(rows);
        // A listing met the file between a write and the next; the queue brings an announcement of a version of long ago.
        var earlier = new OfferedObject(done.Source, done.Container, done.Key, "earlier", done.Bytes, done.LastModified - 60);
        // Nothing later is known of this one: it may be back.
        var lone = new OfferedObject(done.Source, done.Container, done.Key, "later", done.Bytes, done.LastModified + 60);
        await rig.Ledger.OfferAsync([earlier, lone], CancellationToken.None);
        rig.Control.ScanNow();
        while (await StateOf(earlier) is SourceObjectState.Seen or SourceObjectState.Retry || await StateOf(lone) == SourceObjectState.Seen)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(SourceObjectState.Changed, await StateOf(earlier));
        Assert.NotEqual(SourceObjectState.Changed, await StateOf(lone));
        Assert.Equal(SourceObjectState.Done, (await rig.Ledger.FindAsync(done.ObjectId, CancellationToken.None))!.State);
        Assert.Equal("replaced by a newer version before it was read", (await rig.Ledger.FindAsync(earlier.ObjectId, CancellationToken.None))!.Reason);

        async Task<SourceObjectState> StateOf(OfferedObject item) => (await rig.Ledger.FindAsync(item.ObjectId, CancellationToken.None))!.State;
    }

    [Fact]
    public async Task Retry_and_skip_are_the_operators_and_are_audited()
    {
        string bad = _logs.Write("a.log", "nonsense\n");
        _logs.Write("b.log", "more nonsense\n");
        foreach (string path in new[] { bad, _logs.Path("b.log") }) File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        await using var rig = await IngestRig.StartAsync(_data.Root, Options);
        await rig.WhenIdleAsync();
        var (rows, _) = await rig.Ledger.QueryAsync([SourceObjectState.Quarantined], null, 0, 10, CancellationToken.None);
        Assert.Equal(2, rows.Count);
        long a = rows.Single(r => r.Key == "a.log").ObjectId, b = rows.Single(r => r.Key == "b.log").ObjectId;
        Assert.True(await rig.Control.RetryAsync(a, "ana", CancellationToken.None));
        Assert.True(await rig.Control.SkipAsync(b, "ana", CancellationToken.None));
        Assert.False(await rig.Control.RetryAsync(12345, "ana", CancellationToken.None));
        await rig.WhenIdleAsync();
        Assert.Equal((SourceObjectState.Quarantined, 2), ((await rig.Ledger.FindAsync(a, CancellationToken.None))!.State, (await rig.Ledger.FindAsync(a, CancellationToken.None))!.Attempts));
        Assert.Equal(SourceObjectState.Skipped, (await rig.Ledger.FindAsync(b, CancellationToken.None))!.State);
        var (audit, _) = await rig.Get<IAuditStore>().QueryAsync(null, null, 0, 10, CancellationToken.None);
        Assert.Equal(["object.retry", "object.skip"], audit.Select(e => e.Verb).Order(StringComparer.Ordinal));
        // It stays so: neither a look nor a restart takes the skipped one.
        rig.Control.ScanNow();
        await rig.WhenIdleAsync();
        Assert.Equal(SourceObjectState.Skipped, (await rig.Ledger.FindAsync(b, CancellationToken.None))!.State);
    }

    [Fact]
    public async Task A_source_that_cannot_be_listed_turns_red_and_recovers_by_itself()
    {
        string gone = _logs.Path("later");
        Directory.CreateDirectory(gone);
        await using var rig = await IngestRig.StartAsync(_data.Root, IngestRig.Fast with { Sources = [new SourceOptions { Path = gone }] });
        await rig.WhenIdleAsync();
        Assert.Equal(Engine.Sources.SourceHealth.Healthy, Assert.Single(rig.Control.Sources).Health);
        Directory.Delete(gone);
        await Eventually(() => rig.Control.Sources[0].Health == Engine.Sources.SourceHealth.Failing);
        Assert.Contains("not there", rig.Control.Sources[0].Message, StringComparison.Ordinal);
        Directory.CreateDirectory(gone);
        await Eventually(() => rig.Control.Sources[0].Health == Engine.Sources.SourceHealth.Healthy);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 500 && !condition(); i++) await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.True(condition());
    }

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }
}
