using System.IO.Enumeration;

namespace Wayward.Engine.Sources;

/// <summary>
/// Walks a folder, or takes a single file. Never leaves the root: links to folders are not followed, links to files count only when their
/// final target lies under the root. Hidden names and names of unfinished copies are passed over.
/// </summary>
internal sealed class FolderWalk
{
    private static readonly string[] TemporarySuffixes = [".tmp", ".temp", ".part", ".partial", ".crdownload", ".filepart", ".download", ".swp", "~"];
    private const int MaxNamed = 5;
    private readonly List<string> _unreadable = [];
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

    /// <summary>Folders below the root that could not be listed in the last walk, at most <see cref="MaxNamed"/> of them by name.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;
    /// <summary>How many these are in all.</summary>
    public int UnreadableCount { get; private set; }

    /// <exception cref="IOException">The root is gone or cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The root may not be listed.</exception>
    public IEnumerable<FoundFile> Files()
    {
        (RefusedLinks, EmptyFiles, UnreadableCount) = (0, 0, 0);
        _unreadable.Clear();
        if (IsFile)
        {
            var file = new FileInfo(_root);
            if (!file.Exists) throw new FileNotFoundException($"{_root} is not there", _root);
            yield return new(_root, file.Name, file.Length, file.LastWriteTimeUtc);
            yield break;
        }
        string realRoot = (Directory.Exists(_root) ? RealPath.Resolve(_root) : null) ?? throw new DirectoryNotFoundException($"{_root} is not there or cannot be read");
        var folders = new Stack<string>([_root]);
        while (folders.TryPop(out string? folder))
        {
            foreach (var entry in Entries(folder))
            {
                if (entry.Folder) folders.Push(entry.Path);
                else if (Found(entry, realRoot) is { } file) yield return file;
            }
        }
    }

    /// <summary>Folders to walk and files that are wanted. A folder below the root that cannot be listed is passed over and counted: one of them must not hide all others.</summary>
    private IEnumerable<Entry> Entries(string folder)
    {
        IEnumerator<Entry>? entries = null;
        try
        {
            while (true)
            {
                try
                {
                    entries ??= List(folder).GetEnumerator();
                    if (!entries.MoveNext()) yield break;
                }
                catch (Exception e) when (folder != _root && e is IOException or UnauthorizedAccessException)
                {
                    UnreadableCount++;
                    if (_unreadable.Count < MaxNamed) _unreadable.Add(Key(folder));
                    yield break;
                }
                yield return entries.Current;
            }
        }
        finally
        {
            entries?.Dispose();
        }
    }

    /// <summary>Opens the folder at once, not at the first entry.</summary>
    private FileSystemEnumerable<Entry> List(string folder) => new(
        folder,
        static (ref entry) => new(entry.ToFullPath(), entry.IsDirectory, (entry.Attributes & FileAttributes.ReparsePoint) != 0, entry.IsDirectory ? 0 : entry.Length, entry.LastWriteTimeUtc.UtcDateTime),
        new EnumerationOptions { RecurseSubdirectories = false, IgnoreInaccessible = false, AttributesToSkip = 0 })
    {
        ShouldIncludePredicate = (ref entry) => entry.IsDirectory
            ? (entry.Attributes & FileAttributes.ReparsePoint) == 0 && entry.FileName[0] != '.'
            : IsWanted(entry.FileName),
    };

    /// <returns>Null = a link that leads out or nowhere, or an empty file.</returns>
    private FoundFile? Found(in Entry entry, string realRoot)
    {
        var (length, time) = (entry.Length, entry.Time);
        if (entry.Link)
        {
            if (RealPath.Resolve(entry.Path) is not { } target || !RealPath.IsUnder(target, realRoot))
            {
                RefusedLinks++;
                return null;
            }
            var file = new FileInfo(target);
            if (!file.Exists) return null;
            (length, time) = (file.Length, file.LastWriteTimeUtc);
        }
        if (length > 0) return new(entry.Path, Key(entry.Path), length, time);
        EmptyFiles++;
        return null;
    }

    private string Key(string path) => Path.GetRelativePath(_root, path).Replace(Path.DirectorySeparatorChar, '/');

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

    private readonly record struct Entry(string Path, bool Folder, bool Link, long Length, DateTime Time);
}
