using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Wayward.Storage.Ingest;
using Wayward.Storage.Model;

namespace Wayward.Storage;

/// <summary>
/// The one door to the database: opens a short-lived context off the caller's synchronization context (SQLite's asynchronous calls are synchronous),
/// lets one writer in at a time, honours cancellation in the middle of a statement, and turns the database's own errors into ones that say what to do.
/// </summary>
internal sealed class Database(IDbContextFactory<WaywardDbContext> contexts, IStorageDialect dialect, TimeProvider time, StorageDamage damage) : IDisposable
{
    private const int WriteAttempts = 5;

    private readonly SemaphoreSlim _writer = new(1, 1);

    public IStorageDialect Dialect { get; } = dialect;
    public TimeProvider Time { get; } = time;
    public long NowSeconds => Time.GetUtcNow().ToUnixTimeSeconds();
    public long NowMilliseconds => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What this process knows of its turn to evaluate; null = it never asked for it, as when a test or a command works alone.</summary>
    public volatile DetectorTerm? DetectorTerm;

    /// <summary>First in a transaction that stores an evaluation.</summary>
    /// <exception cref="DetectorReplacedException">Another process evaluates by now.</exception>
    public async Task RequireDetectorAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        if (DetectorTerm is not { } term || Dialect.DetectorLease is not { } lease) return;
        if (term.Epoch is not { } epoch || !await lease.IsCurrentAsync(db, epoch, cancellation)) throw new DetectorReplacedException();
    }

    public Task<T> ReadAsync<T>(Func<WaywardDbContext, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        RunAsync(async () =>
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            await db.Database.OpenConnectionAsync(cancellation);
            await using var interrupt = Dialect.Interrupt(db.Database.GetDbConnection(), cancellation);
            return await work(db, cancellation);
        }, cancellation);

    /// <summary>All reads of <paramref name="work"/> see one moment.</summary>
    public Task<T> SnapshotAsync<T>(Func<WaywardDbContext, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        ReadAsync(async (db, c) =>
        {
            await using var transaction = Dialect.BeginSnapshot(db.Database.GetDbConnection());
            await db.Database.UseTransactionAsync(transaction, c);
            return await work(db, c);
        }, cancellation);

    /// <summary>Runs in one transaction, committed when <paramref name="work"/> returns; <paramref name="work"/> may run again when another transaction stood in its way.</summary>
    public Task<T> WriteAsync<T>(Func<WaywardDbContext, CancellationToken, Task<T>> work, CancellationToken cancellation, WriteScope scope = WriteScope.Triage) =>
        GatedAsync(async () =>
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    await using var db = await contexts.CreateDbContextAsync(cancellation);
                    db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.TrackAll;
                    await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellation);
                    await Dialect.BeginWriteAsync(db, scope, cancellation);
                    var result = await work(db, cancellation);
                    await transaction.CommitAsync(cancellation);
                    return result;
                }
                catch (Exception e) when (attempt < WriteAttempts && Dialect.IsCollision(e))
                {
                    await Task.Delay(Random.Shared.Next(10, 50) * attempt, cancellation);
                }
            }
        }, cancellation);

    /// <summary>For a writer with its own connection: holds the gate while it works.</summary>
    public Task<T> GatedAsync<T>(Func<Task<T>> work, CancellationToken cancellation) =>
        RunAsync(async () =>
        {
            if (!Dialect.SerializesWriters) return await work();
            await _writer.WaitAsync(cancellation);
            try
            {
                return await work();
            }
            finally
            {
                _writer.Release();
            }
        }, cancellation);

    private Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellation) => Task.Run(async () =>
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && Dialect.IsInterruption(e))
        {
            throw new OperationCanceledException("The query was cancelled.", e, cancellation);
        }
        catch (Exception e) when (Dialect.Explain(e) is { } explained)
        {
            damage.Note(explained);
            throw explained;
        }
    }, cancellation);

    public void Dispose() => _writer.Dispose();
}
