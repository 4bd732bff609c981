using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Engine.Inventories;

/// <summary>What flow logs of the whole fleet say, and the history of one instance does not.</summary>
/// <param name="Interfaces">Whose a bare interface is, see <see cref="TaughtInterfaces"/>.</param>
/// <param name="OwnNetworks">Values of <see cref="InstanceAttribute.OwnNetwork"/>.</param>
public sealed record LedgerLessons(IReadOnlyList<InventoryItem> Interfaces, IReadOnlyList<string> OwnNetworks)
{
    public static async Task<LedgerLessons> ReadAsync(ILedgerSnapshot ledger, CancellationToken cancellation) =>
        new(await ledger.TaughtInterfacesAsync(cancellation), await ledger.ValuesAsync(InstanceAttribute.OwnNetwork, cancellation));
}
