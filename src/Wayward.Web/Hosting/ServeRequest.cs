using Wayward.Storage;
using Wayward.Web.Configuration;

namespace Wayward.Web.Hosting;

/// <summary>What <c>serve</c> was asked for on the command line; null = take it from the options.</summary>
internal sealed record ServeRequest
{
    public string? Urls { get; init; }
    public string? DataDirectory { get; init; }
    public IReadOnlyList<string> Sources { get; init; } = [];
    public bool AllowRemote { get; init; }
    /// <summary>Nobody signs in. No option and no argument sets it: <c>demo</c> does, and loopback addresses only allow it.</summary>
    public bool Open { get; init; }
    /// <summary><c>web</c>, <c>ingest</c> or <c>all</c>.</summary>
    public string? Role { get; init; }
    /// <summary>Settings as <c>Section:Key</c>, strongest of all.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Settings { get; init; } = [];
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>All settings that the command line gives, in the terms of configuration.</summary>
    internal IEnumerable<KeyValuePair<string, string?>> AllSettings()
    {
        foreach (var setting in Settings) yield return setting;
        if (DataDirectory is { } data) yield return new($"{StorageOptions.Section}:{nameof(StorageOptions.DataDirectory)}", data);
        if (Role is { } role) yield return new($"{HostingOptions.Section}:{nameof(HostingOptions.Role)}", role);
        if (AllowRemote) yield return new($"{HostingOptions.Section}:{nameof(HostingOptions.AllowRemote)}", "true");
    }
}
