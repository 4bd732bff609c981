using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Core.Reports.Contracts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;
using Wayward.Web.Reports;

namespace Wayward.Web.Api;

/// <summary>Findings for other programs, read only: <c>/api/findings</c> (the queue, filtered and paged) and <c>/api/findings/{id}</c> (one, whole).</summary>
internal static class FindingsApi
{
    private const int MaxTake = 500;

    public static void MapFindingsApi(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/findings", ListAsync);
        routes.MapGet("/api/findings/{id}", OneAsync);
        // Without it a program would get the page that tells a person.
        routes.Map("/api/{**path}", () => Problems.NotFound("There is nothing at this address."));
    }

    private static async Task<IResult> ListAsync(HttpContext context, IFindingStore findings)
    {
        var (query, errors) = Read(context.Request.Query);
        if (errors.Count > 0) return Problems.BadRequest(errors);
        var page = await findings.QueryAsync(query, context.RequestAborted);
        return Json(WebContracts.FindingList, new() { Total = page.Total, Skip = query.Skip, Take = query.Take, Findings = page.Rows.Select(FindingRowDocument.Of) });
    }

    private static async Task<IResult> OneAsync(string id, HttpContext context, DossierService dossiers)
    {
        if (await dossiers.HeadAsync(id, context.RequestAborted) is not { } dossier) return Problems.NotFound("There is no such finding.");
        return Json(CoreContracts.Finding, FindingAnswer.Of(dossier));
    }

    /// <summary>An unknown or unreadable parameter is an error: a filter that is silently dropped would give a wrong answer.</summary>
    private static (FindingQuery Query, IReadOnlyList<string> Errors) Read(IQueryCollection parameters)
    {
        List<string> errors = [];
        var query = new FindingQuery();
        foreach (var (name, values) in parameters)
        {
            string value = values.ToString();
            switch (name)
            {
                case "status" when value == "all": query = query with { Statuses = [] }; break;
                case "status": query = query with { Statuses = Named(value, Enum.GetValues<FindingStatus>(), s => s.Name(), "status", errors) }; break;
                case "transport": query = query with { Transports = Named(value, Enum.GetValues<DnsTransport>(), t => t.Name(), "transport", errors) }; break;
                case "band": query = query with { Bands = Named(value, Enum.GetValues<SeverityBand>(), b => b.ToString(), "band", errors) }; break;
                case "text" when value.Length <= 200: query = query with { Text = value }; break;
                case "subject": query = query with { SubjectId = value }; break;
                case "provider": query = query with { Provider = value }; break;
                case "address": query = query with { Address = value }; break;
                case "unreported" when bool.TryParse(value, out bool unreported): query = query with { IncludeUnreported = unreported }; break;
                case "from" when Time(value) is { } from: query = query with { FirstFrom = from }; break;
                case "to" when Time(value) is { } to: query = query with { FirstTo = to }; break;
                case "skip" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int skip): query = query with { Skip = skip }; break;
                case "take" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int take) && take is >= 1 and <= MaxTake: query = query with { Take = take }; break;
                default:
                    errors.Add($"{name}: not a parameter, or not a value for it; known are status (or all), transport, band, text (up to 200 characters), subject, provider, address, unreported (true or false), from, to (2026-01-31T00:00:00Z), skip, take (1 to {MaxTake})");
                    break;
            }
        }
        return (query, errors);
    }

    private static List<T> Named<T>(string text, IReadOnlyList<T> values, Func<T, string> name, string parameter, List<string> errors)
    {
        List<T> named = [];
        foreach (string part in text.Split(','))
        {
            int index = values.ToList().FindIndex(v => name(v).Equals(part, StringComparison.OrdinalIgnoreCase));
            if (index >= 0) named.Add(values[index]);
            else errors.Add($"{parameter}: '{part}' is not one of {string.Join(", ", values.Select(name))}");
        }
        return named;
    }

    private static long? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeSeconds() : null;

    private static IResult Json<T>(JsonContract<T> contract, T document) where T : class => Results.Bytes(contract.Bytes(document), "application/json; charset=utf-8");
}
