using Microsoft.Extensions.Logging;

namespace Wayward.Engine.Loops;

/// <summary>
/// Runs a step again and again until cancelled. A step that throws does not end the loop: the exception is logged, <see cref="LoopHealth"/> shows it, and the step runs again
/// after a pause that doubles with each failure in a row.
/// </summary>
/// <param name="name">Names the loop in the log and in health.</param>
public sealed class PollLoop(string name, LoopHealth health, TimeProvider time, ILogger log)
{
    /// <summary>The pause after the first failure.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Also how late a loop notices that the cause of its failures is gone.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Runs <paramref name="step"/> every <paramref name="interval"/>, or sooner when <paramref name="wake"/> is set.</summary>
    public Task RunAsync(Func<CancellationToken, Task> step, TimeSpan interval, CancellationToken cancellation, WakeSignal? wake = null) =>
        RunAsync(
            async c =>
            {
                await step(c);
                return interval;
            },
            cancellation, wake);

    /// <summary>Runs <paramref name="step"/>, which returns how long to wait until it runs again.</summary>
    public async Task RunAsync(Func<CancellationToken, Task<TimeSpan>> step, CancellationToken cancellation, WakeSignal? wake = null)
    {
        var backoff = new Backoff(FirstPause, LongestPause);
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                pause = await step(cancellation);
                backoff.Reset();
                health.Succeeded(name);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                pause = backoff.Next();
                Report(e, pause);
            }
            var wait = wake is null ? Task.Delay(pause, time, cancellation) : wake.WaitAsync(pause, time, cancellation);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The first failure in a row is logged with its exception, the following ones in one line.</summary>
    private void Report(Exception error, TimeSpan pause)
    {
        string problem = error.GetBaseException().Message;
        if (health.Failed(name, problem) == 1) log.LogWarning(error, "{Loop} failed ({Problem}); trying again in {Pause}", name, problem, pause);
        else log.LogWarning("{Loop} failed again ({Problem}); trying again in {Pause}", name, problem, pause);
    }
}
