using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports;

/// <summary>Findings that share type, band, transport and state.</summary>
public readonly record struct PeriodGroup(FindingType Type, SeverityBand Band, DnsTransport Transport, FindingStatus Status, Resolution Resolution, int Count);

/// <summary>An analyst's decision about a finding of the period.</summary>
/// <param name="At">Unix seconds.</param>
/// <param name="DetectedAt">When the finding was stored, Unix seconds.</param>
public readonly record struct PeriodDecision(string FindingId, long At, long DetectedAt, string Actor, string Verb);

/// <summary>Hours that were logged, of those in which instances were seen to exist (from the first to the last record of each).</summary>
public readonly record struct PeriodCoverage(int Instances, long LoggedHours, long Hours)
{
    /// <summary>0 to 1; null when no instance lies in the period.</summary>
    public double? Share => Hours == 0 ? null : Math.Min(1, (double)LoggedHours / Hours);
}

/// <summary>Seconds from the first storing of a finding to the first decision about it.</summary>
/// <param name="Decided">Findings with a decision of a person.</param>
/// <param name="Median">Half were decided within this time; null = none was decided.</param>
/// <param name="Ninth">Nine of ten were decided within this time.</param>
public readonly record struct PeriodSpeed(int Decided, long? Median, long? Ninth);

/// <summary>A finding that is still to be decided.</summary>
public sealed record PeriodOpenFinding(string Id, int Severity, string Subject, string Target, string Transport, long First, long DetectedAt, FindingStatus Status, string? Assignee);

/// <summary>What was found and decided in a period: the queue as it was filtered, counted.</summary>
public sealed record PeriodSummary
{
    /// <summary>The filters in words, such as "severity High"; empty = everything.</summary>
    public required IReadOnlyList<string> Filters { get; init; }
    /// <summary>First contacts from here, Unix seconds; null = from the start of the data.</summary>
    public long? From { get; init; }
    public long? To { get; init; }
    public required IReadOnlyList<PeriodGroup> Groups { get; init; }
    /// <summary>Operators, or addresses without one, by number of findings.</summary>
    public required IReadOnlyList<(string Target, int Count)> Targets { get; init; }
    public required IReadOnlyList<PeriodDecision> Decisions { get; init; }
    /// <summary>Highest severity first, then oldest.</summary>
    public required IReadOnlyList<PeriodOpenFinding> Open { get; init; }
    public required PeriodCoverage Coverage { get; init; }

    public int Total => Groups.Sum(g => g.Count);
    public int OpenCount => Groups.Where(g => g.Status.IsOpen()).Sum(g => g.Count);

    /// <summary>Findings by a part of their group, most first.</summary>
    public IReadOnlyList<(T Part, int Count)> By<T>(Func<PeriodGroup, T> part) where T : notnull =>
        [.. Groups.GroupBy(part).Select(g => (g.Key, g.Sum(x => x.Count))).OrderByDescending(g => g.Item2).ThenBy(g => g.Key.ToString(), StringComparer.Ordinal)];

    /// <summary>Who decided how many findings, each finding once for each of them, most first.</summary>
    public IReadOnlyList<(string Actor, int Findings)> ByActor =>
        [.. Decisions.GroupBy(d => d.Actor).Select(g => (g.Key, g.Select(d => d.FindingId).Distinct().Count())).OrderByDescending(g => g.Item2).ThenBy(g => g.Key, StringComparer.Ordinal)];

    /// <summary>Time to the first decision of a person.</summary>
    public PeriodSpeed Speed
    {
        get
        {
            var spans = Decisions.GroupBy(d => d.FindingId).Select(g => g.Min(d => Math.Max(0, d.At - d.DetectedAt))).Order().ToList();
            return spans.Count == 0 ? default : new(spans.Count, spans[(spans.Count - 1) / 2], spans[Math.Min(spans.Count - 1, (int)Math.Ceiling(spans.Count * 0.9) - 1)]);
        }
    }
}
