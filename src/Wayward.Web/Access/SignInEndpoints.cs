using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Wayward.Storage.Access;
using Wayward.Web.Hosting;

namespace Wayward.Web.Access;

/// <summary><c>/sign-in</c> and <c>/sign-out</c>.</summary>
internal static class SignInEndpoints
{
    public const string Path = "/sign-in";
    public const string StartPath = "/sign-in/start";
    public const string OutPath = "/sign-out";
    private const int MaxForm = 16 << 10;

    public static void MapSignIn(this IEndpointRouteBuilder routes, ServeOptions options)
    {
        routes.MapPost(OutPath, async (HttpContext context) =>
        {
            if (!ComesFromOwnPage(context.Request)) return Results.Problem("The form does not come from a page of this server.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");
            string? idToken = await SessionCookie.SignOutAsync(context);
            if (options.SignIn != SignInKind.Oidc) return Results.LocalRedirect(Path);
            string back = $"{context.Request.Scheme}://{context.Request.Host}{Path}";
            string? address = await context.RequestServices.GetRequiredService<OidcProvider>().SignOutAddressAsync(idToken, back, context.RequestAborted);
            return address is null ? Results.LocalRedirect(Path) : Page(context, StatusCodes.Status200OK, null, signOutAt: address);
        });
        if (options.SignIn == SignInKind.Oidc)
        {
            routes.MapGet(Path, (Delegate)OfferAsync).AllowAnonymous();
            routes.MapGet(StartPath, (Delegate)StartAsync).AllowAnonymous();
        }
        if (options.SignIn != SignInKind.Link) return;
        routes.MapGet(Path, (Delegate)GetAsync).AllowAnonymous();
        routes.MapPost(Path, (Delegate)PostAsync).AllowAnonymous().WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MaxForm));
    }

    /// <summary>A browser says where a form comes from; a form without a word about it is refused. This is what protects forms against other sites.</summary>
    private static bool ComesFromOwnPage(HttpRequest request) =>
        (request.Headers.Origin.Count == 1 || request.Headers["Sec-Fetch-Site"] == "same-origin") && !RequestGuard.ComesFromElsewhere(request);

    private static Task<IResult> GetAsync(HttpContext context)
    {
        if (context.Request.Query["token"] is [{ } token]) return FollowAsync(context, token);
        return Task.FromResult(context.User.Identity?.IsAuthenticated == true ? Results.LocalRedirect(Return(context)) : Page(context, StatusCodes.Status200OK, null));
    }

    private static async Task<IResult> OfferAsync(HttpContext context)
    {
        if (context.Request.Query["token"].Count > 0)
        {
            await context.RequestServices.GetRequiredService<Refusals>().RecordAsync(context, "A token in the address of the sign-in page");
            return Page(context, StatusCodes.Status401Unauthorized, "This server takes no token in an address.");
        }
        return context.User.Identity?.IsAuthenticated == true ? Results.LocalRedirect(Return(context)) : Page(context, StatusCodes.Status200OK, null);
    }

    /// <summary>Leads to the provider, if there is one to lead to.</summary>
    private static async Task<IResult> StartAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var refusals = services.GetRequiredService<Refusals>();
        if (context.Request.Headers["Sec-Purpose"].Count > 0) return Page(context, StatusCodes.Status403Forbidden, "Open this page itself to sign in.");
        if (!context.Request.IsHttps && !ListenAddresses.IsLoopback($"http://{context.Request.Host}"))
        {
            await refusals.RecordAsync(context, "A sign-in over plain http: Access:KnownProxies does not name the proxy, or the proxy sends no X-Forwarded-Proto");
            return Page(context, StatusCodes.Status400BadRequest, "Signing in needs https. If a proxy in front ends it, the proxy must send X-Forwarded-Proto and be named in Access:KnownProxies.");
        }
        if (await services.GetRequiredService<OidcProvider>().FindAsync(context.RequestAborted) is null)
        {
            await refusals.RecordAsync(context, "The identity provider did not answer");
            return Page(context, StatusCodes.Status503ServiceUnavailable, OidcProvider.Unreachable);
        }
        return Results.Challenge(new() { RedirectUri = Return(context) }, [OidcScheme.Name]);
    }

    private static Task<IResult> FollowAsync(HttpContext context, string token)
    {
        // A browser that looks ahead must not use the link up, and another site must not sign anyone in.
        if (context.Request.Headers["Sec-Purpose"].Count > 0 || RequestGuard.ComesFromElsewhere(context.Request))
            return Task.FromResult(Page(context, StatusCodes.Status403Forbidden, "Open the link from the terminal, or paste its token."));
        return RedeemAsync(context, token);
    }

    private static async Task<IResult> PostAsync(HttpContext context)
    {
        if (!ComesFromOwnPage(context.Request)) return Page(context, StatusCodes.Status403Forbidden, "The form does not come from this page.");
        if (!context.Request.HasFormContentType) return Page(context, StatusCodes.Status415UnsupportedMediaType, "Send the form of this page.");
        try
        {
            var form = await context.Request.ReadFormAsync(new FormOptions { BufferBodyLengthLimit = MaxForm, ValueLengthLimit = MaxForm, ValueCountLimit = 16 }, context.RequestAborted);
            return await RedeemAsync(context, form["token"].ToString().Trim(), form["to"]);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return Page(context, StatusCodes.Status413PayloadTooLarge, "That is more than the form of this page holds.");
        }
    }

    private static async Task<IResult> RedeemAsync(HttpContext context, string token, string? to = null)
    {
        var services = context.RequestServices;
        var refusals = services.GetRequiredService<Refusals>();
        if (!refusals.TryReserve(context)) return TooMany(context);
        if (!await services.GetRequiredService<SignInLinks>().UseAsync(token, context.RequestAborted))
        {
            await refusals.RecordAsync(context, "A sign-in link that does not exist, was used or has expired");
            return Page(context, StatusCodes.Status401Unauthorized, "This link was used already, has expired, or never existed.");
        }
        refusals.Forgive(context);
        string name = services.GetRequiredService<LocalPerson>().Name;
        var user = await services.GetRequiredService<IAccessStore>().KnowAsync(new("link", name, name, Roles.All), context.RequestAborted);
        await SessionCookie.SignInAsync(context, user);
        return Results.LocalRedirect(Challenge.SafeReturn(to ?? Return(context)));
    }

    private static string Return(HttpContext context) => Challenge.SafeReturn(context.Request.Query["to"]);

    internal static IResult TooMany(HttpContext context)
    {
        context.Response.Headers.RetryAfter = ((int)Refusals.Window.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Page(context, StatusCodes.Status429TooManyRequests, $"Too many failed attempts. Try again in {Refusals.Window.TotalMinutes:0} minutes.");
    }

    internal static IResult Page(HttpContext context, int status, string? problem, bool noAccess = false, string? signOutAt = null) => new RazorComponentResult<SignInPage>(new Dictionary<string, object?>
    {
        [nameof(SignInPage.Nonce)] = SecurityHeaders.NonceOf(context),
        [nameof(SignInPage.Problem)] = problem,
        [nameof(SignInPage.To)] = Return(context),
        [nameof(SignInPage.Offer)] = signOutAt is not null ? SignInOffer.None : context.RequestServices.GetRequiredService<ServeOptions>().SignIn switch
        {
            SignInKind.Oidc => SignInOffer.Provider,
            SignInKind.Link when !noAccess => SignInOffer.Token,
            _ => SignInOffer.None,
        },
        [nameof(SignInPage.SignOutAt)] = signOutAt,
        [nameof(SignInPage.Title)] = signOutAt is not null ? "Signed out" : noAccess ? "No access" : "Sign in to Wayward",
    })
    { StatusCode = status };
}
