using System.CommandLine;
using Wayward.Core.Text;
using Wayward.Storage;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Sqlite;

namespace Wayward.Web.Commands;

/// <summary><c>verify</c>: is the database, or a backup, what was written?</summary>
internal sealed class VerifyCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var backup = new Option<string?>("--backup") { Description = "Check this backup against its manifest instead of the database.", HelpName = "FILE" };
        var dump = new Option<bool>("--dump-hash") { Description = "Also print the hash of the canonical dump: equal for two stores that took in the same objects, in whatever order." };
        var data = DataOption.New();
        var command = new Command("verify", "Check the database: its own integrity, and the checksums of contacts, findings, rules and audit. Exit 1 when something is wrong.") { backup, dump, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(backup) is { } file) return Report(context, await CheckBackupAsync(Path.GetFullPath(file, context.WorkingDirectory), cancellation));
            try
            {
                await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
                int code = Report(context, await services.GetRequiredService<IStorageMaintenance>().VerifyAsync(cancellation));
                if (parsed.GetValue(dump)) context.Out.WriteLine($"dump sha256 {await services.GetRequiredService<CanonicalDump>().HashAsync(cancellation)}");
                return code;
            }
            catch (StorageUnavailableException e) when (e.Problem is StorageProblem.Damaged or StorageProblem.Empty or StorageProblem.OtherSchema)
            {
                return Report(context, VerifyReport.Unreadable(e.Message));
            }
        });
        return command;
    }

    private static async Task<VerifyReport> CheckBackupAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return await SqliteBackup.VerifyAsync(file, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(e.Message, e);
        }
    }

    private static int Report(CommandContext context, VerifyReport report)
    {
        foreach (string problem in report.Problems) context.Error.WriteLine($"wayward: {SafeText.Plain(problem, 2_000)}");
        context.Out.WriteLine(FormattableString.Invariant($"{(report.Good ? "sound" : "NOT sound")}: {report.Days} days with a checksum, {report.Rows} rows read, {report.Audit.Entries} audit entries, {report.Problems.Count} problems"));
        return report.Good ? ExitCode.Success : ExitCode.Found;
    }
}
