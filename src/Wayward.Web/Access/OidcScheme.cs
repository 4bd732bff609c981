using System.Net.Sockets;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Wayward.Core.Text;
using Wayward.Storage.Access;

namespace Wayward.Web.Access;

/// <summary>
/// Sign-in by an OpenID Connect provider: code flow with PKCE. The answer comes as a query, so cookies with <c>SameSite=Lax</c> come with it.
/// The identity token only opens a session; the session's cookie is the same as for a link.
/// </summary>
internal static class OidcScheme
{
    public const string Name = "oidc";
    public const string CallbackPath = "/sign-in/callback";
    private const int MaxName = 200;

    public static void Configure(OpenIdConnectOptions oidc, OidcOptions options)
    {
        oidc.SignInScheme = SessionCookie.Scheme;
        oidc.Authority = options.Authority;
        oidc.RequireHttpsMetadata = options.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        oidc.ClientId = options.ClientId;
        oidc.ClientSecret = options.ClientSecret.Length == 0 ? null : options.ClientSecret;
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        oidc.UsePkce = true;
        oidc.CallbackPath = CallbackPath;
        // Paths of the handler that would end a session without asking where the request comes from.
        oidc.RemoteSignOutPath = default;
        oidc.SignedOutCallbackPath = default;
        oidc.MapInboundClaims = false;
        oidc.DisableTelemetry = true;
        oidc.SaveTokens = true;
        oidc.BackchannelTimeout = TimeSpan.FromSeconds(30);
        oidc.TokenValidationParameters.ClockSkew = options.ClockSkew;
        // 'openid' and 'profile' are there by default; a scope that is named again makes no difference.
        foreach (string scope in options.Scopes) oidc.Scope.Add(scope);
        foreach (var (cookie, name) in new[] { (oidc.CorrelationCookie, "wayward-oidc-state-"), (oidc.NonceCookie, "wayward-oidc-nonce-") })
        {
            cookie.Name = name;
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }
        oidc.Events.OnMessageReceived = ReserveAsync;
        oidc.Events.OnTicketReceived = ReceivedAsync;
        oidc.Events.OnRemoteFailure = FailedAsync;
    }

    private static async Task ReserveAsync(MessageReceivedContext context)
    {
        if (context.HttpContext.RequestServices.GetRequiredService<Refusals>().TryReserve(context.HttpContext)) return;
        await SignInEndpoints.TooMany(context.HttpContext).ExecuteAsync(context.HttpContext);
        context.HandleResponse();
    }

    private static async Task ReceivedAsync(TicketReceivedContext context)
    {
        context.HandleResponse();
        var http = context.HttpContext;
        var services = http.RequestServices;
        var access = services.GetRequiredService<AccessOptions>();
        var refusals = services.GetRequiredService<Refusals>();
        string Claim(string type) => context.Principal?.FindFirst(type)?.Value.Trim() ?? "";
        string subject = Claim("sub");
        if (subject.Length is 0 or > MaxName)
        {
            await RefuseAsync(http, StatusCodes.Status401Unauthorized, "The identity provider did not say who you are.", "An identity token without a subject");
            return;
        }
        string name = SafeText.Plain(new[] { Claim(access.Oidc.Name), Claim("name"), Claim("email"), subject }.First(n => n.Length > 0), MaxName);
        // The subject is the one claim that the provider never gives to somebody else.
        var roles = access.Grants.Of(subject, context.Principal!.FindAll(access.Oidc.Groups).Select(c => c.Value));
        var user = await services.GetRequiredService<IAccessStore>().KnowAsync(new(Name, $"{access.Oidc.Authority.TrimEnd('/')} {subject}", name, roles), http.RequestAborted);
        services.GetRequiredService<AccessCache>().Forget(user.Id);
        refusals.Forgive(http);
        if (user.DisabledAt is not null)
            await RefuseAsync(http, StatusCodes.Status403Forbidden, "Your access was taken away. Ask whoever runs Wayward.", $"{user.Name} signed in at the identity provider, but has no access any more");
        else if (!user.Roles.May(Permission.Read))
            await RefuseAsync(http, StatusCodes.Status403Forbidden, Challenge.NoRole, $"{user.Name} signed in at the identity provider, but has no role");
        else
        {
            await SessionCookie.SignInAsync(http, user, context.Properties?.GetTokenValue(OpenIdConnectParameterNames.IdToken));
            http.Response.Redirect(Challenge.SafeReturn(context.ReturnUri));
        }
    }

    private static async Task FailedAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        var (status, problem, why) = Explain(context.Failure);
        await RefuseAsync(context.HttpContext, status, problem, why);
    }

    /// <summary>What the person reads and what the audit log gets. No text of the answer is repeated: anybody can send one.</summary>
    internal static (int Status, string Problem, string Why) Explain(Exception? failure)
    {
        var causes = new List<Exception>();
        for (var e = failure; e is not null; e = e.InnerException) causes.Add(e);
        if (causes.Any(IsUnreachable)) return (StatusCodes.Status503ServiceUnavailable, OidcProvider.Unreachable, "The identity provider did not answer");
        if (causes.Any(e => e is SecurityTokenExpiredException or SecurityTokenNotYetValidException or SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException))
            return (StatusCodes.Status401Unauthorized, "The identity token is not valid at this time. The clocks of this server and of the identity provider differ by more than Access:Oidc:ClockSkew.", "An identity token that is not valid at this time: do the clocks differ?");
        return causes.Select(e => e.Data["error"] as string).FirstOrDefault(e => e is not null) switch
        {
            "access_denied" => (StatusCodes.Status403Forbidden, "The identity provider refused the sign-in.", "The identity provider refused the sign-in"),
            "invalid_grant" => (StatusCodes.Status401Unauthorized, "The code was used already or has expired. Sign in again.", "A code that was used already or has expired"),
            "invalid_client" or "unauthorized_client" => (StatusCodes.Status502BadGateway, "The identity provider does not accept this server: Access:Oidc:ClientId or Access:Oidc:ClientSecret is wrong.", "The identity provider does not accept Access:Oidc:ClientId or ClientSecret"),
            not null => (StatusCodes.Status502BadGateway, "The identity provider reported an error. The settings in Access:Oidc or at the provider are wrong.", "The identity provider reported an error"),
            null when causes.Any(e => e is SecurityTokenException or OpenIdConnectProtocolException) =>
                (StatusCodes.Status401Unauthorized, "The identity token is not one for this server. Check Access:Oidc:Authority and Access:Oidc:ClientId.", "An identity token that is not one for this server"),
            null => (StatusCodes.Status401Unauthorized, "This answer belongs to no sign-in that this browser began, or it was used already. Sign in again.", "An answer that belongs to no sign-in of the browser, or was used already"),
        };
    }

    private static bool IsUnreachable(Exception e) => e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } or SocketException or TaskCanceledException or IOException;

    private static async Task RefuseAsync(HttpContext context, int status, string problem, string why)
    {
        await context.RequestServices.GetRequiredService<Refusals>().RecordAsync(context, why);
        await Challenge.WriteAsync(context, status, problem);
    }
}
