using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Wayward.Web.Hosting;

namespace Wayward.Web.Access;

/// <summary>Everyone is the one person of this machine. Only <c>demo</c> asks for it, and only loopback addresses allow it; no option turns it on.</summary>
internal sealed class OpenScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, LocalPerson person)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "open";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(Principals.Open(person.Name), Name)));
}
