using Wayward.Storage.Ingest;

namespace Wayward.Engine.Sources;

/// <summary>A place that objects come from. Sources never decide what is new: the ledger does.</summary>
public interface ISource
{
    /// <summary>Unique, stable name, such as <c>folder:/logs</c> or <c>s3://bucket/prefix</c>: stored in the ledger.</summary>
    string Name { get; }

    /// <summary>Field names of objects that have no header of their own; null = the object must tell them.</summary>
    string? FormatHeader => null;

    /// <summary>False while something is there that is still being written, so the present listing is not the whole truth.</summary>
    bool Settled => true;

    /// <summary>What the operator should know of the last listing although it succeeded (links refused, empty files); null = nothing.</summary>
    string? Notice => null;

    /// <summary>
    /// Everything that is there now, in batches; called again and again. An object that is still being written is not offered.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync(CancellationToken cancellation);

    /// <summary>It can be asked what lies in a range, so that it can be back-filled.</summary>
    bool CanListRange => false;

    /// <summary>
    /// Everything that is there now in a range, in batches, whatever the source's own start and end dates say; may run beside <see cref="ListAsync"/>. The turn of what it gives is when
    /// it was filed, as far as its key tells.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListRangeAsync(BackfillRange range, CancellationToken cancellation) => throw new NotSupportedException($"{Name} cannot be listed.");

    /// <summary>Opens an object; throws <see cref="SourceObjectChangedException"/> when it no longer is what was offered.</summary>
    Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation);

    /// <summary>After an object was read whole: throws <see cref="SourceObjectChangedException"/> when it changed under the reader.</summary>
    Task ConfirmAsync(OfferedObject item, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Of what waits, the newest is read first.</summary>
    bool NewestFirst => false;

    /// <summary>True when <see cref="SettledAsync"/> does something: then it is also told of objects that were settled before they were offered.</summary>
    bool WantsSettled => false;

    /// <summary>
    /// The ledger has on disk what became of these objects, for good: done, duplicate, or set aside. Only now may a notification be given back.
    /// </summary>
    Task SettledAsync(IReadOnlyList<OfferedObject> items, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Completes when there may be something new, or after the poll interval.</summary>
    Task WaitForChangeAsync(CancellationToken cancellation);
}
