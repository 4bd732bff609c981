using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Wayward.Core.Text;
using Wayward.Storage.Access;

namespace Wayward.Web.Access;

/// <summary>
/// Believes the proxy's header, if the connection itself comes from the proxy. The address is that of the connection, not one that a header names.
/// The person's roles are read from the groups with every request.
/// </summary>
internal sealed class HeaderScheme(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessOptions access, IAccessStore store, AccessCache cache, HeaderPeople people, Refusals refusals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "header";
    private const int MaxName = 200;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var values = Request.Headers[access.Header.Name];
        if (values.Count == 0) return AuthenticateResult.NoResult();
        if (!new NetworkList(access.Header.From).Contains(PeerAddress.Of(Context)))
        {
            await refusals.RecordAsync(Context, $"A header names '{SafeText.Plain(values.ToString(), 80)}', but the connection does not come from the proxy");
            return AuthenticateResult.Fail("The header does not come from the proxy.");
        }
        string name = values.Count == 1 ? values[0]!.Trim() : "";
        if (name.Length is 0 or > MaxName || name.Any(char.IsControl)) return AuthenticateResult.Fail("The header does not name one person.");
        string[] groups = access.Header.Groups.Length == 0 ? [] : [.. Request.Headers[access.Header.Groups].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        var roles = access.Grants.Of(name, groups);
        var user = await KnownAsync(new(Name, name, name, roles));
        return AuthenticateResult.Success(new AuthenticationTicket(Principals.Create(Name, user, name), Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties) =>
        await Challenge.WriteAsync(Context, StatusCodes.Status401Unauthorized, "You are not signed in: the proxy in front of Wayward did not name you.");

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Challenge.WriteAsync(Context, StatusCodes.Status403Forbidden, Challenge.NoRole);

    /// <summary>The user's number. The store is asked only when the person or the roles are news to this process.</summary>
    private async Task<int> KnownAsync(KnownPerson person)
    {
        if (people.Ids.TryGetValue(person, out int known)) return known;
        var row = await store.KnowAsync(person, Context.RequestAborted);
        cache.Forget(row.Id);
        if (people.Ids.Count > 10_000) people.Ids.Clear();
        foreach (var old in people.Ids.Keys.Where(k => k.ExternalId == person.ExternalId)) people.Ids.TryRemove(old, out _);
        return people.Ids[person] = row.Id;
    }
}

/// <summary>People whom the proxy has named to this process, with the roles it gave them last.</summary>
internal sealed class HeaderPeople
{
    public ConcurrentDictionary<KnownPerson, int> Ids { get; } = new();
}

/// <summary>The address of the connection itself, before the forwarding headers of known proxies are applied.</summary>
internal static class PeerAddress
{
    private static readonly object Key = new();

    public static IApplicationBuilder UsePeerAddress(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Items[Key] = context.Connection.RemoteIpAddress;
        return next(context);
    });

    public static System.Net.IPAddress? Of(HttpContext context) => context.Items[Key] as System.Net.IPAddress;
}
