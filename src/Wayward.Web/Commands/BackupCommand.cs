using System.CommandLine;
using Wayward.Storage.Maintenance;

namespace Wayward.Web.Commands;

/// <summary><c>backup</c>: a checked copy of the database, taken while the program runs.</summary>
internal sealed class BackupCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "The file to write; FILE.manifest.json is written beside it." };
        var data = DataOption.New();
        var command = new Command("backup", "Copy the database to a file, check the copy, and write its manifest. The program may run meanwhile.") { file, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            string path = Path.GetFullPath(parsed.GetRequiredValue(file), context.WorkingDirectory);
            try
            {
                var manifest = await services.GetRequiredService<IStorageMaintenance>().BackupAsync(path, cancellation);
                context.Out.WriteLine(FormattableString.Invariant($"{path}: {manifest.Bytes} bytes, {manifest.Days.Count} days, sha256 {manifest.Sha256}"));
                return ExitCode.Success;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw new InputException(e.Message, e);
            }
        });
        return command;
    }
}
