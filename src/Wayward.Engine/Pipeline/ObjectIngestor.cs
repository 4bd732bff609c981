using System.Diagnostics;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.FlowLogs;
using Wayward.Engine.Inventories;
using Wayward.Engine.Sources;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>
/// Reads one object to its proven end and folds it. One per worker: the folder is reused. A failure leaves nothing behind; whatever was folded
/// of a broken object is thrown away.
/// </summary>
/// <param name="inventories">Queried for each object; null = there is none.</param>
internal sealed class ObjectIngestor(AddressSpace addresses, FlowReadLimits limits, IInventoryProvider? inventories, TimeProvider time)
{
    /// <summary>S3 allows keys of 1,024 bytes, Linux paths of 4,096.</summary>
    private const int MaxName = 4_200;

    private Inventory? _inventory;
    private ResolverCatalog? _catalog;
    private ContactFolder? _folder;

    /// <exception cref="FlowObjectException"/>
    /// <exception cref="SourceObjectChangedException"/>
    /// <exception cref="SourceObjectGoneException"/>
    /// <exception cref="SourceUnavailableException"/>
    public async Task<ObjectContribution> ReadAsync(ISource source, OfferedObject item, ResolverCatalog catalog, ReadProgress progress, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        var inventory = inventories?.Current;
        if (_folder is null || !ReferenceEquals(_catalog, catalog) || !ReferenceEquals(_inventory, inventory))
        {
            (_catalog, _inventory) = (catalog, inventory);
            _folder = new ContactFolder(catalog, addresses, inventory);
        }
        FlowReadResult read;
        ContactBatch batch;
        var clock = new ObjectClock(DisplayName(item), time.GetUtcNow().ToUnixTimeSeconds(), limits.FutureTolerance);
        try
        {
            clock.RequireNotAhead(item.LastModified);
            await using var stream = new MeteredStream(await source.OpenAsync(item, cancellation), progress);
            progress.Step();
            _folder.Begin(item.ObjectId, item.Key);
            var sink = new MeteredSink(_folder.AsSink(), progress);
            read = FlowLogReader.Read(stream, InfoOf(source, item) with { LastModified = clock.Of(item.LastModified) }, ref sink, limits, cancellation);
            clock.RequireNotAhead(read);
            batch = _folder.TakeBatch();
            await source.ConfirmAsync(item, cancellation);
        }
        catch
        {
            // The folder may hold half an object.
            _folder = null;
            throw;
        }
        SkipReasonNames.CountUnread(batch, read);
        KeyRegion.AddTo(batch, item.Key);
        var done = new SourceObjectDone
        {
            ObjectId = item.ObjectId,
            Source = item.Source,
            Container = item.Container,
            Key = item.Key,
            ETag = item.ETag,
            LeaseEpoch = item.LeaseEpoch,
            Sha256 = read.Sha256,
            ObjectBytes = read.ObjectBytes,
            ExpandedBytes = read.ExpandedBytes,
            Records = read.Records,
            ContactRecords = batch.ContactRecords,
            Quarantined = read.QuarantinedCount,
            QuarantineJson = LedgerJson.Quarantine(read.Quarantined),
            SkippedJson = LedgerJson.Skipped(batch.Skipped),
            Format = read.Format,
            Columns = string.Join(' ', read.Columns),
            FirstStart = read.FirstStart,
            LastEnd = read.LastEnd,
            ReadMilliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds,
        };
        return new ObjectContribution(done, batch);
    }

    /// <summary>What the reader is told of an object.</summary>
    internal static FlowObjectInfo InfoOf(ISource source, OfferedObject item) => new(DisplayName(item), item.Bytes == OfferedObject.UnknownBytes ? null : item.Bytes,
        item.LastModified == 0 ? null : item.LastModified, string.IsNullOrWhiteSpace(source.FormatHeader) ? null : source.FormatHeader);

    /// <summary>Names an object for logs and operators. Characters of the key that control or hide are written as visible codes.</summary>
    public static string DisplayName(OfferedObject item) =>
        SafeText.Plain(item.Container.StartsWith('/') ? Path.Combine(item.Container, item.Key) : $"s3://{item.Container}/{item.Key}", MaxName);
}
