using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Wayward.Engine.Notifications;

/// <summary>
/// Throttled fan-out: the first change goes out at once, what follows within the interval goes out together at its end. A slow or failing
/// subscriber delays nobody but itself: its next call waits until the last one returned.
/// </summary>
public sealed class ChangeNotifier(TimeSpan interval, TimeProvider time, ILogger<ChangeNotifier> log) : IChangeNotifier
{
    private readonly ConcurrentDictionary<Subscription, byte> _subscriptions = new();

    public IDisposable Subscribe(Func<ChangeKinds, Task> handler)
    {
        var subscription = new Subscription(this, handler);
        _subscriptions.TryAdd(subscription, 0);
        return subscription;
    }

    public void Publish(ChangeKinds kinds)
    {
        if (kinds == ChangeKinds.None) return;
        foreach (var subscription in _subscriptions.Keys) subscription.Publish(kinds);
    }

    private sealed class Subscription(ChangeNotifier owner, Func<ChangeKinds, Task> handler) : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly CancellationTokenSource _stop = new();
        private ChangeKinds _pending;
        private bool _running;

        public void Publish(ChangeKinds kinds)
        {
            lock (_gate)
            {
                _pending |= kinds;
                if (_running || _stop.IsCancellationRequested) return;
                _running = true;
            }
            _ = Task.Run(PumpAsync);
        }

        private async Task PumpAsync()
        {
            while (true)
            {
                ChangeKinds kinds;
                lock (_gate)
                {
                    kinds = _pending;
                    _pending = ChangeKinds.None;
                    if (kinds == ChangeKinds.None || _stop.IsCancellationRequested)
                    {
                        _running = false;
                        return;
                    }
                }
                try
                {
                    await handler(kinds);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    owner.LogFailed(e);
                }
                catch (OperationCanceledException)
                {
                    // A page that closes while it queries.
                }
                try
                {
                    await Task.Delay(owner.Interval, owner.Time, _stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }

        public void Dispose()
        {
            owner._subscriptions.TryRemove(this, out _);
            _stop.Cancel();
        }
    }

    private TimeSpan Interval => interval;
    private TimeProvider Time => time;
    private void LogFailed(Exception e) => log.LogError(e, "A subscriber to changes failed");
}
