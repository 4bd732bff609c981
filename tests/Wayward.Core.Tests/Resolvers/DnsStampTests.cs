using System.Text;
using Wayward.Core.Resolvers;
using Wayward.Core.Resolvers.Feeds;
using Wayward.FlowLogs;

namespace Wayward.Core.Tests.Resolvers;

public sealed class DnsStampTests
{
    /// <summary>Builds a stamp by the specification: protocol, properties, then length-prefixed fields; a set is written with its continuation bit.</summary>
    private static string Stamp(byte protocol, params object[] fields)
    {
        var bytes = new List<byte> { protocol };
        if (protocol != 0x81) bytes.AddRange(new byte[8]);
        foreach (object field in fields)
        {
            string[] values = field as string[] ?? [(string)field];
            if (field is string[] { Length: 0 }) values = [""];
            for (int i = 0; i < values.Length; i++)
            {
                byte[] value = Encoding.UTF8.GetBytes(values[i]);
                bytes.Add((byte)(value.Length | (field is string[] && i + 1 < values.Length ? 0x80 : 0)));
                bytes.AddRange(value);
            }
        }
        return "sdns://" + System.Buffers.Text.Base64Url.EncodeToString(bytes.ToArray());
    }

    private static readonly string[] NoHashes = [];
    private static readonly string[] TwoHashes = ["abcd", "efgh"];

    [Fact]
    public void Every_protocol_is_decoded_with_its_usual_port()
    {
        Check(Stamp(0x00, "192.88.1.1"), DnsTransport.Dns, "192.88.1.1", 53, null);
        Check(Stamp(0x01, "192.88.1.1", "key", "2.dnscrypt-cert.example"), DnsTransport.DnsCrypt, "192.88.1.1", 443, null);
        Check(Stamp(0x01, "192.88.1.1:8443", "key", "2.dnscrypt-cert.example"), DnsTransport.DnsCrypt, "192.88.1.1", 8443, null);
        Check(Stamp(0x02, "192.88.1.1", NoHashes, "dns.example", "/dns-query"), DnsTransport.DoH, "192.88.1.1", 443, "dns.example");
        Check(Stamp(0x02, "[2a00::1]", TwoHashes, "dns.example:453", "/q"), DnsTransport.DoH, "2a00::1", 453, "dns.example");
        Check(Stamp(0x02, "[2a00::1]:8443", TwoHashes, "dns.example", "/q"), DnsTransport.DoH, "2a00::1", 8443, "dns.example");
        Check(Stamp(0x02, "", NoHashes, "dns.example", "/q"), DnsTransport.DoH, null, 443, "dns.example");
        Check(Stamp(0x03, "192.88.1.1", NoHashes, "dns.example"), DnsTransport.DoT, "192.88.1.1", 853, "dns.example");
        Check(Stamp(0x04, "[64:ff9b::c058:101]:8853", NoHashes, "dns.example"), DnsTransport.DoQ, "192.88.1.1", 8853, "dns.example");

        static void Check(string text, DnsTransport transport, string? address, int port, string? host)
        {
            Assert.True(DnsStamp.TryParse(text, out var stamp, out string? error), error);
            Assert.Equal((transport, address, port, host), (stamp!.Transport, stamp.Address?.ToString(), (int)stamp.Port, stamp.HostName));
        }
    }

    [Fact]
    public void A_real_stamp_is_decoded()
    {
        Assert.True(DnsStamp.TryParse("sdns://AQMAAAAAAAAADDkuOS45Ljk6ODQ0MyBnyEe4yHWM0SAkVUO-dWdG3zTfHYTAC4xHA2jfgh2GPhkyLmRuc2NyeXB0LWNlcnQucXVhZDkubmV0", out var stamp, out _));
        Assert.Equal(("9.9.9.9", 8443), (stamp!.Address.ToString(), (int)stamp.Port));
    }

    [Theory]
    [InlineData("sdns://")]
    [InlineData("sdns://!!!")]
    [InlineData("sdns://AQ")]
    [InlineData("sdns://_wAAAAAAAAAA")]
    [InlineData("https://example")]
    public void A_broken_stamp_is_refused_with_a_reason(string text)
    {
        Assert.False(DnsStamp.TryParse(text, out _, out string? error));
        Assert.NotNull(error);
    }

    [Fact]
    public void Cutting_a_stamp_anywhere_never_throws()
    {
        string whole = Stamp(0x02, "[2a00::1]:8443", TwoHashes, "dns.example", "/q");
        for (int i = 0; i < whole.Length; i++)
            if (DnsStamp.TryParse(whole[..i], out var stamp, out _)) Assert.Equal("2a00::1", stamp!.Address.ToString());
    }

    [Fact]
    public void A_stamp_list_names_providers_by_their_headings_and_skips_relays_and_nameless_ones()
    {
        var file = CatalogFile.Parse($"""
            # title
            prose
            ## example-doh-ip4-filter
            text
            {Stamp(0x02, "192.88.1.1", NoHashes, "dns.example", "/q")}
            ## example-ipv6
            {Stamp(0x01, "[2a00::1]", "k", "n")}
            ## a-relay
            {Stamp(0x81, "192.88.1.7")}
            ## nowhere
            {Stamp(0x02, "", NoHashes, "dns.example", "/q")}
            ## broken
            sdns://AQ
            """, "resolvers.md");
        Assert.Equal(CatalogFormat.DnsStamps, file.Format);
        Assert.Equal(["example", "example", "example", "example"], file.Entries.Select(e => e.Provider));
        Assert.Equal(["DoH", "DoH3", "DNSCrypt", "DNSCrypt"], file.Entries.Select(e => e.Transport.Name()));
        Assert.Equal(3, file.Notes.Count);
    }

    [Fact]
    public void Hostile_names_in_a_feed_come_out_harmless_and_survive_a_round_trip()
    {
        string[] names = ["<script>alert(1)</script>", "a # b", "x]\u202Egnp.exe", new string('n', 10_000), "\u0000\u001B[31m", "[", "«»"];
        var lines = names.Select((n, i) => $"## {n}\n{Stamp(0x02, $"192.88.1.{i + 1}", NoHashes, "dns.example\"onload=x", "/q")}");
        var file = CatalogFile.Parse(string.Join('\n', lines), "feed\u202E.md");
        Assert.Equal(names.Length * 2, file.Entries.Count);
        Assert.All(file.Entries, e => Assert.Matches("^[A-Za-z0-9 .&+/:,'!()_-]{1,80}$", e.Provider));
        Assert.All(file.Entries, e => Assert.Null(e.HostName));
        var back = CatalogFile.Parse(CatalogWriter.Write("1", file.Entries), "back");
        Assert.Equal(file.Entries.OrderBy(e => e.Id, StringComparer.Ordinal), back.Entries.OrderBy(e => e.Id, StringComparer.Ordinal));
    }
}
