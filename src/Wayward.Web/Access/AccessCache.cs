using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Wayward.Storage;
using Wayward.Storage.Access;

namespace Wayward.Web.Access;

/// <summary>
/// What each signed-in person may do now, read from the store at most every 30 seconds. A change made by this process acts at once; one made by another process
/// acts when the entry is read again.
/// </summary>
internal sealed class AccessCache(IAccessStore store, TimeProvider time)
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(30);
    /// <summary>Entries that nobody asked for are dropped when there are more than this.</summary>
    private const int MaxEntries = 10_000;

    private readonly ConcurrentDictionary<string, (AccessState State, long ReadAt)> _entries = new(StringComparer.Ordinal);

    /// <summary>What the principal may do. A store that does not answer leaves the last known state in force: nothing can be revoked in it meanwhile.</summary>
    public async ValueTask<AccessState> OfAsync(ClaimsPrincipal principal, CancellationToken cancellation)
    {
        if (Principals.Fixed(principal) is { } constant) return constant;
        if (Principals.Key(principal) is not { } key) return AccessState.None;
        bool known = _entries.TryGetValue(key, out var entry);
        if (known && time.GetElapsedTime(entry.ReadAt) < MaxAge) return entry.State;
        try
        {
            long readAt = time.GetTimestamp();
            var state = Principals.Session(principal) is { } session
                ? await store.OfSessionAsync(session, cancellation)
                : await store.OfUserAsync(Principals.UserId(principal), cancellation);
            if (_entries.Count > MaxEntries) _entries.Clear();
            _entries[key] = (state, readAt);
            return state;
        }
        catch (StorageUnavailableException) when (known)
        {
            return entry.State;
        }
    }

    /// <summary>The state that was read last, for what a page shows.</summary>
    public AccessState Last(ClaimsPrincipal principal) =>
        Principals.Fixed(principal) ?? (Principals.Key(principal) is { } key && _entries.TryGetValue(key, out var entry) ? entry.State : AccessState.None);

    public void Forget(int userId)
    {
        foreach (var (key, entry) in _entries)
            if (entry.State.UserId == userId) _entries.TryRemove(key, out _);
    }

    public void Forget(string sessionId) => _entries.TryRemove(sessionId, out _);
}

/// <summary>The claims that this program puts into a principal.</summary>
internal static class Principals
{
    private const string UserClaim = "wayward:user";
    private const string SessionClaim = "wayward:session";
    private const string SinceClaim = "wayward:since";
    /// <summary>User number of the one person of an open installation, who is in no table.</summary>
    private const int Everyone = 0;

    public static ClaimsPrincipal Create(string scheme, int userId, string name, string? sessionId = null, long? since = null)
    {
        List<Claim> claims = [new(ClaimTypes.Name, name), new(UserClaim, userId.ToString(CultureInfo.InvariantCulture))];
        if (sessionId is not null) claims.Add(new(SessionClaim, sessionId));
        if (since is { } at) claims.Add(new(SinceClaim, at.ToString(CultureInfo.InvariantCulture)));
        return new(new ClaimsIdentity(claims, scheme, ClaimTypes.Name, roleType: null));
    }

    public static ClaimsPrincipal Open(string name) => Create(OpenScheme.Name, Everyone, name);

    public static int UserId(ClaimsPrincipal principal) => int.TryParse(principal.FindFirst(UserClaim)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : -1;
    public static string? Session(ClaimsPrincipal principal) => principal.FindFirst(SessionClaim)?.Value;

    /// <summary>Names the session, else the person; null = signed in nowhere.</summary>
    public static string? Key(ClaimsPrincipal principal) =>
        principal.Identity?.IsAuthenticated != true ? null : Session(principal) ?? (UserId(principal) > Everyone ? $"user:{UserId(principal)}" : null);

    /// <summary>The state of a principal that no store knows. Only the handler of an open installation makes one.</summary>
    internal static AccessState? Fixed(ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true, AuthenticationType: OpenScheme.Name } identity ? new(true, Everyone, identity.Name ?? "", Roles.All) : null;
}
