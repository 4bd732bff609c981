using System.CommandLine;
using Wayward.Web.Demo;

namespace Wayward.Web.Commands;

/// <summary><c>demo</c>: sixty days of a made-up fleet with a known answer, ingested and served. Needs no network and no set-up.</summary>
internal sealed class DemoCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var data = DataOption.New("Folder for the demo's logs and database, kept afterwards (default: a new temporary folder, removed at the end).");
        var urls = new Option<string?>("--urls") { Description = $"Addresses to listen on, separated by semicolons (default: {Configuration.HostingOptions.DefaultUrls}).", HelpName = "URLS" };

        var command = new Command("demo", "Serve a bundled scenario with a known answer: about 40 instances, 60 days, six attacks.") { data, urls };
        command.SetAction((parsed, cancellation) => new DemoRunner(context, parsed.GetValue(data), parsed.GetValue(urls)).RunAsync(cancellation));
        return command;
    }
}
