using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;
using Wayward.Engine.Evidence;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;
using Wayward.Web.Components.Shared;
using Wayward.Web.Reports;

namespace Wayward.Web.Components.Findings;

/// <summary>Reads the queue and single findings for their pages.</summary>
internal sealed class FindingsService(IFindingStore findings, IInstanceStore instances, ISourceObjectStore objects, DossierService dossiers, IEvidenceReader evidence, IAuditStore audit)
{
    /// <summary>Lanes in the pane beside the list, and on the page of a finding.</summary>
    private const int MomentLanes = 6, PageLanes = 8;
    private const int MaxEarlier = 3;

    /// <summary>One page of the queue; beyond the last page, the last one. How far the data reach is read only for an empty list.</summary>
    public async Task<FindingsView> QueueAsync(FindingsState state, CancellationToken cancellation)
    {
        var (page, number) = await Paging.ReadAsync(state.Page, FindingsState.PageSize, skip => findings.QueryAsync(state.ToQuery() with { Skip = skip }, cancellation), p => (p.Rows.Count, p.Total));
        var reach = page.Rows.Count > 0 ? null : DataReach.Of(await instances.FleetAsync(cancellation), await objects.CountAsync(cancellation));
        return new(page, number, await findings.CountAsync(cancellation), await findings.FacetsAsync(state.ToQuery(), cancellation), reach);
    }

    /// <summary>Findings that one decision may be about.</summary>
    public const int MaxAtOnce = 5_000;

    /// <summary>Everything that the queue's filters match, up to <see cref="MaxAtOnce"/>.</summary>
    public Task<IReadOnlyDictionary<string, int>> MatchingAsync(FindingsState state, CancellationToken cancellation) => findings.RefsAsync(state.ToQuery(), MaxAtOnce, cancellation);

    /// <summary>The finding with its reasoning only: what the pane beside the list shows. Null when unknown.</summary>
    public async Task<FindingView?> ReasoningAsync(string id, CancellationToken cancellation)
    {
        if (await dossiers.WithSiblingsAsync(id, cancellation) is not { } dossier) return null;
        var view = new FindingView(dossier);
        return view with { Earlier = await EarlierAsync([.. view.Decided.Take(MaxEarlier)], cancellation) };
    }

    /// <summary>Who decided, when and why: the last decision that still stands about each of the findings.</summary>
    private async Task<IReadOnlyList<EarlierDecision>> EarlierAsync(IReadOnlyList<DossierSibling> decided, CancellationToken cancellation)
    {
        if (decided.Count == 0) return [];
        var entries = await audit.OfSubjectsAsync([.. decided.Select(d => d.Id)], cancellation);
        var decisions = entries.Where(e => e.UndoneBy is null && e.Verb is "finding.close" or "expected.add").Select(e => (Entry: e, After: AuditState.Parse(e.After))).ToList();
        return [.. decided.Select(finding =>
        {
            var (entry, after) = decisions.LastOrDefault(d => d.Entry.Subject == finding.Id || d.After?.Findings?.ContainsKey(finding.Id) == true || (d.Entry.Verb == "expected.add" && finding.Status == FindingStatus.ClosedExpected));
            return new EarlierDecision(finding, entry?.At / 1_000, entry?.Actor, after?.Comment ?? (entry?.Verb == "expected.add" ? entry.Summary : ""));
        })];
    }

    /// <summary>Everything on a finding, its timeline cut down to the lanes that it is understood by. Null when unknown.</summary>
    public async Task<FindingView?> FindAsync(string id, CancellationToken cancellation)
    {
        if (await dossiers.FindAsync(id, cancellation) is not { } dossier) return null;
        return new(dossier.Timeline is { } timeline ? dossier with { Timeline = LaneExcerpt.Of(timeline, dossier.Finding, PageLanes) } : dossier);
    }

    /// <summary>The excerpt for the pane beside the list. Null when there is nothing to draw.</summary>
    public async Task<InstanceTimeline?> MomentAsync(FindingDossier dossier, CancellationToken cancellation)
    {
        if (await dossiers.TimelineAsync(dossier, cancellation) is not { } timeline) return null;
        return LaneExcerpt.Of(timeline, dossier.Finding, MomentLanes) with { Findings = [.. timeline.Findings.Where(f => f.Id == dossier.Finding.Id)], Decisions = [] };
    }

    /// <summary>Reads the objects around the first contact of a finding's address again; where a reject was gone around, its records too, in the order of time.</summary>
    public async Task<EvidenceResult> ReadRawAsync(Finding finding, FindingAddress address, int take, CancellationToken cancellation)
    {
        long from = address.FirstContact - UnixTime.HourSeconds, to = address.FirstContact + UnixTime.HourSeconds;
        var contact = await evidence.ReadAsync(finding.Members[0], new Destination(address.Address, finding.Transport), from, to, take, cancellation);
        if (finding.Novelty.Rejected is not { } rejected) return contact;
        var before = await evidence.ReadAsync(finding.Members[0], new Destination(rejected.Address, rejected.Transport), from, address.FirstContact, take, cancellation);
        return new([.. before.Records.Concat(contact.Records).OrderBy(r => r.Start)], before.Complete && contact.Complete, [.. before.Problems, .. contact.Problems]);
    }
}
