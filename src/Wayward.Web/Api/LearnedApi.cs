using System.Globalization;
using Wayward.Engine.Detection;
using Wayward.Web.Scan;

namespace Wayward.Web.Api;

/// <summary>Contacts that nothing could evaluate, for other programs, read only: <c>/api/learned</c>.</summary>
internal static class LearnedApi
{
    private const int MaxTake = 500, DefaultTake = 50;

    public static void MapLearnedApi(this IEndpointRouteBuilder routes) => routes.MapGet("/api/learned", ListAsync);

    private static async Task<IResult> ListAsync(HttpContext context, ILearnedContactReader learned)
    {
        int skip = 0, take = DefaultTake;
        List<string> errors = [];
        foreach (var (name, values) in context.Request.Query)
        {
            bool isKnown = int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && (name == "skip" || (name == "take" && number is >= 1 and <= MaxTake));
            if (!isKnown) errors.Add($"{name}: not a parameter, or not a value for it; known are skip, take (1 to {MaxTake})");
            else if (name == "skip") skip = number;
            else take = number;
        }
        if (errors.Count > 0) return Problems.BadRequest(errors);
        var list = await learned.ReadAsync(context.RequestAborted);
        return Results.Bytes(WebContracts.Learned.Bytes(new() { Total = list.Total, Listed = list.Rows.Count, Skip = skip, Take = take, Contacts = list.Rows.Skip(skip).Take(take).Select(AcceptedDocument.Of) }),
            "application/json; charset=utf-8");
    }
}
