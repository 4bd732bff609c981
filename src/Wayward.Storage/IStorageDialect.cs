using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Model;

namespace Wayward.Storage;

/// <summary>What differs between databases, in one place. Everything else is EF.</summary>
internal interface IStorageDialect
{
    void Configure(DbContextOptionsBuilder options);

    /// <summary>Before the first connection: folders, permissions.</summary>
    void Prepare();

    /// <summary>
    /// Keeps other processes from migrating until disposed, by a lock that ends with its holder, and clears what a migration that was killed has left behind.
    /// Null where the database does both itself, or nothing can be written anyway.
    /// </summary>
    Task<IDisposable?> BeginMigrationAsync(WaywardDbContext db, CancellationToken cancellation);

    /// <summary>After migration: journal mode, version, anything that must hold before work begins.</summary>
    /// <exception cref="StorageUnavailableException"/>
    Task VerifyAsync(WaywardDbContext db, CancellationToken cancellation);

    /// <summary>One writer at a time within this process; false where the database itself arbitrates.</summary>
    bool SerializesWriters { get; }

    /// <summary>Starts a transaction whose reads all see one moment.</summary>
    DbTransaction BeginSnapshot(DbConnection connection);

    /// <summary>Makes a running statement end when the token is cancelled.</summary>
    CancellationTokenRegistration Interrupt(DbConnection connection, CancellationToken cancellation);

    /// <summary>The exception for the operator, or null when it is not about the storage's state.</summary>
    StorageUnavailableException? Explain(Exception exception);

    /// <summary>True when the exception is what a cancelled statement throws.</summary>
    bool IsInterruption(Exception exception);

    /// <summary>
    /// Reads cells in key order, which is the bulk of every judgement and timeline, without a change tracker or boxing between.
    /// </summary>
    /// <param name="instance">One instance, by way of its pairs; null = all, by a scan.</param>
    /// <param name="fromHour">Inclusive.</param>
    /// <param name="toHour">Exclusive.</param>
    /// <param name="take">Instance id, endpoint id, cell.</param>
    void ReadCells(DbConnection connection, int? instance, int fromHour, int toHour, Action<int, int, ContactHour> take, CancellationToken cancellation);

    /// <summary>The database's check of itself: problems, one sentence each.</summary>
    Task<IReadOnlyList<string>> CheckIntegrityAsync(WaywardDbContext db, CancellationToken cancellation);

    /// <inheritdoc cref="IStorageMaintenance.BackupAsync"/>
    Task<BackupManifest> BackupAsync(string file, TimeProvider time, CancellationToken cancellation);

    /// <summary>The writer of cells. Not thread-safe: the caller holds the writer's gate.</summary>
    IContactBatchWriter CreateContactWriter(ContactWriterSettings settings);
}

/// <param name="HistoryWindow">H in seconds: decides where an observation epoch begins.</param>
internal sealed record ContactWriterSettings(long HistoryWindow, TimeProvider Time);

/// <summary>Commits contributions, one transaction each call, on disk when it returns.</summary>
internal interface IContactBatchWriter : IDisposable
{
    CommitResult Commit(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation);
}
