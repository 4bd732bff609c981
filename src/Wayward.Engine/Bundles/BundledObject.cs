using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.FlowLogs;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Bundles;

/// <summary>An object that lines are taken from.</summary>
/// <param name="ObjectId">As evidence names it.</param>
/// <param name="Key">Key, or path below the folder; it may name the Region and the flow log.</param>
/// <param name="Sha256">Of its bytes, as the ledger has it; null when it was never hashed.</param>
/// <param name="Open">Opens it; called up to three times.</param>
public sealed record BundleSource(long ObjectId, string Container, string Key, string? Sha256, FlowObjectInfo Info, Func<CancellationToken, Task<Stream>> Open)
{
    /// <summary>An object of the ledger, opened at its source.</summary>
    /// <param name="container">As the bundle names its bucket or folder.</param>
    public static BundleSource Of(SourceObjectRow row, string container, SourceRegistry sources)
    {
        var item = new OfferedObject(row.Source, row.Container, row.Key, row.ETag, row.Bytes, row.LastModified);
        string name = ObjectIngestor.DisplayName(item);
        var source = sources.Find(row.Source);
        var info = new FlowObjectInfo(name, row.Bytes == OfferedObject.UnknownBytes ? null : row.Bytes, row.LastModified == 0 ? null : row.LastModified, source?.FormatHeader);
        return new(row.ObjectId, container, row.Key, row.Sha256, info, c => OpenAsync(source, item, name, c));
    }

    private static async Task<Stream> OpenAsync(ISource? source, OfferedObject item, string name, CancellationToken cancellation)
    {
        if (source is not null) return await source.OpenAsync(item, cancellation);
        // A folder needs no configuration to be read; the content is compared with the hash in the ledger.
        if (Path.IsPathRooted(item.Container) && Path.GetFullPath(Path.Combine(item.Container, item.Key)) is var path && File.Exists(path)) return File.OpenRead(path);
        throw new BundleException($"{name} cannot be opened: its source {item.Source} is not configured");
    }
}

/// <summary>The lines that were taken from an object, as a flow log of its own: a header before the first line and wherever the format changes.</summary>
/// <param name="Raw">The lines are as they stood. False: the object has no lines, because it is parquet or JSON members, and these were written from its fields.</param>
/// <param name="Lines">In the order of the object, headers among them.</param>
public sealed record BundledObject(long ObjectId, string Container, string Key, string Sha256, bool Raw, IReadOnlyList<BundledLine> Lines);

/// <param name="Number">1-based line in the expanded object; 0 for a header.</param>
/// <param name="Text">Without its line end.</param>
public sealed record BundledLine(long Number, byte[] Text);

/// <summary>A bundle cannot be made; the message says why, for the person at the terminal.</summary>
public sealed class BundleException(string message, Exception? inner = null) : Exception(message, inner);
