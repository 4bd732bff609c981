using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Wayward.Web.Components.Shared;

/// <summary>The page's own script module, loaded once per circuit.</summary>
public sealed class PageScript(IJSRuntime js, NavigationManager navigation) : IAsyncDisposable
{
    private Task<IJSObjectReference>? _module;

    /// <summary>Null when the window went away meanwhile.</summary>
    public async Task<IJSObjectReference?> LoadAsync()
    {
        try
        {
            return await (_module ??= js.InvokeAsync<IJSObjectReference>("import", navigation.ToAbsoluteUri("wayward.js").ToString()).AsTask());
        }
        catch (Exception exception) when (exception is JSDisconnectedException or TaskCanceledException)
        {
            return null;
        }
    }

    public async Task CallAsync(string function, params object?[] arguments)
    {
        try
        {
            if (await LoadAsync() is { } module) await module.InvokeVoidAsync(function, arguments);
        }
        catch (JSDisconnectedException)
        {
            // Nobody is looking any more.
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is { IsCompletedSuccessfully: true }) await (await _module).DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The module went with the window.
        }
    }
}
