using Wayward.Web.Access;
using Wayward.Web.Api;
using Wayward.Web.Components.Findings;
using Wayward.Web.Hosting;
using Wayward.Web.Reports.Html;

namespace Wayward.Web.Reports.Summaries;

/// <summary>
/// <c>/incidents/{number}/report.{format}</c>, and <c>/exports/period.{format}</c> with the filters of the queue's address.
/// </summary>
internal static class SummaryEndpoints
{
    public static void MapSummaries(this IEndpointRouteBuilder routes)
    {
        foreach (var format in SummaryFormats.All)
        {
            routes.MapGet($"/incidents/{{id:int}}/report.{format.Name}", (int id, HttpContext context, SummaryService reports, ICurrentAnalyst analyst) => SendIncidentAsync(id, format, context, reports, analyst));
            routes.MapGet($"/exports/period.{format.Name}", (HttpContext context, SummaryService reports, ICurrentAnalyst analyst) => SendPeriodAsync(format, context, reports, analyst));
        }
    }

    private static async Task<IResult> SendIncidentAsync(int id, ISummaryWriter format, HttpContext context, SummaryService reports, ICurrentAnalyst analyst)
    {
        // An export is written to the audit trail, so a link on another site must not cause one.
        if (RequestGuard.ComesFromElsewhere(context.Request)) return Results.LocalRedirect($"~/incidents/{id}");
        await analyst.RequireAsync(Permission.Export);
        return await reports.ExportAsync(id, format, analyst.Name, context.RequestAborted) is { } report ? Send(context, report) : Problems.NotFound("There is no such incident.");
    }

    private static async Task<IResult> SendPeriodAsync(ISummaryWriter format, HttpContext context, SummaryService reports, ICurrentAnalyst analyst)
    {
        if (RequestGuard.ComesFromElsewhere(context.Request)) return Results.LocalRedirect("~/findings");
        await analyst.RequireAsync(Permission.Export);
        var state = FindingsState.Read(context.Request.Query);
        return Send(context, await reports.ExportAsync(state.ToQuery(), state.InWords, format, analyst.Name, context.RequestAborted));
    }

    private static IResult Send(HttpContext context, RenderedReport report)
    {
        context.Response.Headers.CacheControl = "no-store";
        // Stricter than for pages: even opened here, it may do nothing.
        context.Response.Headers.ContentSecurityPolicy = ReportStyle.Policy + "; frame-ancestors 'none'; sandbox";
        return Results.Bytes(report.Content, report.MediaType, report.FileName);
    }
}
