using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Wayward.Core.Contacts;
using Wayward.Ingest.Pipeline;
using Wayward.IngestHost;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Ingest.Tests.Pipeline;

public sealed class CommitLoopTests
{
    /// <summary>Slow enough that the loop leaves others a second.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task After_a_slow_commit_what_others_finish_meanwhile_goes_into_the_next()
    {
        var rig = new Rig(Slow) { UnderWay = 6 };
        await rig.FinishAsync(1);
        await rig.CommittedAsync(1);
        // One by one, as workers do; with the last of them nothing else is under way.
        for (int i = 2; i <= 6; i++)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
            await rig.FinishAsync(i);
        }
        await rig.CommittedAsync(6);
        Assert.Equal([1, 5], rig.Commits);
        await rig.EndAsync();
    }

    [Fact]
    public async Task It_does_not_wait_for_ever_nor_for_nobody()
    {
        var rig = new Rig(Slow) { UnderWay = 100 };
        await rig.FinishAsync(1);
        await rig.CommittedAsync(1);
        await rig.FinishAsync(2);
        // The other 98 never come.
        await rig.CommittedAsync(2);
        // The end commits what is at hand.
        await rig.FinishAsync(3);
        await rig.EndAsync();
        Assert.Equal([1, 1, 1], rig.Commits);
    }

    [Fact]
    public async Task Where_objects_are_leased_nothing_is_waited_for()
    {
        var rig = new Rig(Slow) { UnderWay = 0 };
        for (int i = 1; i <= 3; i++)
        {
            await rig.FinishAsync(i);
            await rig.CommittedAsync(i);
        }
        Assert.Equal([1, 1, 1], rig.Commits);
        await rig.EndAsync();
    }

    /// <summary>A loop over a store that takes its time.</summary>
    private sealed class Rig
    {
        private readonly Channel<FinishedItem> _finished = Channel.CreateBounded<FinishedItem>(100);
        private readonly Channel<int> _committed = Channel.CreateUnbounded<int>();
        private readonly Task _loop;
        private int _seen;

        public Rig(TimeSpan takes)
        {
            var loop = new CommitLoop(
                null!, new Store(takes, this), new IngestFaultPolicy(new IngestOptions()), new IngestOptions(), TimeProvider.System, NullLogger.Instance, () => UnderWay,
                (items, _) =>
                {
                    if (UnderWay > 0) UnderWay -= items.Count;
                    return _committed.Writer.WriteAsync(items.Count).AsTask();
                },
                (_, fault) => throw new InvalidOperationException(fault.Reason), _ => { });
            _loop = Task.Run(() => loop.RunAsync(_finished.Reader, CancellationToken.None));
        }

        public int UnderWay { get; set; }
        public ConcurrentQueue<int> Commits { get; } = [];

        public async Task FinishAsync(int number) => await _finished.Writer.WriteAsync(new FinishedItem(
            new WorkItem(null!, new OfferedObject("logs", "folder", $"{number}.log.gz", "tag", 1, 0)), new ObjectContribution(null!, new ContactBatch()), null));

        /// <summary>Waits until so many objects are committed in all.</summary>
        public async Task CommittedAsync(int count)
        {
            while (_seen < count) _seen += await _committed.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(count, _seen);
        }

        public async Task EndAsync()
        {
            _finished.Writer.Complete();
            await _loop.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private sealed class Store(TimeSpan takes, Rig rig) : ContactStoreDecorator(null!)
    {
        public override async Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
        {
            rig.Commits.Enqueue(objects.Count);
            await Task.Delay(takes, cancellation);
            return new CommitResult(objects.Count, 0);
        }
    }
}
