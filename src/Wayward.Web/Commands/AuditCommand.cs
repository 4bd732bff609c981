using System.CommandLine;
using System.Text;
using Wayward.Core.Text;
using Wayward.Storage.Audit;
using Wayward.Web.Audit;
using Wayward.Web.Hosting;

namespace Wayward.Web.Commands;

/// <summary><c>audit</c>: verifies, exports and erases from the audit log.</summary>
internal sealed class AuditCommand : ICommandModule
{
    public Command Build(CommandContext context) => new("audit", "The audit log: is it what was written, as a file, and without a person's texts.") { Verify(context), Export(context), Erase(context) };

    private static Command Verify(CommandContext context)
    {
        var head = new Option<string?>("--expected-head") { Description = "A hash that the log must contain, as an earlier verification printed it.", HelpName = "HASH" };
        var data = DataOption.New();
        var command = new Command("verify", "Compare every entry with its hash and with the signed checkpoints. Exit 1 when something is wrong.") { head, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var verdict = await services.GetRequiredService<IAuditStore>().VerifyAsync(services.GetRequiredService<AuditCheckpoints>(), parsed.GetValue(head)?.Trim().ToLowerInvariant(), cancellation);
            foreach (string problem in verdict.Problems) context.Error.WriteLine($"wayward: {SafeText.Plain(problem, 2_000)}");
            context.Out.WriteLine(Words(verdict));
            return verdict.Intact ? ExitCode.Success : ExitCode.Found;
        });
        return command;
    }

    /// <summary>The verdict in one or more lines; no more is claimed than was proved.</summary>
    internal static string Words(AuditVerdict v)
    {
        string state = v.AlteredAt is { } at ? $"altered at row {at}" : v.CutAfter is { } cut ? $"cut after row {cut}" : v.Intact ? "intact" : "NOT proved intact";
        string tail = v.Unanchored == 0 ? "all rows are anchored by a checkpoint"
            : $"{v.Unanchored} rows are not yet anchored: if one of them had been cut off the end and the head rewritten, nothing here would show it";
        return FormattableString.Invariant($"{state}: {v.Head.Sequence} rows read, {v.Checkpoints} checkpoints, {v.Erased} rows with erased texts\n{tail}\nhead {v.Head.Sequence} {v.Head.Hash}");
    }

    private static Command Export(CommandContext context)
    {
        var format = new Option<string>("--format") { Description = "csv (default) or ndjson.", HelpName = "FORMAT", DefaultValueFactory = _ => "csv" };
        format.AcceptOnlyFromAmong(AuditExport.Formats);
        var output = new Option<string?>("--out") { Description = "Write here instead of standard output.", HelpName = "FILE" };
        var data = DataOption.New();
        var command = new Command("export", "Write all entries, oldest first. The export is an entry itself.") { format, output, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var audit = services.GetRequiredService<IAuditStore>();
            string chosen = parsed.GetRequiredValue(format);
            await audit.AppendAsync(services.GetRequiredService<ICurrentAnalyst>().Name, "audit.export", "audit", $"Exported the audit log as {chosen}", null, null, cancellation);
            if (parsed.GetValue(output) is not { } file)
            {
                await AuditExport.WriteAsync(audit.ReadAsync(new(), cancellation), chosen, context.Out, cancellation);
                return ExitCode.Success;
            }
            try
            {
                await using var writer = new StreamWriter(Path.GetFullPath(file, context.WorkingDirectory), append: false, new UTF8Encoding(false));
                await AuditExport.WriteAsync(audit.ReadAsync(new(), cancellation), chosen, writer, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException($"{file} cannot be written: {e.Message}", e);
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Erase(CommandContext context)
    {
        var person = new Option<string>("--person") { Description = "The name as the log has it.", HelpName = "NAME", Required = true };
        var data = DataOption.New();
        var command = new Command("erase", "Erase name, summary, before and after from all entries of a person. The chain still holds; the entries can no longer be undone.") { person, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            int erased = await services.GetRequiredService<IAuditStore>().EraseAsync(parsed.GetRequiredValue(person), services.GetRequiredService<ICurrentAnalyst>().Name, cancellation);
            context.Out.WriteLine(FormattableString.Invariant($"{erased} entries erased"));
            return erased > 0 ? ExitCode.Success : ExitCode.Found;
        });
        return command;
    }
}
