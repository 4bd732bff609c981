using System.CommandLine;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Engine.Scan;
using Wayward.Web.Api;
using Wayward.Web.Configuration;
using Wayward.Web.Scan;

namespace Wayward.Web.Commands;

/// <summary><c>scan</c>: files in, findings out, nothing kept.</summary>
internal sealed class ScanCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Flow-log files and folders.", Arity = ArgumentArity.OneOrMore };
        // A misspelt option would otherwise be looked for as a file.
        paths.Validators.Add(result =>
        {
            foreach (string path in result.Tokens.Select(t => t.Value).Where(p => p.StartsWith('-') && !Path.Exists(Path.GetFullPath(p, context.WorkingDirectory))))
                result.AddError($"Unrecognized command or argument '{path}'.");
        });
        var format = new Option<ScanFormat>("--format") { Description = "table (the default), json (schema wayward.scan/1) or csv.", HelpName = "table|json|csv" };
        var rows = new Option<ScanRows>("--rows") { Description = "What a CSV holds; findings when not given.", HelpName = "findings|contacts" };
        var output = new Option<string?>("--out") { Description = "Write here instead of standard output.", HelpName = "FILE" };
        var set = new Option<string[]>("--set") { Description = "An option, such as Detection:Learning=1.00:00:00; may be repeated.", HelpName = "KEY=VALUE" };
        var catalog = new Option<string[]>("--catalog") { Description = "A catalogue file whose entries are added to the shipped ones; may be repeated.", HelpName = "FILE" };
        var inventory = new Option<string?>("--inventory") { Description = "Which interface belongs to which instance, and their groups: CSV, JSON, or the output of aws ec2 describe-instances.", HelpName = "FILE" };
        var header = new Option<string?>("--format-header") { Description = "Field names of a custom format, for files that have no header of their own.", HelpName = "\"version account-id …\"" };
        header.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } names && FlowLogs.FlowColumns.HeaderProblem(names) is { Length: > 0 } problem) result.AddError($"--format-header: {problem}");
        });
        var failOn = new Option<SeverityBand?>("--fail-on")
        {
            Description = "Exit with 1 when a finding has at least this severity (and enough confidence to report); without it, when any finding is reported.",
            HelpName = "low|medium|high",
        };
        var command = new Command("scan", "Read flow logs, print contacts and findings, keep nothing.") { paths, format, rows, output, set, catalog, inventory, header, failOn };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = ReadOptions(context, parsed.GetValue(set) ?? [], "scan");
            var resolvers = CatalogArgument.Load(parsed.GetValue(catalog) ?? [], context.WorkingDirectory);
            var known = ReadInventory(context, parsed.GetValue(inventory));
            var result = await ScanProgressBar.RunAsync(context, new ScanRequest
            {
                Paths = parsed.GetRequiredValue(paths), Catalog = resolvers, Detection = options, Inventory = known, FormatHeader = parsed.GetValue(header),
            }, cancellation);

            WarnOfAge(context, resolvers, result);
            foreach (var overlap in result.Overlaps) context.Error.WriteLine($"wayward: {overlap.Text}");
            string? file = parsed.GetValue(output);
            switch (parsed.GetValue(format))
            {
                case ScanFormat.Json:
                    OutputTarget.Write(context, file, stream => WebContracts.Scan.Write(stream, ScanDocument.Of(result, resolvers)));
                    break;
                case ScanFormat.Csv when parsed.GetValue(rows) == ScanRows.Contacts:
                    OutputTarget.WriteText(context, file, writer => ScanCsv.WriteContacts(writer, result));
                    break;
                case ScanFormat.Csv:
                    OutputTarget.WriteText(context, file, writer => ScanCsv.WriteFindings(writer, result));
                    break;
                default:
                    OutputTarget.WriteText(context, file, writer => ScanTable.Write(writer, result, resolvers));
                    break;
            }
            // The table says it where findings would stand; the other formats have no place that a person would see.
            if (parsed.GetValue(format) != ScanFormat.Table && ScanSummary.NothingEvaluated(result.Input) is { } nothing) context.Error.WriteLine($"wayward: {nothing}");
            return Evaluate(context, result, options, parsed.GetValue(failOn));
        });
        return command;
    }

    /// <summary>Older than this at the newest record, the catalogue lacks too much that is in use.</summary>
    private const int OldCatalogDays = 180;

    private static void WarnOfAge(CommandContext context, Core.Resolvers.ResolverCatalog catalog, ScanResult result)
    {
        long days = catalog.Date == 0 ? 0 : (result.Ledger.MaxStart - catalog.Date) / UnixTime.DaySeconds;
        if (days <= OldCatalogDays) return;
        context.Error.WriteLine(FormattableString.Invariant(
            $"wayward: the catalogue is of {UnixTime.ToDateTime(catalog.Date):yyyy-MM-dd}, {days} days before the newest record; add newer lists with --catalog, or configure Catalog:Feeds and run 'wayward catalog update'"));
    }

    private static Inventory? ReadInventory(CommandContext context, string? file)
    {
        if (file is null) return null;
        try
        {
            return InventoryFile.Parse(File.ReadAllText(Path.GetFullPath(file, context.WorkingDirectory)), file);
        }
        catch (InventoryFormatException e)
        {
            throw new UsageException([.. e.Errors.Select(error => $"--inventory {error}")]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw InputException.Unreadable($"--inventory {file}", Path.GetFullPath(file, context.WorkingDirectory), e);
        }
    }

    /// <summary>The options of detection, refined by what <c>--set</c> gives.</summary>
    /// <param name="what">Names the verb in errors.</param>
    internal static DetectionOptions ReadOptions(CommandContext context, IReadOnlyList<string> set, string what)
    {
        var settings = new List<KeyValuePair<string, string?>>(context.Settings);
        var errors = new List<string>();
        foreach (string text in set)
        {
            if (ConfigurationArguments.TryParse(text, out var setting, out string? error)) settings.Add(setting);
            else errors.Add(error!);
        }
        var configuration = AppConfiguration.Build(context.WorkingDirectory, settings);
        var reader = new OptionsReader(configuration);
        foreach (string error in errors) reader.Add(error);
        foreach (string key in settings.Select(s => s.Key).Where(k => !k.StartsWith(DetectionOptions.Section + ":", StringComparison.OrdinalIgnoreCase)))
            reader.Add($"{key} has no effect on a {what}; options of a {what} begin with {DetectionOptions.Section}:");
        OptionSections.Check(reader, configuration);
        var options = DetectionSettings.Read(reader, configuration);
        reader.ThrowIfAny();
        return options;
    }

    /// <summary>What could not be read outranks what was found: the answer is not whole.</summary>
    private static int Evaluate(CommandContext context, ScanResult result, DetectionOptions options, SeverityBand? level)
    {
        if (result.Input.Unreadable > 0)
        {
            context.Error.WriteLine($"wayward: {result.Input.Unreadable} of the inputs could not be read; the result holds the rest.");
            foreach (var refused in result.Input.Quarantined.Where(q => q.Line is null).Take(10))
                context.Error.WriteLine($"wayward: {Core.Text.SafeText.Plain(refused.File)}: {Core.Text.SafeText.Plain(refused.Reason)}");
            return ExitCode.Input;
        }
        bool found = level is { } least
            ? result.Findings.Any(f => SeverityBands.Of(f.Severity) >= least && f.Confidence >= options.ReportConfidence)
            : result.Findings.Any(f => f.Reported);
        return found ? ExitCode.Found : ExitCode.Success;
    }
}
