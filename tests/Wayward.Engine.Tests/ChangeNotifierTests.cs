using Microsoft.Extensions.Logging.Abstractions;
using Wayward.Engine.Notifications;

namespace Wayward.Engine.Tests;

public sealed class ChangeNotifierTests
{
    private static ChangeNotifier Create(int milliseconds) => new(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, NullLogger<ChangeNotifier>.Instance);

    [Fact]
    public async Task A_thousand_changes_in_an_interval_are_two_calls_that_carry_all_kinds()
    {
        var notifier = Create(200);
        List<ChangeKinds> calls = [];
        using var subscription = notifier.Subscribe(kinds =>
        {
            lock (calls) calls.Add(kinds);
            return Task.CompletedTask;
        });
        notifier.Publish(ChangeKinds.Ingest);
        await Eventually(() => calls.Count == 1);
        for (int i = 0; i < 500; i++)
        {
            notifier.Publish(ChangeKinds.Findings);
            notifier.Publish(ChangeKinds.Triage);
        }
        await Eventually(() => calls.Count == 2);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal([ChangeKinds.Ingest, ChangeKinds.Findings | ChangeKinds.Triage], calls);
    }

    [Fact]
    public async Task A_slow_or_failing_subscriber_delays_nobody_else_and_a_disposed_one_hears_nothing()
    {
        var notifier = Create(1);
        int heard = 0, gone = 0;
        using var slow = notifier.Subscribe(_ => Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken));
        using var bad = notifier.Subscribe(_ => throw new InvalidOperationException("planted"));
        var left = notifier.Subscribe(_ =>
        {
            Interlocked.Increment(ref gone);
            return Task.CompletedTask;
        });
        left.Dispose();
        using var good = notifier.Subscribe(_ =>
        {
            Interlocked.Increment(ref heard);
            return Task.CompletedTask;
        });
        notifier.Publish(ChangeKinds.Contacts);
        await Eventually(() => heard == 1);
        notifier.Publish(ChangeKinds.Contacts);
        await Eventually(() => heard == 2);
        Assert.Equal(0, gone);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 500 && !condition(); i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.True(condition());
    }
}
