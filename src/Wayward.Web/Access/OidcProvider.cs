using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Wayward.Core.Text;

namespace Wayward.Web.Access;

/// <summary>The provider's own description of itself. It is read at the start, so that the log tells early when the provider does not answer; the program runs all the same.</summary>
internal sealed class OidcProvider(IOptionsMonitor<OpenIdConnectOptions> options, ILogger<OidcProvider> log) : BackgroundService
{
    public const string Unreachable = "The identity provider does not answer. Try again later; if it stays so, Access:Oidc:Authority may be wrong.";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => FindAsync(stoppingToken);

    /// <returns>Null when the provider does not answer, or its answer has no place to sign in at. The log says which.</returns>
    public async Task<OpenIdConnectConfiguration?> FindAsync(CancellationToken cancellation)
    {
        var oidc = options.Get(OidcScheme.Name);
        try
        {
            var found = await oidc.ConfigurationManager!.GetConfigurationAsync(cancellation);
            if (!string.IsNullOrEmpty(found.AuthorizationEndpoint) && !string.IsNullOrEmpty(found.TokenEndpoint)) return found;
            log.LogWarning("The identity provider at {Authority} names no authorization or token endpoint", oidc.Authority);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException or TaskCanceledException or ArgumentException && !cancellation.IsCancellationRequested)
        {
            log.LogWarning("The identity provider at {Authority} does not answer: {Problem}", oidc.Authority, SafeText.Plain(e.GetBaseException().Message, 300));
        }
        return null;
    }

    /// <summary>Where to end the session at the provider too.</summary>
    /// <param name="back">Where the provider may lead to afterwards.</param>
    /// <returns>Null where the provider has no such place.</returns>
    public async Task<string?> SignOutAddressAsync(string? idToken, string back, CancellationToken cancellation)
    {
        if (await FindAsync(cancellation) is not { EndSessionEndpoint: { Length: > 0 } end } || !Uri.TryCreate(end, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) return null;
        return QueryHelpers.AddQueryString(end, new Dictionary<string, string?> { ["client_id"] = options.Get(OidcScheme.Name).ClientId, ["id_token_hint"] = idToken, ["post_logout_redirect_uri"] = back });
    }
}
