using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Ingest;

/// <inheritdoc cref="IDetectionStateStore"/>
internal sealed class DetectionStateStore(Database database) : IDetectionStateStore
{
    public Task<string?> EvaluatedWithAsync(CancellationToken cancellation) => database.ReadAsync(
        (db, c) => db.LedgerState.Where(s => s.Id == LedgerStateEntity.OnlyId).Select(s => s.EvaluatedWith).SingleAsync(c), cancellation);

    public Task SetEvaluatedWithAsync(string fingerprint, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        await database.RequireDetectorAsync(db, c);
        return await db.LedgerState.Where(s => s.Id == LedgerStateEntity.OnlyId).ExecuteUpdateAsync(s => s.SetProperty(x => x.EvaluatedWith, fingerprint), c);
    }, cancellation);
}
