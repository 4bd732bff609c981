using System.Globalization;
using System.Text;

namespace Wayward.Web.Tests.Penetration;

/// <summary>The penetration list: hostile requests to the server, by kind.</summary>
internal static class AttackList
{
    /// <summary>A syntactically right token that nobody was given.</summary>
    private static readonly string NoToken = new('0', 64);

    public static IReadOnlyList<Attack> All { get; } = [.. Traversal(), .. Methods(), .. HeaderInjection(), .. Redirects(), .. Forgery(), .. Rebinding(), .. Sockets(), .. Oversize(), .. Sessions(), .. Caching()];

    private static IEnumerable<Attack> Traversal()
    {
        foreach (string target in new[]
                 {
                     "/../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/%252e%252e%252f%252e%252e%252fetc%252fpasswd", "/..%2f..%2f..%2fetc%2fpasswd", "/..\\..\\..\\etc\\passwd", "/..%5c..%5cappsettings.json",
                     "/_content/MudBlazor/%2e%2e%2f%2e%2e%2fappsettings.json", "/findings/..%2f..%2f..%2fetc%2fpasswd/report.json", "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd", "/etc/passwd%00.svg", "/wayward.db", "/appsettings.json",
                 })
            yield return new($"traversal {target}", Http("GET", target), 400, 404);
    }

    private static IEnumerable<Attack> Methods()
    {
        yield return new("TRACE echoes nothing", Http("TRACE", "/", ["X-Secret: canary"]), 405) { Also = a => a.Body.Contains("canary", StringComparison.Ordinal) ? "the request is echoed" : null };
        yield return new("CONNECT is no proxy", Http("CONNECT", "evil.example:443"), 400, 405);
        yield return new("an unknown method", Http("WAYWARD", "/"), 405);
        yield return new("DELETE on a finding", Http("DELETE", "/findings/x", ["Origin: {origin}"]), 404, 405);
        yield return new("PUT on the rules", Http("PUT", "/expected", ["Origin: {origin}"]), 404, 405);
        yield return new("POST on the API", Http("POST", "/api/findings", ["Origin: {origin}", "Content-Length: 0"]), 404, 405);
        yield return new("a method hidden in a header", Http("POST", "/api/findings", ["Origin: {origin}", "X-HTTP-Method-Override: GET", "Content-Length: 0"]), 404, 405);
        yield return new("GET signs nobody out", Http("GET", "/sign-out"), 404, 405);
    }

    private static IEnumerable<Attack> HeaderInjection()
    {
        yield return new("CR LF in the return address", Http("GET", "/sign-in?to=/x%0d%0aX-Injected:%201"), 302) { Also = LeadsHome };
        yield return new("CR LF in a path", Http("GET", "/findings/%0d%0aX-Injected:%201/report.html"), 400, 404);
        yield return new("a bare CR in a header", Http("GET", "/", ["X-A: b\rX-Injected: 1"]), 400);
        yield return new("a NUL in a header", Http("GET", "/", ["X-A: b\0c"]), 400);
        yield return new("a space before the colon", Http("GET", "/", ["X-A : b"]), 400);
        yield return new("a folded header", Http("GET", "/", ["X-A: b\r\n  c"]), 400);
        yield return new("two hosts", Http("GET", "/", ["Host: evil.example"]), 400);
        yield return new("no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400);
        yield return new("an absolute address of another host", Http("GET", "http://evil.example/"), 400);
        yield return new("two lengths", Http("POST", "/sign-in", ["Origin: {origin}", "Content-Length: 4", "Content-Length: 5"], "a=bcd"), 400);
        yield return new("a negative length", Http("POST", "/sign-in", ["Origin: {origin}", "Content-Length: -1"]), 400);
        yield return new("a length and chunks (smuggling)", Http("POST", "/sign-in", ["Origin: {origin}", "Content-Length: 6", "Transfer-Encoding: chunked"], "0\r\n\r\nGET /api/findings HTTP/1.1\r\nHost: {host}\r\n\r\n"), 400, 415);
        yield return new("an unknown transfer encoding (smuggling)", Http("POST", "/sign-in", ["Origin: {origin}", "Transfer-Encoding: xchunked"], "0\r\n\r\nGET /api/findings HTTP/1.1\r\nHost: {host}\r\n\r\n"), 400);
        yield return new("a path in a header", Http("GET", "/api/findings", ["X-Original-URL: /health/live", "X-Rewrite-URL: /health/live"], signedIn: false), 401);
        yield return new("a host in a header", Http("GET", "/findings", ["X-Forwarded-Host: evil.example", "Forwarded: host=evil.example", "Accept: text/html"], signedIn: false), 302)
        { Also = a => a.Value("Location")?.Contains("evil", StringComparison.Ordinal) != false ? $"leads to {a.Value("Location")}" : null };
        yield return new("a person in a header", Http("GET", "/api/findings", ["X-Forwarded-User: admin", "X-Forwarded-Groups: admin"], signedIn: false), 401);
    }

    private static IEnumerable<Attack> Redirects()
    {
        foreach (string to in new[] { "//evil.example", "/%5cevil.example", "https://evil.example", "/%09/evil.example", "javascript:alert(1)", "%2f%2fevil.example", "///evil.example", "/.%5c.%5cevil.example" })
            yield return new($"open redirect {to}", Http("GET", "/sign-in?to=" + to), 302) { Also = LeadsHome };
        yield return new("open redirect by a path", Http("GET", "//evil.example/findings", ["Accept: text/html"], signedIn: false), 302, 404)
        { Also = a => a.Value("Location") is { } to && (to.StartsWith("//", StringComparison.Ordinal) || to.Contains("//evil", StringComparison.Ordinal)) ? $"leads to {to}" : null };
    }

    private static IEnumerable<Attack> Forgery()
    {
        const string form = "token=x";
        foreach (string path in new[] { "/sign-out", "/sign-in", "/_blazor/negotiate?negotiateVersion=1", "/_blazor/disconnect" })
        {
            yield return new($"a form of another site to {path}", Http("POST", path, ["Origin: http://evil.example", .. Form(form)], form), 403);
            yield return new($"a sandboxed form to {path}", Http("POST", path, ["Origin: null", .. Form(form)], form), 403);
        }
        yield return new("a form of another site that hides its origin", Http("POST", "/sign-out", ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", .. Form(form)], form), 403);
        yield return new("a form without a word about its origin", Http("POST", "/sign-out", [.. Form(form)], form), 403);
    }

    private static IEnumerable<Attack> Rebinding()
    {
        foreach (string name in new[] { "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "2130706433", "localhost@evil.example" })
            yield return new($"DNS rebinding as {name}", Http("GET", "/api/findings", host: name), 400);
        yield return new("DNS rebinding with its own origin", Http("POST", "/_blazor/negotiate?negotiateVersion=1", ["Origin: http://evil.example", "Content-Length: 0"], host: "evil.example"), 400);
    }

    private static IEnumerable<Attack> Sockets()
    {
        foreach (string origin in new[] { "http://evil.example", "null", "http://{host}.evil.example" })
            yield return new($"a socket from {origin}", Http("GET", "/_blazor", Upgrade(origin)), 403);
        yield return new("a socket of a rebound name", Http("GET", "/_blazor", Upgrade("http://evil.example"), host: "evil.example"), 400);
        yield return new("a socket without a session", Http("GET", "/_blazor", Upgrade("{origin}"), signedIn: false), 401);
    }

    private static IEnumerable<Attack> Oversize()
    {
        yield return new("a header of 40 KB", Http("GET", "/", ["X-A: " + new string('a', 40_000)]), 431);
        yield return new("200 headers", Http("GET", "/", [.. Enumerable.Range(0, 200).Select(i => string.Create(CultureInfo.InvariantCulture, $"X-{i}: a"))]), 431);
        yield return new("an address of 9 KB", Http("GET", "/" + new string('a', 9_000)), 414);
        yield return new("a body of 5 MB announced", Http("POST", "/sign-in", ["Origin: {origin}", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 5000000"], signedIn: false), 413);
        string chunk = string.Create(CultureInfo.InvariantCulture, $"{0x8000:x}\r\n{new string('a', 0x8000)}\r\n");
        yield return new("a body of 32 KB in chunks", Http("POST", "/sign-in", ["Origin: {origin}", "Content-Type: application/x-www-form-urlencoded", "Transfer-Encoding: chunked"], chunk + "0\r\n\r\n", signedIn: false), 413);
        string many = string.Join('&', Enumerable.Repeat("a=b", 2_000));
        yield return new("2,000 fields", Http("POST", "/sign-in", ["Origin: {origin}", .. Form(many)], many, signedIn: false), 413);
    }

    private static IEnumerable<Attack> Sessions()
    {
        yield return new("a session of the attacker's choice", Http("GET", "/api/findings", ["Cookie: wayward-session=chosen; session=chosen"], signedIn: false), 401);
        yield return new("a session in the address", Http("GET", "/api/findings?{cookie}", signedIn: false), 401);
        yield return new("an altered cookie", Http("GET", "/api/findings", ["Cookie: {cookie}AAAA"], signedIn: false), 401);
        yield return new("a token that nobody was given", Http("GET", "/sign-in?token=" + NoToken, signedIn: false), 401) { Also = NoCookie };
        yield return new("a token that is a query", Http("GET", "/sign-in?token='%20OR%201=1--", signedIn: false), 401) { Also = NoCookie };
        yield return new("a token as a password", Http("GET", "/api/findings", ["Authorization: Bearer " + NoToken], signedIn: false), 401);
    }

    private static IEnumerable<Attack> Caching()
    {
        foreach (var (target, status) in new[] { ("/", 200), ("/api/findings", 200), ("/exports/findings.csv", 200), ("/nowhere", 404), ("/sign-in", 302) })
            yield return new($"{target} is kept in no cache", Http("GET", target), status)
            { Also = a => a.Value("Cache-Control")?.Contains("no-store", StringComparison.Ordinal) == true ? null : $"Cache-Control: {a.Value("Cache-Control")}" };
    }

    private static string? LeadsHome(Answer answer) => answer.Value("Location") == "/" ? null : $"leads to {answer.Value("Location")}";

    private static string? NoCookie(Answer answer) => answer.Value("Set-Cookie") is { } cookie ? $"sets {cookie}" : null;

    private static string[] Form(string body) => ["Content-Type: application/x-www-form-urlencoded", string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}")];

    private static string[] Upgrade(string origin) => ["Upgrade: websocket", "Connection: close, Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Origin: " + origin];

    private static string Http(string method, string target, string[]? headers = null, string body = "", string host = "{host}", bool signedIn = true)
    {
        var text = new StringBuilder().Append(method).Append(' ').Append(target).Append(" HTTP/1.1\r\nHost: ").Append(host).Append("\r\n");
        foreach (string header in headers ?? []) text.Append(header).Append("\r\n");
        if (signedIn) text.Append("Cookie: {cookie}\r\n");
        if (headers?.Any(h => h.StartsWith("Connection:", StringComparison.Ordinal)) != true) text.Append("Connection: close\r\n");
        return text.Append("\r\n").Append(body).ToString();
    }
}
