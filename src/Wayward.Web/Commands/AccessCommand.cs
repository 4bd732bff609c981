using System.CommandLine;
using System.Globalization;
using Wayward.Core.Text;
using Wayward.Storage.Access;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Commands;

/// <summary><c>access</c>: lists people, takes access away and gives it back, also for a server that runs on the same data.</summary>
internal sealed class AccessCommand : ICommandModule
{
    public Command Build(CommandContext context) => new("access", "Who has signed in, and who may.")
    {
        List(context), Change(context, "disable", "Take all access from a person. Sessions end at once, open pages of a running server within a minute.", disabled: true),
        Change(context, "enable", "Give access back to a person.", disabled: false),
    };

    private static Command List(CommandContext context)
    {
        var data = DataOption.New();
        var command = new Command("list", "One line for each person: number, source, roles, last sign-in, access and name, separated by tabs.") { data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            foreach (var user in await services.GetRequiredService<IAccessStore>().UsersAsync(cancellation))
            {
                string seen = DateTimeOffset.FromUnixTimeSeconds(user.SeenAt).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
                context.Out.WriteLine(string.Join('\t', user.Id.ToString(CultureInfo.InvariantCulture), user.Source, Words.Roles(user.Roles), seen, user.DisabledAt is null ? "enabled" : "disabled", SafeText.Plain(user.Name, 200)));
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Change(CommandContext context, string name, string description, bool disabled)
    {
        var person = new Argument<int>("ID") { Description = "The person's number, as 'wayward access list' prints it." };
        var data = DataOption.New();
        var command = new Command(name, description) { person, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            int id = parsed.GetRequiredValue(person);
            bool done = await services.GetRequiredService<IAccessStore>().SetDisabledAsync(id, disabled, services.GetRequiredService<ICurrentAnalyst>().Name, cancellation);
            context.Out.WriteLine(done ? FormattableString.Invariant($"{id} {name}d") : FormattableString.Invariant($"nothing changed: there is no person {id}, or access is {name}d already"));
            return done ? ExitCode.Success : ExitCode.Found;
        });
        return command;
    }
}
