using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Wayward.Web.Components.Shared;

/// <summary>The page's own script module, loaded once per circuit.</summary>
internal sealed class PageScript(IJSRuntime js, NavigationManager navigation) : IAsyncDisposable
{
    private Task<IJSObjectReference>? _module;

    /// <summary>What a call throws when the window goes away before, during or after it. Nobody is looking any more, so it is no fault.</summary>
    public static bool IsGone(Exception exception) => exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException;

    /// <summary>Null when the window went away meanwhile.</summary>
    public async Task<IJSObjectReference?> LoadAsync()
    {
        try
        {
            return await (_module ??= js.InvokeAsync<IJSObjectReference>("import", navigation.ToAbsoluteUri("wayward.js").ToString()).AsTask());
        }
        catch (Exception exception) when (IsGone(exception))
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
        catch (Exception exception) when (IsGone(exception))
        {
            // Nobody is looking any more.
        }
    }

    /// <summary>The function's answer; <paramref name="gone"/> when the window went away meanwhile.</summary>
    public async Task<T> AskAsync<T>(string function, T gone, params object?[] arguments)
    {
        try
        {
            return await LoadAsync() is { } module ? await module.InvokeAsync<T>(function, arguments) : gone;
        }
        catch (Exception exception) when (IsGone(exception))
        {
            return gone;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is { IsCompletedSuccessfully: true }) await (await _module).DisposeAsync();
        }
        catch (Exception exception) when (IsGone(exception))
        {
            // The module went with the window.
        }
    }
}
