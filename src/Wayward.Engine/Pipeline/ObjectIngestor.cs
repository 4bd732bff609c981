using System.Diagnostics;
using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
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
/// <param name="inventories">Asked for each object; null = there is none.</param>
public sealed class ObjectIngestor(AddressSpace addresses, FlowReadLimits limits, IInventoryProvider? inventories = null)
{
    private Inventory? _inventory;
    private ResolverCatalog? _catalog;
    private ContactFolder? _folder;

    /// <exception cref="FlowObjectException"/>
    /// <exception cref="SourceObjectChangedException"/>
    /// <exception cref="SourceObjectGoneException"/>
    /// <exception cref="SourceUnavailableException"/>
    public async Task<ObjectContribution> ReadAsync(ISource source, OfferedObject item, ResolverCatalog catalog, CancellationToken cancellation)
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
        try
        {
            await using var stream = await source.OpenAsync(item, cancellation);
            _folder.Begin(item.ObjectId);
            var sink = _folder.AsSink();
            var info = new FlowObjectInfo(DisplayName(item), item.Bytes, item.LastModified == 0 ? null : item.LastModified);
            read = FlowLogReader.Read(stream, info, ref sink, limits, cancellation);
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

    public static string DisplayName(OfferedObject item) =>
        item.Container.StartsWith('/') ? Path.Combine(item.Container, item.Key) : $"s3://{item.Container}/{item.Key}";
}

/// <summary>The two small JSON texts of a ledger row.</summary>
public static class LedgerJson
{
    /// <summary>Array of {line, column, reason}; null when there is none.</summary>
    public static string? Quarantine(IReadOnlyList<QuarantinedLine> lines) =>
        lines.Count == 0 ? null : JsonSerializer.Serialize(lines.Select(l => new { line = l.Line, column = l.Column, reason = l.Reason }));

    /// <summary>Object of reason name to count, in order of the reasons; null when nothing was skipped.</summary>
    public static string? Skipped(IReadOnlyDictionary<SkipReason, long> skipped) =>
        skipped.Count == 0 ? null : JsonSerializer.Serialize(skipped.OrderBy(s => s.Key).ToDictionary(s => SkipReasonNames.Name(s.Key), s => s.Value));
}

public static class SkipReasonNames
{
    /// <summary>Adds the records that the reader set aside itself, which no sink saw, to the batch's reasons.</summary>
    public static void CountUnread(ContactBatch batch, FlowReadResult read)
    {
        if (read.TransitGateway > 0)
            batch.Skipped[SkipReason.TransitGateway] = batch.Skipped.GetValueOrDefault(SkipReason.TransitGateway) + read.TransitGateway;
    }

    /// <summary>The name in output: <c>no-data</c>, <c>skip-data</c>, <c>service-eni</c>, <c>unresolved-side</c>, <c>not-tcp-udp</c>, <c>transit-gateway</c>, <c>no-subject</c>, <c>missing-field</c>.</summary>
    public static string Name(SkipReason reason) => reason switch
    {
        SkipReason.NoData => "no-data",
        SkipReason.SkipData => "skip-data",
        SkipReason.ServiceEni => "service-eni",
        SkipReason.UnresolvedSide => "unresolved-side",
        SkipReason.NotTcpUdp => "not-tcp-udp",
        SkipReason.TransitGateway => "transit-gateway",
        SkipReason.NoSubject => "no-subject",
        SkipReason.MissingField => "missing-field",
        _ => "other",
    };
}
