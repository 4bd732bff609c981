using Microsoft.AspNetCore.Components;
using Wayward.Engine.Notifications;
using Wayward.Core.Detection;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Audit;

/// <summary>The log of decisions.</summary>
public partial class AuditPage
{
    private const int PageSize = 50;
    private string _text = "";
    private IReadOnlyList<AuditEntry> _rows = [];
    private int _total;
    private Dictionary<string, string> _names = [];

    [Inject] private IFindingStore Findings { get; set; } = default!;
    [Inject] private IAuditStore Store { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "q")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }

    private int PageNumber => Page is > 1 ? Page.Value : 1;

    protected override ChangeKinds Watches => ChangeKinds.Triage | ChangeKinds.Expected | ChangeKinds.Ingest;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        _text = Text ?? "";
        var (rows, total) = await Store.QueryAsync(null, string.IsNullOrWhiteSpace(Text) ? null : Text.Trim(), (PageNumber - 1) * PageSize, PageSize, cancellation);
        // An id says nothing to a reader: findings are named by what they are about. At most one look-up an entry of the page.
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string id in rows.Where(r => !r.Verb.StartsWith("expected.", StringComparison.Ordinal) && Target(r) is not null).Select(r => r.Subject).Distinct(StringComparer.Ordinal))
        {
            if (_names.TryGetValue(id, out string? known)) names[id] = known;
            else if (await Findings.FindAsync(id, cancellation) is { } stored) names[id] = $"{stored.Finding.InstanceName ?? stored.Finding.Subject.Id} to {FindingText.Target(stored.Finding).Operator}";
        }
        (_rows, _total, _names) = (rows, total, names);
    }

    private static bool CanUndo(AuditEntry row) => row.Verb.StartsWith("finding.", StringComparison.Ordinal) || row.Verb.StartsWith("expected.", StringComparison.Ordinal);

    private static string? Target(AuditEntry row) =>
        row.Verb.StartsWith("finding.", StringComparison.Ordinal) || row.Verb == "report.export" ? (row.Subject.Contains(',', StringComparison.Ordinal) || row.Subject.Contains(' ', StringComparison.Ordinal) ? null : Links.Finding(row.Subject))
        : row.Verb.StartsWith("expected.", StringComparison.Ordinal) && int.TryParse(row.Subject, out int rule) ? Links.Rule(rule)
        : null;

    private void Filter() => Go(("q", string.IsNullOrWhiteSpace(_text) ? null : _text.Trim()), ("page", null));

    private async Task UndoAsync(AuditEntry row)
    {
        await Actions.UndoAsync(row.Id);
        await ReloadAsync();
    }
}
