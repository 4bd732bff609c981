using System.IO.Enumeration;

namespace Wayward.Engine.Sources;

/// <summary>A file found below a root.</summary>
/// <param name="Key">Path relative to the root with forward slashes; the name for a single file.</param>
public readonly record struct FoundFile(string FullPath, string Key, long Length, DateTime LastWriteUtc);

/// <summary>
/// Walks a folder, or takes a single file. Never leaves the root: links to folders are not followed, links to files count only when their
/// final target lies under the root. Hidden names and names of unfinished copies are passed over.
/// </summary>
internal sealed class FolderWalk
{
    private static readonly string[] TemporarySuffixes = [".tmp", ".temp", ".part", ".partial", ".crdownload", ".filepart", ".download", ".swp", "~"];
    private readonly string _root;
    private readonly IReadOnlyList<string> _include;

    /// <param name="path">A folder or a file, absolute.</param>
    public FolderWalk(string path, IReadOnlyList<string> include)
    {
        IsFile = File.Exists(path);
        Container = IsFile ? Path.GetDirectoryName(path)! : path;
        _root = path;
        _include = include;
    }

    public bool IsFile { get; }
    /// <summary>The folder, or the folder that holds the file.</summary>
    public string Container { get; }
    /// <summary>Links out of the root, of the last walk.</summary>
    public int RefusedLinks { get; private set; }
    /// <summary>Files without content, of the last walk: nothing to read, and a pipe or device would show as one.</summary>
    public int EmptyFiles { get; private set; }

    /// <exception cref="IOException">The root is gone or cannot be listed.</exception>
    public IEnumerable<FoundFile> Files()
    {
        RefusedLinks = 0;
        EmptyFiles = 0;
        if (IsFile)
        {
            var file = new FileInfo(_root);
            if (!file.Exists) throw new FileNotFoundException($"{_root} is not there", _root);
            yield return new(_root, file.Name, file.Length, file.LastWriteTimeUtc);
            yield break;
        }
        if (!Directory.Exists(_root)) throw new DirectoryNotFoundException($"{_root} is not there or cannot be read");
        string? realRoot = RealPath.Resolve(_root) ?? throw new DirectoryNotFoundException($"{_root} is not there or cannot be read");
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = 0 };
        var walk = new FileSystemEnumerable<(string Path, bool Link, long Length, DateTime Time)>(
            _root,
            static (ref entry) => (entry.ToFullPath(), (entry.Attributes & FileAttributes.ReparsePoint) != 0, entry.Length, entry.LastWriteTimeUtc.UtcDateTime),
            options)
        {
            ShouldRecursePredicate = static (ref entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0 && entry.FileName[0] != '.',
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && IsWanted(entry.FileName),
        };
        foreach (var found in walk)
        {
            var (length, time) = (found.Length, found.Time);
            if (found.Link)
            {
                if (RealPath.Resolve(found.Path) is not { } target || !RealPath.IsUnder(target, realRoot))
                {
                    RefusedLinks++;
                    continue;
                }
                var file = new FileInfo(target);
                if (!file.Exists) continue;
                (length, time) = (file.Length, file.LastWriteTimeUtc);
            }
            if (length == 0)
            {
                EmptyFiles++;
                continue;
            }
            yield return new(found.Path, Path.GetRelativePath(_root, found.Path).Replace(Path.DirectorySeparatorChar, '/'), length, time);
        }
    }

    private bool IsWanted(ReadOnlySpan<char> name)
    {
        if (name[0] == '.') return false;
        foreach (string suffix in TemporarySuffixes)
            if (name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) return false;
        if (_include.Count == 0) return true;
        foreach (string pattern in _include)
            if (FileSystemName.MatchesSimpleExpression(pattern, name)) return true;
        return false;
    }
}
