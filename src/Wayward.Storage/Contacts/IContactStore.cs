using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.FlowLogs;

namespace Wayward.Storage.Contacts;

/// <summary>A finished object and what it contributes; committed as one.</summary>
public sealed record ObjectContribution(SourceObjectDone Object, ContactBatch Batch);

/// <summary>What the ledger row of a finished object records.</summary>
public sealed record SourceObjectDone
{
    public required long ObjectId { get; init; }
    public required string Source { get; init; }
    public required string Container { get; init; }
    public required string Key { get; init; }
    public required string ETag { get; init; }
    public required string Sha256 { get; init; }
    /// <summary>Epoch of the lease that it was read under; null = it was not leased, so nobody else can have it.</summary>
    public int? LeaseEpoch { get; init; }
    public required long ObjectBytes { get; init; }
    public required long ExpandedBytes { get; init; }
    public required long Records { get; init; }
    public required long ContactRecords { get; init; }
    public required long Quarantined { get; init; }
    /// <summary>Sample of quarantined lines, JSON array of {line, column, reason}.</summary>
    public string? QuarantineJson { get; init; }
    public string? SkippedJson { get; init; }
    public required string Format { get; init; }
    public string Columns { get; init; } = "";
    public required long FirstStart { get; init; }
    public required long LastEnd { get; init; }
    public required double ReadMilliseconds { get; init; }
}

/// <summary>
/// Writes contributions and opens the ledger for evaluation. The only writer of contacts, coverage and finished ledger rows.
/// </summary>
public interface IContactStore
{
    /// <summary>
    /// Commits objects, each one's cells, coverage, facts, evidence and ledger row, in one transaction that is on disk when this returns.
    /// An object that is already done, or whose content (sha256) is already done under another key, contributes nothing (the latter gets a row that says so).
    /// </summary>
    /// <returns>What was touched, for the evaluation.</returns>
    Task<CommitResult> CommitAsync(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation);

    /// <summary>Reads of the ledger that all see one moment: an evaluation must not meet contacts that were replaced while it read.</summary>
    Task<T> ReadAsync<T>(Func<ILedgerSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellation);

    /// <summary>Detection of everything up to this commit number is stored.</summary>
    /// <param name="summaries">What the next process is to start from; null = it starts from the cells.</param>
    Task CompleteDetectionAsync(long commitNumber, InstanceSummaries? summaries, CancellationToken cancellation);
}

/// <summary>The ledger as of one moment; valid only while <see cref="IContactStore.ReadAsync"/> runs.</summary>
public interface ILedgerSnapshot
{
    /// <summary>Largest record start of the whole data set.</summary>
    long MaxStart { get; }
    /// <summary>Grows with every commit.</summary>
    long CommitNumber { get; }
    /// <summary>The commit number up to which detection is stored; equal to <see cref="CommitNumber"/> when nothing is pending.</summary>
    long EvaluatedCommit { get; }
    /// <summary>Objects are being read again for what a replaced one left: evaluating now would say that contacts never were.</summary>
    bool HasGap { get; }

    /// <summary>Touched since the last completed detection: their contacts, facts or epochs changed, or what was known of them earlier than their last contact.</summary>
    /// <returns>With the hour, since the epoch, before which their cells and coverage are what they were; 0 = perhaps none is.</returns>
    Task<IReadOnlyDictionary<InstanceKey, int>> TouchedAsync(CancellationToken cancellation);
    /// <summary>
    /// Whoever had any record in the commits since the last completed detection, with the latest end of its records, Unix seconds. Of those who are not touched nothing but this, and which hours
    /// of their last epoch were observed, can differ.
    /// </summary>
    Task<IReadOnlyDictionary<InstanceKey, long>> SeenAsync(CancellationToken cancellation);
    /// <summary>Some instances, whole; unknown ones are left out. As everywhere here, cells of several flow logs stand side by side.</summary>
    Task<ContactLedger> LoadAsync(IReadOnlySet<InstanceKey> instances, CancellationToken cancellation);
    /// <summary>Some instances whole, but for the cells and evidence of other addresses than these and the instances' own ports; unknown ones are left out. Null = there are so many of these that the whole histories are as cheap.</summary>
    Task<ContactLedger?> LoadPartAsync(IReadOnlySet<InstanceKey> instances, IReadOnlySet<IpAddress> addresses, CancellationToken cancellation);
    /// <summary>Of some touched instances what is new or changed; unknown ones are left out.</summary>
    Task<IReadOnlyList<HistoryTail>> TailsAsync(IReadOnlyDictionary<InstanceKey, HistoryStart> from, CancellationToken cancellation);
    /// <summary>
    /// Every instance with the summary that was kept of it (null = none) and the largest end of its records; nothing at all unless they were kept with the same fingerprint and are of <see cref="EvaluatedCommit"/>.
    /// </summary>
    /// <returns>False = there was nothing.</returns>
    Task<bool> ForEachSummaryAsync(string with, Action<InstanceKey, byte[]?, long> take, CancellationToken cancellation);
    /// <summary>The summaries that were kept of some instances, as <see cref="ForEachSummaryAsync"/> gives them, with the largest end of their records; those that were touched since are left out.</summary>
    Task<IReadOnlyDictionary<InstanceKey, (byte[] Content, long LastSeen)>> SummariesAsync(string with, IReadOnlySet<InstanceKey> instances, CancellationToken cancellation);
    /// <summary>
    /// Some instances with all of their facts and the cells of just these addresses: of every endpoint where one of them is such. No coverage, no evidence; unknown ones are left out.
    /// Null = there are so many of these that the whole histories are as cheap.
    /// </summary>
    Task<ContactLedger?> LoadTargetsAsync(IReadOnlySet<InstanceKey> instances, Func<Endpoint, bool> which, CancellationToken cancellation);
    /// <summary>Whoever was ever seen with such a value of an attribute.</summary>
    Task<IReadOnlySet<InstanceKey>> WithFactAsync(InstanceAttribute attribute, IReadOnlyCollection<string> values, CancellationToken cancellation);
    /// <summary>Bare interfaces that other records give to an instance, see <see cref="TaughtInterfaces"/>.</summary>
    Task<IReadOnlyList<InventoryItem>> TaughtInterfacesAsync(CancellationToken cancellation);
    /// <summary>Coverage from a day on (since the epoch), of everyone who has some.</summary>
    Task<IReadOnlyDictionary<InstanceKey, List<CoverageDay>>> CoverageAsync(int fromDay, CancellationToken cancellation);
    /// <summary>Every fact of an attribute, of whomever.</summary>
    Task<IReadOnlyList<InstanceFact>> FactsAsync(InstanceAttribute attribute, CancellationToken cancellation);
    /// <summary>Every value that an attribute ever had.</summary>
    Task<IReadOnlyList<string>> ValuesAsync(InstanceAttribute attribute, CancellationToken cancellation);
    /// <summary>Every instance, whole, one after the other, for a reader that does not keep them.</summary>
    Task ForEachAsync(Action<InstanceHistory> take, CancellationToken cancellation);
    /// <summary>Whoever ever had to do with such an endpoint.</summary>
    Task<IReadOnlySet<InstanceKey>> UsersAsync(Func<Endpoint, bool> which, CancellationToken cancellation);
}

/// <summary>Summaries of instances for the process that comes next.</summary>
/// <param name="With">Fingerprint of all that they depend on beside the ledger.</param>
/// <param name="Changed">Those that are not what was kept last; all others still hold.</param>
/// <param name="Content">What is kept of one; null = nothing is.</param>
public sealed record InstanceSummaries(string With, IReadOnlyCollection<InstanceKey> Changed, Func<InstanceKey, byte[]?> Content);

/// <param name="Committed">Objects that contributed.</param>
/// <param name="Duplicates">Objects that contributed nothing.</param>
public sealed record CommitResult(int Committed, int Duplicates)
{
    /// <summary>Objects whose lease had passed to someone else: nothing of them was written, and whoever has them now will.</summary>
    public IReadOnlyList<long> Refused { get; init; } = [];
}
