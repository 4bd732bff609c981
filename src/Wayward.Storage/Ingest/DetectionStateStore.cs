using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Ingest;

/// <inheritdoc cref="IDetectionStateStore"/>
internal sealed class DetectionStateStore(Database database) : IDetectionStateStore
{
    public Task<string?> JudgedWithAsync(CancellationToken cancellation) => database.ReadAsync(
        (db, c) => db.LedgerState.Where(s => s.Id == LedgerStateEntity.OnlyId).Select(s => s.JudgedWith).SingleAsync(c), cancellation);

    public Task SetJudgedWithAsync(string fingerprint, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        await database.RequireDetectorAsync(db, c);
        return await db.LedgerState.Where(s => s.Id == LedgerStateEntity.OnlyId).ExecuteUpdateAsync(s => s.SetProperty(x => x.JudgedWith, fingerprint), c);
    }, cancellation);
}
