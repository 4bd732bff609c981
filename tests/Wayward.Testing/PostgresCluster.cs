using System.Diagnostics;

namespace Wayward.Testing;

/// <summary>
/// A PostgreSQL server of its own in a temporary folder, made from the machine's binaries and gone when the process ends, however it ends. It listens on a socket in its
/// folder only. PostgreSQL refuses to run as root, so root hands it to another user.
/// </summary>
public sealed class PostgresCluster : IDisposable
{
    private static readonly Lazy<PostgresCluster?> OfProcess = new(() => Binaries is null ? null : new PostgresCluster(durable: false));

    private readonly string _folder;
    private readonly Process _watchdog;

    /// <summary>Why there can be no server here; null when there can.</summary>
    public static string? Missing => Binaries is null ? "no PostgreSQL binaries (initdb, pg_ctl) on this machine: apt-get install postgresql" : null;

    /// <summary>One for all tests of the process, fast and forgetful: it syncs nothing. Null when there can be none.</summary>
    public static PostgresCluster? Shared => OfProcess.Value;

    private static string? Binaries { get; } = FindBinaries();

    /// <param name="durable">Syncs to disk as a server in earnest does.</param>
    public PostgresCluster(bool durable)
    {
        if (Binaries is null) throw new InvalidOperationException(Missing);
        _folder = Directory.CreateTempSubdirectory("wayward-pg-").FullName;
        if (User is { } user) Run("chown", [user, _folder]);
        AsUser("initdb", "-D", Data, "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-U", "wayward");
        string settings = $"-c listen_addresses= -c unix_socket_directories={_folder} -c max_connections=200 -c fsync={(durable ? "on" : "off")} -c full_page_writes={(durable ? "on" : "off")} -c log_min_messages=fatal";
        AsUser("pg_ctl", "-D", Data, "-w", "-t", "60", "-l", Path.Combine(_folder, "log"), "-o", settings, "start");
        // Reads until this process closes its end, which it does even when it is killed; then the server goes.
        var info = Command(Path.Combine(Binaries, "pg_ctl"), ["-D", Data, "-m", "immediate", "stop"]);
        var guard = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string a in new[] { "-c", "trap '' TERM INT HUP; read _; folder=$1; shift; \"$@\" >/dev/null 2>&1; rm -rf \"$folder\"", "sh", _folder, info.FileName }.Concat(info.ArgumentList)) guard.ArgumentList.Add(a);
        _watchdog = Process.Start(guard)!;
    }

    private string Data => Path.Combine(_folder, "data");

    public string ConnectionString(string database) => $"Host={_folder};Username=wayward;Database={database}";

    /// <summary>Number of the server's first process, whose children its sessions are.</summary>
    public int ServerProcess => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>As when the machine loses power, and comes back: connections break, what was not committed is gone.</summary>
    public void RestartImmediate() => AsUser("pg_ctl", "-D", Data, "-w", "-t", "60", "-m", "immediate", "-l", Path.Combine(_folder, "log"), "restart");

    /// <summary>What the server said, for the message of a failing test.</summary>
    public string Log => File.Exists(Path.Combine(_folder, "log")) ? File.ReadAllText(Path.Combine(_folder, "log")) : "";

    public void Dispose()
    {
        _watchdog.StandardInput.Close();
        _watchdog.WaitForExit(TimeSpan.FromSeconds(20));
        _watchdog.Dispose();
    }

    private static string? User => Environment.IsPrivilegedProcess ? "postgres" : null;

    private void AsUser(string binary, params string[] arguments)
    {
        var info = Command(Path.Combine(Binaries!, binary), arguments);
        Run(info.FileName, info.ArgumentList, _folder);
    }

    private static ProcessStartInfo Command(string binary, string[] arguments)
    {
        string[] command = User is { } user ? ["runuser", "-u", user, "--", binary, .. arguments] : [binary, .. arguments];
        var info = new ProcessStartInfo(command[0]);
        foreach (string argument in command[1..]) info.ArgumentList.Add(argument);
        return info;
    }

    /// <summary>Output goes to a file: a server that was started would hold a pipe open.</summary>
    private static void Run(string command, IEnumerable<string> arguments, string? folder = null)
    {
        string output = Path.GetTempFileName();
        try
        {
            var info = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = folder ?? "/" };
            foreach (string a in new[] { "-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null", "sh", output, command }.Concat(arguments)) info.ArgumentList.Add(a);
            using var process = Process.Start(info)!;
            if (!process.WaitForExit(TimeSpan.FromSeconds(90)) || process.ExitCode != 0) throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {File.ReadAllText(output)}");
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>On the path, or where Debian and its kin put each version; the newest of several.</summary>
    private static string? FindBinaries()
    {
        if (OperatingSystem.IsWindows()) return null;
        IEnumerable<string> folders = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderByDescending(d => int.TryParse(Path.GetFileName(d), out int version) ? version : 0).Select(d => Path.Combine(d, "bin"))
            : [];
        return folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "pg_ctl")) && File.Exists(Path.Combine(d, "postgres")));
    }
}
