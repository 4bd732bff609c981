using Microsoft.AspNetCore.Components.Server.Circuits;
using Wayward.Web.Configuration;

namespace Wayward.Web.Hosting;

/// <summary>
/// Counts open pages and refuses the one too many: the framework has no limit, and each page holds memory here for as long as it is open.
/// </summary>
internal sealed class CircuitLimit(HostingOptions options)
{
    private int _open;

    public int Maximum { get; } = options.MaxCircuits;
    public int Open => Volatile.Read(ref _open);
    public bool IsFull => Open >= Maximum;

    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= Maximum) return true;
        Interlocked.Decrement(ref _open);
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _open);
}

/// <summary>One per circuit.</summary>
internal sealed class CircuitLimitHandler(CircuitLimit limit) : CircuitHandler
{
    private bool _entered;

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _entered = limit.TryEnter();
        // Thrown here, it closes this circuit only.
        return _entered ? Task.CompletedTask : throw new InvalidOperationException($"Too many open pages ({limit.Maximum}).");
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (_entered) limit.Leave();
        _entered = false;
        return Task.CompletedTask;
    }
}

internal static class CircuitLimitExtensions
{
    /// <summary>Tells a person, where the circuit's refusal would only show a dead page.</summary>
    public static IApplicationBuilder UseCircuitLimit(this IApplicationBuilder app, CircuitLimit limit) => app.Use(async (context, next) =>
    {
        bool asksForPage = HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        if (asksForPage && limit.IsFull)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "30";
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync($"{limit.Maximum} pages are open, which is as many as this server keeps (Hosting:MaxCircuits). Close one, then reload.\n", context.RequestAborted);
            return;
        }
        await next(context);
    });
}
