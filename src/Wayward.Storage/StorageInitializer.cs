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
    private readonly string _where;
    private readonly long _historyWindow;

    internal StorageInitializer(IDbContextFactory<WaywardDbContext> contexts, IStorageDialect dialect, StorageOptions options, DetectionOptions detection)
    {
        _where = options.Where;
        _contexts = contexts;
        _dialect = dialect;
        _historyWindow = (long)detection.HistoryWindow.TotalSeconds;
    }

    /// <param name="existing">The database must be there already: one without a schema is refused, not made.</param>
    /// <exception cref="StorageUnavailableException">The message says what is wrong and what to do.</exception>
    public async Task InitializeAsync(CancellationToken cancellation, bool existing = false)
    {
        if (!existing) _dialect.Prepare();
        try
        {
            await using var db = await _contexts.CreateDbContextAsync(cancellation);
            var applied = (await db.Database.GetAppliedMigrationsAsync(cancellation)).ToList();
            if (SchemaCheck.Refusal(db, applied, $"The database {_where}") is { } newer) throw new StorageUnavailableException(StorageProblem.OtherSchema, newer);
            if (existing && applied.Count == 0)
                throw new StorageUnavailableException(StorageProblem.Empty, $"The database {_where} is empty: it has no tables of Wayward. If it had data, restore a backup (wayward restore).");
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
