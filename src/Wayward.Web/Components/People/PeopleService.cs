using Wayward.Storage.Access;
using Wayward.Web.Access;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.People;

/// <summary>Who has signed in, and taking or giving back access.</summary>
internal sealed class PeopleService(IAccessStore store, AccessCache cache, ICurrentAnalyst analyst)
{
    public const string Own = "You cannot take away your own access: ask another admin, or use 'wayward access disable' on the server.";

    public async Task<IReadOnlyList<UserRow>> ReadAsync(CancellationToken cancellation)
    {
        await analyst.RequireAsync(Permission.ManageAccess);
        return await store.UsersAsync(cancellation);
    }

    /// <summary>Open pages of the person are cut within a minute, whichever process serves them.</summary>
    /// <returns>False when somebody else did it first, or there is no such person.</returns>
    /// <exception cref="InvalidOperationException">Nobody locks themselves out.</exception>
    public async Task<bool> SetDisabledAsync(int userId, bool disabled)
    {
        await analyst.RequireAsync(Permission.ManageAccess);
        if (disabled && (await store.UsersAsync(CancellationToken.None)).Any(u => u.Id == userId && u.Name == analyst.Name)) throw new InvalidOperationException(Own);
        bool done = await store.SetDisabledAsync(userId, disabled, analyst.Name, CancellationToken.None);
        cache.Forget(userId);
        return done;
    }
}
