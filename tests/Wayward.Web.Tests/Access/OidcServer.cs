using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Wayward.Web.Tests.Access;

/// <summary>An OpenID Connect provider on a free loopback port. It signs <see cref="Subject"/> in without asking.</summary>
internal sealed class OidcServer : IAsyncDisposable
{
    public const string ClientId = "wayward", ClientSecret = "a secret of the tests";
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, bool> _used = new(StringComparer.Ordinal);

    private OidcServer(int port, TimeProvider? clock, bool endSession)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddAuthentication();
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token");
            if (endSession) server.SetEndSessionEndpointUris("connect/logout");
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().RegisterScopes("profile");
            server.AddEphemeralEncryptionKey().AddEphemeralSigningKey().EnableDegradedMode();
            server.UseAspNetCore().DisableTransportSecurityRequirement();
            if (clock is not null) server.Configure(o => o.TimeProvider = clock);
            server.AddEventHandler<ValidateAuthorizationRequestContext>(b => b.UseInlineHandler(context =>
            {
                Authorizations.Add(context.Request);
                if (context.ClientId != ClientId) context.Reject(OpenIddictConstants.Errors.InvalidClient);
                return default;
            }));
            server.AddEventHandler<ValidateTokenRequestContext>(b => b.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId || context.ClientSecret != ClientSecret) context.Reject(OpenIddictConstants.Errors.InvalidClient);
                else if (ForgetsCodes || !_used.TryAdd(context.Request.Code!, true)) context.Reject(OpenIddictConstants.Errors.InvalidGrant);
                return default;
            }));
            server.AddEventHandler<ValidateEndSessionRequestContext>(b => b.UseInlineHandler(context =>
            {
                SignOuts.Add(context.Request);
                return default;
            }));
            server.AddEventHandler<HandleEndSessionRequestContext>(b => b.UseInlineHandler(context =>
            {
                context.SignOut();
                return default;
            }));
            server.AddEventHandler<HandleAuthorizationRequestContext>(b => b.UseInlineHandler(context =>
            {
                if (Refuses)
                {
                    context.Reject(OpenIddictConstants.Errors.AccessDenied);
                    return default;
                }
                var identity = new ClaimsIdentity("test", "name", "role");
                identity.AddClaim(new Claim("sub", Subject));
                identity.AddClaim(new Claim("preferred_username", PersonName));
                foreach (string group in Groups) identity.AddClaim(new Claim("groups", group));
                identity.SetDestinations(_ => [OpenIddictConstants.Destinations.IdentityToken]);
                var principal = new ClaimsPrincipal(identity);
                principal.SetScopes(context.Request.GetScopes());
                context.SignIn(principal);
                return default;
            }));
        });
        _app = builder.Build();
        _app.UseRouting();
        _app.UseAuthentication();
    }

    public string Subject { get; set; } = "s-1";
    public string PersonName { get; set; } = "ada";
    public IReadOnlyList<string> Groups { get; set; } = ["staff"];
    public bool Refuses { get; set; }
    /// <summary>No code is known, as when a code was used already.</summary>
    public bool ForgetsCodes { get; set; }
    public ConcurrentBag<OpenIddictRequest> Authorizations { get; } = [];
    public ConcurrentBag<OpenIddictRequest> SignOuts { get; } = [];
    public string Url => _app.Urls.Single();

    public static async Task<OidcServer> StartAsync(TimeProvider? clock = null, int port = 0, bool endSession = true)
    {
        var server = new OidcServer(port, clock, endSession);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
