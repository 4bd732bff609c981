using System.Globalization;
using Wayward.Web.Commands;

namespace Wayward.Web.Tests.Commands;

/// <summary>The outcome of one command line, run inside the test.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static async Task<CommandRun> Of(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        // The working directory holds no appsettings.json, so a developer's own cannot change the result.
        var folder = Directory.CreateTempSubdirectory("wayward-command-test-");
        try
        {
            int code = await CommandLine.RunAsync(arguments, new CommandContext { Out = output, Error = error, WorkingDirectory = folder.FullName }, TestContext.Current.CancellationToken);
            return new(code, output.ToString(), error.ToString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
