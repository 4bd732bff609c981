using System.CommandLine;
using Wayward.Web.Api;

namespace Wayward.Web.Commands;

/// <summary><c>schema</c>: the JSON Schema of each document that the program writes.</summary>
internal sealed class SchemaCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        string[] names = [.. WebContracts.Published.Select(c => c.Name)];
        var name = new Argument<string?>("NAME") { Description = $"{string.Join(", ", names)}. Without it the names are listed.", Arity = ArgumentArity.ZeroOrOne };
        name.AcceptOnlyFromAmong(names);
        var command = new Command("schema", "Print the JSON Schema of a document that Wayward writes.") { name };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is { } wanted) context.Out.Write(WebContracts.Published.First(c => c.Name == wanted).Schema());
            else foreach (string known in names) context.Out.WriteLine(known);
            return ExitCode.Success;
        });
        return command;
    }
}
