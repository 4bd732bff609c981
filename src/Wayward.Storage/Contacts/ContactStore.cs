using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Storage.Ingest;
using Wayward.Storage.Model;

namespace Wayward.Storage.Contacts;

/// <inheritdoc cref="IContactStore"/>
internal sealed class ContactStore(Database database, DetectionOptions detection) : IContactStore, IDisposable
{
    /// <summary>Summaries written in one transaction.</summary>
    private const int SummariesAtOnce = 2_000;

    private static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private IContactBatchWriter? _writer;

    public Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
    {
        if (objects.Count == 0) return Task.FromResult(new CommitResult(0, 0));
        return database.GatedAsync(() =>
        {
            lock (_lock)
            {
                try
                {
                    _writer ??= database.Dialect.CreateContactWriter(new((long)detection.HistoryWindow.TotalSeconds, database.Time, StalledAfter));
                    return Task.FromResult(_writer.Commit(objects, cancellation));
                }
                catch
                {
                    // After any failure the connection is in doubt (a full disk rolls back by itself): the next commit starts with a new one.
                    _writer?.Dispose();
                    _writer = null;
                    throw;
                }
            }
        }, cancellation);
    }

    public Task<T> ReadAsync<T>(Func<ILedgerSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        database.SnapshotAsync(async (db, c) => await work(await LedgerSnapshot.OpenAsync(db, database.Dialect, c), c), cancellation);

    public async Task CompleteDetectionAsync(long commitNumber, InstanceSummaries? summaries, CancellationToken cancellation)
    {
        var changed = summaries?.Changed.ToList() ?? [];
        if (changed.Count > SummariesAtOnce)
        {
            // Commits must not wait for a fleet's summaries. Until all are written, none counts.
            foreach (var part in changed.Chunk(SummariesAtOnce))
            {
                await database.WriteAsync(async (db, c) =>
                {
                    await database.RequireDetectorAsync(db, c);
                    int current = await db.LedgerState.Where(s => s.EvaluatedCommit <= commitNumber).ExecuteUpdateAsync(s => s.SetProperty(x => x.SummaryInputs, (string?)null), c);
                    return current > 0 ? await SummaryWriter.WriteAsync(db, part, summaries!.Content, c) : 0;
                }, cancellation);
            }
            changed.Clear();
        }
        await CompleteAsync(commitNumber, summaries?.With, changed, summaries?.Content, cancellation);
    }

    private Task<int> CompleteAsync(long commitNumber, string? with, List<InstanceKey> changed, Func<InstanceKey, byte[]?>? content, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        await database.RequireDetectorAsync(db, c);
        // The row of the ledger state first, as commits do: whoever has it may change what is touched. If another evaluation went further, its summaries stay.
        int rows = await db.LedgerState.Where(s => s.EvaluatedCommit <= commitNumber)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.EvaluatedCommit, commitNumber).SetProperty(x => x.SummaryInputs, with).SetProperty(x => x.SummaryCommit, commitNumber), c);
        if (rows > 0 && content is not null) await SummaryWriter.WriteAsync(db, changed, content, c);
        await db.TouchedInstances.Where(t => t.CommitNumber <= commitNumber).ExecuteDeleteAsync(c);
        await db.TouchedEndpoints.Where(t => t.CommitNumber <= commitNumber).ExecuteDeleteAsync(c);
        return rows;
    }, cancellation);

    public void Dispose()
    {
        lock (_lock)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }
}
