using Wayward.Web.Access;

namespace Wayward.Web.Hosting;

/// <summary>Who can reach this server, for the layout to say on every page.</summary>
internal sealed class HostExposure(IReadOnlyList<string> urls, SignInKind kind = SignInKind.Link)
{
    /// <summary>Listening on an address that other machines can reach.</summary>
    public bool IsRemote { get; } = urls.Any(u => !ListenAddresses.IsLoopback(u));

    /// <summary>A sentence for the top of every page, or null.</summary>
    public string? Banner => IsRemote && kind == SignInKind.Link
        ? "Other machines may reach this server (--allow-remote), and the link that it printed is its only sign-in. For more than one person set Access:SignIn."
        : null;

    /// <summary>How people sign in here, in a few words.</summary>
    public string SignIn => kind switch
    {
        SignInKind.Open => "none: open to everyone on this machine",
        SignInKind.Header => "by the proxy in front",
        SignInKind.Oidc => "by an identity provider (OpenID Connect)",
        _ => "by a link that the program prints",
    };

    public bool IsOpen => kind == SignInKind.Open;
}
