using System.Net.Sockets;
using Wayward.Web.Commands;

namespace Wayward.Web.Hosting;

/// <summary>Runs a built server until it is told to stop.</summary>
internal static class ServeRunner
{
    /// <exception cref="UsageException">The address is taken or not ours to listen on.</exception>
    public static async Task<int> RunAsync(WebApplication app, CommandContext context, CancellationToken cancellation)
    {
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
        context.Out.WriteLine($"Wayward listens on {string.Join(", ", app.Urls)}   (stop with Ctrl+C)");
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
}
