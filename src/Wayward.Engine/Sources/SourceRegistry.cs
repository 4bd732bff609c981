using Wayward.Engine.Sources.Aws;

namespace Wayward.Engine.Sources;

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

    public static SourceRegistry Create(IngestOptions options, TimeProvider time, AwsClientSettings? aws = null) =>
        new(options.Sources.Select(s => Create(s, options, time, aws ?? AwsClientSettings.Default)));

    private static ISource Create(SourceOptions source, IngestOptions options, TimeProvider time, AwsClientSettings aws) => source.Kind switch
    {
        SourceKind.S3 => new S3Source(source, options, new AwsClients(source, aws), aws, time),
        SourceKind.Sqs => new SqsSource(source, new AwsClients(source, aws), aws, time),
        _ => new FolderSource(source, options, time),
    };

    public void Dispose()
    {
        foreach (var source in All) (source as IDisposable)?.Dispose();
    }
}
