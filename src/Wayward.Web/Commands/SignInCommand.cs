using System.CommandLine;
using Wayward.Storage.Access;
using Wayward.Web.Access;

namespace Wayward.Web.Commands;

/// <summary><c>sign-in</c>: prints a new link for a server that runs on the same data.</summary>
internal sealed class SignInCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var data = DataOption.New();
        var url = new Option<string>("--url") { Description = $"Where the server is reached (default: {Configuration.HostingOptions.DefaultUrls}).", HelpName = "URL", DefaultValueFactory = _ => Configuration.HostingOptions.DefaultUrls };
        var command = new Command("sign-in", "Print a link that signs in once, for a server on the same data folder.") { data, url };
        command.SetAction(async (parsed, cancellation) =>
        {
            string given = parsed.GetRequiredValue(url);
            if (!Uri.TryCreate(given, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https")) throw new UsageException($"--url {given}: must look like {Configuration.HostingOptions.DefaultUrls}");
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            string token = await new SignInLinks(services.GetRequiredService<IAccessStore>()).CreateAsync(cancellation);
            context.Out.WriteLine(SignInLinks.Address(server.GetLeftPart(UriPartial.Authority), token));
            return ExitCode.Success;
        });
        return command;
    }
}
