using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Timeline;

/// <summary>
/// The DNS destinations of one instance over time: what the page draws and the report prints. Pure; the same input gives the same lanes in the same order.
/// </summary>
public sealed record InstanceTimeline
{
    public required InstanceKey Instance { get; init; }
    /// <summary>Unix seconds, a whole cell.</summary>
    public required long From { get; init; }
    public required long To { get; init; }
    public required TimelineResolution Resolution { get; init; }
    public int CellSeconds => (int)Resolution * (int)UnixTime.HourSeconds;
    public int CellCount => (int)((To - From) / CellSeconds);
    /// <summary>By group, then first contact, then destination.</summary>
    public required IReadOnlyList<TimelineLane> Lanes { get; init; }
    /// <summary>Lanes that an excerpt leaves out.</summary>
    public int LanesLeft { get; init; }
    /// <summary>Spans of learning that touch the timeline, one per observation epoch; not clipped.</summary>
    public required IReadOnlyList<LearnedSpan> Learned { get; init; }
    public required IReadOnlyList<TimelineFinding> Findings { get; init; }
    public required IReadOnlyList<TimelineDecision> Decisions { get; init; }
    /// <summary>One per cell.</summary>
    public required IReadOnlyList<CoverageCell> Coverage { get; init; }
    /// <summary>Most bytes in one cell of any lane: the top of the log scale.</summary>
    public required long MaxCellBytes { get; init; }
    /// <summary>Fewest bytes in one cell that has any: the foot of the log scale.</summary>
    public required long MinCellBytes { get; init; }

    public long CellStart(int index) => From + (long)index * CellSeconds;

    /// <summary>Share of the hours inside the data that were logged, 0 to 1; null when none lies inside.</summary>
    public double? CoverageShare
    {
        get
        {
            int logged = 0, hours = 0;
            foreach (var cell in Coverage)
            {
                logged += cell.LoggedHours;
                hours += cell.Hours;
            }
            return hours == 0 ? null : (double)logged / hours;
        }
    }

    /// <summary>
    /// Volume on a log scale in <paramref name="levels"/> steps, from the faintest cell shown to the strongest; 1 for any traffic at all. Where all cells are
    /// within a factor of ten, the scale still spans a decade, so that noise does not look like change.
    /// </summary>
    public int Level(long bytes, int levels)
    {
        if (bytes <= 0 || MaxCellBytes <= 0) return 1;
        double top = Math.Log10(MaxCellBytes), foot = Math.Min(Math.Log10(Math.Max(MinCellBytes, 1)), top - 1);
        return Math.Clamp(1 + (int)((Math.Log10(bytes) - foot) / (top - foot) * levels), 1, levels);
    }

    /// <summary>The finest resolution that needs no more than <paramref name="maximum"/> cells for a span; days when none does.</summary>
    public static TimelineResolution Fit(long from, long to, int maximum)
    {
        foreach (var resolution in new[] { TimelineResolution.Hour, TimelineResolution.SixHours })
            if ((to - from) / ((int)resolution * UnixTime.HourSeconds) <= maximum) return resolution;
        return TimelineResolution.Day;
    }

    /// <exception cref="ArgumentException">The span is empty.</exception>
    public static InstanceTimeline Build(TimelineRequest request)
    {
        if (request.To <= request.From) throw new ArgumentException("The end of the timeline must lie after its start.", nameof(request));
        return new TimelineBuilder(request).Build();
    }
}
