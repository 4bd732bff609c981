using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Wayward.Web.Tests.Hosting;

/// <summary>The program as a process, as an operator starts and stops it.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task SIGTERM_ends_a_serving_process_within_ten_seconds_with_success()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        var cancellation = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("wayward-process-test-");
        try
        {
            using var process = Start("--urls", "http://127.0.0.1:0", "--data", Path.Combine(folder.FullName, "data"));
            // The log shares standard output, so the address need not be its first line.
            string? line;
            do line = await process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), cancellation);
            while (line is not null && !line.Contains("listens on", StringComparison.Ordinal));
            Assert.Contains("listens on http://127.0.0.1:", line, StringComparison.Ordinal);
            var watch = Stopwatch.StartNew();
            Assert.Equal(0, Kill(process.Id, 15));
            await process.WaitForExitAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(20), cancellation);
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "wayward.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
