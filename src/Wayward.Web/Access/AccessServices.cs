using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.HttpOverrides;
using Wayward.Web.Hosting;

namespace Wayward.Web.Access;

/// <summary>Sign-in, sessions and what follows from them, for a process that serves pages.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddWaywardAccess(this IServiceCollection services, ServeOptions options)
    {
        services.AddSingleton(options.Access);
        services.AddSingleton<AccessCache>();
        services.AddSingleton<Refusals>();
        services.AddSingleton<SignInLinks>();
        services.AddSingleton<OpenConnections>();
        services.AddSingleton<HeaderPeople>();
        services.AddHostedService<AccessWatch>();
        services.AddScoped<SignedInAnalyst>();
        services.AddScoped<ICurrentAnalyst>(p => p.GetRequiredService<SignedInAnalyst>());
        services.AddScoped<CircuitHandler, CircuitAccess>();
        services.AddCascadingAuthenticationState();
        services.AddAuthorization(authorization => authorization.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new HasRole()).Build());
        services.AddSingleton<IAuthorizationHandler, HasRoleHandler>();
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (string proxy in options.Access.KnownProxies) forwarded.KnownIPNetworks.Add(NetworkList.Parse(proxy));
        });

        var authentication = services.AddAuthentication(SchemeOf(options.SignIn));
        authentication.AddCookie(SessionCookie.Scheme, cookie => SessionCookie.Configure(cookie, options.Access, options.Storage));
        if (options.SignIn == SignInKind.Open) authentication.AddScheme<AuthenticationSchemeOptions, OpenScheme>(OpenScheme.Name, null);
        if (options.SignIn == SignInKind.Header) authentication.AddScheme<AuthenticationSchemeOptions, HeaderScheme>(HeaderScheme.Name, null);
        if (options.SignIn == SignInKind.Oidc)
        {
            authentication.AddOpenIdConnect(OidcScheme.Name, oidc => OidcScheme.Configure(oidc, options.Access.Oidc));
            services.AddSingleton<OidcProvider>();
            services.AddHostedService(p => p.GetRequiredService<OidcProvider>());
        }
        return services;
    }

    /// <summary>Everything after this has a principal that was checked; what no one may see without one is refused here.</summary>
    public static void UseWaywardAccess(this WebApplication app)
    {
        app.UseAuthentication();
        app.Use(static (context, next) =>
        {
            context.RequestServices.GetRequiredService<SignedInAnalyst>().Become(context.User);
            return next(context);
        });
        app.UseAuthorization();
        app.Use(static async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (AccessDeniedException e) when (!context.Response.HasStarted)
            {
                await Challenge.WriteAsync(context, StatusCodes.Status403Forbidden, e.Message);
            }
        });
        app.UseWhen(static context => context.Request.Path.StartsWithSegments("/_blazor"), blazor => blazor.Use(static next => context =>
            context.RequestServices.GetRequiredService<OpenConnections>().HoldAsync(context, next)));
    }

    private static string SchemeOf(SignInKind kind) => kind switch
    {
        SignInKind.Open => OpenScheme.Name,
        SignInKind.Header => HeaderScheme.Name,
        _ => SessionCookie.Scheme,
    };
}

/// <summary>Signed in, not disabled, and with at least one role.</summary>
internal sealed class HasRole : IAuthorizationRequirement;

internal sealed class HasRoleHandler(AccessCache cache, Refusals refusals) : AuthorizationHandler<HasRole>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, HasRole requirement)
    {
        if (context.User.Identity?.IsAuthenticated != true) return;
        var state = await cache.OfAsync(context.User, CancellationToken.None);
        if (state.Valid && state.Roles.May(Permission.Read)) context.Succeed(requirement);
        else await refusals.DeniedAsync(context.User.Identity.Name ?? "nobody", Permission.Read);
    }
}

/// <summary>How this process lets people in: the configured way, or open.</summary>
internal enum SignInKind
{
    /// <summary>Nobody signs in: a demo on this machine.</summary>
    Open,
    Link,
    Header,
    Oidc,
}
