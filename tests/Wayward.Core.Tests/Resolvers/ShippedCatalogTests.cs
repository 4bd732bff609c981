using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Resolvers;

/// <summary>What the catalogue that ships must hold to.</summary>
public sealed class ShippedCatalogTests
{
    private static readonly ResolverCatalog Shipped = ResolverCatalog.Shipped;

    private static IEnumerable<CatalogEntry> Sure => Shipped.Entries.Where(e => e.Tier is CatalogTier.Dedicated or CatalogTier.ServiceAssigned);

    [Fact]
    public void There_are_five_hundred_endpoints_of_tier_A_and_B_and_nearly_as_many_addresses()
    {
        Assert.InRange(Sure.Count(), 1_500, int.MaxValue);
        Assert.InRange(Sure.Select(e => e.Prefix).Distinct().Count(), 500, int.MaxValue);
        Assert.InRange(Sure.Where(e => e.Transport is DnsTransport.DoH or DnsTransport.DoH3 or DnsTransport.DoT or DnsTransport.DoQ).Count(), 500, int.MaxValue);
    }

    [Fact]
    public void Every_entry_has_a_source_and_the_sure_tiers_have_the_provider_or_two_lists()
    {
        foreach (var entry in Shipped.Entries)
        {
            string[] sources = entry.Source.Split(' ');
            Assert.All(sources, s => Assert.True(Uri.TryCreate(s, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http", $"{entry.Prefix}: {s}"));
            if (entry.Tier is not (CatalogTier.Dedicated or CatalogTier.ServiceAssigned)) continue;
            bool onlyLists = sources.All(s => s.StartsWith("https://github.com/", StringComparison.Ordinal));
            Assert.True(!onlyLists || sources.Distinct().Count() >= 2, $"{entry.Prefix} of {entry.Provider} rests on one list");
        }
    }

    [Fact]
    public void No_address_has_contradicting_tiers()
    {
        // Different tiers on one prefix would make the answer depend on the order of entries.
        foreach (var group in Shipped.Entries.GroupBy(e => e.Prefix))
            Assert.True(group.Select(e => e.Tier).Distinct().Count() == 1, $"{group.Key}: {string.Join(", ", group.Select(e => $"{e.Provider} {e.Tier.Letter()}"))}");
    }

    [Fact]
    public void One_endpoint_has_one_entry()
    {
        foreach (var group in Shipped.Entries.Where(e => e.Tier.MakesContacts()).GroupBy(e => (e.Prefix, e.Protocol, e.Port)))
            Assert.True(group.Count() == 1, $"{group.Key}: {string.Join(", ", group.Select(e => $"{e.Provider} {e.Transport.Name()}"))}");
    }

    [Fact]
    public void A_rented_host_never_hides_inside_a_dedicated_prefix()
    {
        foreach (var host in Shipped.Entries.Where(e => e.Tier == CatalogTier.PersonalHost))
            Assert.DoesNotContain(Sure, s => s.Prefix.Contains(host.Prefix.Address));
    }

    [Fact]
    public void Dedicated_and_assigned_addresses_are_public_and_no_wider_than_a_site()
    {
        foreach (var entry in Shipped.Entries)
        {
            Assert.True(AddressSpace.Default.IsPublic(entry.Prefix.Address), entry.Prefix.ToString());
            if (entry.Tier.MakesContacts()) Assert.InRange(entry.Prefix.Length, entry.Prefix.Address.IsIPv4 ? 24 : 48, 128);
            if (entry.Tier is CatalogTier.Dedicated or CatalogTier.Authoritative) Assert.True(Shipped.FindContext(entry.Prefix.Address) is not { } c || c.Prefix.Bits < entry.Prefix.Bits);
        }
    }

    [Theory]
    [InlineData("Google Public DNS"), InlineData("Cloudflare"), InlineData("Cloudflare Gateway"), InlineData("Quad9"), InlineData("OpenDNS"), InlineData("AdGuard DNS"), InlineData("NextDNS")]
    [InlineData("Control D"), InlineData("CleanBrowsing"), InlineData("Mullvad"), InlineData("DNS.SB"), InlineData("dns0.eu"), InlineData("DNS4EU"), InlineData("AliDNS"), InlineData("Yandex DNS")]
    [InlineData("UltraDNS Public"), InlineData("Hurricane Electric"), InlineData("CIRA Canadian Shield"), InlineData("IIJ Public DNS"), InlineData("Quad101"), InlineData("UncensoredDNS")]
    [InlineData("Digitale Gesellschaft"), InlineData("SWITCH"), InlineData("FDN"), InlineData("CZ.NIC ODVR"), InlineData("Wikimedia DNS"), InlineData("Root servers")]
    public void Providers_on_both_address_families_have_their_IPv6_twins(string provider)
    {
        var entries = Shipped.Entries.Where(e => e.Provider == provider && e.Tier.MakesContacts() | e.Tier == CatalogTier.Authoritative).ToList();
        Assert.Contains(entries, e => e.Prefix.Address.IsIPv4);
        Assert.Contains(entries, e => !e.Prefix.Address.IsIPv4);
    }

    [Fact]
    public void The_thirteen_root_servers_are_there_on_both_families()
    {
        var roots = Shipped.Entries.Where(e => e.Provider == "Root servers").ToList();
        for (char letter = 'a'; letter <= 'm'; letter++)
        {
            Assert.Contains(roots, e => e.HostName == $"{letter}.root-servers.net" && e.Prefix.Address.IsIPv4);
            Assert.Contains(roots, e => e.HostName == $"{letter}.root-servers.net" && !e.Prefix.Address.IsIPv4);
        }
        Assert.All(roots, e => Assert.Equal(53, e.Port));
    }

    [Theory]
    [InlineData("104.16.248.249", "B"), InlineData("162.159.61.4", "B"), InlineData("172.64.41.3", "B"), InlineData("172.64.36.1", "B"), InlineData("2606:4700::6810:f8f9", "B")]
    [InlineData("104.16.132.229", "C"), InlineData("104.21.49.234", "C"), InlineData("172.67.195.148", "C"), InlineData("2606:4700:3034::6815:2e98", "C"), InlineData("188.114.96.0", "C")]
    [InlineData("17.248.131.4", "X"), InlineData("172.224.172.67", "X")]
    [InlineData("45.90.28.77", "A"), InlineData("76.76.10.250", "A"), InlineData("1.1.1.3", "A"), InlineData("2620:fe::fe:11", "A"), InlineData("116.202.176.26", "D"), InlineData("192.5.6.30", "R")]
    [InlineData("205.251.194.44", "H"), InlineData("173.245.59.235", "H"), InlineData("216.239.32.106", "H"), InlineData("213.133.100.98", "H"), InlineData("162.159.193.9", "X")]
    public void Shared_relayed_assigned_and_dedicated_addresses_are_told_apart(string address, string tier)
    {
        var check = CatalogCheck.Run(Shipped, address, "one");
        Assert.Equal(1, check.Known);
        Assert.Equal(1, check.ByTier[tier]);
    }

    [Fact]
    public void The_documentation_states_its_numbers()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Places.Repository, "docs", "catalog.md"));
        foreach (var tier in Shipped.Entries.GroupBy(e => e.Tier))
        {
            string row = Assert.Single(lines, l => l.StartsWith($"| {tier.Key.Letter()} ", StringComparison.Ordinal));
            Assert.EndsWith(FormattableString.Invariant($"| {tier.Count():N0} | {tier.Select(e => e.Prefix).Distinct().Count():N0} |"), row, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void It_alerts_from_the_start_and_says_when_it_was_confirmed()
    {
        Assert.All(Shipped.Entries, e => Assert.Equal(0, e.AlertsFrom));
        Assert.All(Shipped.Entries, e => Assert.NotEqual(0, e.LastConfirmed));
    }

    [Theory]
    [InlineData("dns0.eu", "2025-10-21")]
    [InlineData("Norton ConnectSafe", "2018-11-15")]
    [InlineData("Chaos Computer Club", "2018-12-31")]
    [InlineData("DNSlify", "2024-02-28")]
    [InlineData("Sinodun and SURFnet", "2022-06-07")]
    public void A_service_that_ended_has_the_date_on_every_entry(string provider, string end) =>
        Assert.All(Shipped.Entries.Where(e => e.Provider == provider), e => Assert.Equal(end, DateTimeOffset.FromUnixTimeSeconds(e.ValidTo).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void A_look_up_allocates_nothing()
    {
        var random = new Random(20_261_124);
        IpAddress[] addresses = [.. Enumerable.Range(0, 10_000).Select(_ => IpAddress.FromIPv4((uint)random.NextInt64(1L << 32))), .. Shipped.Entries.Select(e => e.Prefix.Address)];
        int hits = Count();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(hits, Count());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096);

        int Count()
        {
            int found = 0;
            foreach (var address in addresses)
                if (Shipped.Classify(address, 6, 443) is not null) found++;
            return found;
        }
    }
}
