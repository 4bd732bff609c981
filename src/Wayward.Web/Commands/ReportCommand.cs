using System.CommandLine;
using Wayward.Web.Hosting;
using Wayward.Web.Reports;
using Wayward.Web.Scan;

namespace Wayward.Web.Commands;

/// <summary><c>report</c>: one finding as a file to hand on.</summary>
internal sealed class ReportCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var finding = new Argument<string>("FINDING") { Description = "The finding's id." };
        var options = new ReportOptionSet(ReportFormats.All, ReportFormats.Default);
        var output = new Option<string?>("--out") { Description = "Write here instead of standard output.", HelpName = "FILE" };
        var data = DataOption.New();
        var command = new Command("report", "Write the report of one finding.") { finding, output, data };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            string id = parsed.GetRequiredValue(finding);
            string actor = services.GetRequiredService<ICurrentAnalyst>().Name;
            if (await services.GetRequiredService<ReportService>().ExportAsync(id, options.FormatOf(parsed), actor, cancellation, options.ChosenIn(parsed)) is not { } report)
            {
                context.Error.WriteLine($"wayward: there is no finding {Core.Text.SafeText.Plain(id, 64)} in this store");
                return ExitCode.Found;
            }
            OutputTarget.Write(context, parsed.GetValue(output), stream => stream.Write(report.Content));
            return ExitCode.Success;
        });
        return command;
    }
}
