using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>A file system of a chosen size in memory, which can be made larger or read-only. Mounting needs root.</summary>
internal sealed class SmallDisk : IDisposable
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

    public void Resize(long kibibytes) => Assert.Equal(0, Run("mount", "-o", "remount," + Size(kibibytes), Root));

    /// <summary>Only while no file on it is open for writing.</summary>
    public bool TrySetReadOnly(bool on) => Run("mount", "-o", on ? "remount,ro" : "remount,rw", Root) == 0;

    /// <summary>Whatever holds the file open, its next write is refused (ext4 and its kin).</summary>
    public static bool TrySetImmutable(bool on, params string[] files) => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Run("chattr", [on ? "+i" : "-i", .. files]) == 0;

    public static string Integrity(string data)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "wayward.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
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
