using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>
/// Nested prefixes flattened into ranges that do not overlap, each with the longest prefix that covers it (then the smallest id): one binary search finds it.
/// For shared ranges, which are few, wide and nested; a scan over them cost ten times the rest of a look-up.
/// </summary>
internal sealed class PrefixRanges
{
    private readonly IpAddress[] _starts;
    private readonly CatalogEntry?[] _entries;

    public PrefixRanges(IEnumerable<CatalogEntry> entries)
    {
        var starts = new List<IpAddress>();
        var best = new List<CatalogEntry?>();
        var open = new Stack<CatalogEntry>();
        // Outer before inner; among equals the smallest id last, so that it is on top.
        CatalogEntry[] sorted = [.. entries];
        Array.Sort(sorted, static (a, b) =>
            a.Prefix.Address.CompareTo(b.Prefix.Address) is var address && address != 0 ? address
            : a.Prefix.Bits.CompareTo(b.Prefix.Bits) is var bits && bits != 0 ? bits : string.CompareOrdinal(b.Id, a.Id));
        foreach (var entry in sorted)
        {
            Close(entry.Prefix.Address);
            Begin(entry.Prefix.Address, entry);
            open.Push(entry);
        }
        Close(null);
        _starts = [.. starts];
        _entries = [.. best];

        void Close(IpAddress? before)
        {
            while (open.TryPeek(out var top) && Last(top) is var last && (before is not { } b || last < b))
            {
                open.Pop();
                if (Next(last) is { } next) Begin(next, open.TryPeek(out var outer) && Last(outer) > last ? outer : null);
            }
        }

        void Begin(IpAddress start, CatalogEntry? entry)
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
            if (_starts[middle] <= address) low = middle + 1;
            else high = middle - 1;
        }
        return high < 0 ? null : _entries[high];
    }

    /// <summary>Null after the last address of all.</summary>
    private static IpAddress? Next(IpAddress address) =>
        address.Lower != ulong.MaxValue ? new(address.Upper, address.Lower + 1) : address.Upper != ulong.MaxValue ? new(address.Upper + 1, 0) : null;

    private static IpAddress Last(CatalogEntry entry)
    {
        var (first, bits) = (entry.Prefix.Address, entry.Prefix.Bits);
        return bits == 128 ? first : bits >= 64 ? new(first.Upper, first.Lower | ulong.MaxValue >> (bits - 64)) : new(first.Upper | ulong.MaxValue >> bits, ulong.MaxValue);
    }
}
