using System.CommandLine;
using Wayward.Core.Text;

namespace Wayward.Web.Commands;

/// <summary><c>health</c>: asks a running server whether it is well; for container health checks, where there is no shell and no curl.</summary>
internal sealed class HealthCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var url = new Option<string>("--url") { Description = "The server (default: http://127.0.0.1:5080).", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:5080" };
        var live = new Option<bool>("--live") { Description = "Ask only whether the process answers, not whether its sources and storage are well." };
        var command = new Command("health", "Ask a running server whether it is well.") { url, live };
        command.SetAction(async (parsed, cancellation) =>
        {
            string given = parsed.GetRequiredValue(url);
            if (!Uri.TryCreate(given, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https")) throw new UsageException($"--url {given}: must look like http://127.0.0.1:5080");
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            try
            {
                using var response = await client.GetAsync(new Uri(server, parsed.GetValue(live) ? "/health/live" : "/health/ready"), cancellation);
                foreach (string line in (await response.Content.ReadAsStringAsync(cancellation)).Split('\n')) context.Out.WriteLine(SafeText.Plain(line.TrimEnd('\r')));
                return response.IsSuccessStatusCode ? ExitCode.Success : ExitCode.Found;
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
            {
                context.Error.WriteLine($"wayward: {server} does not answer: {e.Message}");
                return ExitCode.Found;
            }
        });
        return command;
    }
}
