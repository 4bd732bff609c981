using System.Text.RegularExpressions;
using Wayward.Core.Resolvers.Feeds;
using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>An address of a list that the catalogue does not know, and why that may be right.</summary>
public sealed record UnknownAddress(IpPrefix Prefix, string Reason);

/// <summary>How much of a list the catalogue knows.</summary>
public sealed partial record CatalogCheck
{
    /// <summary>Distinct addresses (and blocks) in the list, in the list's own notation or taken out of stamps.</summary>
    public required int Addresses { get; init; }
    /// <summary>Those that an entry of any tier covers.</summary>
    public required int Known { get; init; }
    /// <summary>Known addresses by the letter of the entry with the longest prefix: A, B, C, D, R, X, H; letters without any are present with 0.</summary>
    public required IReadOnlyDictionary<string, int> ByTier { get; init; }
    /// <summary>In address order.</summary>
    public required IReadOnlyList<UnknownAddress> Unknown { get; init; }
    /// <summary>Host names in the list. Flow logs hold none, so they are counted beside the addresses.</summary>
    public required int Names { get; init; }
    /// <summary>Names that an entry carries, or that lie under one that an entry carries.</summary>
    public required int KnownNames { get; init; }
    /// <summary>Lines that are neither.</summary>
    public required IReadOnlyList<CatalogError> Notes { get; init; }

    /// <summary>Known share of the addresses, 0 to 1; 1 for a list without any.</summary>
    public double Coverage => Addresses == 0 ? 1 : (double)Known / Addresses;

    /// <summary>Checks a list: addresses or names one a line (hosts files too), <c>address#host</c>, provider CSV, DNS stamps, or the own format. Nothing makes it fail.</summary>
    public static CatalogCheck Run(ResolverCatalog catalog, string text, string name)
    {
        var list = ReadAny(text, name);
        var byTier = Enum.GetValues<CatalogTier>().Where(t => t != CatalogTier.None).ToDictionary(t => t.Letter()!, _ => 0, StringComparer.Ordinal);
        var unknown = new List<UnknownAddress>();
        int known = 0;
        foreach (var prefix in list.Prefixes.OrderBy(p => p.Address).ThenBy(p => p.Bits))
        {
            if (Find(catalog, prefix) is { } entry)
            {
                known++;
                byTier[entry.Tier.Letter()!]++;
            }
            else unknown.Add(new(prefix, Explain(catalog, prefix)));
        }
        var hosts = catalog.Entries.Select(e => e.HostName).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new()
        {
            Addresses = list.Prefixes.Count,
            Known = known,
            ByTier = byTier,
            Unknown = unknown,
            Names = list.Hosts.Count,
            KnownNames = list.Hosts.Count(h => IsKnownHost(hosts, h)),
            Notes = list.Notes,
        };
    }

    /// <summary>The entry that says most of an address: the longest prefix of any tier.</summary>
    private static CatalogEntry? Find(ResolverCatalog catalog, IpPrefix prefix)
    {
        var name = catalog.FindAddress(prefix.Address, DnsTransport.DoH);
        var context = catalog.FindContext(prefix.Address);
        var best = context is null || (name is not null && name.Prefix.Bits >= context.Prefix.Bits) ? name : context;
        return best is not null && best.Prefix.Bits <= prefix.Bits ? best : null;
    }

    private static string Explain(ResolverCatalog catalog, IpPrefix prefix)
    {
        if (!AddressSpace.Default.IsPublic(prefix.Address)) return "not a public address";
        if (!prefix.IsSingle) return "a block, and no entry covers the whole of it";
        int neighbourBits = prefix.Address.IsIPv4 ? 120 : 64;
        var neighbour = catalog.Entries.FirstOrDefault(e => e.Tier is CatalogTier.Dedicated or CatalogTier.ServiceAssigned
            && new IpPrefix(new(e.Prefix.Address.Bits >> (128 - neighbourBits) << (128 - neighbourBits)), neighbourBits).Contains(prefix.Address));
        return neighbour is null
            ? "in none of the catalogue's sources: most often a rented host that only a few lists name, or that they have dropped"
            : $"beside {neighbour.Provider} ({neighbour.Prefix}), but in none of its documents";
    }

    private static bool IsKnownHost(HashSet<string> hosts, string host)
    {
        for (string rest = host; rest.Contains('.', StringComparison.Ordinal); rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..])
            if (hosts.Contains(rest)) return true;
        return false;
    }

    private sealed record AnyList(HashSet<IpPrefix> Prefixes, HashSet<string> Hosts, List<CatalogError> Notes);

    private static AnyList ReadAny(string text, string name)
    {
        var list = new AnyList([], new(StringComparer.OrdinalIgnoreCase), []);
        if (CatalogFile.TryParse(text, name, out var file, out _) && file!.Format != CatalogFormat.AddressList)
        {
            foreach (var entry in file.Entries) list.Prefixes.Add(entry.Prefix);
            list.Notes.AddRange(file.Notes);
            return list;
        }
        foreach (var (number, full) in CatalogLines.Of(text))
        {
            if (AddressListReader.IsDecoration(full)) continue;
            foreach (string part in CatalogLines.WithoutComment(full).Split([' ', '\t', ',', ';', '|'], StringSplitOptions.RemoveEmptyEntries))
            {
                string bare = part.Contains('#', StringComparison.Ordinal) ? part[..part.IndexOf('#', StringComparison.Ordinal)] : part;
                if (IpPrefix.TryParse(bare.Trim('[', ']'), out var prefix, out _))
                {
                    // Hosts files begin each line with an address that means "nowhere".
                    if (!prefix.IsSingle || !(prefix.Address == IpAddress.FromIPv4(0) || prefix.Address == IpAddress.FromIPv4(0x7F00_0001))) list.Prefixes.Add(CatalogLineSink.Fold(prefix));
                }
                else if (Host().IsMatch(bare)) list.Hosts.Add(bare.TrimStart('*', '.').TrimEnd('.'));
                else list.Notes.Add(new(name, number, $"{CatalogLines.Quote(part)} is neither an address nor a host name"));
            }
        }
        return list;
    }

    [GeneratedRegex(@"^(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{1,62}\.?$", RegexOptions.CultureInvariant)]
    private static partial Regex Host();
}
