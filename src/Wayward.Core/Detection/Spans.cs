namespace Wayward.Core.Detection;

/// <summary>A run of observation: Unix seconds, both inclusive.</summary>
internal readonly record struct EpochSpan(long Start, long End);

/// <summary>
/// An episode of (instance, transport, remote): a maximal run of contacts whose gaps are at most H. Rules that expect a contact take it out beforehand.
/// </summary>
/// <param name="ForbiddenFrom">Start of its first contact under a forbid rule; <see cref="long.MaxValue"/> when there is none.</param>
/// <param name="ForbiddenBy">That rule's number.</param>
/// <param name="IsRegular">Its contacts follow each other like clockwork (<see cref="Regularity"/>). Only told of uncatalogued targets.</param>
/// <param name="IsTraced">A single lookup, begun just after a root or TLD server had answered (<see cref="Traces"/>). Only told of uncatalogued targets.</param>
internal readonly record struct EpisodeSpan(long Start, long End, long ForbiddenFrom, int ForbiddenBy, bool IsRegular = false, bool IsTraced = false)
{
    public bool IsForbidden => ForbiddenFrom != long.MaxValue;
}

internal static class Runs
{
    /// <summary>Maximal runs of intervals whose gaps (next start minus latest end so far) are at most H.</summary>
    /// <param name="intervals">Ascending by start.</param>
    public static EpochSpan[] Of(IEnumerable<EpochSpan> intervals, Parameters parameters)
    {
        var runs = new List<EpochSpan>(1);
        foreach (var next in intervals)
        {
            if (runs.Count > 0 && parameters.Boundaries.Joins(next.Start - runs[^1].End, parameters.History))
                runs[^1] = new EpochSpan(runs[^1].Start, Math.Max(runs[^1].End, next.End));
            else runs.Add(next);
        }
        return [.. runs];
    }

    /// <summary>The run that holds a time, or null.</summary>
    public static EpochSpan? At(EpochSpan[] runs, long time)
    {
        for (int i = runs.Length - 1; i >= 0; i--)
        {
            if (runs[i].Start > time) continue;
            return time <= runs[i].End ? runs[i] : null;
        }
        return null;
    }
}
