using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Plotly.Blazor;

namespace Wayward.Web.Components.Shared;

/// <summary>
/// One chart that is drawn for certain. The library queues drawings until its script has come, and drops one whose element it does not find at that moment: on a busy
/// machine a chart could stay empty. So the frame looks whether there is a drawing, and asks for it again while there is none.
/// </summary>
public sealed partial class PlotFrame
{
    private const int Attempts = 5;

    private readonly Config _config = new() { Responsive = true, DisplayModeBar = Plotly.Blazor.ConfigLib.DisplayModeBarEnum.False, DisplayLogo = false };
    private ElementReference _root;
    private PlotlyChart? _chart;
    private string? _drawn;

    [Inject] private PageScript Script { get; set; } = default!;

    /// <summary>What a screen reader says in place of the drawing.</summary>
    [Parameter, EditorRequired] public string Label { get; set; } = "";
    /// <summary>Names what is shown; another key draws anew. The chart itself is kept and not replaced.</summary>
    [Parameter, EditorRequired] public string Key { get; set; } = "";
    [Parameter, EditorRequired] public Layout Layout { get; set; } = default!;
    [Parameter, EditorRequired] public List<ITrace> Data { get; set; } = default!;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_drawn == Key) return;
        bool again = _drawn is not null;
        _drawn = Key;
        try
        {
            if (again && _chart is not null) await _chart.React();
            for (int i = 0; i < Attempts && _drawn == Key && !await Script.AskAsync("drawn", true, _root); i++)
                if (_chart is not null) await _chart.React();
        }
        catch (Exception exception) when (PageScript.IsGone(exception))
        {
            // The window, or the chart, is gone.
        }
    }
}
