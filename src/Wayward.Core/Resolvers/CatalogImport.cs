namespace Wayward.Core.Resolvers;

/// <summary>
/// What taking a file into a catalogue would do, to be looked at before it is done. Entries of the project's own format are taken as they are written;
/// a feed's are weighed first, because a copied list of addresses is mostly old acquaintances and shared ranges.
/// </summary>
public sealed record CatalogDiff
{
    /// <summary>Entries that the catalogue does not have.</summary>
    public required IReadOnlyList<CatalogEntry> Added { get; init; }
    /// <summary>Entries with the id of an existing one and other content: the new form.</summary>
    public required IReadOnlyList<CatalogEntry> Changed { get; init; }
    /// <summary>Entries that say what the catalogue says already.</summary>
    public required IReadOnlyList<CatalogEntry> Known { get; init; }
    /// <summary>Feed entries inside a shared range (tier C): no evidence by address, left out.</summary>
    public required IReadOnlyList<CatalogEntry> Shared { get; init; }
    /// <summary>Feed entries inside a relay's range (tier X): not DNS, left out.</summary>
    public required IReadOnlyList<CatalogEntry> Relays { get; init; }
    /// <summary>Lines of the file that were passed over, with the reason.</summary>
    public required IReadOnlyList<CatalogError> Notes { get; init; }

    /// <summary>What to add: <see cref="Added"/> and <see cref="Changed"/>.</summary>
    public IEnumerable<CatalogEntry> Entries => Added.Concat(Changed);
}

/// <summary>Weighs a file against a catalogue.</summary>
public static class CatalogImport
{
    public static CatalogDiff Diff(ResolverCatalog catalog, CatalogFile file)
    {
        List<CatalogEntry> added = [], changed = [], known = [], shared = [], relays = [];
        foreach (var entry in file.Entries)
        {
            if (file.Format != CatalogFormat.Wayward)
            {
                if (catalog.FindContext(entry.Prefix.Address) is { } context && !IsNamed(catalog, entry, context.Prefix.Bits))
                {
                    (context.Tier == CatalogTier.Relay ? relays : shared).Add(entry);
                    continue;
                }
                if (Weigh(catalog, file.Format, entry) is not { } weighed)
                {
                    known.Add(entry);
                    continue;
                }
                Place(weighed);
            }
            else Place(entry);
        }
        return new() { Added = added, Changed = changed, Known = known, Shared = shared, Relays = relays, Notes = file.Notes };

        void Place(CatalogEntry entry)
        {
            var old = catalog.Find(entry.Id);
            (old is null ? added : old == entry ? known : changed).Add(entry);
        }
    }

    /// <summary>An entry narrower than the shared range around it names the address already.</summary>
    private static bool IsNamed(ResolverCatalog catalog, CatalogEntry entry, int contextBits) =>
        catalog.FindAddress(entry.Prefix.Address, entry.Transport) is { } name && name.Prefix.Bits > contextBits;

    /// <summary>The entry to add, or null when it tells nothing new.</summary>
    private static CatalogEntry? Weigh(ResolverCatalog catalog, CatalogFormat format, CatalogEntry entry)
    {
        if (catalog.FindAddress(entry.Prefix.Address, entry.Transport) is not { } name || name.Prefix.Bits > entry.Prefix.Bits) return entry;
        // A list of addresses says "DoH" of everything, and HTTP/3 is only presumed anywhere: of a server that is known, neither is news.
        if (format == CatalogFormat.AddressList || entry.Transport == DnsTransport.DoH3) return null;
        if (entry.Port is 53 or 853 || catalog.FindEndpoint(entry.Prefix.Address, entry.Protocol, entry.Port) is not null) return null;
        // A further port of a known server keeps the server's name and tier.
        return entry with
        {
            Provider = name.Provider,
            Tier = name.Tier.IsAuthoritative() ? entry.Tier : name.Tier,
        };
    }
}
