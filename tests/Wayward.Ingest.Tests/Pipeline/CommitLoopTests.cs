using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Wayward.Core.Contacts;
using Wayward.Ingest.Pipeline;
using Wayward.IngestHost;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Ingest.Tests.Pipeline;

/// <summary>The clock moves only where a test moves it, so a loop that waits where it must not waits for ever.</summary>
public sealed class CommitLoopTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(300), Quick = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task After_a_slow_commit_what_others_finish_meanwhile_goes_into_the_next()
    {
        var rig = new Rig(Slow) { UnderWay = 6 };
        await rig.FinishAsync(1);
        await rig.CommittedAsync(1);
        for (int i = 2; i <= 6; i++)
        {
            // One by one, as workers do; with the last of them nothing else is under way.
            await rig.FinishAsync(i);
            if (i < 6) await rig.WaitedForAsync();
        }
        await rig.CommittedAsync(6);
        Assert.Equal([1, 5], rig.Commits);
        await rig.EndAsync();
    }

    [Fact]
    public async Task It_waits_a_second_at_most_and_the_end_waits_for_nobody()
    {
        var rig = new Rig(Slow) { UnderWay = 100 };
        await rig.FinishAsync(1);
        await rig.CommittedAsync(1);
        await rig.FinishAsync(2);
        Assert.Equal(TimeSpan.FromSeconds(1), await rig.WaitedForAsync());
        // The other 98 never come.
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.CommittedAsync(2);
        await rig.FinishAsync(3);
        await rig.WaitedForAsync();
        await rig.EndAsync();
        Assert.Equal([1, 1, 1], rig.Commits);
    }

    [Fact]
    public async Task Where_objects_are_leased_nothing_is_waited_for() => await NothingIsWaitedForAsync(new Rig(Slow) { UnderWay = 0 });

    [Fact]
    public async Task After_a_quick_commit_nothing_is_waited_for() => await NothingIsWaitedForAsync(new Rig(Quick) { UnderWay = 100 });

    private static async Task NothingIsWaitedForAsync(Rig rig)
    {
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
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
        private readonly Channel<FinishedItem> _finished = Channel.CreateBounded<FinishedItem>(100);
        private readonly Channel<int> _committed = Channel.CreateUnbounded<int>();
        private readonly Task _loop;
        private int _seen;

        public Rig(TimeSpan takes)
        {
            var loop = new CommitLoop(
                null!, new Store(takes, this), new IngestFaultPolicy(new IngestOptions()), new IngestOptions(), Clock, NullLogger.Instance, () => UnderWay,
                (items, _) =>
                {
                    if (UnderWay > 0) UnderWay -= items.Count;
                    return _committed.Writer.WriteAsync(items.Count).AsTask();
                },
                (_, fault) => throw new InvalidOperationException(fault.Reason), _ => { });
            _loop = Task.Run(() => loop.RunAsync(_finished.Reader, CancellationToken.None));
        }

        public StillClock Clock { get; } = new();
        public int UnderWay { get; set; }
        public ConcurrentQueue<int> Commits { get; } = [];

        public async Task FinishAsync(int number) => await _finished.Writer.WriteAsync(new FinishedItem(
            new WorkItem(null!, new OfferedObject("logs", "folder", $"{number}.log.gz", "tag", 1, 0)), new ObjectContribution(null!, new ContactBatch()), null));

        /// <summary>Waits until so many objects are committed in all.</summary>
        public async Task CommittedAsync(int count)
        {
            while (_seen < count) _seen += await _committed.Reader.ReadAsync().AsTask().WaitAsync(Limit);
            Assert.Equal(count, _seen);
        }

        /// <summary>Waits until the loop waits for others; says how long it would.</summary>
        public Task<TimeSpan> WaitedForAsync() => Clock.Timers.Reader.ReadAsync().AsTask().WaitAsync(Limit);

        public async Task EndAsync()
        {
            _finished.Writer.Complete();
            await _loop.WaitAsync(Limit);
        }
    }

    /// <summary>Has one timer at a time.</summary>
    private sealed class StillClock : TimeProvider
    {
        private long _ticks = TimeSpan.TicksPerDay, _due = long.MaxValue;
        private Action? _ring;

        /// <summary>For how long each was set.</summary>
        public Channel<TimeSpan> Timers { get; } = Channel.CreateUnbounded<TimeSpan>();

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
        public override long GetTimestamp() => Volatile.Read(ref _ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_ring, _due) = (() => callback(state), _ticks + dueTime.Ticks);
            Assert.True(Timers.Writer.TryWrite(dueTime));
            return new Timer();
        }

        public void Advance(TimeSpan by)
        {
            if (Interlocked.Add(ref _ticks, by.Ticks) < _due) return;
            _due = long.MaxValue;
            _ring!();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;
            public void Dispose()
            {
            }
            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class Store(TimeSpan takes, Rig rig) : ContactStoreDecorator(null!)
    {
        public override Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
        {
            rig.Commits.Enqueue(objects.Count);
            rig.Clock.Advance(takes);
            return Task.FromResult(new CommitResult(objects.Count, 0));
        }
    }
}
