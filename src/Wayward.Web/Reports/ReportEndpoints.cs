using Wayward.Web.Api;
using Wayward.Web.Hosting;
using Wayward.Web.Reports.Html;

namespace Wayward.Web.Reports;

/// <summary><c>/findings/{id}/report.{format}</c>: the report as a download; a format that a browser can show is shown with <c>?view=1</c>.</summary>
internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        foreach (var format in ReportFormats.All)
            routes.MapGet($"/findings/{{id}}/report.{format.Name}", (string id, HttpContext context, ReportService reports, ICurrentAnalyst analyst) => SendAsync(id, format, context, reports, analyst));
    }

    private static async Task<IResult> SendAsync(string id, IReportWriter format, HttpContext context, ReportService reports, ICurrentAnalyst analyst)
    {
        // An export is written to the audit trail, so a link on another site must not cause one. Its page leads here instead.
        if (RequestGuard.ComesFromElsewhere(context.Request)) return Results.LocalRedirect($"~/findings/{Uri.EscapeDataString(id)}");
        if (await reports.ExportAsync(id, format, analyst.Name, context.RequestAborted) is not { } report) return Problems.NotFound("There is no such finding.");
        context.Response.Headers.CacheControl = "no-store";
        // Stricter than for pages: even opened here, it may do nothing.
        context.Response.Headers.ContentSecurityPolicy = ReportStyle.Policy + "; frame-ancestors 'none'; sandbox";
        bool view = format.Viewable && context.Request.Query["view"] == "1";
        return view ? Results.Bytes(report.Content, report.MediaType) : Results.Bytes(report.Content, report.MediaType, report.FileName);
    }
}
