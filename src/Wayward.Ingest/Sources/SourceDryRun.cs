using Wayward.Ingest.Sources.Aws;
using Wayward.Storage.Ingest;

namespace Wayward.Ingest.Sources;

/// <summary>What a source holds, and how much of it the ledger lacks. Nothing is read, nothing is written.</summary>
/// <param name="Bytes">As stored.</param>
/// <param name="FirstModified">Unix seconds; 0 when there are no objects.</param>
public sealed record DryRunReport(long Objects, long Bytes, long NewObjects, long NewBytes, long FirstModified, long LastModified);

public static class SourceDryRun
{
    /// <param name="ledger">Null: everything is new.</param>
    /// <exception cref="SourceUnavailableException"/>
    /// <exception cref="IOException"/>
    public static async Task<DryRunReport> RunAsync(SourceOptions source, ISourceObjectStore? ledger, TimeProvider time, AwsClientSettings? aws, CancellationToken cancellation)
    {
        // A file that is being written counts too: this is a survey.
        using var registry = SourceRegistry.Create(new IngestOptions { Sources = [source], SettleTime = TimeSpan.Zero }, time, aws);
        long objects = 0, bytes = 0, newObjects = 0, newBytes = 0, first = long.MaxValue, last = 0;
        await foreach (var batch in registry.All[0].ListAsync(cancellation))
        {
            var known = ledger is null ? new HashSet<long>() : await ledger.KnownAsync([.. batch.Select(o => o.ObjectId)], cancellation);
            foreach (var item in batch)
            {
                objects++;
                bytes += item.Bytes;
                first = Math.Min(first, item.LastModified);
                last = Math.Max(last, item.LastModified);
                if (known.Contains(item.ObjectId)) continue;
                newObjects++;
                newBytes += item.Bytes;
            }
        }
        return new DryRunReport(objects, bytes, newObjects, newBytes, objects == 0 ? 0 : first, last);
    }
}
