using Wayward.Core.Incidents;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;
using Wayward.Storage.Incidents;
using Wayward.Web.Access;
using Wayward.Web.Hosting;
using Wayward.Web.Reports;

namespace Wayward.Web.Components.Incidents;

/// <summary>What the dialog that gathers findings offers.</summary>
/// <param name="Findings">The findings that were chosen, and may be gathered.</param>
/// <param name="Taken">Of the chosen ones those that are in an incident already.</param>
/// <param name="Related">Proposed relatives of a single finding that are in no incident yet.</param>
/// <param name="Open">Open incidents, last changed first.</param>
public sealed record GatherOffer(IReadOnlyList<FindingRow> Findings, IReadOnlyList<FindingRow> Taken, IReadOnlyList<RelatedFinding> Related, IReadOnlyList<Incident> Open, string Title);

/// <summary>Reads incidents for their pages and dialogs.</summary>
internal sealed class IncidentsService(IIncidentStore incidents, IFindingStore findings, IncidentViews views, ICurrentAnalyst analyst)
{
    private const int MaxRelated = 30, MaxOpen = 50;

    public async Task<IncidentList> ListAsync(IncidentQuery query, CancellationToken cancellation)
    {
        await analyst.RequireAsync(Permission.Read);
        return await incidents.QueryAsync(query, cancellation);
    }

    /// <summary>Null when unknown.</summary>
    public async Task<IncidentView?> FindAsync(int id, CancellationToken cancellation)
    {
        await analyst.RequireAsync(Permission.Read);
        return await views.FindAsync(id, cancellation);
    }

    public async Task<GatherOffer> OfferAsync(IReadOnlyCollection<string> findingIds, CancellationToken cancellation)
    {
        await analyst.RequireAsync(Permission.Read);
        List<FindingRow> rows = [];
        foreach (string[] some in findingIds.Chunk(500)) rows.AddRange(await findings.RowsAsync(some, cancellation));
        var free = rows.Where(r => r.IncidentId is null).ToList();
        IReadOnlyList<RelatedFinding> related = rows.Count == 1 ? [.. (await incidents.RelatedAsync(rows[0].Id, MaxRelated, cancellation)).Where(r => r.Row.IncidentId is null)] : [];
        var open = (await incidents.QueryAsync(new() { Open = true, Take = MaxOpen }, cancellation)).Rows.Select(r => r.Incident).ToList();
        string title = IncidentRules.ProposeTitle([.. free.Select(IncidentViews.Subject).Distinct()], [.. free.Select(r => r.Provider ?? r.Address).Distinct()]);
        return new(free, [.. rows.Where(r => r.IncidentId is not null)], related, open, title);
    }

    /// <summary>Chosen in advance among the proposed: links of a chain, and what the same instance did within a day. Decided findings are not.</summary>
    public static bool IsClose(FindingRow of, RelatedFinding related) => related.Row.Status.IsOpen() && Kinships.IsClose(related.Kinship, related.Row.First - of.First);
}
