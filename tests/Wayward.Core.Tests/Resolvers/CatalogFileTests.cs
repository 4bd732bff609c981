using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Tests.Resolvers;

public sealed class CatalogFileTests
{
    private static IReadOnlyList<string> ErrorsOf(string text)
    {
        Assert.False(CatalogFile.TryParse(text, "f.txt", out var file, out var errors));
        Assert.Null(file);
        return [.. errors.Select(e => e.ToString())];
    }

    [Fact]
    public void A_line_makes_one_entry_for_each_protocol_and_port()
    {
        var file = CatalogFile.Parse("""
            wayward-catalog 1
            version: 7
            confirmed: 2026-01-02
            [A B]   # a comment
            source: https://one.example/
            source: https://two.example/
            192.88.1.1  dns,dot,doq:784,dnscrypt/udp:5443  A  dns.example  from=2025-01-01 to=2026-06-01T12:00:00Z alerts=2025-02-01
            source: https://three.example/
            192.88.1.2  doh  D  provider=other confirmed=2024-01-01 source=https://four.example/
            """, "f.txt");
        Assert.Equal("7", file.Version);
        Assert.Equal(["17 53 DNS", "6 53 DNS", "6 853 DoT", "17 784 DoQ", "17 5443 DNSCrypt", "6 443 DoH"], file.Entries.Select(e => $"{e.Protocol} {e.Port} {e.Transport.Name()}"));
        var first = file.Entries[0];
        Assert.Equal(("A B", "https://one.example/ https://two.example/", "dns.example"), (first.Provider, first.Source, first.HostName));
        Assert.Equal((1_735_689_600, 1_780_315_200, 1_738_368_000, 1_767_312_000), (first.ValidFrom, first.ValidTo, first.AlertsFrom, first.LastConfirmed));
        var last = file.Entries[^1];
        Assert.Equal(("other", "https://four.example/", 1_704_067_200), (last.Provider, last.Source, last.LastConfirmed));
    }

    [Fact]
    public void Every_error_is_named_with_file_line_and_reason()
    {
        var errors = ErrorsOf("""
            wayward-catalog 1
            version: 1
            1.2.3.4 doh A
            [P]
            9.9.9.9 doh A
            source: s
            9.9.9.300 doh A
            9.9.9.0/23 doh A
            9.9.9.9 smtp A
            9.9.9.9 doh/udp A
            9.9.9.9 doh:0 A
            9.9.9.9 doh E
            9.9.9.9 doh A host extra
            9.9.9.9 doh A when=2026-01-01
            9.9.9.9 doh A from=yesterday
            9.9.9.9 doh R
            9.9.9.9 doh A
            9.9.9.9 doh A
            confirmed: 2026-13-01
            9.9.9.9
            [ ]
            """);
        Assert.Equal([3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21], errors.Select(e => int.Parse(e.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(errors, e => Assert.StartsWith("f.txt:", e, StringComparison.Ordinal));
        Assert.Contains("the block is 9.9.8.0/23", errors[3], StringComparison.Ordinal);
        Assert.Contains("no source", errors[1], StringComparison.Ordinal);
        Assert.Contains("is already on line 17", errors[12], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wayward-catalog 2\nversion: 1\n[P]\nsource: s\n9.9.9.9 doh A", "must be 'wayward-catalog 1'")]
    [InlineData("wayward-catalog 1\n[P]\nsource: s\n9.9.9.9 doh A", "no version")]
    [InlineData("", "no entry")]
    [InlineData("# only a comment", "no entry")]
    [InlineData("0.0.0.0 dns.example\n0.0.0.0 doh.example", "hosts file")]
    [InlineData("dns.example\ndoh.example", "names cannot be matched")]
    public void A_file_that_is_no_catalogue_is_refused_with_a_reason(string text, string reason) => Assert.Contains(ErrorsOf(text), e => e.Contains(reason, StringComparison.Ordinal));

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        string text = CatalogWriter.Write("9", ResolverCatalog.Shipped.Entries);
        var back = CatalogFile.Parse(text, "back");
        Assert.Equal(ResolverCatalog.Shipped.Hash, new ResolverCatalog("x", back.Entries).Hash);
        Assert.Equal(text, CatalogWriter.Write("9", back.Entries.Reverse()));
    }

    [Fact]
    public void An_address_list_is_taken_as_DoH_on_rented_hosts_each_its_own_provider()
    {
        var file = CatalogFile.Parse("# list\n192.88.1.1 # one\n192.88.1.2,192.88.1.3\n; other comment\n2a00::1\n=====\nnot an address\n10.0.0.1\n", "my-list");
        Assert.Equal(CatalogFormat.AddressList, file.Format);
        Assert.Equal(8, file.Entries.Count);
        Assert.All(file.Entries, e => Assert.Equal((CatalogTier.PersonalHost, 443, "my-list"), (e.Tier, e.Port, e.Source)));
        Assert.Equal(4, file.Entries.Select(e => e.Provider).Distinct().Count());
        Assert.Equal([7, 8], file.Notes.Select(n => n.Line));
    }

    [Fact]
    public void Systemd_and_provider_tables_are_read_as_what_they_say()
    {
        var systemd = CatalogFile.Parse("192.88.1.1#dns.example\n2a00::1#dns.example\n", "fallback");
        Assert.Equal(["DNS", "DNS", "DoT", "DNS", "DNS", "DoT"], systemd.Entries.Select(e => e.Transport.Name()));
        Assert.All(systemd.Entries, e => Assert.Equal("dns.example", e.Provider));
        var table = CatalogFile.Parse("provider,purpose,ip\nAlpha,dns53,192.88.1.1\nAlpha,doh,2a00:0:0f00::1\nBeta,mail,192.88.1.9\n", "table");
        Assert.Equal(CatalogFormat.ProviderCsv, table.Format);
        Assert.Equal([(53, "Alpha"), (53, "Alpha"), (443, "Alpha"), (443, "Alpha")], table.Entries.Select(e => ((int)e.Port, e.Provider)));
        Assert.Single(table.Notes);
    }
}
