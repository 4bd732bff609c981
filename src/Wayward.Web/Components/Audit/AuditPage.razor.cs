using Microsoft.AspNetCore.Components;
using Wayward.Engine.Notifications;
using Wayward.Storage.Audit;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Audit;

/// <summary>The log of decisions.</summary>
public partial class AuditPage
{
    private string _text = "";

    [Inject] private AuditService Service { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "q")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }

    private AuditView View { get; set; } = new([], 0, 1, new Dictionary<string, string>());

    protected override ChangeKinds Watches => ChangeKinds.Triage | ChangeKinds.Expected | ChangeKinds.Ingest;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        _text = Text ?? "";
        View = await Service.ReadAsync(string.IsNullOrWhiteSpace(Text) ? null : Text.Trim(), Page ?? 1, cancellation);
    }

    private static bool CanUndo(AuditEntry row) => row.Verb.Split('.')[0] is "finding" or "expected" or "incident";

    private static string? Target(AuditEntry row) =>
        AuditService.NamesFinding(row) ? Links.Finding(row.Subject)
        : row.Subject.StartsWith("incident:", StringComparison.Ordinal) ? "incidents/" + row.Subject[9..]
        : row.Verb.StartsWith("expected.", StringComparison.Ordinal) && int.TryParse(row.Subject, out int rule) ? Links.Rule(rule)
        : null;

    private void Filter() => Go(("q", string.IsNullOrWhiteSpace(_text) ? null : _text.Trim()), ("page", null));

    private async Task UndoAsync(AuditEntry row)
    {
        await Actions.UndoAsync(row.Id);
        await ReloadAsync();
    }
}
