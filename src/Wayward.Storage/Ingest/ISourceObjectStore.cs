namespace Wayward.Storage.Ingest;

/// <summary>Where an object stands in the ledger. Values are stored; do not renumber.</summary>
public enum SourceObjectState : byte
{
    /// <summary>Offered by a source, not yet taken.</summary>
    Seen = 1,
    /// <summary>A worker has it, until the lease ends.</summary>
    Leased = 2,
    Done = 3,
    /// <summary>Failed in a way that may pass; tried again at <see cref="SourceObjectRow.NextTry"/>.</summary>
    Retry = 4,
    /// <summary>The object itself is at fault; waits for an operator or a new etag.</summary>
    Quarantined = 5,
    /// <summary>Set aside by an operator.</summary>
    Skipped = 6,
    /// <summary>Same content as another object: contributes nothing.</summary>
    Duplicate = 7,
    /// <summary>Replaced by a newer etag of the same key.</summary>
    Changed = 8,
}

/// <summary>A ledger row, as the Ingest page shows it.</summary>
public sealed record SourceObjectRow
{
    public required long ObjectId { get; init; }
    public required string Source { get; init; }
    public required string Container { get; init; }
    public required string Key { get; init; }
    public required string ETag { get; init; }
    public required SourceObjectState State { get; init; }
    public long Bytes { get; init; }
    /// <summary>Unix seconds.</summary>
    public long LastModified { get; init; }
    public long SeenAt { get; init; }
    public long? DoneAt { get; init; }
    /// <summary>Attempts to read it, the one under way included.</summary>
    public int Attempts { get; init; }
    /// <summary>An attempt is under way, or was when the process ended.</summary>
    public bool InWork { get; init; }
    public long? NextTry { get; init; }
    public string? Reason { get; init; }
    /// <summary>The backfill in whose lane it waits, or was read; 0 = live.</summary>
    public int Backfill { get; init; }
    public long Records { get; init; }
    public long ContactRecords { get; init; }
    public long QuarantinedLines { get; init; }
    public string? QuarantineJson { get; init; }
    public string? SkippedJson { get; init; }
    public string? Format { get; init; }
    /// <summary>Column names of its format, separated by blanks; empty when it has not been read.</summary>
    public string Columns { get; init; } = "";
    public long FirstStart { get; init; }
    public long LastEnd { get; init; }
    public string? Sha256 { get; init; }
    public double ReadMilliseconds { get; init; }
}

/// <param name="Columns">Column names of its format, separated by blanks; empty when it has not been read.</param>
public sealed record SourceObjectName(string Container, string Key, string Columns, string? Sha256);

/// <summary>What a source offers.</summary>
/// <param name="Container">Bucket, or the folder's full path.</param>
/// <param name="Key">Key, or path relative to the folder with forward slashes.</param>
/// <param name="ETag">ETag; for a folder: length and last-write ticks.</param>
/// <param name="Bytes">Length; <see cref="UnknownBytes"/> when unknown.</param>
/// <param name="LastModified">Unix seconds; 0 when unknown.</param>
public sealed record OfferedObject(string Source, string Container, string Key, string ETag, long Bytes, long LastModified)
{
    /// <summary>What <see cref="Bytes"/> is when nothing told the size. Sources offer no empty objects, so no known size is this.</summary>
    public const long UnknownBytes = 0;

    public long ObjectId => new Core.Contacts.ObjectIdentity(Container, Key, ETag).Id;
    /// <summary>Of the lease that it was handed out under; null = it is not leased.</summary>
    public int? LeaseEpoch { get; init; }
    /// <summary>An attempt to read it was begun and never concluded: the process ended meanwhile.</summary>
    public Interruption Interrupted { get; init; }
    /// <summary>What it is read in the order of, Unix seconds: when it was last modified, unless the source knows better.</summary>
    public long Turn { get; init; } = LastModified;
}

/// <summary>How the last attempt to read an object was cut off.</summary>
public enum Interruption : byte
{
    /// <summary>It was not.</summary>
    None,
    /// <summary>The process ended while the object was in work beside others.</summary>
    BesideOthers,
    /// <summary>The process ended while the object was read alone.</summary>
    Alone,
}

/// <summary>A queue within the queue: what is live of a source, or one backfill of it.</summary>
/// <param name="Backfill">0 = live.</param>
public sealed record QueueLane(string Source, bool NewestFirst, int Backfill = 0);

/// <param name="Owner">Names this process among all.</param>
/// <param name="For">How long an object stays its own without being renewed.</param>
public sealed record LeaseTerms(string Owner, TimeSpan For)
{
    public static LeaseTerms OfThisProcess(TimeSpan span) => new($"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():n}", span);
}

public sealed record IngestCounts(IReadOnlyDictionary<SourceObjectState, long> ByState, long Records, long Bytes, long QuarantinedLines, long? OldestWaiting, long? LastDone);

public interface ISourceObjectStore
{
    /// <summary>
    /// Adds those that the ledger does not have (state Seen) and returns, of the offered, those now waiting to be read (Seen, or Retry that is due). What waits for a backfill, or was set aside when
    /// one was cancelled, is live from now on.
    /// </summary>
    Task<IReadOnlyList<OfferedObject>> OfferAsync(IReadOnlyList<OfferedObject> objects, CancellationToken cancellation);
    /// <summary>Objects waiting: Seen, or Retry that is due, oldest first.</summary>
    Task<IReadOnlyList<OfferedObject>> WaitingAsync(string source, int take, CancellationToken cancellation) => WaitingAsync(source, take, newestFirst: false, cancellation);
    /// <summary>The same, by last-modified time in either order.</summary>
    Task<IReadOnlyList<OfferedObject>> WaitingAsync(string source, int take, bool newestFirst, CancellationToken cancellation);
    /// <summary>Several processes may read: what is taken is leased, and must be renewed while it is in work. False where only one process can.</summary>
    bool Leases => false;
    /// <summary>Takes what waits for this process. Where objects are leased, nobody else is handed them until the lease ends; what is still in this process's hands is not handed out again.</summary>
    Task<IReadOnlyList<OfferedObject>> ClaimAsync(QueueLane lane, int take, LeaseTerms terms, CancellationToken cancellation) => WaitingAsync(lane.Source, take, lane.NewestFirst, cancellation);
    /// <summary>The same, of what is live.</summary>
    Task<IReadOnlyList<OfferedObject>> ClaimAsync(string source, int take, bool newestFirst, LeaseTerms terms, CancellationToken cancellation) => ClaimAsync(new QueueLane(source, newestFirst), take, terms, cancellation);
    /// <summary>
    /// Counts an attempt for each of these before any of them is opened. If the process ends before the attempt is concluded, <see cref="OfferedObject.Interrupted"/> says so at the next claim.
    /// </summary>
    /// <param name="alone">Nothing else is in work meanwhile.</param>
    Task BeginReadingAsync(IReadOnlyList<OfferedObject> items, bool alone, CancellationToken cancellation) => Task.CompletedTask;
    /// <summary>Keeps what is in work; a lease that has passed to someone else is left alone.</summary>
    Task RenewAsync(IReadOnlyList<OfferedObject> held, LeaseTerms terms, CancellationToken cancellation) => Task.CompletedTask;
    /// <summary>Gives back what was taken and not read: its attempt is not counted, and no other process waits for the end of the lease.</summary>
    Task ReleaseAsync(IReadOnlyList<OfferedObject> held, CancellationToken cancellation) => Task.CompletedTask;
    /// <summary>Of these, the ones that the ledger has done with for good: not waiting, not leased, not to be tried again.</summary>
    Task<IReadOnlySet<long>> SettledAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation) => Task.FromResult<IReadOnlySet<long>>(new HashSet<long>());
    /// <summary><see cref="MarkRetryAsync(long, string, TimeSpan, CancellationToken)"/> by whoever holds the object's lease; nothing happens when someone else has it by now.</summary>
    Task MarkRetryAsync(OfferedObject item, string reason, TimeSpan delay, CancellationToken cancellation) => MarkRetryAsync(item.ObjectId, reason, delay, cancellation);
    /// <inheritdoc cref="MarkRetryAsync(OfferedObject, string, TimeSpan, CancellationToken)"/>
    Task MarkQuarantinedAsync(OfferedObject item, string reason, CancellationToken cancellation) => MarkQuarantinedAsync(item.ObjectId, reason, cancellation);
    /// <summary>
    /// Settles a version that its source no longer has as <see cref="SourceObjectState.Changed"/>, when the ledger knows a later one of the same key: listed after it, or read and newer by the source's own time.
    /// A version that is gone can never be read, so trying again would end in a quarantine that says nothing.
    /// </summary>
    /// <returns>False = no later version is known, or the row is settled or someone else's by now; nothing was done.</returns>
    Task<bool> SettleGoneVersionAsync(OfferedObject item, CancellationToken cancellation) => Task.FromResult(false);
    /// <summary>Which of these the ledger has, in whatever state; not those that only a cancelled backfill has set aside.</summary>
    Task<IReadOnlySet<long>> KnownAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation);
    Task MarkRetryAsync(long objectId, string reason, TimeSpan delay, CancellationToken cancellation);
    Task MarkQuarantinedAsync(long objectId, string reason, CancellationToken cancellation);
    /// <summary>Operator's retry: any of Retry, Quarantined, Skipped becomes Seen. Audited by the caller.</summary>
    Task<bool> RequeueAsync(long objectId, CancellationToken cancellation);
    Task<bool> SkipAsync(long objectId, CancellationToken cancellation);
    Task<(IReadOnlyList<SourceObjectRow> Rows, int Total)> QueryAsync(IReadOnlyList<SourceObjectState> states, string? text, int skip, int take, CancellationToken cancellation);
    Task<SourceObjectRow?> FindAsync(long objectId, CancellationToken cancellation);
    /// <summary>Names of objects by id; an id that is not in the ledger is left out.</summary>
    Task<IReadOnlyDictionary<long, SourceObjectName>> NamesAsync(IReadOnlyList<long> objectIds, CancellationToken cancellation);
    /// <summary>Done objects whose records overlap [from, to), Unix seconds: where to re-read evidence.</summary>
    Task<IReadOnlyList<SourceObjectRow>> CoveringAsync(long from, long to, int take, CancellationToken cancellation);
    Task<IngestCounts> CountAsync(CancellationToken cancellation);
    /// <summary>How many objects of each source stand in each state.</summary>
    Task<IReadOnlyDictionary<(string Source, SourceObjectState State), long>> CountBySourceAsync(CancellationToken cancellation);
}
