using Microsoft.AspNetCore.Components;
using Wayward.Engine.Notifications;
using Wayward.Storage.Audit;
using Wayward.Web.Audit;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Audit;

/// <summary>The log of decisions.</summary>
public partial class AuditPage
{
    private string _text = "", _who = "", _what = "", _about = "";

    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;
    [Inject] private AuditService Service { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "who")] private string? Who { get; set; }
    [SupplyParameterFromQuery(Name = "what")] private string? What { get; set; }
    [SupplyParameterFromQuery(Name = "about")] private string? About { get; set; }
    [SupplyParameterFromQuery(Name = "from")] private string? From { get; set; }
    [SupplyParameterFromQuery(Name = "to")] private string? To { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }

    private AuditView View { get; set; } = new([], 0, 1, new Dictionary<string, string>());

    protected override ChangeKinds Watches => ChangeKinds.Triage | ChangeKinds.Expected | ChangeKinds.Ingest;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        (_text, _who, _what, _about) = (Text ?? "", Who ?? "", What ?? "", About ?? "");
        View = await Service.ReadAsync(AuditEndpoints.Filter(Who, What, About, From, To, Text), Page ?? 1, cancellation);
    }

    private static bool CanUndo(AuditEntry row) => row.Verb.Split('.')[0] is "finding" or "expected" or "incident";

    private static string? Target(AuditEntry row) =>
        AuditService.NamesFinding(row) ? Links.Finding(row.Subject)
        : row.Subject.StartsWith("incident:", StringComparison.Ordinal) ? "incidents/" + row.Subject[9..]
        : row.Verb.StartsWith("expected.", StringComparison.Ordinal) && int.TryParse(row.Subject, out int rule) ? Links.Rule(rule)
        : null;

    private bool Filtered => new[] { Who, What, About, From, To, Text }.Any(f => !string.IsNullOrEmpty(f));

    private void Filter() => Go(("q", Given(_text)), ("who", Given(_who)), ("what", Given(_what)), ("about", Given(_about)), ("page", null));

    /// <summary>The same filters, as a file.</summary>
    private string Export(string format) => "audit/export." + format + new Uri(Navigation.Uri).Query;

    private static string? Given(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private async Task UndoAsync(AuditEntry row)
    {
        await Actions.UndoAsync(row.Id);
        await ReloadAsync();
    }
}
