namespace Wayward.Web.Components.Shared;

/// <summary>Keys of the page at hand. The frame listens; the page that is shown answers.</summary>
internal sealed class Shortcuts
{
    private readonly List<Func<string, Task<bool>>> _handlers = [];

    /// <summary>The newest subscriber is asked first; true means that it took the key.</summary>
    public IDisposable Subscribe(Func<string, Task<bool>> handler)
    {
        _handlers.Add(handler);
        return new Subscription(this, handler);
    }

    public async Task<bool> PressAsync(string key)
    {
        foreach (var handler in _handlers.AsEnumerable().Reverse().ToArray())
            if (await handler(key)) return true;
        return false;
    }

    private sealed class Subscription(Shortcuts owner, Func<string, Task<bool>> handler) : IDisposable
    {
        public void Dispose() => owner._handlers.Remove(handler);
    }
}
