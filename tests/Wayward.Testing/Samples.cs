namespace Wayward.Testing;

/// <summary>Finds the folder of real samples beside the project; tests that read it are skipped where it is absent.</summary>
public static class Samples
{
    /// <summary>The folder beside the one that holds Dashboard.sln, or null.</summary>
    public static string? Folder { get; } = Find();

    public static string? Path(params string[] parts)
    {
        if (Folder is null) return null;
        string path = System.IO.Path.Combine([Folder, .. parts]);
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "Dashboard.sln"))) continue;
            string shared = System.IO.Path.Combine(folder.Parent?.FullName ?? folder.FullName, "shared");
            return Directory.Exists(shared) ? shared : null;
        }
        return null;
    }
}
