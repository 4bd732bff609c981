using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Wayward.Core.Text;
using Wayward.Engine.Loops;
using Wayward.Engine.Sources.Aws;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Sources;

/// <summary>
/// A folder, with all below it, or a single file. Watched where the system can, and walked every poll interval in any case: a watcher
/// misses network mounts and overflows. A file that is still growing is not offered.
/// </summary>
public sealed class FolderSource : ISource, IDisposable
{
    private const int BatchSize = 500;
    /// <summary>Files held at once to be put in order, about 20 MB: a folder of millions must not fill the memory.</summary>
    private const int SortedAtOnce = 50_000;
    /// <summary>A file that was not touched for this many settle times is taken at the first listing.</summary>
    private const int OldFactor = 30;
    /// <summary>After a walk, this many times its length is left to everything else.</summary>
    private const int RestAfterWalk = 9;

    private readonly FolderWalk _walk;
    private readonly string _path;
    private readonly IReadOnlyList<string> _include;
    private readonly TimeSpan _poll;
    private readonly TimeSpan _settle;
    private readonly TimeProvider _time;
    private readonly WakeSignal _changed = new();
    private readonly FileSystemWatcher? _watcher;
    /// <summary>Young files of the last listing, by key.</summary>
    private Dictionary<string, YoungFile> _young = new(StringComparer.Ordinal);
    private volatile bool _settled = true;
    private TimeSpan _walked;

    public FolderSource(SourceOptions source, IngestOptions options, TimeProvider time)
    {
        Name = source.Name;
        FormatHeader = source.FormatHeader;
        (_path, _include) = (source.FullPath, source.Include);
        _walk = new FolderWalk(_path, _include);
        _poll = options.PollInterval;
        _settle = options.SettleTime;
        _time = time;
        _watcher = TryWatch(_walk, source.FullPath, _changed.Set);
    }

    public string Name { get; }

    public string? FormatHeader { get; }

    public bool Settled => _settled;

    public string? Notice { get; private set; }

    public static string ETagOf(long length, DateTime lastWriteUtc) => string.Create(CultureInfo.InvariantCulture, $"{length:x}-{lastWriteUtc.Ticks:x}");

    public async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var young = new Dictionary<string, YoungFile>(StringComparer.Ordinal);
        // What the ledger takes between two batches is not counted.
        var walk = new Stopwatch();
        walk.Start();
        List<OfferedObject> batch = [];
        await Task.Yield();
        // A file system lists in no useful order. Oldest first lets history build up as it happened, so that what is evaluated on the way needs no correction at the end.
        foreach (var files in Walk().Chunk(SortedAtOnce))
        {
            var items = files.Select(f => (File: f, Item: Offer(f))).ToArray();
            Array.Sort(items, static (a, b) => a.Item.Turn.CompareTo(b.Item.Turn) is var turn && turn != 0 ? turn : string.CompareOrdinal(a.Item.Key, b.Item.Key));
            foreach (var (file, item) in items)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!IsSettled(file, item.ETag, young)) continue;
                batch.Add(item);
                if (batch.Count < BatchSize) continue;
                walk.Stop();
                yield return batch;
                walk.Start();
                batch = [];
            }
        }
        _walked = walk.Elapsed;
        if (batch.Count > 0) yield return batch;
        // Only now: whoever waits for a settled source must find the last batch in the ledger.
        _young = young;
        _settled = young.Values.All(f => f.Settled);
        Notice = Describe();
    }

    /// <summary>A single file without length is a pipe, or empty.</summary>
    private IEnumerable<FoundFile> Walk() => _walk.Files().Where(f => f.Length > 0);

    public bool CanListRange => true;

    public async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListRangeAsync(BackfillRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        // A walk of its own: the counts of refused links belong to the live listing.
        foreach (var files in new FolderWalk(_path, _include).Files().Chunk(BatchSize))
        {
            List<OfferedObject> batch = [];
            foreach (var file in files)
            {
                cancellation.ThrowIfCancellationRequested();
                // A file that may still grow is left to the live listing, which watches it.
                if (_settle > TimeSpan.Zero && _time.GetUtcNow() - new DateTimeOffset(file.LastWriteUtc) < _settle * OldFactor) continue;
                var item = Offer(file);
                if (S3Layout.IsWithin(range, item)) batch.Add(item);
            }
            if (batch.Count > 0) yield return batch;
        }
    }

    private OfferedObject Offer(FoundFile file)
    {
        long modified = new DateTimeOffset(file.LastWriteUtc).ToUnixTimeSeconds();
        return new OfferedObject(Name, _walk.Container, file.Key, ETagOf(file.Length, file.LastWriteUtc), file.Length, modified) { Turn = S3Layout.Turn(file.Key, modified) };
    }

    public Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation)
    {
        string path = PathOf(item);
        // Before it is opened: a pipe that has taken the file's place would block the opening until somebody writes to it. A pipe shows no length, and no file without length is offered.
        RequireSame(new FileInfo(path), item, "changed since it was listed");
        FileStream stream;
        try
        {
            stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0, Options = FileOptions.SequentialScan,
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SourceObjectGoneException($"{path} is not there any more", e);
        }
        string etag = ETagOf(stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        if (string.Equals(etag, item.ETag, StringComparison.Ordinal)) return Task.FromResult<Stream>(stream);
        stream.Dispose();
        throw new SourceObjectChangedException($"{path} changed since it was listed");
    }

    public Task ConfirmAsync(OfferedObject item, CancellationToken cancellation)
    {
        RequireSame(new FileInfo(PathOf(item)), item, "changed while it was read");
        return Task.CompletedTask;
    }

    private static void RequireSame(FileInfo file, OfferedObject item, string otherwise)
    {
        if (!file.Exists) throw new SourceObjectGoneException($"{file.FullName} is not there any more");
        if (!string.Equals(ETagOf(file.Length, file.LastWriteTimeUtc), item.ETag, StringComparison.Ordinal)) throw new SourceObjectChangedException($"{file.FullName} {otherwise}");
    }

    public async Task WaitForChangeAsync(CancellationToken cancellation)
    {
        // However often files change, a walk is repeated only after a rest of some times its own length: a large folder must not cost a whole core.
        var rest = RestAfterWalk * _walked < _poll ? RestAfterWalk * _walked : _poll;
        await Task.Delay(rest, cancellation);
        var wait = !Settled && _settle < _poll ? _settle : _poll;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var timer = Task.Delay(wait, _time, stop.Token);
        var change = _changed.WaitAsync(stop.Token);
        await Task.WhenAny(timer, change);
        await stop.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        // A burst of file events is one change.
        if (change.IsCompletedSuccessfully) await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellation);
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _changed.Dispose();
    }

    /// <summary>The file itself, behind any links. The key comes from the ledger, so it is checked again: it must not lead out of the folder, by name or by link.</summary>
    private string PathOf(OfferedObject item)
    {
        string path = Path.GetFullPath(Path.Combine(_walk.Container, item.Key));
        if (!RealPath.IsUnder(path, _walk.Container)) throw new SourceObjectGoneException($"'{item.Key}' is not below {_walk.Container}");
        if (_walk.IsFile) return path;
        string real = RealPath.Resolve(path) ?? throw new SourceObjectGoneException($"{path} is not there any more");
        if (RealPath.Resolve(_walk.Container) is { } root && !RealPath.IsUnder(real, root)) throw new SourceObjectGoneException($"{path} is a link out of {_walk.Container}");
        return real;
    }

    private bool IsSettled(in FoundFile file, string etag, Dictionary<string, YoungFile> young)
    {
        var now = _time.GetUtcNow();
        var age = now - new DateTimeOffset(file.LastWriteUtc);
        if (age >= _settle * OldFactor) return true;
        if (_settle == TimeSpan.Zero) return true;
        var seen = _young.TryGetValue(file.Key, out var last) && string.Equals(last.ETag, etag, StringComparison.Ordinal) ? last : new YoungFile(etag, now, Settled: false);
        if (now - seen.Since >= _settle && seen.Since != now) seen = seen with { Settled = true };
        young[file.Key] = seen;
        return seen.Settled;
    }

    private string? Describe()
    {
        List<string> notes = [];
        if (_walk.RefusedLinks > 0) notes.Add($"{Plural.Of(_walk.RefusedLinks, "link leads out of the folder and is", "links lead out of the folder and are")} not followed");
        if (_walk.UnreadableCount > 0)
            notes.Add($"{Plural.Of(_walk.UnreadableCount, "folder")} could not be listed and {(_walk.UnreadableCount == 1 ? "is" : "are")} passed over: {string.Join(", ", _walk.Unreadable.Select(f => SafeText.Plain(f)))}");
        if (_walk.EmptyFiles > 0) notes.Add($"{Plural.Of(_walk.EmptyFiles, "empty file")} passed over");
        return notes.Count == 0 ? null : string.Join("; ", notes);
    }

    /// <summary>Null where the system cannot watch (inotify limit, network mount): the poll interval remains.</summary>
    private static FileSystemWatcher? TryWatch(FolderWalk walk, string path, Action wake)
    {
        try
        {
            var watcher = walk.IsFile ? new FileSystemWatcher(walk.Container, Path.GetFileName(path)) : new FileSystemWatcher(path) { IncludeSubdirectories = true };
            watcher.NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.Size | NotifyFilters.LastWrite;
            watcher.Created += (_, _) => wake();
            watcher.Changed += (_, _) => wake();
            watcher.Renamed += (_, _) => wake();
            watcher.Error += (_, _) => wake();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    /// <param name="ETag">What it looked like.</param>
    /// <param name="Since">When it was first seen so.</param>
    /// <param name="Settled">It stood still for the settle time.</param>
    private readonly record struct YoungFile(string ETag, DateTimeOffset Since, bool Settled);
}
