using System.Net.Sockets;
using Wayward.Web.Access;
using Wayward.Web.Commands;

namespace Wayward.Web.Hosting;

/// <summary>Runs a built server until it is told to stop.</summary>
internal static class ServeRunner
{
    /// <param name="before">Work to do before anything starts.</param>
    /// <param name="ready">What to wait for, once started, before the address is announced.</param>
    /// <exception cref="UsageException">The address is taken or not ours to listen on.</exception>
    public static async Task<int> RunAsync(
        WebApplication app, CommandContext context, CancellationToken cancellation, Func<CancellationToken, Task>? before = null, Func<CancellationToken, Task>? ready = null)
    {
        if (before is not null) await before(cancellation);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new UsageException($"--urls: {e.Message}");
        }
        catch (SocketException e)
        {
            throw new UsageException($"--urls {string.Join(';', app.Urls)}: {e.Message}");
        }
        if (ready is not null) await ready(cancellation);
        string? entry = await EntryAsync(app, cancellation);
        context.Out.WriteLine($"Wayward listens on {string.Join(", ", app.Urls)}   (stop with Ctrl+C)");
        if (entry is not null) context.Out.WriteLine(entry);
        if (app.Services.GetRequiredService<HostExposure>().Banner is { } banner) context.Error.WriteLine($"wayward: warning: {banner}");
        try
        {
            await app.WaitForShutdownAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await app.StopAsync(CancellationToken.None);
        }
        return ExitCode.Success;
    }

    /// <summary>How to get in: a sentence for the terminal, or null where that is somebody else's business.</summary>
    private static async Task<string?> EntryAsync(WebApplication app, CancellationToken cancellation)
    {
        var options = app.Services.GetRequiredService<ServeOptions>();
        if (options.Hosting.Role == Engine.ProcessRole.Ingest) return null;
        if (options.SignIn == SignInKind.Open) return "Nobody has to sign in: it is open to everyone on this machine.";
        if (options.SignIn != SignInKind.Link) return null;
        string token = await app.Services.GetRequiredService<SignInLinks>().CreateAsync(cancellation);
        return $"Sign in at {SignInLinks.Address(app.Urls.First(), token)}   (once, within {SignInLinks.Lifetime.TotalHours:0} hours; 'wayward sign-in' prints another)";
    }
}
