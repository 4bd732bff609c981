namespace Wayward.Engine.Loops;

/// <summary>Pauses between tries of something that fails: the first one, then twice as long each time, up to the longest. Not thread-safe.</summary>
public sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private TimeSpan? _last;

    /// <summary>The pause after this failure.</summary>
    public TimeSpan Next()
    {
        var pause = _last is { } last ? last * 2 : first;
        _last = pause < longest ? pause : longest;
        return _last.Value;
    }

    /// <summary>After a success: the next failure begins with the first pause again.</summary>
    public void Reset() => _last = null;
}
