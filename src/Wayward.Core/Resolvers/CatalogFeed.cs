namespace Wayward.Core.Resolvers;

/// <summary>
/// Keeps the entries of one feed over time. Pure: the caller stores the result (in the own format, see <see cref="CatalogWriter"/>) and passes it back with the feed's next version.
/// </summary>
/// <remarks>
/// A new entry on a port that only the catalogue makes interesting (443 and the like) has no recorded past, so it trains until <see cref="CatalogEntry.AlertsFrom"/>;
/// on 53, 853, 784 and 8853, which are recorded for every public remote, it holds at once. An entry that leaves its feed gets the day as its
/// <see cref="CatalogEntry.ValidTo"/>; the hold is added when contacts are evaluated, so that entry and option stay separate facts. One that is back within the hold
/// is as if it had never left; one that is back later starts anew.
/// </remarks>
public static class CatalogFeed
{
    private const long ConfirmStep = 30 * 86_400;

    /// <param name="previous">What this returned the last time; empty at first.</param>
    /// <param name="current">What the feed holds now, as weighed by <see cref="CatalogImport.Diff"/>.</param>
    /// <param name="now">Unix seconds.</param>
    public static IReadOnlyList<CatalogEntry> Update(IReadOnlyList<CatalogEntry> previous, IEnumerable<CatalogEntry> current, long now, TimeSpan learning, TimeSpan hold)
    {
        var before = previous.ToDictionary(e => e.Id, StringComparer.Ordinal);
        var result = new List<CatalogEntry>();
        foreach (var entry in current)
        {
            if (!before.Remove(entry.Id, out var old)) result.Add(entry with { LastConfirmed = Confirmed(entry), AlertsFrom = FirstAlert(entry) });
            else if (IsPastHold(old)) result.Add(entry with { LastConfirmed = Confirmed(entry), ValidFrom = now, AlertsFrom = FirstAlert(entry) });
            else result.Add(entry with { LastConfirmed = Reconfirmed(entry, old), ValidFrom = old.ValidFrom, AlertsFrom = old.AlertsFrom });
        }
        foreach (var gone in before.Values) result.Add(gone.ValidTo == long.MaxValue ? gone with { ValidTo = now } : gone);
        return [.. result.OrderBy(e => e.Id, StringComparer.Ordinal)];

        bool IsPastHold(CatalogEntry entry) => entry.ValidTo != long.MaxValue && now - entry.ValidTo >= (long)hold.TotalSeconds;
        // A file that dates its own entries knows better than the day on which it was read.
        long Confirmed(CatalogEntry entry) => entry.LastConfirmed != 0 ? entry.LastConfirmed : now;
        // Confirming by the day would give the catalogue another hash each day, and every finding with it.
        long Reconfirmed(CatalogEntry entry, CatalogEntry old) => Confirmed(entry) - old.LastConfirmed >= ConfirmStep ? Confirmed(entry) : old.LastConfirmed;
        long FirstAlert(CatalogEntry entry) => entry.AlertsFrom != 0 ? entry.AlertsFrom : IsRecordedAnyway(entry.Port) ? 0 : now + (long)learning.TotalSeconds;
    }

    /// <summary>After a rescan of the stored objects for just these entries their past is recorded, and they may alert at once.</summary>
    /// <param name="only">Ids of the entries that were looked for, or null for all.</param>
    public static IReadOnlyList<CatalogEntry> Rescanned(IEnumerable<CatalogEntry> entries, IReadOnlySet<string>? only = null) =>
        [.. entries.Select(e => only?.Contains(e.Id) != false ? e with { AlertsFrom = 0 } : e)];

    /// <summary>Ports whose traffic is recorded for every public remote, catalogued or not, so that an entry there has a past from the start.</summary>
    public static bool IsRecordedAnyway(ushort port) => port is 53 or 853 or 784 or 8853;
}
