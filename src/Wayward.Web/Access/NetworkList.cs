using System.Net;

namespace Wayward.Web.Access;

/// <summary>Addresses and networks from options. An IPv4 address and its IPv6-mapped form are the same.</summary>
internal sealed class NetworkList(IEnumerable<string> texts)
{
    private readonly IPNetwork[] _networks = [.. texts.Select(Parse)];

    public bool Contains(IPAddress? address)
    {
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _networks.Any(n => n.Contains(plain));
    }

    public static IPNetwork Parse(string text) =>
        IPAddress.TryParse(text, out var address) ? new(Plain(address), Plain(address).AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128) : IPNetwork.Parse(text);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
