using System.Collections.Concurrent;
using System.Security.Claims;

namespace Wayward.Web.Access;

/// <summary>Connections of open pages by session, so that they can be cut when the session ends. A page that is cut cannot come back: its reconnection is refused.</summary>
internal sealed class OpenConnections
{
    private readonly ConcurrentDictionary<HttpContext, ClaimsPrincipal> _open = new();

    public int Count => _open.Count;

    /// <summary>The distinct principals with open pages.</summary>
    public IReadOnlyList<ClaimsPrincipal> Principals => [.. _open.Values.DistinctBy(Access.Principals.Key)];

    public void Close(string key)
    {
        foreach (var (context, principal) in _open)
            if (Access.Principals.Key(principal) == key) context.Abort();
    }

    internal async Task HoldAsync(HttpContext context, RequestDelegate next)
    {
        _open[context] = context.User;
        try
        {
            await next(context);
        }
        finally
        {
            _open.TryRemove(context, out _);
        }
    }
}

/// <summary>Asks every few seconds whether the people with open pages still have access, and cuts the pages of those who do not.</summary>
internal sealed class AccessWatch(OpenConnections connections, AccessCache cache, TimeProvider time, ILogger<AccessWatch> log) : BackgroundService
{
    /// <summary>With the age of a cached state (30 s) less than the minute that a revocation may take.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Every, time, stoppingToken);
            foreach (var principal in connections.Principals)
            {
                try
                {
                    if (await cache.OfAsync(principal, stoppingToken) is { Valid: true } || Principals.Key(principal) is not { } key) continue;
                    connections.Close(key);
                }
                catch (Storage.StorageUnavailableException e)
                {
                    log.LogWarning("Access could not be checked: {Problem}", e.Message);
                }
            }
        }
    }
}
