using Microsoft.AspNetCore.Components;
using MudBlazor;
using Wayward.Core.Triage;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Expected;

/// <summary>A rule by hand, for what no finding asked about yet.</summary>
public partial class AddExpectedDialog
{
    private readonly RuleDraft _draft = new();
    private IReadOnlyList<string> _problems = [];
    private ExpectedPreview? _preview;

    [CascadingParameter] private IMudDialogInstance Dialog { get; set; } = default!;
    [Inject] private ExpectedService Service { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;

    protected override void OnInitialized() =>
        _draft.LastDay = Ui.Time.GetUtcNow().AddDays(90).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private ExpectedTarget? Checked()
    {
        (var rule, _problems) = _draft.Build();
        return rule;
    }

    private async Task PreviewAsync()
    {
        _preview = null;
        if (Checked() is not { } rule) return;
        try
        {
            _preview = await Service.PreviewAsync(rule, null, CancellationToken.None);
        }
        catch (ArgumentException exception)
        {
            _problems = [exception.Message];
        }
    }

    private void Done()
    {
        if (Checked() is { } rule) Dialog.Close(DialogResult.Ok(rule));
    }
}
