using Microsoft.EntityFrameworkCore;
using Wayward.Core.Detection;
using Wayward.Storage.Contacts;
using Wayward.Storage.Model;

namespace Wayward.Storage;

/// <summary>Makes the storage ready: the data directory (mode 0700), the schema, and what the database must guarantee. Safe to run at every start.</summary>
public sealed class StorageInitializer
{
    private readonly IDbContextFactory<WaywardDbContext> _contexts;
    private readonly IStorageDialect _dialect;
    private readonly long _historyWindow;

    internal StorageInitializer(IDbContextFactory<WaywardDbContext> contexts, IStorageDialect dialect, DetectionOptions detection)
    {
        _contexts = contexts;
        _dialect = dialect;
        _historyWindow = (long)detection.HistoryWindow.TotalSeconds;
    }

    /// <exception cref="StorageUnavailableException">The message says what is wrong and what to do.</exception>
    public async Task InitializeAsync(CancellationToken cancellation)
    {
        _dialect.Prepare();
        try
        {
            await using var db = await _contexts.CreateDbContextAsync(cancellation);
            if ((await db.Database.GetPendingMigrationsAsync(cancellation)).Any())
            {
                using var alone = await _dialect.BeginMigrationAsync(db, cancellation);
                await db.Database.MigrateAsync(cancellation);
            }
            await _dialect.VerifyAsync(db, cancellation);
            await ObservationEpochs.RefreshAsync(db, _historyWindow, cancellation);
        }
        catch (Exception e) when (_dialect.Explain(e) is { } explained)
        {
            throw explained;
        }
    }
}
