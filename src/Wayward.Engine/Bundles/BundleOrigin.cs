using Wayward.Engine.Sources;
using Wayward.Engine.Sources.Aws;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Bundles;

/// <summary>The place that a bundle's objects came from, to compare them with it: a folder, or an S3 bucket with a prefix.</summary>
public sealed class BundleOrigin : IDisposable
{
    private readonly string? _folder;
    private readonly AwsClients? _clients;
    private readonly S3ObjectOpener? _opener;

    /// <param name="place">With <see cref="SourceOptions.Path"/> or <see cref="SourceOptions.Bucket"/>, as a source is configured.</param>
    public BundleOrigin(SourceOptions place)
    {
        if (place.Kind == SourceKind.Folder) _folder = place.FullPath;
        else (Bucket, _clients) = (place.BucketName, new AwsClients(place, AwsClientSettings.Default));
        if (_clients is not null) _opener = new S3ObjectOpener(_clients, place, AwsClientSettings.Default);
    }

    private string Bucket { get; } = "";

    /// <summary>Opens an object by its key; in a folder also below the folder or bucket that the bundle names.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="SourceUnavailableException">S3 cannot be reached, or refuses.</exception>
    public async Task<Stream?> OpenAsync(string container, string key, CancellationToken cancellation)
    {
        if (_opener is not null)
        {
            try
            {
                return await _opener.OpenAsync(new OfferedObject("", Bucket, key, "", OfferedObject.UnknownBytes, 0), cancellation);
            }
            catch (SourceObjectGoneException)
            {
                return null;
            }
        }
        foreach (string path in (string[])[Path.GetFullPath(Path.Combine(_folder!, key)), Path.GetFullPath(Path.Combine(_folder!, container, key))])
        {
            // A key is foreign text, and must not lead out of the folder.
            if (path.StartsWith(Path.TrimEndingDirectorySeparator(_folder!) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(path)) return File.OpenRead(path);
        }
        return null;
    }

    public void Dispose() => _clients?.Dispose();
}
