using System.Runtime.CompilerServices;

namespace Wayward.Testing;

/// <summary>Where things are on the machine that runs the tests.</summary>
public static class Places
{
    /// <summary>The folder of Dashboard.sln, found by walking up from the test's assembly.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests do not run from inside the repository.</exception>
    public static string Repository { get; } = Find();

    /// <summary>
    /// Real recordings and other programs' samples, beside the repository. Their licences do not allow them to be in it, so tests that read them
    /// skip themselves where the folder is absent. Null when it is.
    /// </summary>
    public static string? SharedData { get; } =
        Path.GetFullPath(Path.Combine(Repository, "..", "shared", "data")) is var path && Directory.Exists(path) ? path : null;

    /// <summary>The message for a skipped test.</summary>
    public const string NoSharedData = "../shared/data is not beside the repository";

    private static string Find([CallerFilePath] string source = "")
    {
        foreach (string start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(source) ?? "" })
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Dashboard.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("Dashboard.sln was not found above " + AppContext.BaseDirectory);
    }
}

/// <summary>A temporary folder that goes away with its owner.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("wayward-test-").FullName;

    public string Combine(params ReadOnlySpan<string> parts) => Path.Combine([FullName, .. parts]);

    /// <summary>Writes a file, making its folders.</summary>
    /// <returns>Its full path.</returns>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        string path = Combine(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    public void Dispose()
    {
        try
        {
            Directory.Delete(FullName, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A database file may still be closing; the operating system clears temporary folders in time.
        }
    }
}
