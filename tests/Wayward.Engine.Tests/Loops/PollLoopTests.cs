using Microsoft.Extensions.Logging.Abstractions;
using Wayward.Engine.Loops;

namespace Wayward.Engine.Tests.Loops;

public sealed class PollLoopTests
{
    private readonly LoopHealth _health = new(TimeProvider.System);

    private PollLoop Loop() => new("loop", _health, TimeProvider.System, NullLogger.Instance) { FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(4) };

    private static CancellationTokenSource Limited() => new(TimeSpan.FromSeconds(20));

    [Fact]
    public async Task A_step_that_throws_turns_health_yellow_then_red_and_the_loop_goes_on_until_it_is_well()
    {
        using var stop = Limited();
        List<(bool Disturbed, bool Failing)> seen = [];
        int runs = 0;
        await Loop().RunAsync(
            _ =>
            {
                if (_health.States.Count > 0) seen.Add((_health.States[0].Disturbed, _health.States[0].Failing));
                if (++runs > 5) stop.Cancel();
                return runs <= 4 ? throw new InvalidOperationException($"planted {runs}") : Task.CompletedTask;
            },
            TimeSpan.FromMilliseconds(1), stop.Token);
        Assert.Equal([(true, false), (true, false), (true, true), (true, true), (false, false)], seen);
        Assert.False(_health.States.Single().Disturbed);
    }

    [Fact]
    public async Task A_cancellation_that_is_not_the_loops_own_does_not_end_it()
    {
        using var stop = Limited();
        int runs = 0;
        await Loop().RunAsync(
            _ =>
            {
                if (++runs == 3) stop.Cancel();
                throw new OperationCanceledException("of a query that was cut off");
            },
            TimeSpan.FromMilliseconds(1), stop.Token);
        Assert.Equal(3, runs);
    }

    [Fact]
    public async Task A_wake_up_ends_the_wait_and_one_that_comes_during_the_step_is_not_lost()
    {
        using var stop = Limited();
        using var wake = new WakeSignal();
        int runs = 0;
        await Loop().RunAsync(
            _ =>
            {
                if (++runs == 4) stop.Cancel();
                wake.Set();
                wake.Set();
                return Task.CompletedTask;
            },
            TimeSpan.FromHours(1), stop.Token, wake);
        Assert.Equal(4, runs);
    }

    [Fact]
    public void Pauses_double_up_to_the_longest_and_begin_anew_after_a_success()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Equal([1, 2, 4, 5, 5], Enumerable.Range(0, 5).Select(_ => backoff.Next().TotalSeconds));
        backoff.Reset();
        Assert.Equal(1, backoff.Next().TotalSeconds);
    }

    [Fact]
    public void A_wake_up_after_the_end_is_ignored()
    {
        var wake = new WakeSignal();
        wake.Dispose();
        wake.Set();
    }
}
