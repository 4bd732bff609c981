namespace Wayward.Storage.Ingest;

/// <summary>Where a backfill stands. Values are stored; do not renumber.</summary>
public enum BackfillState : byte
{
    /// <summary>A dry run: a process counts what there is, and reads nothing.</summary>
    Surveying = 1,
    /// <summary>Counted; waits for somebody to start it.</summary>
    Surveyed = 2,
    Running = 3,
    Paused = 4,
    Done = 5,
    Cancelled = 6,
}

public enum BackfillVerb : byte { Start, Pause, Resume, Cancel }

/// <param name="From">First day that objects are filed under; null = from the beginning.</param>
/// <param name="To">Last day, included; null = to the end.</param>
/// <param name="Prefix">Only keys that begin so; empty = all. A key is what stands after the bucket, or below the folder.</param>
/// <param name="NewestFirst">Of what it finds, read the newest first.</param>
public sealed record BackfillRange(string Source, DateOnly? From, DateOnly? To, string Prefix, bool NewestFirst)
{
    public const int MaxPrefixLength = 1_024;

    /// <summary>The first thing that is wrong with it, as a sentence; null = nothing.</summary>
    public string? Fault() =>
        From is { } from && To is { } to && to < from ? "The last day lies before the first."
        : Prefix.Length > MaxPrefixLength ? $"The prefix is longer than {MaxPrefixLength} characters."
        : Prefix.Any(char.IsControl) ? "The prefix holds a control character."
        : null;
}

/// <summary>A backfill as pages and commands show it. Times are Unix seconds, sizes bytes as stored.</summary>
public sealed record BackfillRow
{
    public required int Id { get; init; }
    public required BackfillRange Range { get; init; }
    public required BackfillState State { get; init; }
    public required string RequestedBy { get; init; }
    public required long RequestedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? EndedAt { get; init; }
    public long SurveyObjects { get; init; }
    public long SurveyBytes { get; init; }
    public long LackingObjects { get; init; }
    public long LackingBytes { get; init; }
    public long Objects { get; init; }
    public long Bytes { get; init; }
    public bool Listed { get; init; }
    public long Settled { get; init; }
    public long Quarantined { get; init; }
    public double ObjectsPerSecond { get; init; }
    public string? Problem { get; init; }
    /// <summary>A process lists and counts for it now.</summary>
    public bool Leased { get; init; }

    public bool Active => State is BackfillState.Surveying or BackfillState.Running;
    public bool AtRest => State is BackfillState.Done or BackfillState.Cancelled;
    /// <summary>At the present rate; null = unknown, or not all is listed yet.</summary>
    public TimeSpan? TimeLeft => State == BackfillState.Running && Listed && ObjectsPerSecond > 0 && Objects > Settled ? TimeSpan.FromSeconds(Math.Min((Objects - Settled) / ObjectsPerSecond, 1e8)) : null;
}

/// <summary>
/// Backfills are rows: whoever asks for one writes it, and the processes that read its source carry it out beside what is live, in whatever process they run and however often
/// they start anew. Its objects stand in the queue in a lane of their own, which ends with it.
/// </summary>
public interface IBackfillStore
{
    /// <param name="survey">A dry run first; else it starts at once.</param>
    /// <exception cref="ArgumentException">See <see cref="BackfillRange.Fault"/>.</exception>
    Task<BackfillRow> RequestAsync(BackfillRange range, bool survey, string actor, CancellationToken cancellation);

    /// <summary>
    /// Start, pause, resume or cancel; audited in the same transaction. Cancelling takes what waits out of the queue as skipped, with the reason; what is leased is finished.
    /// </summary>
    /// <returns>False when there is none of that number, or it is in no state for it.</returns>
    Task<bool> ApplyAsync(int id, BackfillVerb verb, string actor, CancellationToken cancellation);

    /// <summary>The newest first; those that are not at rest before all others.</summary>
    Task<IReadOnlyList<BackfillRow>> ListAsync(int take, CancellationToken cancellation);
    Task<IReadOnlyList<BackfillRow>> ActiveAsync(CancellationToken cancellation);
    Task<BackfillRow?> FindAsync(int id, CancellationToken cancellation);

    /// <summary>Makes this process the one that lists and counts, or keeps it so. By the caller's clock: two at once do no harm, what they offer and count is the same.</summary>
    Task<bool> RenewLeaseAsync(int id, LeaseTerms terms, CancellationToken cancellation);
    /// <returns>False when the dry run was given up.</returns>
    Task<bool> SurveyedAsync(int id, long objects, long bytes, long lackingObjects, long lackingBytes, bool whole, CancellationToken cancellation);

    /// <summary>Adds what the ledger lacks, and takes back what an earlier backfill's end had set aside. One transaction with the look whether the backfill still runs.</summary>
    /// <returns>False when it does not run any more: stop listing.</returns>
    Task<bool> OfferAsync(int id, IReadOnlyList<OfferedObject> objects, CancellationToken cancellation);
    Task ListedAsync(int id, CancellationToken cancellation);
    /// <summary>Counts what still waits; a backfill that is listed and has nothing waiting is done.</summary>
    Task<BackfillRow?> CountAsync(int id, double objectsPerSecond, CancellationToken cancellation);
    /// <param name="problem">Null = there is none any more.</param>
    Task SetProblemAsync(int id, string? problem, CancellationToken cancellation);
}

/// <param name="PresentAt">Unix seconds: when a process last said that it reads it.</param>
/// <param name="PausedBy">Null = it is not paused.</param>
public sealed record KnownSource(string Name, bool CanList, long PresentAt, string? PausedBy, long? PausedAt);

/// <summary>The sources that processes read, so that others can name them; and which of them an operator has paused, which all obey.</summary>
public interface ISourceDirectory
{
    Task AnnounceAsync(IReadOnlyList<(string Name, bool CanList)> sources, CancellationToken cancellation);
    Task<IReadOnlyList<KnownSource>> ListAsync(CancellationToken cancellation);
    /// <summary>Audited in the same transaction.</summary>
    /// <returns>False when there is no such source, or it is so already.</returns>
    Task<bool> PauseAsync(string source, bool paused, string actor, CancellationToken cancellation);
}
