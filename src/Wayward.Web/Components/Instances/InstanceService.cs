using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Timeline;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Evidence;
using Wayward.Engine.Inventories;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Storage.Instances;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>Reads instances and their timelines.</summary>
internal sealed class InstanceService(
    IInstanceStore instances, IHistoryReader histories, IFindingStore findings, IExpectedTargetStore expected, IAuditStore audit, IEvidenceReader evidence, ICatalogProvider catalogs, IAcceptedContactReader accepted,
    DetectionOptions options)
{
    /// <summary>More cells than this are not told apart on a screen.</summary>
    private const int MaximumCells = 420;
    private const int MaximumFindings = 200;

    public async Task<InstancesView> QueryAsync(int page, InstanceQuery query, CancellationToken cancellation)
    {
        var (read, number) = await Paging.ReadAsync(page, query.Take, skip => instances.QueryAsync(query with { Skip = skip }, cancellation), r => (r.Rows.Count, r.Total));
        return new(read.Rows, read.Total, number, (await instances.FleetAsync(cancellation)).MaxStart);
    }

    public DetectionOptions Options => options;

    /// <summary>Null when the instance is unknown.</summary>
    public async Task<InstanceView?> FindAsync(string id, TimelineSpan span, CancellationToken cancellation)
    {
        if (await histories.FindAsync(new(id), cancellation) is not { } history) return null;
        var rows = await findings.OfInstanceAsync(history.Key.Id, MaximumFindings, cancellation);
        return new(InstanceRow.Of(history, (long)options.HistoryWindow.TotalSeconds, rows), [.. history.Facts.OrderBy(f => f.Attribute).ThenBy(f => f.Value, StringComparer.Ordinal)], rows,
            await TimelineAsync(history, span, rows, cancellation), RoleInWords(ObservedRole.Of(history, catalogs.Current, options)));
    }

    private static string? RoleInWords(string? role) => role switch
    {
        RoleNames.IteratingResolver => $"{role}: resolves names by itself, from the root servers down",
        RoleNames.SmallIterator => $"{role}: resolves some names by itself, from authoritative servers down",
        RoleNames.ServesDns => $"{role}: answers others from its own port 53",
        _ => role,
    };

    /// <summary>Null when the instance is unknown.</summary>
    public async Task<TimelineView?> TimelineAsync(string id, TimelineSpan span, CancellationToken cancellation) => await histories.FindAsync(new(id), cancellation) is { } history
        ? await TimelineAsync(history, span, await findings.OfInstanceAsync(history.Key.Id, MaximumFindings, cancellation), cancellation) : null;

    private async Task<TimelineView?> TimelineAsync(InstanceHistory history, TimelineSpan span, IReadOnlyList<FindingRow> rows, CancellationToken cancellation)
    {
        // Of the whole history: first contacts and epochs must be true even when they lie before the span that is shown.
        var fleet = await instances.FleetAsync(cancellation);
        long dataFrom = history.Coverage.Values.Select(d => d.FirstStart).DefaultIfEmpty(fleet.FirstRecord).Min();
        long dataTo = Math.Max(fleet.MaxStart, history.Coverage.Values.Select(d => d.LastEnd).DefaultIfEmpty(0).Max()) + 1;
        if (dataTo <= dataFrom) return null;
        long from = span.From ?? dataFrom, to = span.To ?? dataTo;
        if (to <= from) (from, to) = (dataFrom, dataTo);
        var request = new TimelineRequest
        {
            History = history,
            Catalog = catalogs.Current,
            Findings = [.. rows.Where(r => r.Reported).Select(Mark)],
            Decisions = await DecisionsAsync(rows, from, to, cancellation),
            Expected = await expected.AllAsync(cancellation),
            Options = options,
            From = from,
            To = to,
            Moment = span.Moment,
            Resolution = Fitting(span.Resolution, from, to),
            MaxStart = fleet.MaxStart,
        };
        var timeline = InstanceTimeline.Build(request);
        return new(timeline, history, dataFrom, dataTo)
        {
            Before = span.WithBefore && timeline.From > dataFrom ? Before(request, timeline) : null,
            States = span.WithStates ? States(request, timeline) : null,
        };
    }

    /// <summary>By day: in finer cells, a server that is asked once a day would be a change of state twice a day.</summary>
    private ResolverStates States(TimelineRequest request, InstanceTimeline timeline) => ResolverStates.Of(
        timeline.Resolution == TimelineResolution.Day ? timeline : InstanceTimeline.Build(request with { Resolution = TimelineResolution.Day, Findings = [], Decisions = [] }), (long)options.Learning.TotalSeconds);

    private static InstanceTimeline Before(TimelineRequest request, InstanceTimeline timeline) =>
        InstanceTimeline.Build(request with { From = timeline.From - (timeline.To - timeline.From), To = timeline.From, Findings = [], Decisions = [], Expected = [] });

    private static TimelineResolution Fitting(TimelineResolution? wanted, long from, long to)
    {
        var finest = InstanceTimeline.Fit(from, to, MaximumCells);
        return wanted is { } resolution && resolution >= finest ? resolution : finest;
    }

    private static TimelineFinding Mark(FindingRow row) => new(
        row.Id, row.First, row.Transport, IpAddress.TryParse(row.Address, out var address) ? address : IpAddress.None, row.Provider, row.Severity, row.Status, row.Provider ?? row.Address);

    private async Task<IReadOnlyList<TimelineDecision>> DecisionsAsync(IReadOnlyList<FindingRow> rows, long from, long to, CancellationToken cancellation)
    {
        var decisions = new List<TimelineDecision>();
        foreach (var row in rows.Where(r => r.Status != Core.Triage.FindingStatus.Open).Take(20))
        {
            foreach (var entry in await audit.OfFindingAsync(row.Id, cancellation))
                if (entry.At / 1_000 >= from && entry.At / 1_000 < to) decisions.Add(new(entry.At / 1_000, Words.Verb(entry.Verb), entry.Actor, row.Id));
        }
        return [.. decisions.Distinct()];
    }

    /// <summary>What was accepted of an instance without a finding, with the reason of each contact.</summary>
    public Task<IReadOnlyList<AcceptedContact>> AcceptedAsync(string id, CancellationToken cancellation) => accepted.ReadAsync(new InstanceKey(id), cancellation);

    /// <summary>Re-reads the raw records of one lane in one span.</summary>
    public Task<EvidenceResult> RawAsync(string id, Destination destination, long from, long to, int take, CancellationToken cancellation) =>
        evidence.ReadAsync(new InstanceKey(id), destination, from, to, take, cancellation);
}
