using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Tests.Resolvers;

/// <summary>The table by first octet must say what the blocks say, at their edges and across octets.</summary>
public sealed class AddressSpaceTests
{
    [Theory]
    [InlineData("0.255.255.255", "1.0.0.0")]
    [InlineData("10.0.0.0", "9.255.255.255")]
    [InlineData("10.255.255.255", "11.0.0.0")]
    [InlineData("100.64.0.0", "100.63.255.255")]
    [InlineData("100.127.255.255", "100.128.0.0")]
    [InlineData("127.255.255.255", "128.0.0.0")]
    [InlineData("169.254.0.0", "169.253.255.255")]
    [InlineData("172.16.0.0", "172.15.255.255")]
    [InlineData("172.31.255.255", "172.32.0.0")]
    [InlineData("192.0.0.255", "192.0.1.0")]
    [InlineData("192.0.2.255", "192.0.3.0")]
    [InlineData("192.168.0.0", "192.167.255.255")]
    [InlineData("198.19.255.255", "198.20.0.0")]
    [InlineData("198.51.100.0", "198.51.99.255")]
    [InlineData("203.0.113.255", "203.0.114.0")]
    [InlineData("224.0.0.0", "223.255.255.255")]
    [InlineData("239.255.255.255", "8.8.8.8")]
    [InlineData("255.255.255.255", "8.8.4.4")]
    [InlineData("::1", "::2")]
    [InlineData("100::1", "100:0:0:1::")]
    [InlineData("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::")]
    [InlineData("5f00::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fc00::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::")]
    [InlineData("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::")]
    [InlineData("ff02::fb", "2606:4700:4700::1111")]
    public void Special_blocks_end_where_the_registries_say(string special, string beside)
    {
        Assert.False(AddressSpace.Default.IsPublic(Address(special)));
        Assert.True(AddressSpace.Default.IsPublic(Address(beside)));
    }

    [Fact]
    public void Own_prefixes_are_never_public()
    {
        var space = new AddressSpace([IpPrefix.Parse("8.8.8.0/24"), IpPrefix.Parse("2a00::/12")]);
        Assert.False(space.IsPublic(Address("8.8.8.255")));
        Assert.True(space.IsPublic(Address("8.8.9.0")));
        Assert.False(space.IsPublic(Address("2a0f::1")));
        Assert.True(space.IsPublic(Address("2a10::1")));
    }

    private static IpAddress Address(string text) => IpPrefix.Parse(text).Address;
}
