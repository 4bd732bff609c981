using System.CommandLine;
using Wayward.Web.Hosting;

namespace Wayward.Web.Commands;

/// <summary><c>serve</c>: the dashboard, and ingest behind it.</summary>
internal sealed class ServeCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var data = DataOption.New();
        var source = new Option<string[]>("--source") { Description = "A folder of flow logs, watched for new files; may be repeated.", HelpName = "PATH", AllowMultipleArgumentsPerToken = false };
        var urls = new Option<string?>("--urls") { Description = $"Addresses to listen on, separated by semicolons (default: {Configuration.HostingOptions.DefaultUrls}).", HelpName = "URLS" };
        var allowRemote = new Option<bool>("--allow-remote") { Description = "Listen on other than loopback addresses with the printed link as the only sign-in." };

        var role = new Option<string?>("--role") { Description = "What this process does: all (default), or with PostgreSQL web (pages only) or ingest (no pages).", HelpName = "ROLE" };

        var command = new Command("serve", "Run the dashboard; the default when no command is given.") { data, source, urls, allowRemote, role };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new ServeRequest
            {
                DataDirectory = parsed.GetValue(data),
                Sources = parsed.GetValue(source) ?? [],
                Urls = parsed.GetValue(urls),
                AllowRemote = parsed.GetValue(allowRemote),
                Role = parsed.GetValue(role),
                Settings = context.Settings,
                WorkingDirectory = context.WorkingDirectory,
            };
            await using var app = WaywardHost.Build(request);
            return await ServeRunner.RunAsync(app, context, cancellation);
        });
        return command;
    }
}
