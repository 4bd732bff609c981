using Wayward.Core.Contacts;

namespace Wayward.Engine.Inventories;

/// <summary>An answer of AWS knows only the present. One after the other they tell from when and until when each of it held.</summary>
public static class InventoryTimes
{
    /// <param name="known">What earlier answers came to.</param>
    /// <param name="present">All that holds now; <see cref="InventoryItem.From"/> is when it was attached or launched.</param>
    /// <param name="now">Unix seconds.</param>
    /// <param name="forget">What ended before this is left out.</param>
    public static IReadOnlyList<InventoryItem> Fold(IReadOnlyList<InventoryItem> known, IReadOnlyList<InventoryItem> present, long now, long forget)
    {
        var result = new List<InventoryItem>(known.Where(k => k.To is { } to && to >= forget));
        var open = known.Where(k => k.To is null).ToLookup(k => (k.InterfaceId, k.InstanceId));
        var kept = new HashSet<(string?, string?)>();
        foreach (var item in present)
        {
            var id = (item.InterfaceId, item.InstanceId);
            if (!kept.Add(id)) continue;
            if (open[id].FirstOrDefault() is not { } before)
            {
                // What came back, or was given to another, holds from its own beginning, but not for a time at which something else did.
                long? last = result.Where(k => k.InterfaceId == item.InterfaceId && k.InstanceId == item.InstanceId).Max(k => k.To);
                result.Add(last > (item.From ?? long.MinValue) ? item with { From = last } : item);
            }
            else if (Same(before, item)) result.Add(before);
            else
            {
                // A tag or an address changed some time between two answers.
                if (now > (before.From ?? long.MinValue)) result.Add(before with { To = now });
                result.Add(item with { From = now });
            }
        }
        foreach (var gone in known.Where(k => k.To is null && !kept.Contains((k.InterfaceId, k.InstanceId))))
        {
            long? next = gone.InterfaceId is null ? null : present.Where(p => p.InterfaceId == gone.InterfaceId).Min(p => p.From);
            long end = next is { } attached && attached > (gone.From ?? long.MinValue) && attached < now ? attached : now;
            if (end > (gone.From ?? long.MinValue)) result.Add(gone with { To = end });
        }
        return result;
    }

    private static bool Same(InventoryItem a, InventoryItem b) =>
        a.Attributes.Count == b.Attributes.Count && a.Attributes.All(x => b.Attributes.TryGetValue(x.Key, out string? value) && value == x.Value) && a.Addresses.ToHashSet().SetEquals(b.Addresses);
}
