using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>
/// Nested prefixes flattened into ranges that do not overlap, each with the longest prefix that covers it (then the smallest id): one binary search finds it.
/// For shared ranges, which are few, wide and nested; a scan over them cost ten times the rest of a look-up.
/// </summary>
internal sealed class PrefixRanges
{
    private readonly UInt128[] _starts;
    private readonly CatalogEntry?[] _entries;

    public PrefixRanges(IEnumerable<CatalogEntry> entries)
    {
        var starts = new List<UInt128>();
        var best = new List<CatalogEntry?>();
        var open = new Stack<CatalogEntry>();
        // Outer before inner; among equals the smallest id last, so that it is on top.
        foreach (var entry in entries.OrderBy(e => e.Prefix.Address).ThenBy(e => e.Prefix.Bits).ThenByDescending(e => e.Id, StringComparer.Ordinal))
        {
            Close(entry.Prefix.Address.Bits);
            Begin(entry.Prefix.Address.Bits, entry);
            open.Push(entry);
        }
        Close(null);
        _starts = [.. starts];
        _entries = [.. best];

        void Close(UInt128? before)
        {
            while (open.TryPeek(out var top) && Last(top) is var last && (before is not { } b || last < b))
            {
                open.Pop();
                if (last != UInt128.MaxValue) Begin(last + 1, open.TryPeek(out var outer) && Last(outer) > last ? outer : null);
            }
        }

        void Begin(UInt128 start, CatalogEntry? entry)
        {
            if (starts.Count > 0 && starts[^1] == start) best[^1] = entry;
            else
            {
                starts.Add(start);
                best.Add(entry);
            }
        }
    }

    public CatalogEntry? Find(IpAddress address)
    {
        int low = 0, high = _starts.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            if (_starts[middle] <= address.Bits) low = middle + 1;
            else high = middle - 1;
        }
        return high < 0 ? null : _entries[high];
    }

    private static UInt128 Last(CatalogEntry entry) =>
        entry.Prefix.Bits == 128 ? entry.Prefix.Address.Bits : entry.Prefix.Address.Bits | (UInt128.MaxValue >> entry.Prefix.Bits);
}
