using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Pipeline;

/// <summary>A dry run: lists, asks the ledger what it lacks, opens nothing, and writes down what it has counted.</summary>
public static class BackfillSurvey
{
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(1);

    /// <exception cref="SourceUnavailableException"/>
    /// <exception cref="IOException"/>
    public static async Task RunAsync(IBackfillStore backfills, ISourceObjectStore ledger, ISource source, BackfillRow row, TimeProvider time, CancellationToken cancellation)
    {
        long objects = 0, bytes = 0, lacking = 0, lackingBytes = 0;
        long reported = time.GetTimestamp();
        await foreach (var batch in source.ListRangeAsync(row.Range, cancellation))
        {
            var known = await ledger.KnownAsync([.. batch.Select(o => o.ObjectId)], cancellation);
            foreach (var item in batch)
            {
                objects++;
                bytes += item.Bytes;
                if (known.Contains(item.ObjectId)) continue;
                lacking++;
                lackingBytes += item.Bytes;
            }
            if (time.GetElapsedTime(reported) < Report) continue;
            reported = time.GetTimestamp();
            if (!await backfills.SurveyedAsync(row.Id, objects, bytes, lacking, lackingBytes, whole: false, cancellation)) return;
        }
        await backfills.SurveyedAsync(row.Id, objects, bytes, lacking, lackingBytes, whole: true, cancellation);
    }
}
