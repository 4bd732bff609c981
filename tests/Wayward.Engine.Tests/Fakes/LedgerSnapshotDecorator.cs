using Wayward.Core.Contacts;
using Wayward.FlowLogs;
using Wayward.Storage.Contacts;

namespace Wayward.Engine.Tests.Fakes;

/// <summary>Passes everything on.</summary>
internal abstract class LedgerSnapshotDecorator(ILedgerSnapshot inner) : ILedgerSnapshot
{
    public long MaxStart => inner.MaxStart;
    public long CommitNumber => inner.CommitNumber;
    public long EvaluatedCommit => inner.EvaluatedCommit;
    public bool HasGap => inner.HasGap;

    public virtual Task<IReadOnlyDictionary<InstanceKey, int>> TouchedAsync(CancellationToken cancellation) => inner.TouchedAsync(cancellation);
    public Task<IReadOnlyDictionary<InstanceKey, long>> SeenAsync(CancellationToken cancellation) => inner.SeenAsync(cancellation);
    public virtual Task<ContactLedger> LoadAsync(IReadOnlySet<InstanceKey> instances, CancellationToken cancellation) => inner.LoadAsync(instances, cancellation);
    public Task<ContactLedger?> LoadPartAsync(IReadOnlySet<InstanceKey> instances, IReadOnlySet<IpAddress> addresses, CancellationToken cancellation) => inner.LoadPartAsync(instances, addresses, cancellation);
    public virtual Task<IReadOnlyList<HistoryTail>> TailsAsync(IReadOnlyDictionary<InstanceKey, HistoryStart> from, CancellationToken cancellation) => inner.TailsAsync(from, cancellation);
    public virtual Task<bool> ForEachSummaryAsync(string with, Action<InstanceKey, byte[]?, long> take, CancellationToken cancellation) => inner.ForEachSummaryAsync(with, take, cancellation);
    public Task<IReadOnlyDictionary<InstanceKey, (byte[] Content, long LastSeen)>> SummariesAsync(string with, IReadOnlySet<InstanceKey> instances, CancellationToken cancellation) => inner.SummariesAsync(with, instances, cancellation);
    public Task<ContactLedger?> LoadTargetsAsync(IReadOnlySet<InstanceKey> instances, Func<Endpoint, bool> which, CancellationToken cancellation) => inner.LoadTargetsAsync(instances, which, cancellation);
    public virtual Task<IReadOnlySet<InstanceKey>> WithFactAsync(InstanceAttribute attribute, IReadOnlyCollection<string> values, CancellationToken cancellation) => inner.WithFactAsync(attribute, values, cancellation);
    public virtual Task ForEachAsync(Action<InstanceHistory> take, CancellationToken cancellation) => inner.ForEachAsync(take, cancellation);
    public virtual Task<IReadOnlyDictionary<InstanceKey, List<CoverageDay>>> CoverageAsync(int fromDay, CancellationToken cancellation) => inner.CoverageAsync(fromDay, cancellation);
    public virtual Task<IReadOnlyList<InstanceFact>> FactsAsync(InstanceAttribute attribute, CancellationToken cancellation) => inner.FactsAsync(attribute, cancellation);
    public virtual Task<IReadOnlyList<string>> ValuesAsync(InstanceAttribute attribute, CancellationToken cancellation) => inner.ValuesAsync(attribute, cancellation);
    public virtual Task<IReadOnlyList<InventoryItem>> TaughtInterfacesAsync(CancellationToken cancellation) => inner.TaughtInterfacesAsync(cancellation);
    public Task<IReadOnlySet<InstanceKey>> UsersAsync(Func<Endpoint, bool> which, CancellationToken cancellation) => inner.UsersAsync(which, cancellation);
}
