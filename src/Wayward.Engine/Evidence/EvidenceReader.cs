using Wayward.Core.Contacts;
using Wayward.FlowLogs;
using Wayward.Engine.Inventories;
using Wayward.Engine.Detection;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Evidence;

/// <inheritdoc cref="IEvidenceReader"/>
public sealed class EvidenceReader(ISourceObjectStore ledger, SourceRegistry sources, ICatalogProvider catalog, IInventoryProvider inventories, FlowReadLimits limits) : IEvidenceReader, IDisposable
{
    /// <summary>Most objects opened for one question.</summary>
    public const int MaxObjects = 500;
    public const int MaxRecords = 1_000;
    /// <summary>Questions at the same time: each inflates whole objects.</summary>
    private readonly SemaphoreSlim _room = new(2, 2);

    public async Task<EvidenceResult> ReadAsync(InstanceKey instance, Destination destination, long from, long to, int take, CancellationToken cancellation)
    {
        await _room.WaitAsync(cancellation);
        try
        {
            return await ReadInnerAsync(instance, destination, from, to, Math.Clamp(take, 1, MaxRecords), cancellation);
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task<EvidenceResult> ReadInnerAsync(InstanceKey instance, Destination destination, long from, long to, int take, CancellationToken cancellation)
    {
        var covering = await ledger.CoveringAsync(from, to, MaxObjects + 1, cancellation);
        List<string> problems = [];
        if (covering.Count > MaxObjects) problems.Add($"More than {MaxObjects} objects cover this span; only the first {MaxObjects} were read. Ask for a shorter span.");
        var sink = new EvidenceSink(catalog.Current, inventories.Current, instance, destination, from, to, take);
        foreach (var row in covering.Take(MaxObjects).OrderBy(r => r.FirstStart).ThenBy(r => r.Key, StringComparer.Ordinal))
        {
            if (sink.FullUntil is { } until && row.FirstStart > until) break;
            if (await ReadObjectAsync(row, sink, cancellation) is { } problem) problems.Add(problem);
        }
        if (sink.Overflowed) problems.Add($"There are more records; the first {take} are shown.");
        return new EvidenceResult(sink.Records, problems.Count == 0, problems);
    }

    private async Task<string?> ReadObjectAsync(SourceObjectRow row, EvidenceSink sink, CancellationToken cancellation)
    {
        var item = new OfferedObject(row.Source, row.Container, row.Key, row.ETag, row.Bytes, row.LastModified);
        string name = ObjectIngestor.DisplayName(item);
        if (sources.Find(row.Source) is not { } source) return $"{name}: its source {row.Source} is not configured any more.";
        try
        {
            await using var stream = await source.OpenAsync(item, cancellation);
            sink.Begin(row.Container, row.Key);
            var target = sink;
            await Task.Run(() => FlowLogReader.Read(stream, ObjectIngestor.InfoOf(source, item), ref target, limits, cancellation), cancellation);
            return null;
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch (Exception e)
        {
            return e is FlowObjectException ? e.Message : $"{name}: {e.Message}";
        }
    }

    public void Dispose() => _room.Dispose();
}
