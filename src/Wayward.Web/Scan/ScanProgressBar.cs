using System.Globalization;
using Spectre.Console;
using Wayward.Engine.Scan;
using Wayward.Web.Commands;

namespace Wayward.Web.Scan;

/// <summary>Shows how far a scan is, on standard error and only when that is a terminal, so that output and logs stay clean.</summary>
internal static class ScanProgressBar
{
    public static async Task<ScanResult> RunAsync(CommandContext context, ScanRequest request, CancellationToken cancellation)
    {
        if (!context.ErrorIsTerminal) return await ScanRunner.RunAsync(request, cancellation);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
        return await console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask("Looking for files", maxValue: 1);
                task.IsIndeterminate = true;
                var result = await ScanRunner.RunAsync(request with { Progress = Show }, cancellation);
                task.Value = task.MaxValue;
                return result;

                void Show(ScanProgress now)
                {
                    task.IsIndeterminate = now.TotalBytes == 0;
                    task.MaxValue = Math.Max(1, now.TotalBytes);
                    task.Value = now.Bytes;
                    task.Description = string.Create(CultureInfo.InvariantCulture, $"{now.Done:N0} of {now.Objects:N0} objects, {now.Records:N0} records");
                }
            });
    }
}
