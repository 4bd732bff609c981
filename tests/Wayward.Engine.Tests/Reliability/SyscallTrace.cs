using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>What a traced process did to its write-ahead log and on its sockets, in the order in which the kernel was asked.</summary>
internal sealed partial class SyscallTrace
{
    private const string Log = "wayward.db-wal>";
    /// <summary>A frame's header: page number, size of the database after a commit (0 in all but the last frame of a transaction), salts, checksums.</summary>
    private const int FrameHeader = 24;

    private readonly Dictionary<string, int> _firstWritten = new(StringComparer.Ordinal);
    private readonly List<int> _commitFrames = [], _syncs = [];
    private readonly List<(int At, string Receipt)> _deletes = [];

    /// <summary>Synced writes to the log, failed ones left out.</summary>
    public int Syncs => _syncs.Count;
    /// <summary>Syncs that failed.</summary>
    public int FailedSyncs { get; private set; }
    /// <summary>Each delete, by its receipt, and where it stands in the trace.</summary>
    public IReadOnlyList<(int At, string Receipt)> Deletes => _deletes;

    [GeneratedRegex("""\\?"ReceiptHandle\\?":\\?"([^"\\]+)\\?""")]
    private static partial Regex Receipt { get; }

    /// <summary>Null when this system can trace; else why not.</summary>
    public static string? Unavailable()
    {
        if (!OperatingSystem.IsLinux()) return "system calls are traced on Linux only";
        try
        {
            using var probe = Process.Start(new ProcessStartInfo("strace", ["-f", "-o", "/dev/null", "true"]) { RedirectStandardError = true })!;
            string said = probe.StandardError.ReadToEnd();
            probe.WaitForExit();
            return probe.ExitCode == 0 ? null : $"strace is not allowed to trace here: {said.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "strace is not installed (Debian package: strace)";
        }
    }

    /// <param name="file">Where the trace goes.</param>
    /// <param name="more">Further options, such as a fault to inject.</param>
    public static string[] Command(string file, params string[] more) =>
        ["strace", "-f", "--seccomp-bpf", "-y", "-s", "6000", "-o", file, "-e", "trace=pwrite64,write,writev,fdatasync,fsync,sendto,sendmsg", .. more];

    /// <param name="contents">Texts whose first writing to the log is looked for.</param>
    /// <param name="withoutSyncs">As if the program had never synced: then nothing may count as on disk.</param>
    public static SyscallTrace Read(string file, IReadOnlyCollection<string> contents, bool withoutSyncs = false)
    {
        var trace = new SyscallTrace();
        var unseen = contents.ToHashSet(StringComparer.Ordinal);
        // By thread: a call that another thread's call interrupts in the trace is written in two lines.
        var syncing = new HashSet<string>(StringComparer.Ordinal);
        int at = 0;
        foreach (string line in File.ReadLines(file))
        {
            at++;
            if (withoutSyncs && line.Contains("sync", StringComparison.Ordinal) && !line.Contains('"', StringComparison.Ordinal)) continue;
            string thread = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            if (line.Contains("sync resumed>", StringComparison.Ordinal))
            {
                if (syncing.Remove(thread)) trace.Synced(line, at);
            }
            else if (line.Contains(Log, StringComparison.Ordinal))
            {
                if (line.Contains(" fdatasync(", StringComparison.Ordinal) || line.Contains(" fsync(", StringComparison.Ordinal))
                {
                    if (line.Contains("<unfinished", StringComparison.Ordinal)) syncing.Add(thread);
                    else trace.Synced(line, at);
                }
                else trace.Wrote(line, at, unseen);
            }
            else if (line.Contains("ReceiptHandle", StringComparison.Ordinal) && !line.Contains("VisibilityTimeout", StringComparison.Ordinal))
            {
                foreach (Match match in Receipt.Matches(line)) trace._deletes.Add((at, match.Groups[1].Value));
            }
        }
        return trace;
    }

    /// <summary>Was this text written, its transaction's last frame after it, and then the log synced, all before that line?</summary>
    public bool OnDiskBefore(string content, int at) =>
        _firstWritten.TryGetValue(content, out int written) && First(_commitFrames, written) is { } committed && First(_syncs, committed) is { } synced && synced < at;

    private static int? First(List<int> lines, int after)
    {
        int i = lines.BinarySearch(after);
        i = i < 0 ? ~i : i;
        return i < lines.Count ? lines[i] : null;
    }

    private void Synced(string line, int at)
    {
        if (line.Contains("= 0", StringComparison.Ordinal)) _syncs.Add(at);
        else FailedSyncs++;
    }

    private void Wrote(string line, int at, HashSet<string> unseen)
    {
        int open = line.IndexOf(", \"", StringComparison.Ordinal), close = line.LastIndexOf('"');
        if (open < 0 || close < open + 3) return;
        var text = line.AsSpan(open + 3, close - open - 3);
        if (line.AsSpan(close).StartsWith(string.Create(CultureInfo.InvariantCulture, $"\", {FrameHeader},")))
        {
            byte[] header = Unescape(text);
            if (header.Length == FrameHeader && header.AsSpan(4, 4).IndexOfAnyExcept((byte)0) >= 0) _commitFrames.Add(at);
            return;
        }
        foreach (string content in unseen)
        {
            if (!text.Contains(content, StringComparison.Ordinal)) continue;
            _firstWritten.Add(content, at);
            unseen.Remove(content);
        }
    }

    /// <summary>As a C compiler would read it: octal numbers of up to three digits and the usual letters.</summary>
    private static byte[] Unescape(ReadOnlySpan<char> text)
    {
        List<byte> bytes = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                bytes.Add((byte)text[i]);
                continue;
            }
            char c = text[++i];
            if (c is >= '0' and <= '7')
            {
                int value = 0, digits = 0;
                for (; digits < 3 && i < text.Length && text[i] is >= '0' and <= '7'; digits++, i++) value = value * 8 + (text[i] - '0');
                i--;
                bytes.Add((byte)value);
            }
            else bytes.Add(c switch { 'n' => 10, 't' => 9, 'r' => 13, 'v' => 11, 'f' => 12, _ => (byte)c });
        }
        return [.. bytes];
    }
}
