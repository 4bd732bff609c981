using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Engine.Detection;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Overview;

/// <summary>Findings that began on one day, by band.</summary>
public sealed record DayOfFindings(long Day, int High, int Medium, int Low)
{
    public int Total => High + Medium + Low;
}

/// <summary>What the analyst has to do now, and what the data allow to be said.</summary>
internal sealed record OverviewView
{
    public required FindingCounts Counts { get; init; }
    public required FleetFacts Fleet { get; init; }
    public required IngestCounts Ingest { get; init; }
    public required IngestProgress Progress { get; init; }
    public required IReadOnlyList<SourceStatus> Sources { get; init; }
    /// <summary>The first to look at: most severe, then newest.</summary>
    public required IReadOnlyList<FindingRow> Next { get; init; }
    public required IReadOnlyList<InstanceRow> Troubled { get; init; }
    /// <summary>Thirty days up to the end of the data, oldest first.</summary>
    public required IReadOnlyList<DayOfFindings> Days { get; init; }
    /// <summary>Findings whose first contact lies on the last day of data.</summary>
    public int Today => Days.Count == 0 ? 0 : Days[^1].Total;
    /// <summary>Days before the last one that have data at all, thirty at most.</summary>
    public int DaysBefore => Days.Count == 0 ? 0 : (int)Math.Clamp((Days[^1].Day - Fleet.FirstRecord / UnixTime.DaySeconds * UnixTime.DaySeconds) / UnixTime.DaySeconds, 0, Days.Count - 1);
    /// <summary>Mean over <see cref="DaysBefore"/>.</summary>
    public double AveragePerDay => DaysBefore == 0 ? 0 : Days.Take(Days.Count - 1).Sum(d => d.Total) / (double)DaysBefore;
    public DataReach Reach => DataReach.Of(Fleet, Ingest);
    /// <summary>When the oldest of the open findings was detected, Unix seconds; null when nothing is open.</summary>
    public long? OldestDetected { get; init; }
    public int OlderThanDay { get; init; }
    public int OlderThanWeek { get; init; }
    /// <summary>End of the data, Unix seconds; 0 = none.</summary>
    public long DataEnd => Fleet.MaxStart;
    /// <summary>How much of the last day of data can be evaluated; null = not measured here.</summary>
    public BlindnessMeter? Blindness { get; init; }
    /// <summary>Flow logs that log the same interfaces.</summary>
    public IReadOnlyList<FlowLogOverlap> Overlaps { get; init; } = [];
    public IEnumerable<SourceStatus> Unwell => Sources.Where(s => s.Health is SourceHealth.Degraded or SourceHealth.Failing);
}

/// <summary>Reads the overview.</summary>
internal sealed class OverviewService(IFindingStore findings, IInstanceStore instances, ISourceObjectStore objects, IIngestControl control, BlindnessGauge gauge)
{
    private const int DaysShown = 30;

    public async Task<OverviewView> ReadAsync(long now, CancellationToken cancellation)
    {
        var fleet = await instances.FleetAsync(cancellation);
        var next = await findings.QueryAsync(new() { Take = 8 }, cancellation);
        return new()
        {
            Counts = await findings.CountAsync(cancellation),
            Fleet = fleet,
            Overlaps = gauge.Overlaps,
            Blindness = gauge.Latest is { Hours: > 0 } meter ? meter : null,
            Ingest = await objects.CountAsync(cancellation),
            Progress = control.Progress,
            Sources = control.Sources,
            Next = next.Rows,
            Troubled = (await instances.QueryAsync(new() { OnlyWithFindings = true, Take = 6 }, cancellation)).Rows,
            Days = await DaysAsync(fleet.MaxStart, cancellation),
            OldestDetected = (await findings.QueryAsync(new() { Sort = FindingSort.DetectedAt, Descending = false, Take = 1 }, cancellation)).Rows is [var oldest, ..] ? oldest.DetectedAt : null,
            OlderThanDay = await OpenSinceAsync(now - UnixTime.DaySeconds, cancellation),
            OlderThanWeek = await OpenSinceAsync(now - 7 * UnixTime.DaySeconds, cancellation),
        };
    }

    /// <summary>Open and acknowledged findings that were detected before a moment: what the queue shows.</summary>
    private async Task<int> OpenSinceAsync(long before, CancellationToken cancellation) =>
        (await findings.QueryAsync(new() { DetectedTo = before, Take = 1 }, cancellation)).Total;

    private async Task<IReadOnlyList<DayOfFindings>> DaysAsync(long end, CancellationToken cancellation)
    {
        if (end == 0) return [];
        int last = UnixTime.Day(end), first = last - DaysShown + 1;
        var counts = (await findings.DaysAsync(first * UnixTime.DaySeconds, (last + 1) * UnixTime.DaySeconds, cancellation)).ToDictionary(d => (d.Day, d.Band), d => d.Count);
        return [.. Enumerable.Range(first, DaysShown).Select(day => new DayOfFindings(
            day * UnixTime.DaySeconds, Of(day, SeverityBand.High), Of(day, SeverityBand.Medium), Of(day, SeverityBand.Low)))];

        int Of(int day, SeverityBand band) => counts.GetValueOrDefault((day, band));
    }
}
