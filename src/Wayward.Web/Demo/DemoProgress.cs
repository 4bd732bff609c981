using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Wayward.Web.Commands;

namespace Wayward.Web.Demo;

/// <summary>A progress bar on standard error when that is a terminal, else a line at every quarter.</summary>
internal static class DemoProgress
{
    /// <param name="work">Gets a callback (done, total) that may be called from any thread, often.</param>
    public static Task RunAsync(CommandContext context, string title, Func<Action<long, long>, Task> work) =>
        context.ErrorIsTerminal ? Bar(context.Error, title, work) : Lines(context.Error, title, work);

    private static Task Bar(TextWriter error, string title, Func<Action<long, long>, Task> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(title);
                await work((done, total) =>
                {
                    task.MaxValue = total;
                    task.Value = done;
                });
                task.StopTask();
            });
    }

    private static async Task Lines(TextWriter error, string title, Func<Action<long, long>, Task> work)
    {
        long clock = Stopwatch.GetTimestamp();
        int quarter = 0;
        await work((done, total) =>
        {
            int now = (int)(done * 4 / Math.Max(1, total));
            if (now <= Volatile.Read(ref quarter) || now >= 4) return;
            Volatile.Write(ref quarter, now);
            error.WriteLine($"{title}: {now * 25} %");
        });
        error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: done in {Stopwatch.GetElapsedTime(clock).TotalSeconds:0.0} s"));
    }
}
