namespace Wayward.Web.Access;

/// <summary>What someone without access gets: a page that says how to sign in for a person, a problem document for a program.</summary>
internal static class Challenge
{
    public const string NoRole = "You are signed in, but no role was given to you. Ask whoever runs Wayward for one.";

    /// <summary>A navigation of a browser, as opposed to a program or a script.</summary>
    public static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/_blazor")
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    public static Task WriteAsync(HttpContext context, int status, string detail) => IsNavigation(context.Request)
        ? SignInEndpoints.Page(context, status, detail, noAccess: true).ExecuteAsync(context)
        : Results.Problem(detail, statusCode: status, title: status == StatusCodes.Status401Unauthorized ? "Not signed in" : "Not allowed").ExecuteAsync(context);

    /// <summary>
    /// The address to go to after the sign-in, if it is one of this server: a path, never another site. Browsers read <c>//host</c> and <c>/\host</c> as another site.
    /// </summary>
    public static string SafeReturn(string? path) =>
        path is { Length: > 0 and <= 2_000 } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\'))
        && !path.Any(char.IsControl) && !path.Contains('\\', StringComparison.Ordinal) && !path.StartsWith(SignInEndpoints.Path, StringComparison.OrdinalIgnoreCase) ? path : "/";
}
