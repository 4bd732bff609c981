using System.Net.Sockets;
using System.Text;

namespace Wayward.Web.Tests.Penetration;

/// <summary>One hostile request as bytes, and what must come back.</summary>
/// <param name="Request">The whole request. <c>{host}</c>, <c>{origin}</c> and <c>{cookie}</c> stand for those of the host under test.</param>
/// <param name="Expected">Statuses of which one must come back.</param>
internal sealed record Attack(string Name, string Request, params int[] Expected)
{
    /// <summary>A further condition. Returns what is wrong with the answer, or null.</summary>
    public Func<Answer, string?>? Also { get; init; }

    public async Task<IReadOnlyList<string>> FaultsAsync(Uri host, string cookie, string secretPath, CancellationToken cancellation)
    {
        string request = Request.Replace("{host}", host.Authority, StringComparison.Ordinal)
            .Replace("{origin}", host.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace("{cookie}", cookie, StringComparison.Ordinal);
        var answer = await Answer.OfAsync(host, Encoding.Latin1.GetBytes(request), cancellation);
        List<string> faults = [.. answer.CommonFaults(secretPath)];
        if (!Expected.Contains(answer.Status)) faults.Add($"status {answer.Status}, expected {string.Join(" or ", Expected)}");
        if (Also?.Invoke(answer) is { } wrong) faults.Add(wrong);
        return faults;
    }
}

/// <summary>What came back over a connection until the server closed it.</summary>
internal sealed record Answer(int Status, IReadOnlyList<(string Name, string Value)> Headers, string Body, int Count)
{
    private static readonly string[] Required = ["Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy", "Cache-Control"];
    /// <summary>Requests that are not HTTP are answered by the server below the program: a status without a body.</summary>
    private static readonly int[] BelowTheProgram = [400, 413, 414, 431, 505];

    public IEnumerable<string> Values(string name) => Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    public string? Value(string name) => Values(name).FirstOrDefault();

    /// <summary>What holds for every answer: one answer, its headers, and nothing of the program's inside.</summary>
    public IEnumerable<string> CommonFaults(string secretPath)
    {
        if (Count != 1) yield return $"{Count} answers to one request";
        bool below = Body.Length == 0 && BelowTheProgram.Contains(Status) && Value("X-Content-Type-Options") is null;
        foreach (string name in Required)
            if (!below && Values(name).Count() != 1) yield return $"{Values(name).Count()} headers {name}";
        if (Value("Server") is { } server) yield return $"names its server: {server}";
        if (Value("X-Injected") is not null) yield return "an injected header";
        foreach (string secret in new[] { secretPath, ".cs:line", "   at Wayward.", "   at Microsoft.", "System.Exception", "InvalidOperationException", "root:x:0" })
            if (Body.Contains(secret, StringComparison.Ordinal)) yield return $"the answer contains {secret}";
    }

    /// <returns>Status 0 when the server closed the connection without a word or said nothing within 20 seconds.</returns>
    public static async Task<Answer> OfAsync(Uri host, byte[] request, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(host.Host, host.Port, cancellation);
        var stream = client.GetStream();
        using var received = new MemoryStream();
        // The server may answer and close before it has read everything.
        var sending = SendAsync(stream, request, patience.Token);
        try
        {
            await stream.CopyToAsync(received, patience.Token);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // What came until then is the answer.
        }
        await sending;
        return Parse(Encoding.Latin1.GetString(received.ToArray()));
    }

    private static async Task SendAsync(NetworkStream stream, byte[] request, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(request, cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The answer says why.
        }
    }

    private static Answer Parse(string text)
    {
        string[] parts = text.Split("\r\n\r\n", 2);
        string[] lines = parts[0].Split("\r\n");
        if (!lines[0].StartsWith("HTTP/1.1 ", StringComparison.Ordinal)) return new(0, [], text, text.Length == 0 ? 0 : 1);
        var headers = lines.Skip(1).Select(l => l.Split(':', 2)).Where(l => l.Length == 2).Select(l => (l[0].Trim(), l[1].Trim())).ToList();
        string body = parts.Length > 1 ? parts[1] : "";
        return new(int.Parse(lines[0].AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), headers, body, 1 + body.Split("HTTP/1.1 ").Length - 1);
    }
}
