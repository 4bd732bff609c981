using System.Text;
using Wayward.Storage.Audit;
using Wayward.Web.Access;
using Wayward.Web.Api;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Audit;

/// <summary><c>/audit/export.csv</c> and <c>/audit/export.ndjson</c>: the entries that the page's filters leave, as a download.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        foreach (string format in AuditExport.Formats)
            routes.MapGet($"/audit/export.{format}", (HttpContext context, IAuditStore audit, ICurrentAnalyst analyst) => SendAsync(format, context, audit, analyst));
    }

    /// <summary>The filter of the page's address.</summary>
    public static AuditFilter Filter(string? who, string? what, string? about, string? from, string? to, string? text) => new()
    {
        Actor = Given(who), Verb = Given(what), Subject = Given(about), Text = Given(text), From = QueryTime.Read(from), To = QueryTime.Read(to),
    };

    private static async Task<IResult> SendAsync(string format, HttpContext context, IAuditStore audit, ICurrentAnalyst analyst)
    {
        await analyst.RequireAsync(Permission.ReadAudit);
        // The export is audited, so a link on another site must not cause one.
        if (RequestGuard.ComesFromElsewhere(context.Request)) return Problems.NotFound("Exports are taken from the page.");
        var query = context.Request.Query;
        var filter = Filter(query["who"], query["what"], query["about"], query["from"], query["to"], query["q"]);
        await audit.AppendAsync(analyst.Name, "audit.export", "audit", $"Exported the audit log as {format}", null, null, context.RequestAborted);
        return Results.Stream(async stream =>
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false));
            await AuditExport.WriteAsync(audit.ReadAsync(filter, context.RequestAborted), format, writer, context.RequestAborted);
        }, format == "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson", $"wayward-audit.{format}");
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
