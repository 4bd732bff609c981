using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wayward.Web.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: storage answers and no source is failing, with the reasons as JSON.</summary>
internal static class HealthEndpoints
{
    public const string Ready = "ready";

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        bool reasons = MayKnowReasons(context);
        return context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            status = Name(report.Status),
            checks = report.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => new
            {
                name = e.Key,
                status = Name(e.Value.Status),
                // The description is written for here; the exception may hold a connection string and stays in the log.
                description = reasons ? e.Value.Description : null,
                data = reasons ? e.Value.Data : null,
            }),
        }, JsonOptions), context.RequestAborted);
    }

    /// <summary>Reasons name folders and buckets. They are for people who have signed in and for this machine; a request that a proxy passed on does not come from this machine.</summary>
    private static bool MayKnowReasons(HttpContext context) =>
        context.User.Identity?.IsAuthenticated == true
        || (context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded"));

    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static string Name(HealthStatus status) => status.ToString().ToLowerInvariant();
}
