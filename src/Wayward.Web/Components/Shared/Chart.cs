using System.Globalization;
using Microsoft.AspNetCore.Components;
using Plotly.Blazor;
using Wayward.Web.Components.Theme;

namespace Wayward.Web.Components.Shared;

/// <summary>A Plotly chart that is drawn anew when its data or a preference of the page changes, and only then.</summary>
public abstract class Chart : ComponentBase, IDisposable
{
    [Inject] private protected UiState Ui { get; set; } = default!;

    /// <summary>What is on screen: equal keys show equal charts.</summary>
    protected string Key { get; private set; } = "";
    protected Layout Layout { get; private set; } = new();
    protected List<ITrace> Data { get; private set; } = [];

    /// <summary>Names the data that the chart shows. Theme and time zone are added to it.</summary>
    private protected abstract string KeyOfData();

    /// <param name="layout">With the theme's defaults; the chart adds its axes.</param>
    private protected abstract List<ITrace> Draw(Layout layout, WaywardPalette palette);

    protected override void OnInitialized() => Ui.Changed += Redraw;

    protected override void OnParametersSet()
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"{KeyOfData()}|{Ui.Dark}|{Ui.ZoneName}");
        if (key == Key) return;
        var palette = ChartLook.Palette(Ui.Dark);
        var layout = ChartLook.Layout(palette);
        layout.DataRevision = key;
        Data = Draw(layout, palette);
        (Key, Layout) = (key, layout);
    }

    private void Redraw() => _ = InvokeAsync(() =>
    {
        OnParametersSet();
        StateHasChanged();
    });

    public void Dispose()
    {
        Ui.Changed -= Redraw;
        GC.SuppressFinalize(this);
    }
}
