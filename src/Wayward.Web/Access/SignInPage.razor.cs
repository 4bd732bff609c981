using Microsoft.AspNetCore.Components;

namespace Wayward.Web.Access;

/// <summary>What the page offers.</summary>
public enum SignInOffer
{
    None,
    /// <summary>A field for the token of a link.</summary>
    Token,
    /// <summary>A link to the identity provider.</summary>
    Provider,
}

/// <summary>The page for people without a session. A document of its own: it needs no circuit and no script.</summary>
public sealed partial class SignInPage
{
    [Parameter, EditorRequired] public string Nonce { get; set; } = "";
    [Parameter] public string Title { get; set; } = "Sign in to Wayward";
    /// <summary>What was wrong with the last attempt.</summary>
    [Parameter] public string? Problem { get; set; }
    /// <summary>Where to go afterwards.</summary>
    [Parameter] public string To { get; set; } = "/";
    [Parameter] public SignInOffer Offer { get; set; }
    /// <summary>The provider's address to sign out at, after the session here has ended.</summary>
    [Parameter] public string? SignOutAt { get; set; }
}
