namespace Wayward.Core.Detection;

/// <summary>Counts in a window that slides over alerts.</summary>
internal static class SlidingWindow
{
    /// <summary>The most different keys that begin within one window, both ends inclusive.</summary>
    /// <param name="alerts">Ascending by start.</param>
    /// <param name="first">The first to look at.</param>
    /// <param name="end">The first not to look at.</param>
    /// <param name="window">Seconds.</param>
    public static int Most<TKey>(List<Alert> alerts, int first, int end, long window, Func<Alert, TKey> key) where TKey : notnull
    {
        var begun = new Dictionary<TKey, int>();
        int most = 0, low = first;
        for (int high = first; high < end; high++)
        {
            var added = key(alerts[high]);
            begun[added] = begun.GetValueOrDefault(added) + 1;
            for (; alerts[high].Start - alerts[low].Start > window; low++)
            {
                var left = key(alerts[low]);
                if (--begun[left] == 0) begun.Remove(left);
            }
            most = Math.Max(most, begun.Count);
        }
        return most;
    }
}
