namespace Wayward.Ingest.Sources;

/// <summary>The configured sources by name: the pipeline lists them, evidence re-reads from them.</summary>
public sealed class SourceRegistry : IDisposable
{
    private readonly Dictionary<string, ISource> _byName;

    public SourceRegistry(IEnumerable<ISource> sources)
    {
        All = [.. sources];
        _byName = All.ToDictionary(s => s.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<ISource> All { get; }

    /// <summary>Null when the source is not configured any more.</summary>
    public ISource? Find(string name) => _byName.GetValueOrDefault(name);

    public static SourceRegistry Create(IngestOptions options, TimeProvider time) =>
        new(options.Sources.Select(s => s.Kind switch
        {
            SourceKind.Folder => (ISource)new FolderSource(s, options, time),
            _ => throw new InvalidOperationException($"No reader for a {s.Kind} source"),
        }));

    public void Dispose()
    {
        foreach (var source in All) (source as IDisposable)?.Dispose();
    }
}
