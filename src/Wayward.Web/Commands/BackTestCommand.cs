using System.CommandLine;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Engine.Detection;
using Wayward.Web.Api;
using Wayward.Web.Scan;

namespace Wayward.Web.Commands;

/// <summary><c>backtest</c>: what the stored ledger would say with other parameters or another catalogue. Nothing is stored.</summary>
internal sealed class BackTestCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var set = new Option<string[]>("--set") { Description = "An option of the trial, such as Detection:HistoryWindow=60.00:00:00; may be repeated.", HelpName = "KEY=VALUE" };
        var catalog = new Option<string[]>("--catalog") { Description = "A catalogue file whose entries the trial adds to those in force; may be repeated.", HelpName = "FILE" };
        var data = DataOption.New();
        var format = new Option<BackTestFormat>("--format") { Description = "table (the default) or json (schema wayward.backtest/1).", HelpName = "table|json" };
        var command = new Command("backtest", "Evaluate the stored past with other options or another catalogue, and say how the findings differ from the present ones.") { set, catalog, data, format };
        command.Validators.Add(result =>
        {
            if (result.GetValue(set) is not { Length: > 0 } && result.GetValue(catalog) is not { Length: > 0 }) result.AddError("Nothing to try: give --set or --catalog.");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = parsed.GetValue(set) is { Length: > 0 } given ? ScanCommand.ReadOptions(context with { Settings = [.. context.Settings.Where(s => s.Key.StartsWith(DetectionOptions.Section + ":", StringComparison.OrdinalIgnoreCase))] }, given, "back-test") : null;
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var present = services.GetRequiredService<ICatalogProvider>().Current;
            var files = parsed.GetValue(catalog) ?? [];
            ResolverCatalog trial = CatalogArgument.Add(present, files, context.WorkingDirectory);
            var diff = await services.GetRequiredService<BackTestService>().RunAsync(new BackTestTrial(options, trial), cancellation);
            if (parsed.GetValue(format) == BackTestFormat.Json) OutputTarget.Write(context, null, stream => WebContracts.BackTest.Write(stream, BackTestDocument.Of(diff, present, trial)));
            else BackTestOutput.WriteTable(context.Out, diff);
            return ExitCode.Success;
        });
        return command;
    }

    internal enum BackTestFormat { Table, Json }
}
