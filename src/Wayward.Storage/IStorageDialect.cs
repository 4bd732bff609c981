using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;
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

    /// <summary>True when a transaction failed only because another stood in its way: run again, it may well succeed.</summary>
    bool IsCollision(Exception exception) => false;

    /// <summary>First in a writing transaction: keeps out the writers that this one must not run beside, until it ends.</summary>
    Task BeginWriteAsync(WaywardDbContext db, WriteScope scope, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Runs <see cref="Findings.FindingChangesSaver.Recount"/> for these instances; where several may write at once, their rows are taken in the order that commits take them.</summary>
    Task RecountFindingsAsync(WaywardDbContext db, IReadOnlyCollection<string> keys, CancellationToken cancellation);

    /// <summary>
    /// Reads cells in key order, which is the bulk of every evaluation and timeline, without a change tracker or boxing between.
    /// </summary>
    void ReadCells(DbConnection connection, CellSelection which, CellReceiver receive, CancellationToken cancellation);

    /// <summary>Adds cells that are not there, within the open transaction of the connection.</summary>
    void AddCells(DbConnection connection, IReadOnlyCollection<(int Instance, int Endpoint, ContactHour Cell)> cells);

    /// <summary>
    /// Puts objects on the ledger as seen, within the transaction of <paramref name="db"/>, and leaves alone what is there already. A first listing adds a million of them,
    /// for which a change tracker takes longer than the database.
    /// </summary>
    /// <param name="objects">By their ids, in the order of these.</param>
    /// <param name="now">Unix seconds.</param>
    /// <returns>How many were not there.</returns>
    Task<int> AddObjectsAsync(WaywardDbContext db, IReadOnlyCollection<KeyValuePair<long, OfferedObject>> objects, long now, CancellationToken cancellation);

    /// <summary>The database's check of itself: problems, one sentence each.</summary>
    Task<IReadOnlyList<string>> CheckIntegrityAsync(WaywardDbContext db, CancellationToken cancellation);

    /// <inheritdoc cref="IStorageMaintenance.BackupAsync"/>
    Task<BackupManifest> BackupAsync(string file, TimeProvider time, CancellationToken cancellation);

    /// <summary>Hands objects out to several processes; null where one process reads alone.</summary>
    IObjectLeases? Leases => null;

    /// <summary>Who evaluates, among several processes; null where one process evaluates alone.</summary>
    IDetectorLease? DetectorLease => null;

    /// <summary>The writer of cells. Not thread-safe: the caller holds the writer's gate.</summary>
    IContactBatchWriter CreateContactWriter(ContactWriterSettings settings);
}

/// <param name="HistoryWindow">H in seconds: decides where an observation epoch begins.</param>
/// <param name="StalledAfter">A transaction in which nothing happens for so long belongs to a process that was stopped, and is ended.</param>
internal sealed record ContactWriterSettings(long HistoryWindow, TimeProvider Time, TimeSpan StalledAfter);

/// <summary>What a transaction writes, and so beside whom it may run where several may write at once.</summary>
internal enum WriteScope
{
    /// <summary>Findings, triage, rules, audit: one at a time.</summary>
    Triage,
    /// <summary>Object rows: each settles its own.</summary>
    Objects,
    /// <summary>Cells and coverage outside a commit: no commit runs meanwhile.</summary>
    Ledger,
}

/// <summary>Leases of objects, by the database's clock: the clocks of the machines that read need not agree. Each call is one short transaction.</summary>
internal interface IObjectLeases
{
    Task<IReadOnlyList<OfferedObject>> ClaimAsync(WaywardDbContext db, QueueLane lane, int take, LeaseTerms terms, long now, CancellationToken cancellation);
    Task<int> RenewAsync(WaywardDbContext db, IReadOnlyList<OfferedObject> held, LeaseTerms terms, CancellationToken cancellation);
    Task<int> ReleaseAsync(WaywardDbContext db, IReadOnlyList<OfferedObject> held, CancellationToken cancellation);
}

/// <summary>See <see cref="IDetectorRole"/>.</summary>
internal interface IDetectorLease
{
    /// <param name="before">The epoch that this process held.</param>
    /// <returns>The epoch, or null when someone else has the role.</returns>
    Task<long?> TryHoldAsync(WaywardDbContext db, LeaseTerms terms, long? before, CancellationToken cancellation);
    Task<bool> ResignAsync(WaywardDbContext db, long epoch, CancellationToken cancellation);
    Task<long> RequestAsync(WaywardDbContext db, CancellationToken cancellation);
    Task<(long Requested, long Answered)> TicketsAsync(WaywardDbContext db, CancellationToken cancellation);
    Task<bool> AnswerAsync(WaywardDbContext db, long ticket, CancellationToken cancellation);
    /// <summary>Within a transaction: the role has not passed on, and does not until its end.</summary>
    Task<bool> IsCurrentAsync(WaywardDbContext db, long epoch, CancellationToken cancellation);
    Task<string> StampAsync(WaywardDbContext db, CancellationToken cancellation);
}

/// <summary>Commits contributions, one transaction each call, on disk when it returns.</summary>
internal interface IContactBatchWriter : IDisposable
{
    CommitResult Commit(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation);
}
