using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;

namespace Wayward.Web.Components.Overview;

/// <summary>Findings that began on one day, by band.</summary>
public sealed record DayOfFindings(long Day, int High, int Medium, int Low)
{
    public int Total => High + Medium + Low;
}

/// <summary>What needs me now, and can I trust what I see.</summary>
public sealed record OverviewView
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
    /// <summary>Findings that began within a day before the end of the data, and their mean per day over the thirty days before.</summary>
    public int Today => Days.Count == 0 ? 0 : Days[^1].Total;
    public double UsualPerDay => Days.Count < 2 ? 0 : Days.Take(Days.Count - 1).Average(d => d.Total);
    public int OlderThanDay { get; init; }
    public int OlderThanWeek { get; init; }
    /// <summary>End of the data, Unix seconds; 0 = none.</summary>
    public long DataEnd => Fleet.MaxStart;
    public IEnumerable<SourceStatus> Unwell => Sources.Where(s => s.Health is SourceHealth.Degraded or SourceHealth.Failing);
}

/// <summary>Reads the overview.</summary>
public sealed class OverviewService(IFindingStore findings, IInstanceStore instances, ISourceObjectStore objects, IIngestControl control)
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
            Ingest = await objects.CountAsync(cancellation),
            Progress = control.Progress,
            Sources = control.Sources,
            Next = next.Rows,
            Troubled = (await instances.QueryAsync(new() { OnlyWithFindings = true, Take = 6 }, cancellation)).Rows,
            Days = await DaysAsync(fleet.MaxStart, cancellation),
            OlderThanDay = await OpenSinceAsync(now - UnixTime.DaySeconds, cancellation),
            OlderThanWeek = await OpenSinceAsync(now - 7 * UnixTime.DaySeconds, cancellation),
        };
    }

    /// <summary>Open findings whose first contact lies before a moment.</summary>
    private async Task<int> OpenSinceAsync(long before, CancellationToken cancellation) =>
        (await findings.QueryAsync(new() { Statuses = [FindingStatus.Open], FirstTo = before, Take = 1 }, cancellation)).Total;

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
