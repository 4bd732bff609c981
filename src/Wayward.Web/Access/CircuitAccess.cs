using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Wayward.Web.Hosting;

namespace Wayward.Web.Access;

/// <summary>Gives the circuit its person, and asks before everything that the browser sends whether the person still has access.</summary>
internal sealed class CircuitAccess(AuthenticationStateProvider states, SignedInAnalyst analyst, AccessCache cache) : CircuitHandler
{
    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) =>
        analyst.Become((await states.GetAuthenticationStateAsync()).User);

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        if (await cache.OfAsync(analyst.Principal, CancellationToken.None) is { Valid: true }) await next(context);
        // Else it is not delivered; AccessWatch cuts the connection.
    };
}
