using System.Net;
using Wayward.Core;

namespace Wayward.Web.Access;

/// <summary>How people sign in.</summary>
internal enum SignInMode
{
    /// <summary>By a link that the program prints: one person, on this machine.</summary>
    Link,
    /// <summary>A proxy in front signs people in and names them in a header.</summary>
    Header,
    /// <summary>An OpenID Connect provider signs people in.</summary>
    Oidc,
}

/// <summary>Configuration section <c>Access</c>: who may use the dashboard.</summary>
internal sealed record AccessOptions
{
    public const string Section = "Access";

    /// <summary>Empty = <see cref="SignInMode.Link"/> on loopback, and no start on any other address.</summary>
    public SignInMode? SignIn { get; init; }
    /// <summary>Longest time without a request until a session ends.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromHours(12);
    /// <summary>Longest time between two sign-ins.</summary>
    public TimeSpan SessionLength { get; init; } = TimeSpan.FromDays(7);
    /// <summary>Addresses and networks of reverse proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed.</summary>
    public IReadOnlyList<string> KnownProxies { get; init; } = [];
    public HeaderOptions Header { get; init; } = new();
    public OidcOptions Oidc { get; init; } = new();
    public GrantOptions Grants { get; init; } = new();

    /// <summary>All errors at once, each naming its key.</summary>
    public IReadOnlyList<string> Validate()
    {
        var rules = new OptionRules(Section)
            .Span(SessionIdle, TimeSpan.FromMinutes(5), TimeSpan.FromDays(30))
            .Span(SessionLength, TimeSpan.FromMinutes(5), TimeSpan.FromDays(30));
        Networks(rules, nameof(KnownProxies), KnownProxies);
        Networks(rules, $"{nameof(Header)}:{nameof(HeaderOptions.From)}", Header.From);
        if (SignIn == SignInMode.Header)
        {
            rules.Require(Header.From.Count > 0, $"{nameof(Header)}:{nameof(HeaderOptions.From)}", "''", "the addresses of the proxy that sets the header; anyone else could set it too");
            rules.Require(IsToken(Header.Name), $"{nameof(Header)}:{nameof(HeaderOptions.Name)}", $"'{Header.Name}'", "the name of a header");
            rules.Require(Header.Groups.Length == 0 || IsToken(Header.Groups), $"{nameof(Header)}:{nameof(HeaderOptions.Groups)}", $"'{Header.Groups}'", "the name of a header, or empty");
        }
        if (SignIn == SignInMode.Oidc) Oidc.Validate(rules);
        if (SignIn is SignInMode.Header or SignInMode.Oidc)
            rules.Require(Grants.Any, nameof(Grants), "nothing", "at least one group or person in Access:Grants:Viewer, Analyst, Admin or Auditor; nobody could do anything");
        return rules.Errors;
    }

    private static void Networks(OptionRules rules, string key, IReadOnlyList<string> texts)
    {
        foreach (string text in texts) rules.Require(IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _), key, $"'{text}'", "an address or a network such as 10.0.0.0/24");
    }

    /// <summary>A header name, RFC 9110 section 5.1.</summary>
    private static bool IsToken(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

/// <summary>What the proxy says, and from where it is believed.</summary>
internal sealed record HeaderOptions
{
    /// <summary>The header that names the person.</summary>
    public string Name { get; init; } = "X-Forwarded-User";
    /// <summary>The header that lists the person's groups, separated by commas. Empty = only names are matched.</summary>
    public string Groups { get; init; } = "X-Forwarded-Groups";
    /// <summary>Addresses and networks of the proxy. The header of any other sender refuses the request.</summary>
    public IReadOnlyList<string> From { get; init; } = [];
}

/// <summary>Groups, or names of people (<see cref="SignInMode.Oidc"/>: their subjects), that have each role. <c>*</c> is everyone who has signed in.</summary>
internal sealed record GrantOptions
{
    public IReadOnlyList<string> Viewer { get; init; } = [];
    public IReadOnlyList<string> Analyst { get; init; } = [];
    public IReadOnlyList<string> Admin { get; init; } = [];
    public IReadOnlyList<string> Auditor { get; init; } = [];
    public IReadOnlyList<string> Widen { get; init; } = [];
    public IReadOnlyList<string> Approve { get; init; } = [];

    internal bool Any => Viewer.Count + Analyst.Count + Admin.Count + Auditor.Count > 0;

    /// <summary>All roles of a person with this name and these groups.</summary>
    public Storage.Access.Roles Of(string name, IEnumerable<string> groups)
    {
        var all = groups.Append(name).Append("*").ToHashSet(StringComparer.Ordinal);
        var roles = Storage.Access.Roles.None;
        foreach (var (list, role) in new[]
                 {
                     (Viewer, Storage.Access.Roles.Viewer), (Analyst, Storage.Access.Roles.Analyst), (Admin, Storage.Access.Roles.Admin), (Auditor, Storage.Access.Roles.Auditor),
                     (Widen, Storage.Access.Roles.Widen), (Approve, Storage.Access.Roles.Approve),
                 })
        {
            if (list.Any(all.Contains)) roles |= role;
        }
        return roles;
    }
}
