using System.Net;
using Microsoft.Extensions.Primitives;
using Wayward.Web.Configuration;

namespace Wayward.Web.Hosting;

/// <summary>
/// Refuses requests that a foreign page makes through the analyst's browser, on any path: a Host that is not ours (DNS rebinding), and a foreign
/// Origin (a link from another site carries none). Blazor's hub accepts any origin by itself, and a loopback address is no protection from the
/// browser that runs on the same machine.
/// </summary>
internal sealed class RequestGuard
{
    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase) { "localhost" };
    private readonly HashSet<string> _origins = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _anyAddress;

    public RequestGuard(HostingOptions options, IReadOnlyList<string> urls)
    {
        foreach (string host in options.AllowedHosts) _hosts.Add(host.Trim('[', ']'));
        foreach (string origin in options.AllowedOrigins) _origins.Add(origin.TrimEnd('/'));
        // Rebinding needs a name, so an address in the Host header is safe; a server that others may reach is asked for by its address.
        _anyAddress = urls.Any(u => !ListenAddresses.IsLoopback(u));
    }

    public bool AllowsHost(HostString host)
    {
        if (!host.HasValue) return false;
        string name = host.Host.Trim('[', ']');
        if (_hosts.Contains(name)) return true;
        return IPAddress.TryParse(name, out var address) && name == address.ToString() && (_anyAddress || IPAddress.IsLoopback(address));
    }

    public bool AllowsOrigin(HttpRequest request)
    {
        if (IsEmbeddedElsewhere(request) && !IsTrusted(request.Headers.Origin)) return false;
        var origin = request.Headers.Origin;
        return origin.Count == 0 || IsOurs(origin, request);
    }

    /// <summary>
    /// Browsers leave Origin out of some requests but say in Sec-Fetch-* what those are for; programs send neither. Another site may link here,
    /// it may not fetch, embed or frame.
    /// </summary>
    private static bool IsEmbeddedElsewhere(HttpRequest request)
    {
        if (!ComesFromElsewhere(request)) return false;
        return !(IsSafe(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document");
    }

    /// <summary>A browser says that another site caused the request. A link from there is let in; it must not change anything.</summary>
    public static bool ComesFromElsewhere(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");

    // The scheme is not compared: behind a proxy that ends TLS the page is https and this request is not. The host is what a foreign page cannot share.
    private bool IsOurs(StringValues origin, HttpRequest request) =>
        origin.Count == 1 && origin[0] is { } text
        && (IsTrusted(origin)
            || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                && text.Length > uri.Scheme.Length + 3 && string.Equals(text[(uri.Scheme.Length + 3)..], request.Host.Value, StringComparison.OrdinalIgnoreCase)));

    private bool IsTrusted(StringValues origin) => origin.Count == 1 && _origins.Contains(origin[0]!);

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}

internal static class RequestGuardExtensions
{
    public static IApplicationBuilder UseRequestGuard(this IApplicationBuilder app, RequestGuard guard) => app.Use(async (context, next) =>
    {
        if (!guard.AllowsHost(context.Request.Host))
        {
            await Refuse(context, StatusCodes.Status400BadRequest,
                "This server does not answer to that host name. Use http://127.0.0.1 or http://localhost, or add the name to Hosting:AllowedHosts.");
            return;
        }
        if (!guard.AllowsOrigin(context.Request))
        {
            await Refuse(context, StatusCodes.Status403Forbidden, "Refused: the request comes from another site. Trusted sites can be named in Hosting:AllowedOrigins.");
            return;
        }
        await next(context);
    });

    private static Task Refuse(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message + "\n", context.RequestAborted);
    }
}
