using Wayward.Core.Resolvers;

namespace Wayward.Testing;

/// <summary>A small catalogue with a known content, so that tests of rules do not move with the shipped one.</summary>
public static class TestCatalog
{
    public static ResolverCatalog Default { get; } = new("test-1",
    [
        .. Public("Google Public DNS", CatalogTier.Dedicated, "8.8.8.8", "8.8.4.4", "2001:4860:4860::8888"),
        .. Public("Cloudflare", CatalogTier.Dedicated, "1.1.1.1", "1.0.0.1"),
        .. Public("Quad9", CatalogTier.Dedicated, "9.9.9.9", "149.112.112.112"),
        .. Public("OpenDNS", CatalogTier.Dedicated, "208.67.222.222"),
        .. Public("AdGuard", CatalogTier.Dedicated, "94.140.14.14"),
        .. Public("Control D", CatalogTier.Dedicated, "76.76.2.0"),
        .. Public("Mullvad", CatalogTier.Dedicated, "194.242.2.2"),
        .. Public("DNS.SB", CatalogTier.Dedicated, "185.222.222.222"),
        .. Public("CleanBrowsing", CatalogTier.Dedicated, "185.228.168.9"),
        .. Public("AliDNS", CatalogTier.Dedicated, "223.5.5.5"),
        .. Public("DNSPod", CatalogTier.Dedicated, "119.29.29.29"),
        .. Public("Yandex", CatalogTier.Dedicated, "77.88.8.8"),
        Entry("Cloudflare", "104.16.248.249", 6, 443, DnsTransport.DoH, CatalogTier.ServiceAssigned),
        Entry("Cloudflare proxy", "104.21.0.0/16", 6, 443, DnsTransport.DoH, CatalogTier.Shared),
        Entry("Somebody's resolver", "185.95.218.42", 6, 443, DnsTransport.DoH, CatalogTier.PersonalHost),
        Entry("Somebody's DNSCrypt", "51.15.122.250", 17, 8443, DnsTransport.DnsCrypt, CatalogTier.PersonalHost),
        .. RootAddresses.Select(a => Entry("Root servers", a, 17, 53, DnsTransport.Dns, CatalogTier.Authoritative)),
    ]);

    /// <summary>IPv4 addresses of the root servers, the present one of b.root included.</summary>
    public static IReadOnlyList<string> RootAddresses =>
    [
        "198.41.0.4", "170.247.170.2", "192.33.4.12", "199.7.91.13", "192.203.230.10", "192.5.5.241", "192.112.36.4", "198.97.190.53", "192.36.148.17", "192.58.128.30", "193.0.14.129", "199.7.83.42", "202.12.27.33",
    ];

    /// <summary>Addresses of twelve different operators.</summary>
    public static IReadOnlyList<string> TwelveOperators =>
    [
        "8.8.8.8", "1.1.1.1", "9.9.9.9", "208.67.222.222", "94.140.14.14", "76.76.2.0", "194.242.2.2", "185.222.222.222", "185.228.168.9", "223.5.5.5", "119.29.29.29", "77.88.8.8",
    ];

    /// <summary>All the ways in which a public resolver is reached.</summary>
    public static IEnumerable<CatalogEntry> Public(string provider, CatalogTier tier, params string[] addresses)
    {
        foreach (string address in addresses)
        {
            yield return Entry(provider, address, 17, 53, DnsTransport.Dns, tier);
            yield return Entry(provider, address, 6, 853, DnsTransport.DoT, tier);
            yield return Entry(provider, address, 17, 853, DnsTransport.DoQ, tier);
            yield return Entry(provider, address, 6, 443, DnsTransport.DoH, tier);
            yield return Entry(provider, address, 17, 443, DnsTransport.DoH3, tier);
        }
    }

    public static CatalogEntry Entry(string provider, string prefix, byte protocol, ushort port, DnsTransport transport, CatalogTier tier) => new()
    {
        Provider = provider,
        Prefix = IpPrefix.Parse(prefix),
        Protocol = protocol,
        Port = port,
        Transport = transport,
        Tier = tier,
        Source = "test",
    };
}
