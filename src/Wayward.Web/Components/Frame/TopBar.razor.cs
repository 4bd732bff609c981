using Microsoft.AspNetCore.Components;
using MudBlazor;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Frame;

/// <summary>Search, scope time, live or paused, zone, theme.</summary>
public sealed partial class TopBar : IDisposable
{
    [Inject] private UiState Ui { get; set; } = default!;
    [Parameter] public ThemeMode Theme { get; set; }
    [Parameter] public EventCallback<ThemeMode> ThemeChanged { get; set; }
    [Parameter] public bool Local { get; set; }
    [Parameter] public EventCallback<bool> LocalChanged { get; set; }
    [Parameter] public EventCallback OnHelp { get; set; }

    private string ThemeIcon => Theme switch
    {
        ThemeMode.Light => Icons.Material.Outlined.LightMode,
        ThemeMode.Dark => Icons.Material.Outlined.DarkMode,
        _ => Icons.Material.Outlined.BrightnessAuto,
    };

    protected override void OnInitialized() => Ui.Changed += Redraw;

    private Task NextThemeAsync() => ThemeChanged.InvokeAsync(Theme switch { ThemeMode.System => ThemeMode.Light, ThemeMode.Light => ThemeMode.Dark, _ => ThemeMode.System });

    private void Redraw() => _ = InvokeAsync(StateHasChanged);

    public void Dispose() => Ui.Changed -= Redraw;
}
