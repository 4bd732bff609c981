namespace Wayward.Web.Hosting;

/// <summary>Who can reach this server, for the layout to say on every page.</summary>
internal sealed class HostExposure(IReadOnlyList<string> urls)
{
    /// <summary>Listening on an address that other machines can reach, without sign-in.</summary>
    public bool IsRemote { get; } = urls.Any(u => !ListenAddresses.IsLoopback(u));

    /// <summary>A sentence for the top of every page, or null.</summary>
    public string? Banner => IsRemote
        ? "Anyone who can reach this server can read and change everything here: it was started with --allow-remote and there is no sign-in."
        : null;
}
