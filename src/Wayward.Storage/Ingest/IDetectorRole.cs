namespace Wayward.Storage.Ingest;

/// <summary>
/// Which process evaluates, where several work on one database: one at a time, by a lease that another takes over when it ends. What a former holder still stores is refused
/// (<see cref="DetectorReplacedException"/>), so a process that stood still cannot overwrite the findings of its successor.
/// </summary>
public interface IDetectorRole
{
    /// <summary>Only one process can work on this database: no election is needed.</summary>
    bool Alone { get; }

    /// <summary>This process evaluates, as far as it knows.</summary>
    bool Held { get; }

    /// <summary>Takes the role when nobody has it, or keeps it.</summary>
    Task<bool> TryHoldAsync(LeaseTerms terms, CancellationToken cancellation);

    /// <summary>Gives the role up, so that nobody has to wait for the lease's end.</summary>
    Task ResignAsync(CancellationToken cancellation);

    /// <summary>Requests an evaluation of what is stored now from the process that evaluates.</summary>
    /// <returns>A number; once <see cref="TicketsAsync"/> says that it is answered, all that was stored before the request has been evaluated.</returns>
    Task<long> RequestAsync(CancellationToken cancellation);

    Task<(long Requested, long Answered)> TicketsAsync(CancellationToken cancellation);

    Task AnswerAsync(long ticket, CancellationToken cancellation);

    /// <summary>Another text whenever someone, in whatever process, committed, evaluated or decided something.</summary>
    Task<string> StampAsync(CancellationToken cancellation);
}

/// <summary>Another process evaluates by now; nothing was stored.</summary>
public sealed class DetectorReplacedException() : Exception("Another process evaluates by now; this evaluation is dropped.");
