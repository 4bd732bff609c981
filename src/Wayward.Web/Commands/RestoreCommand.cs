using System.CommandLine;
using Wayward.Storage;
using Wayward.Storage.Sqlite;
using Wayward.Web.Configuration;
using Wayward.Web.Hosting;

namespace Wayward.Web.Commands;

/// <summary><c>restore</c>: puts a backup in the place of the database, once it has passed every check.</summary>
internal sealed class RestoreCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "A file made by backup, with its manifest beside it." };
        var data = DataOption.New();
        var command = new Command("restore", "Check a backup and put it in the place of the database, which is kept under another name. Stop the program first.") { file, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new ServeRequest { DataDirectory = parsed.GetValue(data), Settings = context.Settings, WorkingDirectory = context.WorkingDirectory };
            var options = ServeOptions.Read(AppConfiguration.Build(context.WorkingDirectory, request.AllSettings()), request);
            if (options.Storage.Provider != StorageProvider.Sqlite) throw new InputException("Wayward restores its own SQLite file. A PostgreSQL database is restored with PostgreSQL's tools (pg_restore).");
            string path = Path.GetFullPath(parsed.GetRequiredValue(file), context.WorkingDirectory);
            try
            {
                string? former = await SqliteBackup.RestoreAsync(path, options.Storage, TimeProvider.System, cancellation);
                context.Out.WriteLine($"{options.Storage.SqlitePath}: restored from {path}");
                if (former is not null) context.Out.WriteLine($"the former database is now {former}");
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
