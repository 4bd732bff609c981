using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Wayward.Storage;
using Wayward.Storage.Access;

namespace Wayward.Web.Access;

/// <summary>The cookie that stands for a session. The session itself is in the store, so ending it there ends every copy of the cookie.</summary>
internal static class SessionCookie
{
    public const string Scheme = "session";
    private const string IdToken = "id_token";

    /// <summary>Browsers send cookies of one host to all its ports, so the name tells installations apart; all processes of one PostgreSQL database are one installation.</summary>
    public static string NameFor(StorageOptions storage)
    {
        string place = storage.Provider == StorageProvider.Sqlite ? storage.DataDirectory : nameof(StorageProvider.PostgreSql);
        return "wayward-session-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)))[..8];
    }

    public static void Configure(CookieAuthenticationOptions cookie, AccessOptions options, StorageOptions storage)
    {
        cookie.Cookie.Name = NameFor(storage);
        cookie.Cookie.HttpOnly = true;
        // Lax, so that a link from a ticket opens its page; no request that changes anything is a GET.
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = options.SessionIdle;
        cookie.SlidingExpiration = true;
        cookie.Events.OnValidatePrincipal = ValidateAsync;
        cookie.Events.OnRedirectToLogin = static context => Challenge.IsNavigation(context.Request)
            ? Redirect(context.Response, $"{SignInEndpoints.Path}?to={Uri.EscapeDataString(context.Request.Path + context.Request.QueryString)}")
            : Challenge.WriteAsync(context.HttpContext, StatusCodes.Status401Unauthorized, "Sign in first: open the dashboard in a browser.");
        cookie.Events.OnRedirectToAccessDenied = static context => Challenge.WriteAsync(context.HttpContext, StatusCodes.Status403Forbidden, Challenge.NoRole);
    }

    /// <summary>Opens a session with an id of its own for the person, ends the one that the request came with, and sets the cookie.</summary>
    /// <param name="idToken">The provider wants it back at the sign-out.</param>
    public static async Task SignInAsync(HttpContext context, UserRow user, string? idToken = null)
    {
        var services = context.RequestServices;
        var options = services.GetRequiredService<AccessOptions>();
        await EndAsync(context);
        string session = await services.GetRequiredService<IAccessStore>().OpenSessionAsync(user.Id, Refusals.AddressOf(context), options.SessionLength, context.RequestAborted);
        var properties = new AuthenticationProperties();
        if (idToken is not null) properties.StoreTokens([new() { Name = IdToken, Value = idToken }]);
        await context.SignInAsync(Scheme, Principals.Create(Scheme, user.Id, user.Name, session), properties);
    }

    /// <summary>Ends the session in the store, its open pages, and the cookie.</summary>
    /// <returns>The identity token of the sign-in, if there was one.</returns>
    public static async Task<string?> SignOutAsync(HttpContext context)
    {
        string? idToken = await EndAsync(context);
        await context.SignOutAsync(Scheme);
        return idToken;
    }

    /// <remarks>The cookie is read here: while a provider's answer is handled, the request has no principal yet.</remarks>
    private static async Task<string?> EndAsync(HttpContext context)
    {
        var ticket = await context.AuthenticateAsync(Scheme);
        if (ticket.Principal is not { } principal || Principals.Session(principal) is not { } session) return null;
        var services = context.RequestServices;
        await services.GetRequiredService<IAccessStore>().EndSessionAsync(session, CancellationToken.None);
        services.GetRequiredService<AccessCache>().Forget(session);
        services.GetRequiredService<OpenConnections>().Close(session);
        return ticket.Properties?.GetTokenValue(IdToken);
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var cache = context.HttpContext.RequestServices.GetRequiredService<AccessCache>();
        if (context.Principal is { } principal && await cache.OfAsync(principal, context.HttpContext.RequestAborted) is { Valid: true }) return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(Scheme);
    }

    private static Task Redirect(HttpResponse response, string to)
    {
        response.Redirect(to);
        return Task.CompletedTask;
    }
}
