using System.Security.Claims;
using Wayward.Storage.Access;
using Wayward.Web.Access;
using Wayward.Web.Configuration;

namespace Wayward.Web.Hosting;

/// <summary>Who acts, and what that person may do. One for each request and each open page.</summary>
internal interface ICurrentAnalyst
{
    /// <summary>For the audit trail. Never empty, no control characters.</summary>
    string Name { get; }

    /// <summary>For what a page shows: the state that was read last. It decides nothing; <see cref="RequireAsync"/> does.</summary>
    bool May(Permission permission);

    /// <summary>Must be the first thing in every service call.</summary>
    /// <exception cref="AccessDeniedException">The person may not, or is signed out. The refusal is in the audit log.</exception>
    ValueTask RequireAsync(Permission permission);
}

/// <summary>The person in front of this machine: the configured name, else the user the program runs as.</summary>
internal sealed class LocalPerson(DeskOptions options)
{
    public string Name { get; } =
        options.Analyst.Trim() is { Length: > 0 } configured ? configured
        : Environment.UserName is { Length: > 0 } user && !user.Any(char.IsControl) ? user : "analyst";
}

/// <summary>Whoever runs a command on the data folder: can read and write all of it anyhow.</summary>
internal sealed class CommandAnalyst(LocalPerson person) : ICurrentAnalyst
{
    public string Name => person.Name;
    public bool May(Permission permission) => true;
    public ValueTask RequireAsync(Permission permission) => ValueTask.CompletedTask;
}

/// <summary>The principal of the request or, on an open page, of its circuit.</summary>
internal sealed class SignedInAnalyst(AccessCache cache, Refusals refusals) : ICurrentAnalyst
{
    private ClaimsPrincipal _principal = new();

    public string Name => _principal.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : "nobody";

    public ClaimsPrincipal Principal => _principal;

    public void Become(ClaimsPrincipal principal) => _principal = principal;

    public bool May(Permission permission) => cache.Last(_principal) is { Valid: true } state && state.Roles.May(permission);

    public async ValueTask RequireAsync(Permission permission)
    {
        if (await cache.OfAsync(_principal, CancellationToken.None) is { Valid: true } state && state.Roles.May(permission)) return;
        await refusals.DeniedAsync(Name, permission);
        throw new AccessDeniedException(permission);
    }
}
