namespace Wayward.Engine.Sources;

/// <summary>Resolves every symbolic link in a path, as realpath(3) does; .NET resolves only the last component.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <returns>Null when the path does not exist or its links form a loop.</returns>
    public static string? Resolve(string path)
    {
        var rest = new Stack<string>();
        string current = Path.GetPathRoot(Path.GetFullPath(path))!;
        Push(rest, Path.GetFullPath(path)[current.Length..]);
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }
            string next = Path.Combine(current, part);
            string? target;
            try
            {
                target = new FileInfo(next).LinkTarget;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
            if (target is null)
            {
                current = next;
                continue;
            }
            if (++links > MaxLinks) return null;
            if (Path.IsPathRooted(target))
            {
                current = Path.GetPathRoot(target)!;
                target = target[current.Length..];
            }
            Push(rest, target);
        }
        return Path.Exists(current) ? current : null;
    }

    /// <summary>Is <paramref name="path"/> the root itself or below it? Both must be resolved.</summary>
    public static bool IsUnder(string path, string root) =>
        path.Length == root.Length ? string.Equals(path, root, StringComparison.Ordinal)
        : path.StartsWith(root, StringComparison.Ordinal) && (path[root.Length] == Path.DirectorySeparatorChar || root.EndsWith(Path.DirectorySeparatorChar));

    private static void Push(Stack<string> rest, string path)
    {
        string[] parts = path.Split(Path.DirectorySeparatorChar);
        for (int i = parts.Length - 1; i >= 0; i--) rest.Push(parts[i]);
    }
}
