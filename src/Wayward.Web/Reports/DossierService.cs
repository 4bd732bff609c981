using System.Runtime.CompilerServices;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.FlowLogs;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;

namespace Wayward.Web.Reports;

/// <summary>Gathers what is known of a finding, for its page, its reports and the HTTP API.</summary>
internal sealed class DossierService(
    IFindingStore findings, IInstanceStore instances, IHistoryReader histories, IAuditStore audit, ISourceObjectStore objects, IExpectedTargetStore expected, ICatalogProvider catalogs, DetectionOptions options)
{
    /// <summary>Days shown after the first contact.</summary>
    private const int DaysAfter = 7;
    /// <summary>Findings read at once for an export.</summary>
    private const int PageSize = 250;
    private const int MaxCells = 360, MaxSiblings = 50, MaxFindings = 200;

    /// <summary>The finding and its triage state, without what is gathered around it. Null when unknown.</summary>
    public async Task<FindingDossier?> HeadAsync(string id, CancellationToken cancellation) => await findings.FindAsync(id, cancellation) is { } stored ? Head(stored) : null;

    /// <summary>The finding, its triage state and its siblings. Null when unknown.</summary>
    public async Task<FindingDossier?> WithSiblingsAsync(string id, CancellationToken cancellation) =>
        await HeadAsync(id, cancellation) is { } head ? head with { Siblings = await SiblingsAsync(head.Finding.Id, cancellation) } : null;

    /// <summary>Everything. Null when unknown.</summary>
    public async Task<FindingDossier?> FindAsync(string id, CancellationToken cancellation)
    {
        if (await HeadAsync(id, cancellation) is not { } head) return null;
        var finding = head.Finding;
        var rules = await expected.AllAsync(cancellation);
        var entries = await audit.OfFindingAsync(finding.Id, cancellation);
        return head with
        {
            ExpectedBy = head is { Status: FindingStatus.ClosedExpected, ExpectedTargetId: { } rule } ? rules.FirstOrDefault(r => r.Id == rule) : null,
            Timeline = await TimelineAsync(head, rules, entries, cancellation),
            Evidence = await EvidenceAsync(finding, cancellation),
            Decisions = [.. entries.Select(e => new DossierDecision(e.At, e.Actor, e.Verb, e.Summary, e.UndoneBy is not null))],
            Comments = [.. (await findings.CommentsAsync(finding.Id, cancellation)).Select(c => new DossierComment(c.At, c.Author, c.Text))],
            Siblings = await SiblingsAsync(finding.Id, cancellation),
        };
    }

    /// <summary>The findings of a query with their evidence, oldest first contact first, read a page at a time.</summary>
    /// <param name="changedSince">Only findings that changed at or after this Unix second.</param>
    public async IAsyncEnumerable<FindingDossier> StreamAsync(FindingQuery query, long? changedSince, [EnumeratorCancellation] CancellationToken cancellation)
    {
        StoredFinding? last = null;
        while (true)
        {
            var page = await findings.PageAsync(query, changedSince, last is null ? null : new(last.Finding.First, last.Finding.Id), PageSize, cancellation);
            await foreach (var dossier in OfAsync(page, cancellation)) yield return dossier;
            if (page.Count < PageSize) yield break;
            last = page[^1];
        }
    }

    /// <summary>Findings with their evidence.</summary>
    public async IAsyncEnumerable<FindingDossier> OfAsync(IReadOnlyList<StoredFinding> found, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var part in found.Chunk(PageSize))
        {
            var names = await objects.NamesAsync([.. part.SelectMany(f => f.Finding.Evidence).Select(e => e.ObjectId).Distinct()], cancellation);
            foreach (var stored in part) yield return Head(stored) with { Evidence = Evidence(stored.Finding, names) };
        }
    }

    /// <summary>The dossier's timeline alone. Null when the history is gone.</summary>
    public async Task<InstanceTimeline?> TimelineAsync(FindingDossier head, CancellationToken cancellation) =>
        await TimelineAsync(head, await expected.AllAsync(cancellation), await audit.OfFindingAsync(head.Finding.Id, cancellation), cancellation);

    private static FindingDossier Head(StoredFinding stored) => new()
    {
        Finding = stored.Finding,
        Status = stored.Status,
        Resolution = stored.Resolution,
        Assignee = stored.Assignee,
        Revision = stored.Revision,
        DetectedAt = stored.DetectedAt,
        UpdatedAt = stored.UpdatedAt,
        Note = stored.Note,
        Supersedes = stored.Supersedes,
        ExpectedTargetId = stored.ExpectedTargetId,
        IncidentId = stored.IncidentId,
    };

    private async Task<IReadOnlyList<DossierSibling>> SiblingsAsync(string id, CancellationToken cancellation) =>
        [.. (await findings.SiblingsAsync(id, MaxSiblings, cancellation)).Select(s => new DossierSibling(s.Id, s.Subject, s.InstanceName, s.Address, s.First, s.Severity, s.Status, s.Resolution))];

    private async Task<InstanceTimeline?> TimelineAsync(FindingDossier head, IReadOnlyList<ExpectedTarget> rules, IReadOnlyList<AuditEntry> entries, CancellationToken cancellation)
    {
        var finding = head.Finding;
        if (finding.Members.Count == 0) return null;
        string instance = finding.Members[0].Id;
        var fleet = await instances.FleetAsync(cancellation);
        // The whole history: first contacts and epochs must be true even when they lie outside the span that is shown.
        if (await histories.FindAsync(new(instance), cancellation) is not { } history) return null;
        var (from, to) = Span(finding, history, fleet);
        var others = (await findings.OfInstanceAsync(instance, MaxFindings, cancellation)).Where(r => r.Reported && r.Id != finding.Id).Select(Mark);
        return InstanceTimeline.Build(new TimelineRequest
        {
            History = history,
            Catalog = catalogs.Current,
            Findings = [TimelineFinding.Of(finding, head.Status), .. others],
            Decisions = [.. entries.Select(e => new TimelineDecision(e.At / 1000, e.Summary, e.Actor, finding.Id))],
            Expected = rules,
            Options = options,
            From = from,
            To = to,
            Moment = finding.First,
            Resolution = InstanceTimeline.Fit(from, to, MaxCells),
            MaxStart = fleet.MaxStart,
        });
    }

    /// <summary>From what was usual before to a week after the first contact, so that the break stands between the two.</summary>
    private (long From, long To) Span(Finding finding, InstanceHistory history, FleetFacts fleet)
    {
        long from = Math.Max(Math.Max(finding.Novelty.ObservedSince, fleet.FirstRecord), finding.First - (long)options.HistoryWindow.TotalSeconds);
        // A member of a cohort may be younger than what the cohort was evaluated by.
        if (history.Coverage.Count > 0) from = Math.Max(from, history.Coverage.Values.First().FirstStart - UnixTime.DaySeconds);
        from = Math.Min(from, finding.First - UnixTime.HourSeconds);
        long to = Math.Max(finding.First + UnixTime.DaySeconds, Math.Min(fleet.MaxStart + UnixTime.HourSeconds, finding.First + DaysAfter * UnixTime.DaySeconds));
        return (from, to);
    }

    private static TimelineFinding Mark(FindingRow row) => new(
        row.Id, row.First, row.Transport, IpAddress.TryParse(row.Address, out var address) ? address : IpAddress.None, row.Provider, row.Severity, row.Status, row.Provider ?? row.Address);

    private async Task<IReadOnlyList<DossierEvidence>> EvidenceAsync(Finding finding, CancellationToken cancellation) =>
        Evidence(finding, await objects.NamesAsync([.. finding.Evidence.Select(e => e.ObjectId).Distinct()], cancellation));

    private static IReadOnlyList<DossierEvidence> Evidence(Finding finding, IReadOnlyDictionary<long, SourceObjectName> names)
    {
        var remotes = finding.Addresses.Select(a => a.Address).ToHashSet();
        return
        [
            .. finding.Evidence.Select(line => names.GetValueOrDefault(line.ObjectId) is { } name
                ? new DossierEvidence(Shown(name.Container), name.Key, line.ObjectId, line.Line, line.Start, line.Text, RecordEnds.Of(name.Columns, line.Text, remotes), name.Sha256)
                : new DossierEvidence(null, null, line.ObjectId, line.Line, line.Start, line.Text, RecordEnds.Of("", line.Text, remotes))),
        ];
    }

    /// <summary>A bucket as it is. Of a folder its own name only: where it lies on this machine is nobody's business who is handed a report.</summary>
    internal static string Shown(string container) => Path.IsPathRooted(container) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(container)) : container;
}
