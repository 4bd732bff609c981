namespace Wayward.Core.Resolvers;

/// <summary>The kind of DNS contact a flow record can prove. Values are stored; do not renumber.</summary>
public enum DnsTransport : byte
{
    /// <summary>Plain DNS, remote port 53, UDP and TCP being one kind.</summary>
    Dns = 1,
    /// <summary>DNS over TLS, TCP 853 (RFC 7858).</summary>
    DoT = 2,
    /// <summary>DNS over QUIC, UDP 853 (RFC 9250), or an older port named by the catalogue.</summary>
    DoQ = 3,
    /// <summary>DNS over HTTPS on TCP (RFC 8484), known by a catalogue endpoint only.</summary>
    DoH = 4,
    /// <summary>DNS over HTTPS on QUIC, UDP 443, known by a catalogue endpoint only.</summary>
    DoH3 = 5,
    /// <summary>DNSCrypt, known by a catalogue endpoint only.</summary>
    DnsCrypt = 6,
}

public static class DnsTransports
{
    /// <summary>The name in output contracts and on screen: <c>DNS</c>, <c>DoT</c>, <c>DoQ</c>, <c>DoH</c>, <c>DoH3</c>, <c>DNSCrypt</c>.</summary>
    public static string Name(this DnsTransport transport) => transport switch
    {
        DnsTransport.Dns => "DNS",
        DnsTransport.DoT => "DoT",
        DnsTransport.DoQ => "DoQ",
        DnsTransport.DoH => "DoH",
        DnsTransport.DoH3 => "DoH3",
        DnsTransport.DnsCrypt => "DNSCrypt",
        _ => transport.ToString(),
    };

    /// <summary>Reads <see cref="Name"/>, ignoring case.</summary>
    public static bool TryParse(string text, out DnsTransport transport)
    {
        foreach (var value in Enum.GetValues<DnsTransport>())
        {
            if (string.Equals(value.Name(), text, StringComparison.OrdinalIgnoreCase))
            {
                transport = value;
                return true;
            }
        }
        transport = default;
        return false;
    }

    public static bool IsEncrypted(this DnsTransport transport) => transport != DnsTransport.Dns;
}
