using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Frame;

/// <summary>The frame of every page: rail, top bar, keys, theme and zone.</summary>
public sealed partial class MainLayout : IAsyncDisposable
{
    /// <summary>All keys that any page answers; the browser keeps every other.</summary>
    private static readonly string[] Keys = ["/", "?", "j", "k", "Enter", "e", "a", "c", "m", "u", "x", "i", "n", "o", "t", "g", "[", "]", "+", "-", "=", "0", "Escape"];

    private ErrorBoundary? _boundary;
    private DotNetObjectReference<MainLayout>? _self;
    private IJSObjectReference? _listener;
    private bool _helpOpen;

    [Inject] private HostExposure Exposure { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;
    [Inject] private Shortcuts Shortcuts { get; set; } = default!;
    [Inject] private TriageActions Actions { get; set; } = default!;
    [Inject] private IDialogService Dialogs { get; set; } = default!;
    [Inject] private PageScript Script { get; set; } = default!;
    [Inject] private NavigationManager Navigation { get; set; } = default!;

    private string SkipLink => Navigation.ToBaseRelativePath(Navigation.Uri).Split('#')[0] + "#content";

    protected override void OnInitialized() => Ui.Changed += Redraw;

    protected override void OnParametersSet() => _boundary?.Recover();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        if (await Script.AskAsync<Preferences?>("preferences", null) is not { } known) return;
        Ui.Load(known.Theme, known.Zone, known.TimeZone, known.Dark, known.Keys);
        _self = DotNetObjectReference.Create(this);
        _listener = await Script.AskAsync<IJSObjectReference?>("listen", null, _self, Keys);
    }

    /// <summary>A key of the page; called by the page's script.</summary>
    [JSInvokable]
    public async Task OnKey(string key)
    {
        if (await Shortcuts.PressAsync(key)) return;
        switch (key)
        {
            case "?":
                await ShowHelpAsync();
                break;
            case "u":
                await Actions.UndoLastAsync();
                break;
            default:
                break;
        }
    }

    private async Task ShowHelpAsync()
    {
        if (_helpOpen) return;
        _helpOpen = true;
        var dialog = await Dialogs.ShowAsync<HelpDialog>("Keys");
        await dialog.Result;
        await Script.CallAsync("giveBack");
        _helpOpen = false;
    }

    private async Task SetThemeAsync(ThemeMode mode)
    {
        Ui.SetTheme(mode, await Script.AskAsync("setTheme", false, mode.ToString().ToLowerInvariant()));
    }

    private async Task SetLocalAsync(bool local)
    {
        await Script.CallAsync("setZone", local ? "local" : "utc");
        Ui.SetLocal(local);
    }

    private void Recover() => _boundary?.Recover();

    private void Redraw() => _ = InvokeAsync(StateHasChanged);

    public async ValueTask DisposeAsync()
    {
        Ui.Changed -= Redraw;
        try
        {
            if (_listener is not null) await _listener.InvokeVoidAsync("stop");
        }
        catch (Exception exception) when (PageScript.IsGone(exception))
        {
            // The window is gone, and its listeners with it.
        }
        _self?.Dispose();
    }

    private sealed record Preferences(string Theme, string Zone, string TimeZone, bool Dark, bool Keys);
}
