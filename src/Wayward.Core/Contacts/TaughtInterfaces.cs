namespace Wayward.Core.Contacts;

/// <summary>
/// What a flow log with <c>instance-id</c> tells of interfaces that another one names without their instance: the instance, for the hours from the first to the last record that says so.
/// </summary>
public static class TaughtInterfaces
{
    /// <summary>From all that is known of a fleet.</summary>
    public static IReadOnlyList<InventoryItem> Of(ContactLedger ledger)
    {
        var items = new List<InventoryItem>();
        foreach (var (key, history) in ledger.Instances)
        {
            if (key.Kind != InstanceKind.Instance) continue;
            foreach (var fact in history.Facts)
                if (fact.Attribute == InstanceAttribute.Interface && ledger.Find(new(fact.Value)) is not null) items.Add(Item(fact.Value, key, fact.First, fact.Last));
        }
        return items;
    }

    /// <param name="first">Start of the first record that names both, Unix seconds.</param>
    /// <param name="last">End of the last one.</param>
    public static InventoryItem Item(string interfaceId, InstanceKey instance, long first, long last) =>
        new() { InterfaceId = interfaceId, InstanceId = instance.Id, From = first / UnixTime.HourSeconds * UnixTime.HourSeconds, To = last + 1 };
}
