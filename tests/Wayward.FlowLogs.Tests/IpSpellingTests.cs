using System.Net;
using System.Text;
using Wayward.Core.Resolvers;

namespace Wayward.FlowLogs.Tests;

/// <summary>Spellings of addresses and blocks, each with what becomes of it: taken strictly or refused, never bent.</summary>
public sealed class IpSpellingTests
{
    private static readonly string[] V4 = ["8.8.8.8", "10.0.0.1", "0.0.0.0", "255.255.255.255", "1.1.1.1", "192.168.100.200", "100.64.0.10", "9.9.9.9"];

    /// <summary>Spelling and canonical form.</summary>
    private static readonly (string Text, string Canonical)[] Good =
    [
        .. V4.Select(a => (a, a)),
        .. V4.Select(a => ("::ffff:" + a, a)),
        .. V4.Select(a => ("::FFFF:" + a, a)),
        .. V4.Select(a => ("0:0:0:0:0:ffff:" + a, a)),
        ("::", "::"), ("::1", "::1"), ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("1::", "1::"), ("1::8", "1::8"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1::3:4:5:6:7:8", "1:0:3:4:5:6:7:8"), ("2001:4860:4860::8888", "2001:4860:4860::8888"),
        ("2001:4860:4860:0:0:0:0:8888", "2001:4860:4860::8888"), ("2001:4860:4860:0000:0000:0000:0000:8888", "2001:4860:4860::8888"), ("2606:4700:4700::1111", "2606:4700:4700::1111"),
        ("2620:FE::FE", "2620:fe::fe"), ("2620:fe::00fe", "2620:fe::fe"), ("ABCD:EF01:2345:6789:abcd:ef01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789"), ("64:ff9b::808:808", "64:ff9b::808:808"),
        ("64:ff9b::8.8.8.8", "64:ff9b::808:808"), ("::ffff:808:808", "8.8.8.8"), ("0:0:0:0:0:FFFF:0808:0808", "8.8.8.8"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("::1.2.3.4", "::1.2.3.4"),
        ("fe80::1", "fe80::1"), ("fc00::", "fc00::"), ("ff02::fb", "ff02::fb"), ("2001:db8::", "2001:db8::"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("fd00:ec2::253", "fd00:ec2::253"), ("2600:1f18:1234:5678:9abc:def0:1234:5678", "2600:1f18:1234:5678:9abc:def0:1234:5678"),
    ];

    private static readonly string[] Bad =
    [
        .. V4.Take(6).SelectMany(a =>
        {
            string[] o = a.Split('.');
            return new[]
            {
                "0" + a, $"{o[0]}.0{o[1]}.{o[2]}.{o[3]}", $"{o[0]}.{o[1]}.00{o[2]}.{o[3]}", $"{o[0]}.{o[1]}.{o[2]}.0{o[3]}", $"{o[0]}.{o[1]}.{o[2]}", $"{o[0]}.{o[1]}", a + ".1", a + ".", "." + a,
                $"{o[0]}..{o[1]}.{o[2]}.{o[3]}", $"{o[0]}.{o[1]}.{o[2]}.256", $"{o[0]}.{o[1]}.{o[2]}.999", $"{o[0]}.{o[1]}.{o[2]}.1000", $"0x{o[0]}.{o[1]}.{o[2]}.{o[3]}", $"+{a}", $"-{a}", " " + a, a + " ", a + "\t", a + "\n",
                a + ":53", $"[{a}]", a + "%eth0", a + "/24", a + "/", a + "\0", a.Replace('.', ','), $"{o[0]}.{o[1]}.{o[2]}.1e0", a.Replace('.', '\u3002'), $"::ffff:0{a}",
            };
        }),
        "", "-", "1", "134744072", "0x08080808", "010.8.8.8", "0127.0.0.1", "localhost", "\uFF18.8.8.8", "\u0668.8.8.8", "8.8.8.8.in-addr.arpa", "a.b.c.d",
        ":", ":::", "::1::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "12345::", "::12345", "::g", "1:::2", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:",
        "[::1]", "[::1]:53", "::1%1", "fe80::1%eth0", "::1/64", "::1.2.3", "::1.2.3.4.5", "::1.2.3.256", "::01.2.3.4", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:8.8.8", " ::1", "::1 ", "::-1", "0x1::", "::ffff:0x8.8.8.8",
        "2001:db8", "2001:4860:4860:8888", "00000::1", "::00001",
    ];

    private static readonly (string Text, string Canonical)[] GoodBlocks =
    [
        ("8.8.8.8", "8.8.8.8"), ("8.8.8.8/32", "8.8.8.8"), ("8.8.8.0/24", "8.8.8.0/24"), ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("128.0.0.0/1", "128.0.0.0/1"), ("192.168.100.128/25", "192.168.100.128/25"),
        ("::/0", "::/0"), ("2001:db8::/32", "2001:db8::/32"), ("2001:db8:0:0::/64", "2001:db8::/64"), ("::1/128", "::1"), ("64:ff9b::/96", "64:ff9b::/96"), ("::ffff:8.8.8.8", "8.8.8.8"), ("::ffff:8.8.8.0/120", "8.8.8.0/24"),
        ("2620:FE::/48", "2620:fe::/48"), ("ff00::/8", "ff00::/8"),
    ];

    private static readonly string[] BadBlocks =
    [
        "10.0.0.1/8", "8.8.8.8/24", "8.8.8.9/31", "010.0.0.0/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/ 8", "10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0/", "10.0.0.0//8", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10.0.0.0/0x8",
        "10/8", "10.0/16", "/8", "", "2001:db8::1/32", "2001:db8::/129", "2001:db8::/032", "[2001:db8::]/32", "fe80::%eth0/64", "::/1e0", "10.0.0.0/+8", "10.0.0.0/8.0", "8.8.8.0-8.8.8.255", "8.8.8.*", "any", "::ffff:8.8.8.8/119",
    ];

    [Fact]
    public void There_are_three_hundred_spellings_and_no_two_alike()
    {
        string[] all = [.. Good.Select(g => g.Text), .. Bad, .. GoodBlocks.Select(g => "block " + g.Text), .. BadBlocks.Select(b => "block " + b)];
        Assert.Equal(all.Length, all.Distinct(StringComparer.Ordinal).Count());
        Assert.InRange(all.Length, 300, 1_000);
    }

    [Fact]
    public void A_strict_spelling_is_taken_for_its_address()
    {
        foreach (var (text, canonical) in Good)
        {
            Assert.True(IpAddress.TryParse(text.AsSpan(), out var address), text);
            Assert.Equal(canonical, address.ToString());
            Assert.True(IpAddress.TryParse(Encoding.UTF8.GetBytes(text), out var same), text);
            Assert.Equal(address, same);
            Assert.Equal(address, IpAddress.Parse(canonical));
            Assert.Equal(address, IpAddress.FromBytes(address.ToBytes()));
        }
    }

    [Fact]
    public void Any_other_spelling_is_refused()
    {
        foreach (string text in Bad)
        {
            Assert.False(IpAddress.TryParse(text.AsSpan(), out _), text);
            Assert.False(IpAddress.TryParse(Encoding.UTF8.GetBytes(text), out _), text);
        }
    }

    [Fact]
    public void The_branchless_reader_of_IPv4_takes_what_the_plain_one_takes()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[] padded = new byte[128];
        foreach (string text in Good.Select(g => g.Text).Concat(Bad)) Check(Encoding.UTF8.GetBytes(text));
        for (int i = 0; i < 200_000; i++)
        {
            byte[] text = Encoding.ASCII.GetBytes($"{random.Next(300)}.{random.Next(256)}.{random.Next(12)}.{random.Next(256)}");
            if (random.Next(3) == 0) text[random.Next(text.Length)] = (byte)"0123456789. :a/"[random.Next(15)];
            Check(text);
        }

        void Check(byte[] text)
        {
            random.NextBytes(padded);
            text.CopyTo(padded, 0);
            bool plain = IpText.TryParseIPv4(text, out uint expected), fast = IpTextFast.TryParseIPv4(ref padded[0], text.Length, out uint actual);
            Assert.True(plain == fast && expected == actual, Encoding.UTF8.GetString(text));
        }
    }

    [Fact]
    public void A_block_is_taken_as_written_or_refused_with_what_would_be_right()
    {
        foreach (var (text, canonical) in GoodBlocks)
        {
            Assert.True(IpPrefix.TryParse(text, out var prefix, out string? error), $"{text}: {error}");
            Assert.Equal(canonical, prefix.ToString());
        }
        foreach (string text in BadBlocks)
        {
            Assert.False(IpPrefix.TryParse(text, out _, out string? error), text);
            Assert.False(string.IsNullOrEmpty(error), text);
        }
        Assert.False(IpPrefix.TryParse("10.0.0.1/8", out _, out string? hint));
        Assert.Contains("10.0.0.0/8", hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [InlineData("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [InlineData("2001:0:0:1:0:0:0:1", "2001:0:0:1::1")]
    [InlineData("0:0:0:0:0:0:0:0", "::")]
    [InlineData("0:0:0:0:0:0:0:1", "::1")]
    [InlineData("1:0:0:0:0:0:0:0", "1::")]
    [InlineData("0:0:1:0:0:0:0:a00", "0:0:1::a00")]
    [InlineData("fe80:0:0:0:10:100:1000:0", "fe80::10:100:1000:0")]
    [InlineData("64:ff9b::8.8.8.8", "64:ff9b::808:808")]
    [InlineData("::ffff:1.20.255.0", "1.20.255.0")]
    public void An_address_is_written_as_RFC_5952_has_it(string text, string expected)
    {
        Assert.Equal(expected, IpAddress.Parse(text).ToString());
        Span<char> small = stackalloc char[expected.Length];
        Assert.True(IpAddress.Parse(text).TryFormat(small, out int written, default, null));
        Assert.Equal(expected, small[..written].ToString());
        Assert.False(IpAddress.Parse(text).TryFormat(small[1..], out written, default, null));
        Assert.Equal(0, written);
    }

    [Fact]
    public void Random_addresses_agree_with_the_runtime_in_every_form()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[] bytes = new byte[16];
        for (int i = 0; i < 50_000; i++)
        {
            random.NextBytes(bytes);
            for (int zero = random.Next(9); zero > 0; zero--) bytes[random.Next(16)] = 0;
            if (random.Next(4) == 0) bytes.AsSpan(random.Next(16)).Clear();
            if (random.Next(4) == 0) bytes.AsSpan(random.Next(4) * 2, random.Next(5) * 2).Clear();
            var six = new IPAddress(bytes);
            if (!six.IsIPv4MappedToIPv6)
            {
                Assert.True(IpAddress.TryParse(six.ToString().AsSpan(), out var read));
                // The runtime writes the last four bytes of some deprecated forms dotted, which RFC 5952 leaves to prefixes that are known to hold IPv4.
                if (!six.ToString().Contains('.', StringComparison.Ordinal)) Assert.Equal(six.ToString(), read.ToString());
            }
            var four = new IPAddress(bytes.AsSpan(12));
            Assert.True(IpAddress.TryParse(four.ToString().AsSpan(), out var plain));
            Assert.True(IpAddress.TryParse(("::ffff:" + four).AsSpan(), out var mapped));
            Assert.Equal(plain, mapped);
            Assert.Equal(four.ToString(), plain.ToString());
        }
    }

    [Fact]
    public void An_address_and_its_mapped_form_are_in_the_same_blocks()
    {
        var random = new Random(11);
        for (int i = 0; i < 100_000; i++)
        {
            uint bits = (uint)random.NextInt64(1L << 32);
            int length = random.Next(33);
            var prefix = new IpPrefix(IpAddress.FromIPv4(length == 0 ? 0 : bits >> (32 - length) << (32 - length)), length + 96);
            uint other = random.Next(2) == 0 ? bits ^ (uint)random.Next(1 << random.Next(31)) : (uint)random.NextInt64(1L << 32);
            var plain = IpAddress.FromIPv4(other);
            var mapped = IpAddress.Parse($"::ffff:{other >> 16:x}:{other & 0xFFFF:x}");
            Assert.Equal(prefix.Contains(plain), prefix.Contains(mapped));
            Assert.Equal(length == 0 || (other ^ bits) >> (32 - length) == 0, prefix.Contains(plain));
        }
    }
}
