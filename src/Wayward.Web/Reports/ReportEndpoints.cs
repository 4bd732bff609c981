using System.IO.Compression;
using Wayward.Web.Api;
using Wayward.Web.Components.Findings;
using Wayward.Web.Hosting;
using Wayward.Web.Reports.Html;

namespace Wayward.Web.Reports;

/// <summary>
/// <c>/findings/{id}/report.{format}</c>: the report as a download; a format that a browser can show is shown with <c>?view=1</c>.
/// <c>/exports/findings.{format}</c>: the queue with the filters of its address, streamed; a format that needs several files comes as a ZIP archive.
/// </summary>
internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        foreach (var format in ReportFormats.All)
            routes.MapGet($"/findings/{{id}}/report.{format.Name}", (string id, HttpContext context, ReportService reports, ICurrentAnalyst analyst) => SendAsync(id, format, context, reports, analyst));
        foreach (var format in ReportFormats.Many)
            routes.MapGet($"/exports/findings.{format.Name}", (HttpContext context, ReportService reports, ICurrentAnalyst analyst) => SendQueueAsync(format, context, reports, analyst));
    }

    private static async Task<IResult> SendAsync(string id, IReportWriter format, HttpContext context, ReportService reports, ICurrentAnalyst analyst)
    {
        // An export is written to the audit trail, so a link on another site must not cause one. Its page leads here instead.
        if (RequestGuard.ComesFromElsewhere(context.Request)) return Results.LocalRedirect($"~/findings/{Uri.EscapeDataString(id)}");
        await analyst.RequireAsync(Access.Permission.Export);
        if (await reports.ExportAsync(id, format, analyst.Name, context.RequestAborted) is not { } report) return Problems.NotFound("There is no such finding.");
        context.Response.Headers.CacheControl = "no-store";
        // Stricter than for pages: even opened here, it may do nothing.
        context.Response.Headers.ContentSecurityPolicy = ReportStyle.Policy + "; frame-ancestors 'none'; sandbox";
        bool view = format.Viewable && context.Request.Query["view"] == "1";
        return view ? Results.Bytes(report.Content, report.MediaType) : Results.Bytes(report.Content, report.MediaType, report.FileName);
    }

    private static async Task<IResult> SendQueueAsync(IReportWriter format, HttpContext context, ReportService reports, ICurrentAnalyst analyst)
    {
        if (RequestGuard.ComesFromElsewhere(context.Request)) return Results.LocalRedirect("~/findings");
        await analyst.RequireAsync(Access.Permission.Export);
        var query = FindingsState.Read(context.Request.Query).ToQuery();
        // Written to a file first: what fails half way must not look like a whole export, and the archive of a ZIP writes synchronously.
        string path = Path.GetTempFileName();
        var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 65_536, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        try
        {
            bool zip = format.Parts;
            if (zip)
            {
                using var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
                await reports.ExportAsync(query, null, format, new ZipOutput(archive, "wayward", format.Extension), analyst.Name, null, context.RequestAborted);
            }
            else await reports.ExportAsync(query, null, format, new SingleOutput(file), analyst.Name, null, context.RequestAborted);
            file.Position = 0;
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.ContentSecurityPolicy = ReportStyle.Policy + "; frame-ancestors 'none'; sandbox";
            return Results.Stream(file, zip ? "application/zip" : format.MediaType, zip ? $"wayward-findings.{format.Name}.zip" : "wayward-findings." + format.Extension);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
