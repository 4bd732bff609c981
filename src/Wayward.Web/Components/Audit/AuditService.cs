using Wayward.Core.Detection;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Web.Access;
using Wayward.Web.Audit;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Audit;

/// <summary>One page of the log of decisions.</summary>
/// <param name="Names">What the findings named on this page are about, by finding id.</param>
internal sealed record AuditView(IReadOnlyList<AuditEntry> Rows, int Total, int Number, IReadOnlyDictionary<string, string> Names);

/// <summary>Reads the log of decisions; that somebody did is an entry too.</summary>
internal sealed class AuditService(IAuditStore audit, IFindingStore findings, ICurrentAnalyst analyst, AuditReaders readers)
{
    public const int PageSize = 50;

    public async Task<AuditView> ReadAsync(AuditFilter filter, int page, CancellationToken cancellation)
    {
        await analyst.RequireAsync(Permission.ReadAudit);
        if (readers.IsNew(analyst.Name)) await audit.AppendAsync(analyst.Name, "audit.read", "audit", "Read the audit log", null, null, CancellationToken.None);
        var (read, number) = await Paging.ReadAsync(page, PageSize, skip => audit.QueryAsync(filter, skip, PageSize, cancellation), r => (r.Rows.Count, r.Total));
        // An id says nothing to a reader: findings are named by what they are about. At most one look-up for each entry of the page.
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string id in read.Rows.Where(NamesFinding).Select(r => r.Subject).Distinct(StringComparer.Ordinal))
            if (await findings.FindAsync(id, cancellation) is { } stored) names[id] = $"{Words.Subject(stored.Finding.Subject, stored.Finding.InstanceName)} to {FindingText.Target(stored.Finding).Operator}";
        return new(read.Rows, read.Total, number, names);
    }

    /// <summary>Whether the entry is about exactly one finding.</summary>
    public static bool NamesFinding(AuditEntry row) =>
        (row.Verb.StartsWith("finding.", StringComparison.Ordinal) || row.Verb == "report.export") && row.Subject.AsSpan().IndexOfAny(',', ' ') < 0;
}
