using System.Globalization;
using Microsoft.AspNetCore.Components;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Expected;

/// <summary>Makes an expected-target rule from a finding; previews both sides of it at every change.</summary>
public sealed partial class ExpectedForm : IDisposable
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..8];
    private ExpectedPreview? _preview;
    private string? _problem;
    private bool _saving;
    private ExpectedDraft? _previewed;
    private CancellationTokenSource? _previewing;

    [Inject] private ExpectedService Service { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;

    [Parameter, EditorRequired] public ExpectedDraft Draft { get; set; } = default!;
    [Parameter] public EventCallback OnSaved { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (ReferenceEquals(_previewed, Draft)) return;
        _previewed = Draft;
        await PreviewAsync();
    }

    private Task ChangeAsync(Action change)
    {
        change();
        return PreviewAsync();
    }

    private Task ChangeExpiryAsync(ChangeEventArgs e) => ChangeAsync(() => Draft.Expiry = Enum.TryParse(e.Value?.ToString(), out DraftExpiry expiry) ? expiry : DraftExpiry.NinetyDays);

    private Task ChangeLastDayAsync(ChangeEventArgs e) =>
        ChangeAsync(() => Draft.LastDay = DateOnly.TryParseExact(e.Value?.ToString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null);

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
        if (Draft.Missing is not null || _saving) return;
        _saving = true;
        bool saved = await Actions.ExpectAsync(Draft.Build(), Draft.Finding.Id);
        _saving = false;
        if (saved) await OnSaved.InvokeAsync();
    }

    public void Dispose()
    {
        _previewing?.Cancel();
        _previewing?.Dispose();
    }
}
