using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>
/// The resolver catalogue: which addresses are known DNS servers, by endpoint. Immutable; a change makes a new one.
/// Look-ups take folded addresses.
/// </summary>
public sealed class ResolverCatalog
{
    private const string ShippedResource = "Wayward.Core.Resolvers.Catalog.resolvers.txt";

    private static readonly Lazy<ResolverCatalog> LazyShipped = new(LoadShipped);

    private readonly string _baseVersion;
    private readonly long _date;
    private readonly int _added;
    /// <summary>Entries that make a contact by themselves: tiers A, B, D on other ports than 53 and 853.</summary>
    private readonly PrefixIndex _endpoints;
    /// <summary>Entries that name an address: tiers A, B, D, R, H.</summary>
    private readonly PrefixIndex _names;
    /// <summary>Shared and relay ranges: context, and a veto over wider endpoints.</summary>
    private readonly PrefixRanges _context;

    /// <param name="version">Of the file that the entries come from.</param>
    /// <param name="entries">In any order; of two with the same id the later counts.</param>
    public ResolverCatalog(string version, IEnumerable<CatalogEntry> entries) : this(version, 0, 0, Distinct(entries))
    {
    }

    /// <param name="entries">Of each id one; sorted in place.</param>
    private ResolverCatalog(string version, long date, int added, CatalogEntry[] entries)
    {
        _baseVersion = version;
        _added = added;
        Array.Sort(entries, InOrder);
        Entries = entries;
        _date = date != 0 ? date : LatestConfirmed(entries);
        _endpoints = new(Entries.Where(e => e.Tier.MakesContacts() && e.Port is not (53 or 853)));
        _names = new(Entries.Where(e => e.Tier.MakesContacts() || e.Tier.IsAuthoritative()));
        _context = new(Entries.Where(e => e.Tier is CatalogTier.Shared or CatalogTier.Relay));
        Ports = new(PortsOf(entries));
    }

    /// <summary>No entry at all: only ports 53 and 853 are contacts.</summary>
    public static ResolverCatalog Empty { get; } = new("empty", []);

    /// <summary>The catalogue that ships with the program (embedded resource), parsed once.</summary>
    public static ResolverCatalog Shipped => LazyShipped.Value;

    /// <summary>Human version of the shipped file, such as <c>2026.11.1</c>, with <c>+n</c> when entries were added.</summary>
    public string Version => _added == 0 ? _baseVersion : string.Create(CultureInfo.InvariantCulture, $"{_baseVersion}+{_added}");

    /// <summary>
    /// Date of the file that it was made of: the latest confirmation of any of its entries, Unix seconds; 0 when none states one. What is added later does not move it, so that additions never lower the
    /// confidence in entries of the file.
    /// </summary>
    public long Date => _date;

    /// <summary>SHA-256 over the canonical form of all entries, lower-case hex, first 16 digits. Kept with every finding, so what it is of must not change.</summary>
    public string Hash => field ??= ComputeHash(Entries);

    /// <summary>Ordered by provider, prefix, port, protocol, id.</summary>
    public IReadOnlyList<CatalogEntry> Entries { get; }

    /// <summary>53, 853, 784, 8853 and every port of an entry that makes contacts: what a sink must look at.</summary>
    public PortSet Ports { get; }

    /// <summary>The entry of this id, or null.</summary>
    public CatalogEntry? Find(string id) => ById.GetValueOrDefault(id);

    /// <summary>Made when the first asks: reading flow logs asks for no id.</summary>
    private Dictionary<string, CatalogEntry> ById => field ??= Entries.ToDictionary(e => e.Id, StringComparer.Ordinal);

    /// <summary>
    /// The entry that makes a contact on a port other than 53 and 853, or null: what is open before what has ended, then longest prefix, then smallest id; tiers C, R, H and X never.
    /// A shared or relay range inside a wider endpoint takes its addresses out of it. Validity in time is not evaluated here.
    /// </summary>
    public CatalogEntry? FindEndpoint(IpAddress remote, byte protocol, ushort port)
    {
        var near = _endpoints.Near(remote);
        var wide = _endpoints.Wide;
        if (near.IsEmpty && wide.IsEmpty) return null;
        var found = First(near, remote, protocol, port);
        if (found is null || found.ValidTo != long.MaxValue) found = OpenFirst(found, First(wide, remote, protocol, port));
        return found is null || FindContext(remote) is not { } context || context.Prefix.Bits <= found.Prefix.Bits ? found : null;
    }

    /// <summary>False for nearly every address, at the price of one bit test: then no protocol or port makes it an endpoint.</summary>
    internal bool MayBeEndpoint(IpAddress remote) => _endpoints.MayHold(remote);

    /// <summary>
    /// The entry that best names this address whatever the port: for provider and tier of contacts on 53 and 853. Prefers an entry of the same transport, then one that is open, then longest prefix, then smallest id.
    /// Shared and relay ranges name nothing: see <see cref="FindContext"/>.
    /// </summary>
    public CatalogEntry? FindAddress(IpAddress remote, DnsTransport transport)
    {
        CatalogEntry? other = null;
        foreach (var entry in _names.Near(remote))
        {
            if (!entry.Prefix.Contains(remote)) continue;
            if (entry.Transport == transport) return entry;
            other ??= entry;
        }
        foreach (var entry in _names.Wide)
        {
            if (!entry.Prefix.Contains(remote)) continue;
            if (entry.Transport == transport) return entry;
            other ??= entry;
        }
        return other;
    }

    /// <summary>The shared or relay range (tiers C and X) that holds this address, longest prefix first, or null. Context only.</summary>
    public CatalogEntry? FindContext(IpAddress remote) => _context.Find(remote);

    /// <summary>53 and 853 win over the catalogue; 784 and 8853 and the rest need an entry; null = not a DNS endpoint.</summary>
    public DnsTransport? Classify(IpAddress remote, byte protocol, ushort port) => (protocol, port) switch
    {
        (6 or 17, 53) => DnsTransport.Dns,
        (6, 853) => DnsTransport.DoT,
        (17, 853) => DnsTransport.DoQ,
        (6 or 17, _) => FindEndpoint(remote, protocol, port)?.Transport,
        _ => null,
    };

    /// <summary>This catalogue with more entries; one with the id of an existing entry replaces it.</summary>
    public ResolverCatalog With(IEnumerable<CatalogEntry> entries)
    {
        var byId = new Dictionary<string, CatalogEntry>(ById, StringComparer.Ordinal);
        int added = _added;
        foreach (var entry in entries)
        {
            if (byId.TryGetValue(entry.Id, out var old) && old == entry) continue;
            byId[entry.Id] = entry;
            added++;
        }
        return added == _added ? this : new(_baseVersion, _date, added, [.. byId.Values]);
    }

    /// <summary>This catalogue with what a file adds to it: see <see cref="CatalogImport.Diff"/>.</summary>
    public ResolverCatalog With(CatalogFile file) => With(CatalogImport.Diff(this, file).Entries);

    /// <summary>By provider, prefix, port, protocol, id. One comparison, not a chain of keys, each of which would have code of its own to compile at the start.</summary>
    private static int InOrder(CatalogEntry a, CatalogEntry b)
    {
        int order = string.CompareOrdinal(a.Provider, b.Provider);
        if (order == 0) order = a.Prefix.Address.CompareTo(b.Prefix.Address);
        if (order == 0) order = a.Prefix.Bits.CompareTo(b.Prefix.Bits);
        if (order == 0) order = a.Port.CompareTo(b.Port);
        if (order == 0) order = a.Protocol.CompareTo(b.Protocol);
        return order != 0 ? order : string.CompareOrdinal(a.Id, b.Id);
    }

    /// <summary>With repetitions. A plain loop, because LINQ over a value type would be compiled at every start.</summary>
    private static ushort[] PortsOf(CatalogEntry[] entries)
    {
        var ports = new ushort[entries.Length + 4];
        (ports[0], ports[1], ports[2], ports[3]) = (53, 853, 784, 8853);
        for (int i = 0; i < entries.Length; i++) ports[i + 4] = entries[i].Tier.MakesContacts() ? entries[i].Port : (ushort)53;
        return ports;
    }

    private static long LatestConfirmed(CatalogEntry[] entries)
    {
        long latest = 0;
        foreach (var entry in entries) latest = Math.Max(latest, entry.LastConfirmed);
        return latest;
    }

    /// <summary>What has ended never hides what has not.</summary>
    private static CatalogEntry? OpenFirst(CatalogEntry? near, CatalogEntry? wide) => near is null || wide?.ValidTo > near.ValidTo ? wide ?? near : near;

    private static CatalogEntry? First(ReadOnlySpan<CatalogEntry> entries, IpAddress remote, byte protocol, ushort port)
    {
        foreach (var entry in entries)
            if (entry.Port == port && entry.Protocol == protocol && entry.Prefix.Contains(remote)) return entry;
        return null;
    }

    /// <summary>Of two with the same id the later.</summary>
    private static CatalogEntry[] Distinct(IEnumerable<CatalogEntry> entries)
    {
        var byKey = new LedgerMap<CatalogKey, CatalogEntry>();
        foreach (var entry in entries) byKey[new(entry)] = entry;
        var distinct = new CatalogEntry[byKey.Count];
        int at = 0;
        foreach (var (_, entry) in byKey.InOrderOfArrival) distinct[at++] = entry;
        return distinct;
    }

    private static string ComputeHash(IEnumerable<CatalogEntry> entries)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        CatalogEntry[] byId = [.. entries];
        Array.Sort(byId, (a, b) => string.CompareOrdinal(a.Id, b.Id));
        foreach (var e in byId)
        {
            sha.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{e.Id}\t{e.Provider}\t{e.Prefix}\t{e.Protocol}\t{e.Port}\t{e.Transport.Name()}\t{e.Tier.Letter()}\t{e.HostName}\t{e.ValidFrom}\t{e.ValidTo}\t{e.LastConfirmed}\t{e.AlertsFrom}\t{e.Source}\n")));
        }
        return Convert.ToHexStringLower(sha.GetHashAndReset())[..16];
    }

    private static ResolverCatalog LoadShipped()
    {
        using var stream = typeof(ResolverCatalog).Assembly.GetManifestResourceStream(ShippedResource)
            ?? throw new InvalidOperationException($"The program was built without its catalogue ({ShippedResource}).");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var file = CatalogFile.Parse(reader.ReadToEnd(), "resolvers.txt");
        return new(file.Version ?? "unversioned", file.Entries);
    }
}
