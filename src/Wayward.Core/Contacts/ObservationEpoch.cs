namespace Wayward.Core.Contacts;

/// <summary>
/// Where an instance's present observation epoch begins: at the start of the last run of coverage days in which no gap, from the latest end so far to the next start, is longer than H.
/// Coverage is added ascending by day.
/// </summary>
/// <param name="historyWindow">H in seconds.</param>
public struct ObservationEpoch(long historyWindow)
{
    private long _end;

    /// <summary>Unix seconds; <see cref="long.MaxValue"/> without coverage.</summary>
    public long Start { get; private set; } = long.MaxValue;

    public void Add(long start, long end)
    {
        if (Start == long.MaxValue || start - _end > historyWindow) Start = start;
        _end = Math.Max(_end, end);
    }

    /// <summary>
    /// True when coverage from <paramref name="start"/> to <paramref name="end"/> leaves the epoch's start where it is, whatever days it consists of. That is the usual case, and needs no look at the stored days.
    /// </summary>
    internal static bool Continues(in InstanceState state, long start, long end, long historyWindow) =>
        start >= state.ObservedSince && start - state.LastSeen <= historyWindow && end - start <= historyWindow;
}
