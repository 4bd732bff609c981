using Wayward.Web.Hosting;

namespace Wayward.Web.Reports;

/// <summary><c>/findings/{id}/report.html</c> and <c>.json</c>: the report as a download, or shown with <c>?view=1</c>.</summary>
internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/findings/{id}/report.html", (string id, HttpContext context, ReportService reports, ICurrentAnalyst analyst) => SendAsync(id, ReportFormat.Html, context, reports, analyst));
        routes.MapGet("/findings/{id}/report.json", (string id, HttpContext context, ReportService reports, ICurrentAnalyst analyst) => SendAsync(id, ReportFormat.Json, context, reports, analyst));
    }

    private static async Task<IResult> SendAsync(string id, ReportFormat format, HttpContext context, ReportService reports, ICurrentAnalyst analyst)
    {
        if (await reports.ExportAsync(id, format, analyst.Name, context.RequestAborted) is not { } report) return Results.NotFound();
        context.Response.Headers.CacheControl = "no-store";
        // Stricter than for pages: even opened here, it may do nothing.
        context.Response.Headers.ContentSecurityPolicy = ReportStyle.Policy + "; frame-ancestors 'none'; sandbox";
        return context.Request.Query["view"] == "1" ? Results.Bytes(report.Content, report.ContentType) : Results.Bytes(report.Content, report.ContentType, report.FileName);
    }
}
