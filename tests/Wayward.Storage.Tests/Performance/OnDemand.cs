using System.Diagnostics;

namespace Wayward.Storage.Tests.Performance;

/// <summary>Measurements run only when asked for: <c>WAYWARD_BENCH=1 dotnet test tests/Wayward.Storage.Tests -c Release --filter Performance --logger "console;verbosity=detailed"</c>.</summary>
internal static class OnDemand
{
    public static void SkipUnlessAsked() =>
        Assert.SkipUnless(Environment.GetEnvironmentVariable("WAYWARD_BENCH") == "1", "a measurement: set WAYWARD_BENCH=1");

    /// <summary>Processor time of this process, which other work on the machine cannot lengthen as it does the wall clock.</summary>
    public static TimeSpan Cpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <summary>Median of wall clock and of processor time of one call, milliseconds.</summary>
    public static async Task<(double Wall, double Cpu)> MedianMillisecondsAsync(int times, Func<Task> work)
    {
        await work();
        List<double> wall = [], cpu = [];
        for (int i = 0; i < times; i++)
        {
            long from = Stopwatch.GetTimestamp();
            var used = Cpu();
            await work();
            wall.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
            cpu.Add((Cpu() - used).TotalMilliseconds);
        }
        return (Median(wall), Median(cpu));
    }

    public static void Say(FormattableString line) => TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(line));
}
