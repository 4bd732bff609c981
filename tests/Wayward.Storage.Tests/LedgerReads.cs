using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Instances;

namespace Wayward.Storage.Tests;

/// <summary>What waits for evaluation.</summary>
internal sealed record Pending(long CommitNumber, IReadOnlyList<InstanceKey> Instances);

/// <summary>Single questions to the ledger, each in a snapshot of its own.</summary>
internal static class LedgerReads
{
    /// <summary>Null when everything is evaluated, or nothing may be because of a gap.</summary>
    public static Task<Pending?> PendingAsync(this IContactStore store, CancellationToken cancellation) => store.ReadAsync(async (ledger, c) =>
        ledger.CommitNumber == ledger.EvaluatedCommit || ledger.HasGap ? null : new Pending(ledger.CommitNumber, [.. (await ledger.TouchedAsync(c)).Keys]), cancellation);

    public static Task<ContactLedger> LoadAsync(this IContactStore store, CancellationToken cancellation) => store.ReadAsync(async (ledger, c) =>
    {
        var all = new ContactLedger { MaxStart = ledger.MaxStart };
        await ledger.ForEachAsync(all.Put, c);
        return all;
    }, cancellation);

    public static Task<ContactLedger> LoadAsync(this IContactStore store, IReadOnlySet<InstanceKey> instances, CancellationToken cancellation) =>
        store.ReadAsync((ledger, c) => ledger.LoadAsync(instances, c), cancellation);

    /// <summary>The row of one instance, or null.</summary>
    public static async Task<InstanceRow?> FindAsync(this IInstanceStore store, string id, CancellationToken cancellation) =>
        (await store.QueryAsync(new InstanceQuery { Take = 10_000 }, cancellation)).Rows.SingleOrDefault(r => r.Id == id);
}
