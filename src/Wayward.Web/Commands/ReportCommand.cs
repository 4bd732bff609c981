using System.CommandLine;
using System.Globalization;
using Wayward.Storage.Findings;
using Wayward.Web.Hosting;
using Wayward.Web.Reports;
using Wayward.Web.Reports.Summaries;
using Wayward.Web.Scan;

namespace Wayward.Web.Commands;

/// <summary><c>report</c>: one finding, one incident or a period as a file to hand on.</summary>
internal sealed class ReportCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var finding = new Argument<string?>("FINDING") { Description = "The finding's id.", Arity = ArgumentArity.ZeroOrOne };
        var incident = new Option<int?>("--incident") { Description = $"The incident with this number instead, as {Names}.", HelpName = "NUMBER" };
        var period = new Option<bool>("--period") { Description = $"What was found and decided in a period instead, by whom, how fast, and what is open, as {Names}." };
        var from = new Option<string?>("--from") { Description = "With --period: first contacts from this time, such as 2026-01-31 or 2026-01-31T08:00:00Z.", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "With --period: first contacts before this time.", HelpName = "TIME" };
        var options = new ReportOptionSet(ReportFormats.All, ReportFormats.Default);
        var output = new Option<string?>("--out") { Description = "Write here instead of standard output.", HelpName = "FILE" };
        var data = DataOption.New();
        var command = new Command("report", "Write the report of one finding, of an incident or of a period.") { finding, incident, period, from, to, output, data };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (id, number, whole) = (parsed.GetValue(finding), parsed.GetValue(incident), parsed.GetValue(period));
            if ((id is null ? 0 : 1) + (number is null ? 0 : 1) + (whole ? 1 : 0) != 1) throw new UsageException(["give a FINDING, --incident NUMBER or --period"]);
            if (!whole && (parsed.GetValue(from) ?? parsed.GetValue(to)) is not null) throw new UsageException(["--from and --to belong to --period"]);
            var query = new FindingQuery { FirstFrom = Time("--from", parsed.GetValue(from)), FirstTo = Time("--to", parsed.GetValue(to)) };
            var writer = options.FormatOf(parsed);
            var summary = SummaryFormats.Find(writer.Name);
            if (id is null && summary is null) throw new UsageException([$"an incident or a period is written as {Names}; 'wayward export' writes many findings as {writer.Name}"]);
            if (writer.IsBinary && parsed.GetValue(output) is null) throw new UsageException([$"--format {writer.Name} needs --out FILE"]);
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            string actor = services.GetRequiredService<ICurrentAnalyst>().Name;
            var summaries = services.GetRequiredService<SummaryService>();
            var report = number is { } incidentId ? await summaries.ExportAsync(incidentId, summary!, actor, cancellation)
                : whole ? await summaries.ExportAsync(query, ["reported findings only"], summary!, actor, cancellation)
                : await services.GetRequiredService<ReportService>().ExportAsync(id!, writer, actor, cancellation, options.ChosenIn(parsed));
            if (report is null)
            {
                context.Error.WriteLine(number is { } missing ? string.Create(CultureInfo.InvariantCulture, $"wayward: there is no incident {missing} in this store") : $"wayward: there is no finding {Core.Text.SafeText.Plain(id!, 64)} in this store");
                return ExitCode.Found;
            }
            OutputTarget.Write(context, parsed.GetValue(output), stream => stream.Write(report.Content));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Names { get; } = string.Join(", ", SummaryFormats.All.Select(f => f.Name));

    /// <summary>Unix seconds of a day or moment, UTC.</summary>
    private static long? Time(string option, string? text)
    {
        if (text is null) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeSeconds() : throw new UsageException([$"{option}: '{Core.Text.SafeText.Plain(text, 40)}' is not a time; write 2026-01-31 or 2026-01-31T08:00:00Z"]);
    }
}
