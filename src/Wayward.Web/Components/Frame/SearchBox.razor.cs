using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Frame;

/// <summary>Search from everywhere: type, arrow, Enter.</summary>
public sealed partial class SearchBox : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(180);

    private string _text = "";
    private IReadOnlyList<SearchHit> _hits = [];
    private int _chosen;
    private bool _open;
    private bool _busy;
    private CancellationTokenSource? _searching;

    [Inject] private SearchService Search { get; set; } = default!;
    [Inject] private NavigationManager Navigation { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;

    private bool Shown => _open && _text.Trim().Length >= 2;
    private bool Listed => Shown && _hits.Count > 0;

    // Bound, not set by hand: only a bound value is not written back over what was typed in the meantime.
    private async Task SearchAsync()
    {
        _open = true;
        if (_searching is { } before) await before.CancelAsync();
        var searching = _searching = new CancellationTokenSource();
        try
        {
            _busy = true;
            await Task.Delay(Pause, Ui.Time, searching.Token);
            var hits = await Search.FindAsync(_text, searching.Token);
            (_hits, _chosen, _busy) = (hits, 0, false);
        }
        catch (OperationCanceledException) when (searching.IsCancellationRequested)
        {
            // The analyst typed on.
        }
    }

    private void OnKey(KeyboardEventArgs e)
    {
        switch (e.Key)
        {
            case "Escape":
                _open = false;
                break;
            case "ArrowDown" when _hits.Count > 0:
                _chosen = (_chosen + 1) % _hits.Count;
                break;
            case "ArrowUp" when _hits.Count > 0:
                _chosen = (_chosen + _hits.Count - 1) % _hits.Count;
                break;
            case "Enter" when _open && _chosen < _hits.Count:
                string href = _hits[_chosen].Href;
                Close();
                Navigation.NavigateTo(href);
                break;
            default:
                break;
        }
    }

    private void Close()
    {
        _open = false;
        _text = "";
        _hits = [];
    }

    public void Dispose()
    {
        _searching?.Cancel();
        _searching?.Dispose();
    }
}
