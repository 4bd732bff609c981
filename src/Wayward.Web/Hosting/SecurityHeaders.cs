using System.Security.Cryptography;

namespace Wayward.Web.Hosting;

/// <summary>Response headers that keep a page from running, framing or leaking anything that is not ours.</summary>
internal static class SecurityHeaders
{
    private static readonly object NonceKey = new();

    /// <summary>The nonce that scripts of this response carry.</summary>
    public static string NonceOf(HttpContext context) => (string)(context.Items[NonceKey] ??= Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));

    /// <remarks>
    /// Inline styles stay allowed: the component library sets them on elements it creates. Scripts need the nonce or to be ours, and nothing is evaluated.
    /// </remarks>
    internal static string Policy(string nonce) =>
        $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; " +
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-src 'none'; frame-ancestors 'none'";

    /// <remarks>Set when the answer starts: what handles a fault clears the headers that were set before it.</remarks>
    internal static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Response.OnStarting(static state =>
        {
            var response = (HttpResponse)state;
            var headers = response.Headers;
            // A report has a stricter policy of its own.
            if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = Policy(NonceOf(response.HttpContext));
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            // For a year, subdomains included (ASVS 3.4.1). Over http browsers ignore it; for localhost it would reach other programs of this machine.
            if (response.HttpContext.Request is { IsHttps: true } request && request.Host.Host != "localhost") headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
            // Static files say themselves how long they keep (their names carry a fingerprint); everything else is somebody's investigation.
            if (headers.CacheControl.Count == 0 || IsHtml(response)) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, context.Response);
        return next(context);
    });

    private static bool IsHtml(HttpResponse response) => response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true;
}
