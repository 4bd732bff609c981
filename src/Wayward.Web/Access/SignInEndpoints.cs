using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Wayward.Storage.Access;
using Wayward.Web.Hosting;

namespace Wayward.Web.Access;

/// <summary><c>/sign-in</c> and <c>/sign-out</c>.</summary>
internal static class SignInEndpoints
{
    public const string Path = "/sign-in";
    public const string OutPath = "/sign-out";
    private const int MaxForm = 16 << 10;

    public static void MapSignIn(this IEndpointRouteBuilder routes, ServeOptions options)
    {
        routes.MapPost(OutPath, async (HttpContext context) =>
        {
            if (!ComesFromOwnPage(context.Request)) return Results.Problem("The form does not come from a page of this server.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");
            await SessionCookie.SignOutAsync(context);
            return Results.LocalRedirect(Path);
        });
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
        if (!refusals.TryAttempt(Refusals.KeyOf(context)))
        {
            context.Response.Headers.RetryAfter = ((int)Refusals.Window.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Page(context, StatusCodes.Status429TooManyRequests, $"Too many failed attempts. Try again in {Refusals.Window.TotalMinutes:0} minutes.");
        }
        if (!await services.GetRequiredService<SignInLinks>().UseAsync(token, context.RequestAborted))
        {
            await refusals.FailedAsync(context, "A sign-in link that does not exist, was used or has expired");
            return Page(context, StatusCodes.Status401Unauthorized, "This link was used already, has expired, or never existed.");
        }
        string name = services.GetRequiredService<LocalPerson>().Name;
        var user = await services.GetRequiredService<IAccessStore>().KnowAsync(new("link", name, name, Roles.All), context.RequestAborted);
        await SessionCookie.SignInAsync(context, user);
        return Results.LocalRedirect(Challenge.SafeReturn(to ?? Return(context)));
    }

    private static string Return(HttpContext context) => Challenge.SafeReturn(context.Request.Query["to"]);

    internal static IResult Page(HttpContext context, int status, string? problem, bool asksForToken = true) => new RazorComponentResult<SignInPage>(new Dictionary<string, object?>
    {
        [nameof(SignInPage.Nonce)] = SecurityHeaders.NonceOf(context),
        [nameof(SignInPage.Problem)] = problem,
        [nameof(SignInPage.To)] = Return(context),
        [nameof(SignInPage.AsksForToken)] = asksForToken,
        [nameof(SignInPage.Title)] = asksForToken ? "Sign in to Wayward" : "No access",
    })
    { StatusCode = status };
}
