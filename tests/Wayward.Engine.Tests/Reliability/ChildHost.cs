using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>The ingest host as a process of its own, which can be killed.</summary>
internal sealed partial class ChildHost : IDisposable
{
    public const int CommitObjects = 4;
    private const int SigKill = 9, SigTerm = 15, SigStop = 19, SigContinue = 18;
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _holding = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _lines = [];

    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _commits, _awaited = int.MaxValue;

    private ChildHost(Process process) => _process = process;

    public int Id => _process.Id;
    /// <summary>What it said, its announcements of commits left out.</summary>
    public string Errors { get { lock (_errors) return _errors.ToString(); } }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    /// <param name="logs">The folder to read; null = the sources are among <paramref name="more"/>.</param>
    /// <param name="wrapper">A command that runs the host, such as a tracer; empty = directly.</param>
    public static ChildHost Start(string data, string? logs, IEnumerable<string> more, params string[] wrapper)
    {
        string dll = Path.Combine(AppContext.BaseDirectory, "Wayward.EngineHost.dll");
        string[] command = [.. wrapper, Environment.ProcessPath is { } p && Path.GetFileNameWithoutExtension(p) == "dotnet" ? p : "dotnet", dll];
        var info = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in command.Skip(1)) info.ArgumentList.Add(argument);
        string[] source = logs is null ? [] : [$"Ingest:Sources:0:Path={logs}"];
        // It is killed so often that an object may be in work each time, and none is to blame.
        foreach (string argument in new[] { "--data", data, "Ingest:Workers=2", $"Ingest:CommitObjects={CommitObjects}", "Ingest:PollInterval=00:00:05", "Ingest:InterruptedTries=1000" }.Concat(source).Concat(more)) info.ArgumentList.Add(argument);
        // Each of hundreds of starts matters more than the speed of one.
        info.Environment["DOTNET_TieredPGO"] = "0";
        info.Environment["DOTNET_gcServer"] = "0";
        // For the fakes, which take any.
        (info.Environment["AWS_ACCESS_KEY_ID"], info.Environment["AWS_SECRET_ACCESS_KEY"]) = ("test", "secret");
        var process = Process.Start(info)!;
        var child = new ChildHost(process);
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is not null) lock (child._lines) child._lines.Add(e.Data);
            // The log shares standard output.
            if (e.Data is not (null or "commit" or "holding") && !e.Data.StartsWith("taken ", StringComparison.Ordinal) && !e.Data.StartsWith("refused ", StringComparison.Ordinal))
                lock (child._errors) child._errors.AppendLine(e.Data);
            if (e.Data == "started") child._started.TrySetResult();
            if (e.Data == "holding") child._holding.TrySetResult();
            if (e.Data == "commit" && Interlocked.Increment(ref child._commits) >= Volatile.Read(ref child._awaited)) child._reached.TrySetResult();
        };
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not null) lock (child._errors) child._errors.AppendLine(e.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Completes when so many commits were begun, or the process has ended, or it has nothing more to do.</summary>
    public async Task CommitsAsync(int count, TimeSpan limit)
    {
        Volatile.Write(ref _awaited, count);
        if (Volatile.Read(ref _commits) >= count) return;
        await Task.WhenAny(_reached.Task, _process.WaitForExitAsync(), Task.Delay(limit));
    }

    /// <summary>Completes when ingest runs, or the process has ended.</summary>
    public Task StartedAsync() => Task.WhenAny(_started.Task, _process.WaitForExitAsync());

    public bool HasExited => _process.HasExited;

    public void Kill() => kill(_process.Id, SigKill);

    public void Stop() => kill(_process.Id, SigStop);

    public void Continue() => kill(_process.Id, SigContinue);

    /// <summary>Completes when it waits before the commit that it was told to wait before, or has ended.</summary>
    public Task HoldingAsync() => Task.WhenAny(_holding.Task, _process.WaitForExitAsync());

    /// <summary>What it has said so far.</summary>
    public IReadOnlyList<string> Lines { get { lock (_lines) return [.. _lines]; } }

    public void Terminate() => kill(_process.Id, SigTerm);

    /// <returns>The exit code.</returns>
    public async Task<int> WaitAsync(TimeSpan limit)
    {
        await _process.WaitForExitAsync().WaitAsync(limit);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
