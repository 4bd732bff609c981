namespace Wayward.Web.Hosting;

/// <summary>What <c>serve</c> was asked for on the command line; null = take it from the options.</summary>
public sealed record ServeRequest
{
    public string? Urls { get; init; }
    public string? DataDirectory { get; init; }
    public IReadOnlyList<string> Sources { get; init; } = [];
    public bool AllowRemote { get; init; }
    /// <summary>Settings as <c>Section:Key</c>, strongest of all.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Settings { get; init; } = [];
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();
}
