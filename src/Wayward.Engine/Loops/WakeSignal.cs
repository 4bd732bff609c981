namespace Wayward.Engine.Loops;

/// <summary>A wake-up for one waiting loop. Any number of calls of <see cref="Set"/> before the loop waits count as one. Thread-safe.</summary>
public sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _slot = new(0, 1);

    /// <summary>Ends the present wait, or the next one. May be called after <see cref="Dispose"/>.</summary>
    public void Set()
    {
        try
        {
            if (_slot.CurrentCount == 0) _slot.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Another caller was quicker and its wake-up is still there, or the loop has ended.
        }
    }

    /// <summary>Waits for <see cref="Set"/>.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _slot.WaitAsync(cancellation);

    /// <summary>Waits for <see cref="Set"/>, at most for <paramref name="limit"/> by the machine's clock.</summary>
    /// <returns>True = it was set.</returns>
    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellation) => _slot.WaitAsync(limit, cancellation);

    /// <summary>Waits for <see cref="Set"/>, at most for <paramref name="limit"/> by an injected clock.</summary>
    public async Task WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var set = _slot.WaitAsync(stop.Token);
        await Task.WhenAny(Task.Delay(limit, time, stop.Token), set);
        await stop.CancelAsync();
        // The wait may have taken the wake-up at the same moment; then the loop goes on anyway and nothing is lost.
        await set.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }

    public void Dispose() => _slot.Dispose();
}
