using Wayward.Web.Configuration;

namespace Wayward.Web.Hosting;

/// <summary>Who acts, for the audit trail.</summary>
internal interface ICurrentAnalyst
{
    /// <summary>Never empty, no control characters.</summary>
    string Name { get; }
}

/// <summary>One analyst per process: the configured name, else the user it runs as.</summary>
internal sealed class ConfiguredAnalyst(DeskOptions options) : ICurrentAnalyst
{
    public string Name { get; } =
        options.Analyst.Trim() is { Length: > 0 } configured ? configured
        : Environment.UserName is { Length: > 0 } user && !user.Any(char.IsControl) ? user : "analyst";
}
