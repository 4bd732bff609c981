using System.Globalization;
using System.Text.Json;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;

namespace Wayward.Web.Api;

/// <summary>Findings for other programs, read only: <c>/api/findings</c> (the queue, filtered and paged) and <c>/api/findings/{id}</c> (one, whole).</summary>
internal static class FindingsApi
{
    public const string ListSchema = "wayward.findings/1";
    public const string FindingSchema = "wayward.finding/1";
    private const int MaxTake = 500;

    public static void MapFindingsApi(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/findings", ListAsync);
        routes.MapGet("/api/findings/{id}", OneAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IFindingStore findings)
    {
        var (query, errors) = Read(context.Request.Query);
        if (errors.Count > 0) return Json(StatusCodes.Status400BadRequest, json => WriteErrors(json, errors));
        var page = await findings.QueryAsync(query, context.RequestAborted);
        return Json(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", ListSchema);
            json.WriteNumber("total", page.Total);
            json.WriteNumber("skip", query.Skip);
            json.WriteNumber("take", query.Take);
            json.WriteStartArray("findings");
            foreach (var row in page.Rows) WriteRow(json, row);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> OneAsync(string id, HttpContext context, IFindingStore findings)
    {
        if (await findings.FindAsync(id, context.RequestAborted) is not { } stored)
            return Json(StatusCodes.Status404NotFound, json => WriteErrors(json, ["there is no such finding"]));
        return Json(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", FindingSchema);
            FindingJson.WriteMembers(json, stored.Finding, stored.Status);
            json.WriteString("resolution", stored.Resolution == Resolution.None ? null : IncidentReportJson.Name(stored.Resolution));
            json.WriteString("assignee", stored.Assignee);
            json.WriteNumber("revision", stored.Revision);
            json.WriteString("detectedAt", UtcTime.Iso(stored.DetectedAt));
            json.WriteString("updatedAt", UtcTime.Iso(stored.UpdatedAt));
            json.WriteEndObject();
        });
    }

    private static void WriteRow(Utf8JsonWriter json, FindingRow row)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("type", row.Type.Name);
        json.WriteString("subject", row.Subject.Id);
        json.WriteString("subjectKind", row.Subject.Kind == SubjectKind.Instance ? "instance" : "cohort");
        json.WriteString("name", row.InstanceName);
        json.WriteString("account", row.AccountId);
        json.WriteString("transport", row.Transport.Name());
        json.WriteString("provider", row.Provider);
        json.WriteString("address", row.Address);
        json.WriteNumber("addressCount", row.AddressCount);
        json.WriteNumber("memberCount", row.MemberCount);
        json.WriteString("first", UtcTime.Iso(row.First));
        json.WriteString("last", UtcTime.Iso(row.Last));
        json.WriteNumber("count", row.Count);
        json.WriteNumber("severity", FindingJson.Tenths(row.Severity));
        json.WriteNumber("confidence", row.Confidence);
        json.WriteBoolean("reported", row.Reported);
        json.WriteString("status", row.Status.Name());
        json.WriteString("assignee", row.Assignee);
        json.WriteBoolean("provisional", row.Provisional);
        json.WriteString("why", row.Why);
        json.WriteEndObject();
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

    private static void WriteErrors(Utf8JsonWriter json, IReadOnlyList<string> errors)
    {
        json.WriteStartObject();
        json.WriteStartArray("errors");
        foreach (string error in errors) json.WriteStringValue(error);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IResult Json(int status, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, FindingJson.Options)) write(json);
        return Results.Text(buffer.ToArray(), "application/json; charset=utf-8", status);
    }
}
