using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>
/// IPv6 networks of the fleet. A VPC's subnet is a /64 (AWS VPC user guide, "IPv6 subnet sizing"), so what lies in the /64 of any interface is the operator's own, for every instance. IPv4 needs none of this: public
/// addresses inside a VPC are told by <c>Detection:OwnPrefixes</c>.
/// </summary>
public static class OwnNetworks
{
    /// <summary>The /64 of an address: the address with its lower half cleared.</summary>
    public static IpAddress Of(IpAddress address) => new(address.Upper, 0);

    /// <summary>All that a ledger and an inventory show as an interface's own.</summary>
    public static IReadOnlySet<IpAddress> Of(ContactLedger ledger, Inventory inventory)
    {
        var networks = OfInventory(inventory);
        foreach (var (_, history) in ledger.Instances)
            foreach (var fact in history.Facts)
                if (fact.Attribute == InstanceAttribute.OwnNetwork && Parse(fact.Value) is { } network) networks.Add(network);
        return networks;
    }

    /// <param name="values">Of facts of <see cref="InstanceAttribute.OwnNetwork"/>.</param>
    public static IReadOnlySet<IpAddress> Of(IEnumerable<string> values, Inventory inventory)
    {
        var networks = OfInventory(inventory);
        foreach (string value in values)
            if (Parse(value) is { } network) networks.Add(network);
        return networks;
    }

    private static HashSet<IpAddress> OfInventory(Inventory inventory) => [.. inventory.Items.SelectMany(i => i.Addresses).Where(a => !a.IsIPv4 && !a.IsNone).Select(Of)];

    private static IpAddress? Parse(string value) => value.EndsWith("/64", StringComparison.Ordinal) && IpAddress.TryParse(value.AsSpan()[..^3], out var address) ? address : null;
}
