using Wayward.Storage.Ingest;

namespace Wayward.Ingest.Sources;

/// <summary>A place that objects come from. Sources never decide what is new: the ledger does.</summary>
public interface ISource
{
    /// <summary>Unique, stable name, such as <c>folder:/logs</c> or <c>s3://bucket/prefix</c>: stored in the ledger.</summary>
    string Name { get; }

    /// <summary>
    /// Everything that is there now, in batches; called again and again. An object that is still being written is not offered.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync(CancellationToken cancellation);

    /// <summary>Opens an object; throws <see cref="SourceObjectChangedException"/> when it no longer is what was offered.</summary>
    Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation);

    /// <summary>Completes when there may be something new, or after the poll interval.</summary>
    Task WaitForChangeAsync(CancellationToken cancellation);
}

public sealed class SourceObjectChangedException(string message) : Exception(message);

public enum SourceHealth : byte { Starting, Healthy, Degraded, Failing }

/// <param name="Message">What is wrong and what to do, when not healthy.</param>
public sealed record SourceStatus(string Name, SourceHealth Health, string? Message, DateTimeOffset? LastSuccess, long Waiting, long Done, long Failed);
