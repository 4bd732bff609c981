using Wayward.Core;
using Wayward.Engine;

namespace Wayward.Web.Configuration;

/// <summary>Configuration section <c>Hosting</c>: who may reach the dashboard, and how many.</summary>
internal sealed record HostingOptions
{
    public const string Section = "Hosting";
    public const string DefaultUrls = "http://127.0.0.1:5080";

    /// <summary>Addresses to listen on, separated by semicolons. <c>--urls</c> and <c>ASPNETCORE_URLS</c> win.</summary>
    public string Urls { get; init; } = DefaultUrls;
    /// <summary>Listen on other than loopback addresses although the printed link is the only sign-in.</summary>
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

    /// <summary>All errors at once, each naming its key.</summary>
    public IReadOnlyList<string> Validate()
    {
        var rules = new OptionRules(Section)
            .Range(MaxCircuits, 1, 100_000)
            .Span(CircuitRetention, TimeSpan.Zero, TimeSpan.FromHours(24))
            .Span(ShutdownTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        foreach (string host in AllowedHosts)
            rules.Require(Uri.CheckHostName(host.Trim('[', ']')) != UriHostNameType.Unknown, nameof(AllowedHosts), $"'{host}'", "a host name (no port, no scheme, no wildcard)");
        foreach (string origin in AllowedOrigins)
            rules.Require(IsOrigin(origin), nameof(AllowedOrigins), $"'{origin}'", "an origin such as https://dash.example.com");
        return rules.Errors;
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == text.TrimEnd('/') && uri.Scheme is "http" or "https";
}

/// <summary>Configuration section <c>Desk</c>: the person of an installation for one person.</summary>
internal sealed record DeskOptions
{
    public const string Section = "Desk";
    /// <summary>Name for the audit trail of whoever signs in by the printed link; empty = the user the program runs as.</summary>
    public string Analyst { get; init; } = "";

    /// <summary>All errors at once, each naming its key.</summary>
    public IReadOnlyList<string> Validate() =>
        new OptionRules(Section).Require(Analyst.Length <= 100 && !Analyst.Any(char.IsControl), nameof(Analyst), "not a name", "up to 100 characters, none of them a control character").Errors;
}
