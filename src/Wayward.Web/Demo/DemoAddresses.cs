namespace Wayward.Web.Demo;

internal static class DemoProtocol
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
}

/// <summary>
/// The addresses of the story. Strangers and attackers live in 192.88.99.0/24: global unicast, but withdrawn from use (RFC 7526), so nobody's host is accused.
/// </summary>
internal static class DemoAddresses
{
    public const string Quad9 = "9.9.9.9", Quad9Second = "149.112.112.112";
    public const string Cloudflare = "1.1.1.1", CloudflareSecond = "1.0.0.1";
    public const string Google = "8.8.8.8", GoogleSecond = "8.8.4.4";
    public const string OpenDns = "208.67.222.222";
    /// <summary>Cloudflare's DoH for Firefox: in a CDN range, but only a resolver's name leads to it.</summary>
    public const string CloudflareDoh = "104.16.248.249";
    public const string AdGuard = "94.140.14.14";
    /// <summary><see cref="AdGuard"/> as an IPv6-only subnet reaches it through NAT64 (RFC 6052).</summary>
    public const string AdGuardByNat64 = "64:ff9b::5e8c:e0e";
    /// <summary>1.1.1.1 through NAT64.</summary>
    public const string CloudflareByNat64 = "64:ff9b::101:101";
    public const string AttackersServer = "192.88.99.53";
    /// <summary>The shop's own resolver, <c>shop-dns</c>.</summary>
    public const string InsideResolver = "10.20.9.53";
    public const string CleanBrowsing = "185.228.168.9", ControlD = "76.76.2.0", Yandex = "77.88.8.8";
    public const string RootA = "198.41.0.4", RootB = "170.247.170.2", RootC = "192.33.4.12";

    /// <summary>Name servers of other people's domains; none is in the catalogue, none is the attacker's.</summary>
    public static string Authoritative(int number) => Nobody(number < 50 ? number + 1 : number + 4);

    public static string Nobody(int host) => $"192.88.99.{host}";
}
