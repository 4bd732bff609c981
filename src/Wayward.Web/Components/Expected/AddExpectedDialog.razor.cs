using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;
using Wayward.Core.Triage;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Expected;

/// <summary>A rule by hand, for what no finding has named yet.</summary>
public partial class AddExpectedDialog
{
    private readonly RuleDraft _draft = new();
    private MudForm _form = default!;
    private RuleEnd _end = default!;
    private IReadOnlyList<string> _problems = [];
    private RuleEffect? _preview;

    [CascadingParameter] private IMudDialogInstance Dialog { get; set; } = default!;
    [Inject] private ExpectedService Service { get; set; } = default!;
    [Inject] private Drafts Drafts { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;

    protected override void OnInitialized() => _draft.LastDay = DateOnly.FromDateTime(Ui.Time.GetUtcNow().UtcDateTime).AddDays(90);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        string[] kept = [await Drafts.ReadAsync("rule.new.targets"), await Drafts.ReadAsync("rule.new.reason"), await Drafts.ReadAsync("rule.new.ticket")];
        if (kept.All(k => k.Length == 0) || _draft.Targets.Length + _draft.Reason.Length + _draft.Ticket.Length > 0) return;
        (_draft.Targets, _draft.Reason, _draft.Ticket) = (kept[0], kept[1], kept[2]);
        StateHasChanged();
    }

    private Task<IEnumerable<string>> OperatorsAsync(string? text, CancellationToken cancellation) => Task.FromResult(Service.Operators(text));

    /// <summary>Completes the last of the ids; what stands before it stays.</summary>
    private async Task<IEnumerable<string>> ScopesAsync(string? text, CancellationToken cancellation)
    {
        int at = (text ?? "").LastIndexOf(' ') + 1;
        string before = (text ?? "")[..at];
        return (await Service.ScopesAsync(_draft.ScopeKind, (text ?? "")[at..], cancellation)).Select(id => before + id);
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>The rule when every field is right; messages stand beside the fields that are not.</summary>
    private async Task<ExpectedTarget?> CheckedAsync()
    {
        await _form.ValidateAsync();
        (var rule, _problems) = _draft.Build();
        // A fault that a field shows already is not said twice.
        bool valid = _end.Check() && _form.IsValid;
        if (!valid) _problems = [];
        return valid ? rule : null;
    }

    private async Task PreviewAsync()
    {
        _preview = null;
        if (await CheckedAsync() is not { } rule) return;
        try
        {
            _preview = await Service.PreviewAsync(rule, null, CancellationToken.None);
        }
        catch (ArgumentException exception)
        {
            _problems = [exception.Message];
        }
    }

    private Task KeyAsync(KeyboardEventArgs e) => e.Key == "Enter" && (e.CtrlKey || e.MetaKey) ? SaveAsync() : Task.CompletedTask;

    private async Task SaveAsync()
    {
        if (await CheckedAsync() is not { } rule || !await Actions.ExpectAsync(rule, null)) return;
        foreach (string field in (string[])["targets", "reason", "ticket"]) await Drafts.DropAsync("rule.new." + field);
        Dialog.Close(DialogResult.Ok(true));
    }
}
