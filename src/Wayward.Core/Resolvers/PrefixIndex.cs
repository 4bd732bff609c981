using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>
/// Catalogue entries by the addresses that they cover. Immutable. A miss, which is what nearly every look-up is, costs one multiplication and one bit test:
/// addresses fold onto blocks (/24 for IPv4, /48 for IPv6), and a filter of 2^17 bits (16 KiB, so that it stays in the first-level cache)
/// tells which blocks hold anything at all.
/// </summary>
internal sealed class PrefixIndex
{
    private const int FilterBits = 17;
    private const int BlockShift4 = 8;
    private const int BlockShift6 = 80;

    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly Dictionary<ulong, Block> _blocks = [];
    /// <summary>Prefixes wider than a block, longest first; for contact-making entries this is all but always empty.</summary>
    private readonly CatalogEntry[] _wide;

    public PrefixIndex(IEnumerable<CatalogEntry> entries)
    {
        var wide = new List<CatalogEntry>();
        foreach (var entry in entries)
        {
            var first = entry.Prefix.Address;
            if (128 - entry.Prefix.Bits > Shift(first))
            {
                wide.Add(entry);
                continue;
            }
            var key = Key(first);
            if (!_blocks.TryGetValue(key, out var block)) _blocks.Add(key, block = new());
            block.Add(entry);
            uint slot = Slot(key);
            _filter[slot >> 6] |= 1UL << (int)slot;
        }
        wide.Sort(ByPrecedence);
        _wide = [.. wide];
    }

    /// <summary>False when no entry covers the address, for nearly every address that none covers.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public bool MayHold(IpAddress address)
    {
        uint slot = Slot(Key(address));
        return (_filter[slot >> 6] >> (int)slot & 1) != 0 || _wide.Length > 0;
    }

    /// <summary>Entries that may cover the address: those of its block, in order of precedence. The caller tests each.</summary>
    public ReadOnlySpan<CatalogEntry> Near(IpAddress address)
    {
        var key = Key(address);
        uint slot = Slot(key);
        if ((_filter[slot >> 6] >> (int)slot & 1) == 0) return default;
        return _blocks.TryGetValue(key, out var block) ? block.ByPrecedence() : default;
    }

    /// <summary>Entries wider than a block, in order of precedence; all are wider than any of <see cref="Near"/>.</summary>
    public ReadOnlySpan<CatalogEntry> Wide => _wide;

    /// <summary>What ends last first, so that an entry that has ended never hides one that has not; then the longest prefix, then the smallest id.</summary>
    public static int ByPrecedence(CatalogEntry left, CatalogEntry right) =>
        right.ValidTo.CompareTo(left.ValidTo) is var end && end != 0 ? end :
        right.Prefix.Bits.CompareTo(left.Prefix.Bits) is var bits && bits != 0 ? bits : string.CompareOrdinal(left.Id, right.Id);

    private static int Shift(IpAddress address) => address.IsIPv4 ? BlockShift4 : BlockShift6;

    /// <summary>The block's number. One of IPv4 and one of IPv6 may be the same number and share a list: whoever looks tests each entry.</summary>
    private static ulong Key(IpAddress address) => address.IsIPv4 ? address.Lower >> BlockShift4 : address.Upper >> (BlockShift6 - 64);

    private static uint Slot(ulong key)
    {
        // Fibonacci hashing.
        ulong hash = key * 0x9E37_79B9_7F4A_7C15UL;
        return (uint)(hash >> (64 - FilterBits));
    }

    /// <summary>Put in order when the first asks, which is never for most: the order needs the ids of entries.</summary>
    private sealed class Block
    {
        private readonly List<CatalogEntry> _entries = [];
        private CatalogEntry[]? _ordered;

        public void Add(CatalogEntry entry) => _entries.Add(entry);

        /// <summary>Any number of threads may ask; two at once do the same work.</summary>
        public CatalogEntry[] ByPrecedence() => Volatile.Read(ref _ordered) ?? Order();

        private CatalogEntry[] Order()
        {
            CatalogEntry[] ordered = [.. _entries];
            Array.Sort(ordered, PrefixIndex.ByPrecedence);
            Volatile.Write(ref _ordered, ordered);
            return ordered;
        }
    }
}
