using Microsoft.AspNetCore.Components;

namespace Wayward.Web.Access;

/// <summary>The page for people without a session. A document of its own: it needs no circuit and no script.</summary>
public sealed partial class SignInPage
{
    [Parameter, EditorRequired] public string Nonce { get; set; } = "";
    [Parameter] public string Title { get; set; } = "Sign in to Wayward";
    /// <summary>What was wrong with the last attempt.</summary>
    [Parameter] public string? Problem { get; set; }
    /// <summary>Where to go afterwards.</summary>
    [Parameter] public string To { get; set; } = "/";
    [Parameter] public bool AsksForToken { get; set; }
}
