namespace Wayward.Web.Api;

/// <summary>Errors of the HTTP API as problem details (RFC 9457, <c>application/problem+json</c>).</summary>
internal static class Problems
{
    public static IResult NotFound(string detail) => Results.Problem(detail, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    /// <param name="errors">One sentence a wrong parameter; member <c>errors</c>.</param>
    public static IResult BadRequest(IReadOnlyList<string> errors) => Results.Problem(
        string.Join(' ', errors), statusCode: StatusCodes.Status400BadRequest, title: "A parameter is wrong", extensions: new Dictionary<string, object?> { ["errors"] = errors });
}
