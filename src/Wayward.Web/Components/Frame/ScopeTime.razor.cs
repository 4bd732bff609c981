using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Frame;

/// <summary>The span of time that pages show: absolute, kept in the URL as <c>from</c> and <c>to</c>.</summary>
public sealed partial class ScopeTime : IDisposable
{
    private static readonly (string Word, int Days)[] Presets = [("1 day", 1), ("7 days", 7), ("14 days", 14), ("30 days", 30), ("60 days", 60), ("90 days", 90)];

    private bool _open;
    private string? _from;
    private string? _to;
    private string? _wrong;
    private long _end;

    [Inject] private NavigationManager Navigation { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;
    [Inject] private FrameService Service { get; set; } = default!;

    private (long? From, long? To) Current
    {
        get
        {
            var query = System.Web.HttpUtility.ParseQueryString(new Uri(Navigation.Uri).Query);
            return (QueryTime.Read(query["from"]), QueryTime.Read(query["to"]));
        }
    }

    private bool Set => Current is { From: not null, To: not null };

    private string Label => Current is { From: { } from, To: { } to } ? $"{Ui.Date(from)} to {Ui.Date(to)}" : "All time";

    protected override void OnInitialized()
    {
        Navigation.LocationChanged += OnLocationChanged;
        Ui.Changed += Redraw;
    }

    private async Task Toggle()
    {
        _open = !_open;
        if (!_open) return;
        _wrong = null;
        // Presets count back from the end of the data, not from the wall clock: a replayed month is looked at as it was.
        _end = await Service.DataEndAsync(CancellationToken.None) ?? Ui.Now;
        _from = QueryTime.WriteLocal(Current.From ?? _end - 30 * 86_400, Ui.Zone);
        _to = QueryTime.WriteLocal(Current.To ?? _end, Ui.Zone);
    }

    private string Preset(int days) => Navigation.With(("from", QueryTime.Write(_end - days * 86_400L)), ("to", QueryTime.Write(_end)), ("page", null));

    private void Apply()
    {
        if (QueryTime.ReadLocal(_from, Ui.Zone) is not { } from || QueryTime.ReadLocal(_to, Ui.Zone) is not { } to) _wrong = "Give both a date and a time.";
        else if (to <= from) _wrong = "The end must lie after the start.";
        else
        {
            _open = false;
            Navigation.NavigateTo(Navigation.With(("from", QueryTime.Write(from)), ("to", QueryTime.Write(to)), ("page", null)));
        }
    }

    private void Close() => _open = false;

    private void OnKey(KeyboardEventArgs e)
    {
        if (e.Key == "Escape") _open = false;
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => Redraw();

    private void Redraw() => _ = InvokeAsync(StateHasChanged);

    public void Dispose()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        Ui.Changed -= Redraw;
    }
}
