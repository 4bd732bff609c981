using System.Text.Json;
using Wayward.Web.Commands;

namespace Wayward.Web.Tests.Acceptance;

/// <summary>Runs the program's command line in this process, output to strings.</summary>
internal static class ScanCli
{
    public static async Task<(int Exit, string Out, string Error)> RunAsync(params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int exit = await CommandLine.RunAsync(args, new CommandContext { Out = output, Error = error, WorkingDirectory = Path.GetTempPath() }, TestContext.Current.CancellationToken);
        return (exit, output.ToString(), error.ToString());
    }

    /// <summary><c>scan … --format json</c> through a file, as another program would take it.</summary>
    public static async Task<(int Exit, JsonDocument Json, string Text, string Error)> ScanJsonAsync(params string[] args)
    {
        string file = Path.GetTempFileName();
        try
        {
            var (exit, _, error) = await RunAsync(["scan", .. args, "--format", "json", "--out", file]);
            string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            Assert.True(text.Length > 0, $"exit {exit}: {error}");
            return (exit, JsonDocument.Parse(text), text, error);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
