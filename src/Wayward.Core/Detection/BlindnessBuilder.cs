using System.Numerics;
using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>Counts the hours that can be evaluated and those that cannot, one instance after the other. Not thread-safe.</summary>
/// <param name="from">Hours since the epoch; earlier ones are not counted.</param>
/// <param name="to">Exclusive.</param>
internal sealed class BlindnessBuilder(EpisodeEvaluator evaluate, long from, long to)
{
    /// <summary>Groups become mature slowly, so one question for some hours is enough.</summary>
    private const int AtOnce = 6;

    private readonly SortedDictionary<(string Account, string Vpc), (long Hours, SortedDictionary<BlindReason, long> Blind)> _rows = [];

    /// <param name="coverage">Its days, in any order.</param>
    public void Add(InstanceSummary instance, IEnumerable<CoverageDay> coverage)
    {
        var days = coverage.Where(d => (d.Day + 1) * 24L > from && d.Day * 24L < to).ToList();
        if (days.Count == 0) return;
        string account = instance.Fact(InstanceAttribute.Account, days[^1].FirstStart) ?? "", vpc = instance.Fact(InstanceAttribute.Vpc, days[^1].FirstStart) ?? "";
        long hours = 0, seen = 0, learning = 0;
        foreach (var day in days)
        {
            uint mask = (day.Hours | day.SkipHours) & Inside(day.Day);
            seen += BitOperations.PopCount(mask);
            for (int hour = 0; hour < 24; hour += AtOnce)
            {
                uint part = mask & ((1u << AtOnce) - 1 << hour);
                // At the start of an hour an instance that began within it has no age yet.
                if (part != 0 && !evaluate.CanEvaluate(instance, Math.Max(day.FirstStart, (day.Day * 24L + BitOperations.TrailingZeroCount(part)) * UnixTime.HourSeconds))) learning += BitOperations.PopCount(part);
            }
        }
        foreach (var epoch in instance.Epochs)
            hours += Math.Max(0, Math.Min(to, UnixTime.Hour(Math.Max(epoch.Start, epoch.End - 1)) + 1) - Math.Max(from, UnixTime.Hour(epoch.Start)));
        Count(account, vpc, Math.Max(hours, seen), BlindReason.Learning, learning);
        Count(account, vpc, 0, BlindReason.NoCoverage, Math.Max(0, hours - seen));
    }

    /// <param name="mask">Bit h: it was so in hour h of the day.</param>
    public void Add(BlindKey key, uint mask)
    {
        long hours = BitOperations.PopCount(mask & Inside(key.Day));
        // The hours of an interface that no instance is known of stand in no history.
        Count(key.Account, key.Vpc, key.Reason == BlindReason.ServiceInterface ? hours : 0, key.Reason, hours);
    }

    public BlindnessMeter Meter() => new([.. _rows.Where(r => r.Value.Hours > 0).Select(r => new BlindnessRow(NullIfEmpty(r.Key.Account), NullIfEmpty(r.Key.Vpc), r.Value.Hours, r.Value.Blind))]);

    private void Count(string account, string vpc, long hours, BlindReason reason, long blind)
    {
        if (!_rows.TryGetValue((account, vpc), out var row)) row = (0, []);
        if (blind > 0) row.Blind[reason] = row.Blind.GetValueOrDefault(reason) + blind;
        _rows[(account, vpc)] = row with { Hours = row.Hours + hours };
    }

    /// <summary>The hours of a day that are counted.</summary>
    private uint Inside(int day)
    {
        long first = Math.Clamp(from - day * 24L, 0, 24), end = Math.Clamp(to - day * 24L, 0, 24);
        return end <= first ? 0 : (uint)((1L << (int)end) - (1L << (int)first));
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
