using Microsoft.AspNetCore.Components;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components;

/// <summary>The document around every page; rendered once per request, never interactive itself.</summary>
public partial class App
{
    [CascadingParameter]
    private HttpContext? HttpContext { get; set; }

    private string? Nonce => HttpContext is null ? null : SecurityHeaders.NonceOf(HttpContext);
}
