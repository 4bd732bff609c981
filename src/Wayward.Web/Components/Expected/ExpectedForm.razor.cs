using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Expected;

/// <summary>Makes an expected-target rule from a finding; previews both sides of it at every change.</summary>
public sealed partial class ExpectedForm : IDisposable
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..8];
    private RuleEffect? _preview;
    private string? _problem;
    private bool _saving;
    private ExpectedDraft? _previewed, _restored;
    private MudForm _form = default!;
    private RuleEnd _end = default!;
    private static readonly string[] Fields = ["reason", "ticket", "owner"];
    private CancellationTokenSource? _previewing;

    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;
    [Inject] private ExpectedService Service { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;
    [Inject] private Drafts KeptDrafts { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;

    [Parameter, EditorRequired] public ExpectedDraft Draft { get; set; } = default!;
    [Parameter] public EventCallback OnSaved { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (ReferenceEquals(_previewed, Draft)) return;
        _previewed = Draft;
        await PreviewAsync();
    }

    /// <summary>What was typed about this finding before is in the browser, which answers only once the page stands.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (ReferenceEquals(_restored, Draft)) return;
        var draft = _restored = Draft;
        string[] kept = [await Kept("reason"), await Kept("ticket"), await Kept("owner")];
        if (kept.All(k => k.Length == 0) || !ReferenceEquals(draft, Draft) || draft.Reason.Length + draft.Ticket.Length + draft.Owner.Length > 0) return;
        (draft.Reason, draft.Ticket, draft.Owner) = (kept[0], kept[1], kept[2]);
        StateHasChanged();

        Task<string> Kept(string field) => KeptDrafts.ReadAsync(Drafts.Rule(draft.Finding.Id, field));
    }

    private Task ChangeAsync(Action change)
    {
        change();
        return PreviewAsync();
    }

    private Task KeyAsync(KeyboardEventArgs e) => e.Key == "Enter" && (e.CtrlKey || e.MetaKey) ? SaveAsync() : Task.CompletedTask;

    private async Task PreviewAsync()
    {
        if (_previewing is { } before) await before.CancelAsync();
        var previewing = _previewing = new CancellationTokenSource();
        try
        {
            // The reason does not change the effect; a rule without one can be previewed.
            var rule = Draft.Build();
            var preview = await Service.PreviewAsync(rule.Reason.Length > 0 ? rule : rule with { Reason = "preview" }, Draft.Finding.Id, previewing.Token);
            if (previewing.IsCancellationRequested) return;
            (_preview, _problem) = (preview, null);
        }
        catch (OperationCanceledException) when (previewing.IsCancellationRequested)
        {
            // A newer choice is being previewed.
        }
        catch (ArgumentException exception)
        {
            _problem = exception.Message;
        }
    }

    private async Task SaveAsync()
    {
        await _form.ValidateAsync();
        if (!_end.Check() || !_form.IsValid || _saving) return;
        _saving = true;
        bool saved = await Actions.ExpectAsync(Draft.Build(), Draft.Finding.Id);
        _saving = false;
        if (!saved) return;
        foreach (string field in Fields) await KeptDrafts.DropAsync(Drafts.Rule(Draft.Finding.Id, field));
        await OnSaved.InvokeAsync();
    }

    public void Dispose()
    {
        _previewing?.Cancel();
        _previewing?.Dispose();
    }
}
