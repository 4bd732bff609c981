using Microsoft.AspNetCore.Components;
using MudBlazor;
using Wayward.Core.Triage;
using Wayward.Engine.Notifications;
using Wayward.Web.Components.Findings;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Expected;

/// <summary>The rules: what they cover, when they end, and what is doubtful about them.</summary>
public partial class ExpectedPage
{
    private IReadOnlyList<RuleView> _rules = [];
    private readonly Dictionary<int, ExpectedPreview?> _effects = [];

    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;
    [Inject] private ExpectedService Service { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;
    [Inject] private PageScript Script { get; set; } = default!;
    [Inject] private FindingDialogs Asking { get; set; } = default!;
    [Inject] private IDialogService Dialogs { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "all")] private string? AllText { get; set; }
    [SupplyParameterFromQuery(Name = "rule")] private int? Chosen { get; set; }

    /// <summary>A link to one rule shows it even when it has ended.</summary>
    private bool All => AllText == "1" || Chosen is not null;

    protected override ChangeKinds Watches => ChangeKinds.Expected | ChangeKinds.Triage;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        _rules = await Service.ListAsync(All, cancellation);
        // The list first; what each rule covers is worked out after it, one by one.
        _ = InvokeAsync(() => WorkOutAsync(cancellation));
    }

    private async Task WorkOutAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var view in _rules.Take(50))
            {
                var effect = await Service.EffectAsync(view, cancellation);
                if (cancellation.IsCancellationRequested) return;
                _effects[view.Rule.Id] = effect;
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // A newer list is being read.
        }
        catch (ObjectDisposedException)
        {
            // The page was left.
        }
    }

    private string Effect(int id)
    {
        if (!_effects.TryGetValue(id, out var preview) || preview is null) return "";
        string covers = preview.UnaskedCount == 0 ? "No contact of the history window" : Words.Count(preview.UnaskedCount, "contact pair") + " of the history window";
        return preview.Warnings.Count == 0 ? covers : $"{covers}. {string.Join(" ", preview.Warnings)}";
    }

    private static string StateWord(RuleView view) => view.State switch
    {
        RuleState.InForce => "in force",
        RuleState.NotYet => "not yet in force",
        RuleState.Expired => "expired",
        _ => "withdrawn",
    };

    private async Task AddAsync()
    {
        var dialog = await Dialogs.ShowAsync<AddExpectedDialog>("Add a rule");
        await dialog.Result;
        await Script.CallAsync("giveBack");
        await ReloadAsync();
    }

    private async Task WithdrawAsync(ExpectedTarget rule)
    {
        string? reason = await Asking.AskAsync($"Withdraw rule {rule.Id}", "Reason", $"Withdraw rule {rule.Id}", 3, help: "Findings that it closed open again, and continued use of the target alerts once.");
        if (reason is null) return;
        await Actions.DeleteExpectedAsync(rule.Id, reason);
        await ReloadAsync();
    }
}
