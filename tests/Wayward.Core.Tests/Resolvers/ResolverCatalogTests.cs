using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Tests.Resolvers;

public sealed class ResolverCatalogTests
{
    private static readonly ResolverCatalog Catalog = Parse("""
        [Alpha]
        source: https://alpha.example/
        198.41.0.0/24   doh,dnscrypt:8443   A  dns.alpha.example
        198.41.0.7      doh                 B  special.alpha.example
        2a00:1::/48     doh,h3              A
        [Beta CDN]
        source: https://beta.example/
        45.0.0.0/8      doh                 C
        198.41.0.128/25 doh                 C
        [Gamma]
        source: https://gamma.example/
        45.1.2.3        doh:8443,doq:784    D  dns.gamma.example
        60.0.0.0/12     doh                 A
        [Root]
        source: https://www.iana.org/domains/root/servers
        193.0.14.129    dns                 R  k.root-servers.net
        """);

    private static ResolverCatalog Parse(string body)
    {
        var file = CatalogFile.Parse("wayward-catalog 1\nversion: 1.0\n" + body, "test");
        return new(file.Version!, file.Entries);
    }

    [Theory]
    [InlineData("198.41.0.7 doh A to=2026-01-01")]
    [InlineData("198.41.0.0/24 doh A to=2026-01-01")]
    public void An_entry_that_has_ended_never_hides_one_that_has_not(string ended)
    {
        // The first is narrower than the open entry; the second has its prefix, and the provider whose id is smaller may be either.
        foreach (string provider in (string[])["One", "Two", "Three", "Four"])
        {
            var catalog = Parse($"""
                [Alpha]
                source: https://alpha.example/
                198.41.0.0/24   doh,dot  A  dns.alpha.example
                [{provider}]
                source: https://ended.example/
                {ended}
                """);
            var address = IpAddress.Parse("198.41.0.7");
            Assert.Equal("Alpha", catalog.FindEndpoint(address, 6, 443)!.Provider);
            Assert.Equal("Alpha", catalog.FindAddress(address, DnsTransport.DoH)!.Provider);
        }
    }

    [Fact]
    public void A_hoster_of_zones_names_its_servers_and_makes_no_contact_elsewhere()
    {
        var catalog = Parse("""
            [Zones]
            source: https://zones.example/
            45.9.0.0/21     dns      H
            """);
        var address = IpAddress.Parse("45.9.1.1");
        Assert.Equal(CatalogTier.Hoster, catalog.FindAddress(address, DnsTransport.Dns)!.Tier);
        Assert.Null(catalog.FindEndpoint(address, 6, 443));
        Assert.Throws<CatalogFormatException>(() => Parse("[Zones]\nsource: https://zones.example/\n45.9.0.0/21 doh H\n"));
    }

    [Fact]
    public void Its_date_is_that_of_its_file_whatever_is_added()
    {
        var catalog = Parse("[Zones]\nsource: https://zones.example/\nconfirmed: 2026-01-02\n45.9.0.1 dns H\n");
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), catalog.Date);
        Assert.Equal(catalog.Date, catalog.With([catalog.Entries[0] with { Provider = "Another", LastConfirmed = catalog.Date + 86_400 }]).Date);
    }

    [Fact]
    public void An_id_is_that_of_the_endpoint_whether_it_was_asked_for_or_not()
    {
        var asked = Catalog.Entries[0];
        string id = asked.Id;
        Assert.Equal(id, (asked with { Tier = CatalogTier.Shared, HostName = "other" }).Id);
        var moved = asked with { Port = 8443 };
        Assert.NotEqual(id, moved.Id);
        Assert.Equal(CatalogFile.IdOf(moved.Provider, moved.Prefix, moved.Protocol, 8443, moved.Transport), moved.Id);
        var fresh = moved with { Port = asked.Port };
        Assert.Equal(asked, fresh);
        Assert.Equal(asked.GetHashCode(), fresh.GetHashCode());
        Assert.Equal(id, fresh.Id);
        Assert.Same(asked, Catalog.Find(id));
    }

    private static IpAddress Ip(string text) => IpAddress.Parse(text);

    [Theory]
    [InlineData("198.41.0.1", 6, 443, "dns.alpha.example")]
    [InlineData("198.41.0.7", 6, 443, "special.alpha.example")]
    [InlineData("198.41.0.1", 17, 8443, "dns.alpha.example")]
    [InlineData("198.41.0.1", 17, 443, null)]
    [InlineData("198.41.1.1", 6, 443, null)]
    [InlineData("198.41.0.200", 6, 443, null)]
    [InlineData("45.9.9.9", 6, 443, null)]
    [InlineData("45.1.2.3", 6, 8443, "dns.gamma.example")]
    [InlineData("45.1.2.3", 6, 443, null)]
    [InlineData("193.0.14.129", 17, 53, null)]
    public void The_longest_prefix_of_a_contact_making_tier_wins(string address, byte protocol, int port, string? host) =>
        Assert.Equal(host, Catalog.FindEndpoint(Ip(address), protocol, (ushort)port)?.HostName);

    [Fact]
    public void A_prefix_wider_than_an_index_block_is_found_at_both_ends()
    {
        Assert.NotNull(Catalog.FindEndpoint(Ip("60.0.0.0"), 6, 443));
        Assert.NotNull(Catalog.FindEndpoint(Ip("60.15.255.255"), 6, 443));
        Assert.Null(Catalog.FindEndpoint(Ip("60.16.0.0"), 6, 443));
        Assert.NotNull(Catalog.FindEndpoint(Ip("2a00:1::ffff"), 17, 443));
        Assert.Null(Catalog.FindEndpoint(Ip("2a00:1:1::"), 17, 443));
    }

    [Theory]
    [InlineData("1.2.3.4", 17, 53, DnsTransport.Dns)]
    [InlineData("1.2.3.4", 6, 53, DnsTransport.Dns)]
    [InlineData("1.2.3.4", 6, 853, DnsTransport.DoT)]
    [InlineData("1.2.3.4", 17, 853, DnsTransport.DoQ)]
    [InlineData("1.2.3.4", 17, 784, null)]
    [InlineData("45.1.2.3", 17, 784, DnsTransport.DoQ)]
    [InlineData("1.2.3.4", 17, 8853, null)]
    [InlineData("1.2.3.4", 1, 53, null)]
    [InlineData("198.41.0.1", 6, 8443, DnsTransport.DnsCrypt)]
    public void Ports_53_and_853_win_over_the_catalogue_and_others_need_an_entry(string address, byte protocol, int port, DnsTransport? expected) =>
        Assert.Equal(expected, Catalog.Classify(Ip(address), protocol, (ushort)port));

    [Fact]
    public void An_address_is_named_by_the_entry_of_the_same_transport_and_never_by_a_shared_range()
    {
        Assert.Equal("Root", Catalog.FindAddress(Ip("193.0.14.129"), DnsTransport.Dns)?.Provider);
        Assert.Equal(DnsTransport.DnsCrypt, Catalog.FindAddress(Ip("198.41.0.7"), DnsTransport.DnsCrypt)?.Transport);
        Assert.Equal("special.alpha.example", Catalog.FindAddress(Ip("198.41.0.7"), DnsTransport.DoT)?.HostName);
        Assert.Null(Catalog.FindAddress(Ip("45.9.9.9"), DnsTransport.Dns));
        Assert.Equal("Beta CDN", Catalog.FindContext(Ip("45.9.9.9"))?.Provider);
    }

    [Fact]
    public void The_port_set_holds_every_port_that_an_entry_can_match()
    {
        foreach (ushort port in new ushort[] { 53, 853, 784, 8853, 443, 8443 }) Assert.True(Catalog.Ports.Contains(port));
        Assert.False(Catalog.Ports.Contains(80));
    }

    [Fact]
    public void Version_and_hash_tell_catalogues_apart_and_order_does_not_matter()
    {
        var more = Catalog.With(Parse("[Delta]\nsource: x\n9.9.9.9 doh A").Entries);
        Assert.Equal("1.0", Catalog.Version);
        Assert.Equal("1.0+1", more.Version);
        Assert.NotEqual(Catalog.Hash, more.Hash);
        Assert.Equal(Catalog.Hash, new ResolverCatalog("other", Catalog.Entries.Reverse()).Hash);
        Assert.Equal(16, Catalog.Hash.Length);
        Assert.Same(more, more.With(more.Entries));
    }

    [Fact]
    public void The_index_agrees_with_a_linear_search()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var entries = new List<CatalogEntry>();
        for (int i = 0; i < 400; i++)
        {
            bool v4 = random.Next(2) == 0;
            var address = v4 ? IpAddress.FromIPv4(0x0B000000u + (uint)random.Next(1 << 14)) : new IpAddress(Ip("2a00::").Bits + ((UInt128)(uint)random.Next(1 << 12) << 72));
            int bits = v4 ? 96 + random.Next(18, 33) : random.Next(40, 65);
            var prefix = new IpPrefix(new(address.Bits >> (128 - bits) << (128 - bits)), bits);
            var tier = (CatalogTier)random.Next(1, 7);
            entries.Add(new() { Provider = $"p{i}", Prefix = prefix, Protocol = random.Next(2) == 0 ? (byte)6 : (byte)17, Port = 443, Transport = DnsTransport.DoH, Tier = tier, Source = "s" });
        }
        var catalog = new ResolverCatalog("r", entries);
        for (int i = 0; i < 20_000; i++)
        {
            var address = random.Next(2) == 0 ? IpAddress.FromIPv4(0x0B000000u + (uint)random.Next(1 << 14)) : new IpAddress(Ip("2a00::").Bits + ((UInt128)(uint)random.Next(1 << 12) << 72));
            var best = entries.Where(e => e.Tier.MakesContacts() && e.Protocol == 6 && e.Prefix.Contains(address))
                .OrderByDescending(e => e.Prefix.Bits).ThenBy(e => e.Id, StringComparer.Ordinal).FirstOrDefault();
            var veto = entries.Where(e => e.Tier is CatalogTier.Shared or CatalogTier.Relay && e.Prefix.Contains(address)).Select(e => e.Prefix.Bits).DefaultIfEmpty(-1).Max();
            var context = entries.Where(e => e.Tier is CatalogTier.Shared or CatalogTier.Relay && e.Prefix.Contains(address)).OrderByDescending(e => e.Prefix.Bits).ThenBy(e => e.Id, StringComparer.Ordinal).FirstOrDefault();
            Assert.Equal(context?.Id, catalog.FindContext(address)?.Id);
            if (best is not null && veto > best.Prefix.Bits) best = null;
            Assert.Equal(best?.Id, catalog.FindEndpoint(address, 6, 443)?.Id);
        }
    }

    [Fact]
    public void The_shipped_catalogue_knows_the_resolvers_everyone_knows()
    {
        var shipped = ResolverCatalog.Shipped;
        Assert.Equal(CatalogTier.Dedicated, shipped.FindEndpoint(Ip("8.8.8.8"), 6, 443)?.Tier);
        Assert.Equal(CatalogTier.ServiceAssigned, shipped.FindEndpoint(Ip("104.16.248.249"), 6, 443)?.Tier);
        Assert.Equal("Quad9", shipped.FindAddress(Ip("9.9.9.9"), DnsTransport.Dns)?.Provider);
        Assert.Equal(DnsTransport.DnsCrypt, shipped.Classify(Ip("9.9.9.9"), 17, 8443));
    }
}
