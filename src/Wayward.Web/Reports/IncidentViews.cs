using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Resolvers;
using Wayward.Core.Timeline;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Storage.Incidents;
using Wayward.Storage.Instances;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Reports;

/// <summary>An incident with what is gathered around it, for its page and its reports.</summary>
/// <param name="Findings">Ascending by first contact.</param>
/// <param name="History">Decisions about the incident and its findings, oldest first.</param>
internal sealed record IncidentView(Incident Incident, IReadOnlyList<IncidentTask> Tasks, IReadOnlyList<FindingRow> Findings, IReadOnlyList<IncidentEvent> Events, IncidentPicture Picture, IReadOnlyList<AuditEntry> History);

/// <summary>Gathers what is known of an incident.</summary>
internal sealed class IncidentViews(
    IIncidentStore incidents, IFindingStore findings, IAuditStore audit, IInstanceStore instances, IHistoryReader histories, ICatalogProvider catalogs, DetectionOptions options)
{
    /// <summary>Null when unknown.</summary>
    public async Task<IncidentView?> FindAsync(int id, CancellationToken cancellation)
    {
        if (await incidents.FindAsync(id, cancellation) is not { } stored) return null;
        var history = await audit.OfSubjectsAsync([AuditSubjects.Incident(id), .. stored.Findings.Select(f => f.Id)], cancellation);
        var known = stored.Findings.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        var events = IncidentEvents.Build(
            stored.Findings.Select(f => new EventFinding(f.Id, Subject(f), Target(f), f.Transport.Name(), f.First, f.Last, f.DetectedAt, f.Why)),
            history.Select(e => new EventDecision(e.At / 1_000, e.Actor, e.Verb, e.Summary, known.Contains(e.Subject) ? e.Subject : null, e.UndoneBy is not null)));
        return new(stored.Incident, stored.Tasks, stored.Findings, events, await PictureAsync(stored.Findings, cancellation), history);
    }

    public static string Subject(FindingRow row) => Words.Subject(row.Subject, row.InstanceName);

    /// <summary>Operator and address: "Google Public DNS (8.8.8.8)", "192.0.2.1 (not in the catalogue)".</summary>
    public static string Target(FindingRow row)
    {
        if (row.Address.Length == 0) return Words.Operator(row);
        string address = row.AddressCount > 1 ? $"{row.Address} +{row.AddressCount - 1}" : row.Address;
        return row.Provider is { } provider ? $"{provider} ({address})" : $"{address} ({char.ToLowerInvariant(Words.Operator(row)[0])}{Words.Operator(row)[1..]})";
    }

    private async Task<IncidentPicture> PictureAsync(IReadOnlyList<FindingRow> rows, CancellationToken cancellation)
    {
        var (from, to) = IncidentPicture.Span([.. rows.Select(r => (r.First, r.Last))]);
        var resolution = InstanceTimeline.Fit(from, to, IncidentPicture.MaxCells);
        long maxStart = rows.Count == 0 ? 0 : (await instances.FleetAsync(cancellation)).MaxStart;
        List<IncidentLane> lanes = [];
        Dictionary<InstanceKey, InstanceTimeline?> timelines = [];
        foreach (var row in rows.Take(IncidentPicture.MaxLanes))
        {
            if (await findings.FindAsync(row.Id, cancellation) is not { Finding: var finding }) continue;
            InstanceTimeline? timeline = null;
            if (finding.Members.Count > 0 && !timelines.TryGetValue(finding.Members[0], out timeline))
            {
                if (await histories.FindAsync(finding.Members[0], cancellation) is { } history)
                    timeline = InstanceTimeline.Build(new TimelineRequest
                    {
                        History = history, Catalog = catalogs.Current, Findings = [], Decisions = [], Expected = [], Options = options, From = from, To = to, Moment = finding.First, Resolution = resolution, MaxStart = maxStart,
                    });
                timelines.Add(finding.Members[0], timeline);
            }
            lanes.Add(IncidentPicture.Lane(finding, Subject(row), $"{row.Provider ?? row.Address} {row.Transport.Name()}", timeline));
        }
        return new(from, to, (int)resolution * UnixTime.HourSeconds, lanes, rows.Count - lanes.Count);
    }
}
