using Wayward.Core;

namespace Wayward.Web.Access;

/// <summary>The OpenID Connect provider, and what its identity tokens say about people.</summary>
internal sealed record OidcOptions
{
    /// <summary>The provider's issuer address; <c>/.well-known/openid-configuration</c> below it describes the provider.</summary>
    public string Authority { get; init; } = "";
    public string ClientId { get; init; } = "";
    /// <summary>Empty = a public client, which PKCE protects.</summary>
    public string ClientSecret { get; init; } = "";
    /// <summary>Claim of the identity token that lists the person's groups.</summary>
    public string Groups { get; init; } = "groups";
    /// <summary>Claim with the name for the audit trail. It gives no role: people can often change it.</summary>
    public string Name { get; init; } = "preferred_username";
    /// <summary>Scopes to ask for beside <c>openid</c> and <c>profile</c>.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];
    /// <summary>How far the clocks of this machine and of the provider may differ.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(2);

    public void Validate(OptionRules rules)
    {
        const string section = nameof(AccessOptions.Oidc);
        rules.Require(IsUsable(Authority), $"{section}:{nameof(Authority)}", $"'{Authority}'", "the provider's issuer address, with https unless it is on this machine");
        rules.Require(ClientId.Trim().Length > 0, $"{section}:{nameof(ClientId)}", "''", "the name under which the provider knows Wayward");
        rules.Require(Groups.Trim().Length > 0, $"{section}:{nameof(Groups)}", "''", "the claim that lists the person's groups");
        rules.Require(ClockSkew >= TimeSpan.Zero && ClockSkew <= TimeSpan.FromMinutes(10), $"{section}:{nameof(ClockSkew)}", $"{ClockSkew}", "from 00:00:00 to 00:10:00");
    }

    private static bool IsUsable(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
