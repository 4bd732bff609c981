using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Wayward.Web.Tests.Deployment;

/// <summary>
/// A process in the surroundings of a container, made of the kernel's own means: a root that is read-only and holds the system's programs, the image's folders and the volumes under
/// their own names and nothing else; an unprivileged user without any capability and without a way to gain one; a writable <c>/tmp</c>. Only the network is the machine's, so the port is another.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class Container : IDisposable
{
    private const string Script = """
        set -e
        root=$1 user=$2 workdir=$3; shift 3
        mount -t tmpfs -o mode=0755 none "$root"
        for d in usr bin sbin lib lib64 etc proc dev; do
            if [ -L "/$d" ]; then cp -P "/$d" "$root/$d"; elif [ -d "/$d" ]; then mkdir "$root/$d"; mount --rbind "/$d" "$root/$d"; fi
        done
        mkdir -m 1777 "$root/tmp"; mount -t tmpfs -o mode=1777 none "$root/tmp"
        while [ "$1" != -- ]; do
            mkdir -p "$root$2"; mount --bind "$1" "$root$2"
            if [ "$3" = ro ]; then mount -o remount,ro,bind "$root$2"; fi
            shift 3
        done
        shift
        mount -o remount,ro "$root"
        exec chroot "$root" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all sh -c 'cd "$1"; shift; exec "$@"' sh "$workdir" "$@"
        """;

    private readonly BuiltImage _image;
    private readonly (string From, string To, bool Writable)[] _mounts;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("wayward-root-");
    private readonly StringBuilder _said = new();
    private Process? _process;

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing { get; } = Probe();

    /// <param name="environment">Beside the image's own.</param>
    /// <param name="mounts">Folders of the machine under names of the container, beside the image's own.</param>
    public Container(BuiltImage image, IReadOnlyDictionary<string, string> environment, params (string From, string To, bool Writable)[] mounts)
    {
        _image = image;
        Dictionary<string, string> all = new(image.Environment);
        foreach (var (key, value) in environment) all[key] = value;
        _environment = all;
        var own = Directory.GetDirectories(image.Root).Select(f => (f, "/" + Path.GetFileName(f), image.Volumes.Contains("/" + Path.GetFileName(f)))).Where(o => !mounts.Any(m => m.To == o.Item2));
        _mounts = [.. own, .. mounts];
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public int Port { get; }
    public string Said { get { lock (_said) return _said.ToString(); } }
    public bool HasExited => _process!.HasExited;
    public int ExitCode => _process!.ExitCode;

    /// <summary>Starts the entry point with a command, the image's own port exchanged for a free one.</summary>
    public void Start(IEnumerable<string> command)
    {
        _process = Process.Start(Prepared([.. _image.EntryPoint, .. command.Select(a => a.Replace(string.Create(CultureInfo.InvariantCulture, $":{_image.Port}"), string.Create(CultureInfo.InvariantCulture, $":{Port}"), StringComparison.Ordinal))]))!;
        _process.OutputDataReceived += Take;
        _process.ErrorDataReceived += Take;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        void Take(object? _, DataReceivedEventArgs e)
        {
            if (e.Data is not null) lock (_said) _said.AppendLine(e.Data);
        }
    }

    /// <summary>Runs the image's health check beside the process, as an engine does.</summary>
    /// <returns>Its exit code: 0 = healthy.</returns>
    public async Task<int> CheckAsync(CancellationToken cancellation)
    {
        using var check = Process.Start(Prepared([.. _image.HealthCheck, "--url", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}")]))!;
        var output = check.StandardOutput.ReadToEndAsync(cancellation);
        var error = check.StandardError.ReadToEndAsync(cancellation);
        await check.WaitForExitAsync(cancellation);
        lock (_said) _said.AppendLine(output.Result + error.Result);
        return check.ExitCode;
    }

    /// <summary>Waits until the server answers, then asks the image's health check.</summary>
    /// <exception cref="InvalidOperationException">It ended, or is not healthy in time.</exception>
    public async Task BecomesHealthyAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        for (var clock = Stopwatch.StartNew(); ;)
        {
            if (HasExited) throw new InvalidOperationException($"it ended with {ExitCode}: {Said}");
            if (clock.Elapsed > limit) throw new InvalidOperationException($"it is not healthy after {limit}: {Said}");
            try
            {
                using var response = await client.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/health/live")), cancellation);
                break;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(200, cancellation);
            }
        }
        if (await CheckAsync(cancellation) is var code and not 0) throw new InvalidOperationException($"its health check ends with {code}: {Said}");
    }

    public void Terminate() => _ = Kill(_process!.Id, 15);

    public Task WaitAsync(TimeSpan limit) => _process!.WaitForExitAsync().WaitAsync(limit);

    private ProcessStartInfo Prepared(IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("unshare") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string a in new[] { "--mount", "--propagation", "private", "--", "sh", "-c", Script, "sh", _root.FullName, _image.User.ToString(CultureInfo.InvariantCulture), _image.WorkingDirectory }) start.ArgumentList.Add(a);
        foreach (var (from, to, writable) in _mounts)
            foreach (string a in new[] { from, to, writable ? "rw" : "ro" }) start.ArgumentList.Add(a);
        start.ArgumentList.Add("--");
        foreach (string a in command) start.ArgumentList.Add(a);
        start.Environment.Clear();
        foreach (var (key, value) in _environment) start.Environment[key] = value;
        // The mounting needs the system's own programs; the variable is the process's as well, which uses it to find dotnet.
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return start;
    }

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux()) return "containers are checked on Linux only";
        if (!Environment.IsPrivilegedProcess) return "without root there is no read-only root to run on";
        try
        {
            using var probe = Process.Start(new ProcessStartInfo("unshare", ["--mount", "--propagation", "private", "--", "sh", "-c", "mount -t tmpfs none /tmp && setpriv --reuid 1654 --regid 1654 --clear-groups true"])
            {
                RedirectStandardError = true, RedirectStandardOutput = true,
            })!;
            probe.WaitForExit();
            return probe.ExitCode == 0 ? null : $"this machine allows no mounts of one's own: {probe.StandardError.ReadToEnd()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unshare is not installed";
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);

    public void Dispose()
    {
        if (_process is { HasExited: false }) _process.Kill();
        _process?.WaitForExit(5_000);
        _process?.Dispose();
        _root.Delete();
    }
}
