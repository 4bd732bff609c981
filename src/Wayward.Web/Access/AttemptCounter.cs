namespace Wayward.Web.Access;

/// <summary>Counts attempts by key. An attempt is counted before its outcome is known, so parallel attempts cannot pass the limit.</summary>
/// <param name="allowed">Attempts of one key within <paramref name="window"/>.</param>
/// <param name="maxKeys">
/// Keys that are counted one by one. Beyond that, keys whose window is over are dropped, then those below the limit; keys at the limit stay. While all are at
/// the limit, further keys are counted together.
/// </param>
internal sealed class AttemptCounter(int allowed, TimeSpan window, int maxKeys, TimeProvider time)
{
    private const string Rest = "";
    /// <summary>Looking through all keys takes about a millisecond, so it must not follow every request.</summary>
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Count, long Since)> _attempts = new(StringComparer.Ordinal);
    private long? _sweptAt;

    /// <returns>False when the key has no attempt left in its window.</returns>
    public bool TryTake(string key)
    {
        lock (_lock)
        {
            if (!_attempts.ContainsKey(key) && !MakeRoom()) key = Rest;
            var entry = Of(key);
            if (entry.Count >= allowed) return false;
            _attempts[key] = (entry.Count + 1, entry.Since);
            return true;
        }
    }

    /// <summary>The attempt was no failure. Earlier failures of the key stay counted.</summary>
    public void GiveBack(string key)
    {
        lock (_lock)
        {
            if (!_attempts.TryGetValue(key, out var entry) && !_attempts.TryGetValue(key = Rest, out entry)) return;
            if (entry.Count <= 1) _attempts.Remove(key);
            else _attempts[key] = (entry.Count - 1, entry.Since);
        }
    }

    private (int Count, long Since) Of(string key) => _attempts.TryGetValue(key, out var entry) && !IsOver(entry.Since) ? entry : (0, time.GetTimestamp());

    private bool IsOver(long since) => time.GetElapsedTime(since) >= window;

    private bool MakeRoom()
    {
        if (_attempts.Count < maxKeys) return true;
        if (_sweptAt is { } at && time.GetElapsedTime(at) < SweepEvery) return false;
        _sweptAt = time.GetTimestamp();
        Drop(e => IsOver(e.Since));
        if (_attempts.Count >= maxKeys) Drop(e => e.Count < allowed);
        return _attempts.Count < maxKeys;
    }

    private void Drop(Func<(int Count, long Since), bool> which)
    {
        foreach (string key in _attempts.Where(e => which(e.Value)).Select(e => e.Key).ToList()) _attempts.Remove(key);
    }
}
