using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Engine.Tests.Fakes;

internal static class LedgerSnapshots
{
    public static async Task<ContactLedger> LoadAllAsync(this ILedgerSnapshot ledger, CancellationToken cancellation)
    {
        var all = new ContactLedger { MaxStart = ledger.MaxStart };
        await ledger.ForEachAsync(all.Put, cancellation);
        return all;
    }
}
