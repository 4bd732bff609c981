using System.Diagnostics;
using System.Globalization;

namespace Wayward.Testing;

/// <summary>A file system of a chosen size in memory, which can be made larger or read-only. Mounting needs root.</summary>
public sealed class SmallDisk : IDisposable
{
    private SmallDisk(string root) => Root = root;

    public string Root { get; }

    /// <summary>Null when it cannot be mounted here.</summary>
    public static SmallDisk? TryMount(long kibibytes)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return null;
        var disk = new SmallDisk(Directory.CreateTempSubdirectory("wayward-disk-").FullName);
        if (Run("mount", "-t", "tmpfs", "-o", Size(kibibytes), "tmpfs", disk.Root) == 0) return disk;
        Directory.Delete(disk.Root);
        return null;
    }

    public void Resize(long kibibytes)
    {
        if (Run("mount", "-o", "remount," + Size(kibibytes), Root) != 0) throw new IOException($"{Root} could not be resized.");
    }

    /// <summary>Only while no file on it is open for writing.</summary>
    public bool TrySetReadOnly(bool on) => Run("mount", "-o", on ? "remount,ro" : "remount,rw", Root) == 0;

    /// <summary>Whatever holds the file open, its next write is refused (ext4 and its kin).</summary>
    public static bool TrySetImmutable(bool on, params string[] files) => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Run("chattr", [on ? "+i" : "-i", .. files]) == 0;

    public void Dispose()
    {
        // Lazily: a pooled connection may still hold a file.
        Run("umount", "-l", Root);
        Directory.Delete(Root);
    }

    private static string Size(long kibibytes) => string.Create(CultureInfo.InvariantCulture, $"size={kibibytes}k");

    private static int Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
