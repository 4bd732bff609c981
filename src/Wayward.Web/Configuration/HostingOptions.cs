using Wayward.Engine;

namespace Wayward.Web.Configuration;

/// <summary>Configuration section <c>Hosting</c>: who may reach the dashboard, and how many.</summary>
public sealed record HostingOptions
{
    public const string Section = "Hosting";
    public const string DefaultUrls = "http://127.0.0.1:5080";

    /// <summary>Addresses to listen on, separated by semicolons. <c>--urls</c> and <c>ASPNETCORE_URLS</c> win.</summary>
    public string Urls { get; init; } = DefaultUrls;
    /// <summary>Listen on other than loopback addresses although there is no sign-in.</summary>
    public bool AllowRemote { get; init; }
    /// <summary>What this process does: <c>All</c>, or where several work on one PostgreSQL database <c>Web</c> or <c>Ingest</c>. <c>--role</c> wins.</summary>
    public ProcessRole Role { get; init; } = ProcessRole.All;
    /// <summary>Host names, beyond the loopback ones, under which the dashboard may be asked for: exact, without port.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];
    /// <summary>Origins, beyond the page's own, that may open the hub or send changes, such as <c>https://dash.example.com</c>.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];
    /// <summary>Open pages at one time; the next one gets a page that says so. About 1 to 3 MB of memory each.</summary>
    public int MaxCircuits { get; init; } = 500;
    /// <summary>How long the state of a page that lost its connection is kept.</summary>
    public TimeSpan CircuitRetention { get; init; } = TimeSpan.FromMinutes(10);
    /// <summary>How long a stop waits for work in hand.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(8);

    public IEnumerable<string> Validate()
    {
        if (MaxCircuits is < 1 or > 100_000) yield return $"{Section}:MaxCircuits must be 1 to 100000, not {MaxCircuits}";
        if (CircuitRetention < TimeSpan.Zero || CircuitRetention > TimeSpan.FromHours(24)) yield return $"{Section}:CircuitRetention must be 0 to 1.00:00:00, not {CircuitRetention:c}";
        if (ShutdownTimeout < TimeSpan.FromSeconds(1) || ShutdownTimeout > TimeSpan.FromMinutes(5)) yield return $"{Section}:ShutdownTimeout must be 00:00:01 to 00:05:00, not {ShutdownTimeout:c}";
        foreach (string host in AllowedHosts)
            if (Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown) yield return $"{Section}:AllowedHosts: '{host}' is not a host name (no port, no scheme, no wildcard)";
        foreach (string origin in AllowedOrigins)
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin.TrimEnd('/') || uri.Scheme is not ("http" or "https"))
                yield return $"{Section}:AllowedOrigins: '{origin}' is not an origin such as https://dash.example.com";
    }
}

/// <summary>Configuration section <c>Desk</c>: the analyst whose name the audit trail gets while there is no sign-in.</summary>
public sealed record DeskOptions
{
    public const string Section = "Desk";
    /// <summary>Name for the audit trail; empty = the user the program runs as.</summary>
    public string Analyst { get; init; } = "";

    public IEnumerable<string> Validate()
    {
        if (Analyst.Length > 100) yield return $"{Section}:Analyst must be at most 100 characters";
        if (Analyst.Any(char.IsControl)) yield return $"{Section}:Analyst must not contain control characters";
    }
}
