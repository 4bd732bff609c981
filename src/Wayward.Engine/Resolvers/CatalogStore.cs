using System.Text;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Engine.Detection;

namespace Wayward.Engine.Resolvers;

/// <summary>
/// The catalogue that ships, with the files of the catalogue folder added: what the analyst wrote, and the state of each feed. The folder is the whole state, in the
/// project's own format, so it can be read, reviewed, copied and put under version control.
/// </summary>
public sealed class CatalogStore : ICatalogProvider
{
    private const int MaxReasons = 1_000;

    private readonly string _folder;
    private readonly ResolverCatalog _shipped;
    private readonly DetectionOptions _detection;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();
    private IReadOnlyList<CatalogAddition> _additions = [];
    private ResolverCatalog _current;

    public CatalogStore(string folder, DetectionOptions detection, TimeProvider time, ResolverCatalog? shipped = null)
    {
        _folder = folder;
        _detection = detection;
        _time = time;
        _shipped = _current = shipped ?? ResolverCatalog.Shipped;
        try
        {
            Reload();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The shipped catalogue is in force; the watch tries the folder again and health says why.
        }
    }

    public ResolverCatalog Current => Volatile.Read(ref _current);

    public IReadOnlyList<CatalogAddition> Additions => Volatile.Read(ref _additions);

    /// <summary>A name that can be a file's: 1 to 40 letters, digits, - and _.</summary>
    public static bool IsName(string? name) => name is { Length: > 0 and <= 40 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Reads the folder again.</summary>
    /// <returns>True when the catalogue is another one now.</returns>
    public bool Reload() => Reload(null);

    /// <param name="written">The file just written: a clock that stood still must not make it look unchanged.</param>
    private bool Reload(string? written)
    {
        lock (_writing)
        {
            var before = Additions.Where(a => a.Name != written).ToDictionary(a => a.Name, StringComparer.Ordinal);
            string[] paths = Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*.txt") : [];
            Volatile.Write(ref _additions, [.. paths.Order(StringComparer.Ordinal).Select(path => Read(path, before))]);
            var catalog = Compose(Additions.SelectMany(a => a.Entries));
            if (catalog.Hash == _current.Hash) return false;
            Volatile.Write(ref _current, catalog);
            return true;
        }
    }

    /// <summary>What taking a file in under this name would do; nothing is changed.</summary>
    public CatalogDiff Preview(string name, CatalogFile file) => CatalogImport.Diff(Without(name), file);

    /// <summary>
    /// Takes a person's file in under a name: weighed against everything else, with what was under that name before as its past, so that hold and training go on.
    /// </summary>
    /// <exception cref="ArgumentException">Not a name.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public CatalogDiff Import(string name, CatalogFile file)
    {
        if (!IsName(name)) throw new ArgumentException($"'{name}' is not a name: 1 to 40 letters, digits, - and _", nameof(name));
        lock (_writing)
        {
            Reload();
            var diff = Preview(name, file);
            long now = _time.GetUtcNow().ToUnixTimeSeconds();
            var previous = Additions.FirstOrDefault(a => a.Name == name)?.Entries ?? [];
            Write(name, CatalogFeed.Update(previous, diff.Entries, now, _detection.Learning, _detection.CatalogHold));
            return diff;
        }
    }

    /// <summary>
    /// Takes the next version of a feed in, as far as a feed may go: see <see cref="FeedReview"/>. What waits for a person is written beside the feed's file, in the project's own format, with
    /// what it would silence; <c>wayward catalog import</c> takes it in.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public (CatalogDiff Diff, FeedReview Review) ImportFeed(string name, CatalogFile file)
    {
        lock (_writing)
        {
            Reload();
            var others = Without(name);
            var diff = CatalogImport.Diff(others, file);
            long now = _time.GetUtcNow().ToUnixTimeSeconds();
            var review = FeedReview.Of(_shipped, others, diff.Entries, now);
            var previous = Additions.FirstOrDefault(a => a.Name == name)?.Entries ?? [];
            WriteWaiting(name, review);
            Write(name, CatalogFeed.Update(previous, review.Accepted, now, _detection.Learning, _detection.CatalogHold));
            return (diff, review);
        }
    }

    private string WaitingPath(string name) => Path.Combine(_folder, name + ".waiting");

    private void WriteWaiting(string name, FeedReview review)
    {
        string path = WaitingPath(name);
        if (review.Waiting.Count == 0)
        {
            if (File.Exists(path)) File.Delete(path);
            return;
        }
        Directory.CreateDirectory(_folder);
        string reasons = string.Concat(review.Waiting.Take(MaxReasons).Select(w => $"# {w.Entry.Prefix} would silence or weaken {w.Silenced.Provider} {w.Silenced.Prefix} {w.Silenced.Transport.Name()}\n"));
        string text = CatalogWriter.Write($"{_time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}", review.Waiting.Select(w => w.Entry));
        int head = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        File.WriteAllText(path + ".part", text[..head] + reasons + text[head..], new UTF8Encoding(false));
        File.Move(path + ".part", path, overwrite: true);
    }

    /// <summary>What waits of a feed, in one sentence; null = nothing.</summary>
    private string? Waiting(string name)
    {
        string path = WaitingPath(name);
        if (!File.Exists(path)) return null;
        var reasons = File.ReadLines(path).Where(l => l.StartsWith("# ", StringComparison.Ordinal)).Take(2).Select(l => l[2..]).ToList();
        return $"entries wait for a person, because they would silence or weaken others ({string.Join("; ", reasons)}{(reasons.Count > 1 ? "; …" : "")}): read {path}, then take it in with 'wayward catalog import', or delete it";
    }

    /// <summary>Lets the entries of a file alert at once: after a rescan, or on the analyst's word.</summary>
    /// <param name="only">Ids of these entries, or null for all.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void EndTraining(string name, IReadOnlySet<string>? only = null)
    {
        lock (_writing)
        {
            // Another process may have written since: a rescan beside a server takes its time.
            Reload();
            if (Additions.FirstOrDefault(a => a.Name == name) is { } addition) Write(name, CatalogFeed.Rescanned(addition.Entries, only));
        }
    }

    private void Write(string name, IReadOnlyList<CatalogEntry> entries)
    {
        Directory.CreateDirectory(_folder);
        string path = Path.Combine(_folder, name + ".txt"), partial = path + ".part";
        string text = CatalogWriter.Write($"{_time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}", entries);
        File.WriteAllText(partial, text, new UTF8Encoding(false));
        File.SetLastWriteTimeUtc(partial, _time.GetUtcNow().UtcDateTime);
        File.Move(partial, path, overwrite: true);
        Reload(name);
    }

    private ResolverCatalog Without(string name) => Compose(Additions.Where(a => a.Name != name).SelectMany(a => a.Entries));

    /// <summary>An entry that left its feed is dropped where an open one covers the same endpoint: it would win by its id or its longer prefix, and then be out of force.</summary>
    private ResolverCatalog Compose(IEnumerable<CatalogEntry> added)
    {
        var all = added.ToList();
        var open = _shipped.With(all.Where(e => e.ValidTo == long.MaxValue));
        return open.With(all.Where(e => e.ValidTo != long.MaxValue && open.FindEndpoint(e.Prefix.Address, e.Protocol, e.Port) is null && open.Find(e.Id) is null));
    }

    private CatalogAddition Read(string path, Dictionary<string, CatalogAddition> before)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        var modified = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
        before.TryGetValue(name, out var last);
        try
        {
            if (last is { Error: null } && last.Modified == modified) return last with { Waiting = Waiting(name) };
            using var stream = File.OpenRead(path);
            var file = CatalogFile.Parse(stream, Path.GetFileName(path));
            // A list dropped into the folder by hand is weighed like an import, its time of writing being the time at which it was loaded.
            var entries = file.Format == CatalogFormat.Wayward ? file.Entries
                : CatalogFeed.Update([], CatalogImport.Diff(_shipped, file).Entries, modified.ToUnixTimeSeconds(), _detection.Learning, _detection.CatalogHold);
            return new(name, path, modified, entries, null) { Waiting = Waiting(name) };
        }
        catch (Exception e)
        {
            // Also what no one foresaw: a file that somebody else writes must not end the program.
            return new(name, path, modified, last?.Entries ?? [], e.Message);
        }
    }
}
