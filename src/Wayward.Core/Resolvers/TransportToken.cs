using System.Globalization;

namespace Wayward.Core.Resolvers;

/// <summary>
/// One token of the transports column: <c>name[/udp|/tcp][:port]</c>. Without a protocol or port the usual ones are meant:
/// <c>dns</c> UDP and TCP 53, <c>dot</c> TCP 853, <c>doq</c> UDP 853, <c>doh</c> TCP 443, <c>h3</c> UDP 443, <c>dnscrypt</c> UDP and TCP 443.
/// </summary>
public readonly record struct TransportToken(DnsTransport Transport, ushort Port, bool Tcp, bool Udp)
{
    private static readonly (string Name, DnsTransport Transport, ushort Port, bool Tcp, bool Udp)[] Known =
    [
        ("dns", DnsTransport.Dns, 53, true, true),
        ("dot", DnsTransport.DoT, 853, true, false),
        ("doq", DnsTransport.DoQ, 853, false, true),
        ("doh", DnsTransport.DoH, 443, true, false),
        ("h3", DnsTransport.DoH3, 443, false, true),
        ("dnscrypt", DnsTransport.DnsCrypt, 443, true, true),
    ];

    /// <summary>17 before 6.</summary>
    public IEnumerable<byte> Protocols
    {
        get
        {
            if (Udp) yield return 17;
            if (Tcp) yield return 6;
        }
    }

    public static TransportToken Of(DnsTransport transport, ushort? port = null)
    {
        var known = Known.First(k => k.Transport == transport);
        return new(transport, port ?? known.Port, known.Tcp, known.Udp);
    }

    public static bool TryParse(string text, out TransportToken token, out string? error)
    {
        token = default;
        var rest = text.AsSpan();
        ushort? port = null;
        int colon = rest.IndexOf(':');
        if (colon >= 0)
        {
            if (!ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) || number == 0)
            {
                error = $"{CatalogLines.Quote(text)}: the port must be 1 to 65535";
                return false;
            }
            port = number;
            rest = rest[..colon];
        }
        bool? tcp = null;
        int slash = rest.IndexOf('/');
        if (slash >= 0)
        {
            if (rest[(slash + 1)..].SequenceEqual("tcp")) tcp = true;
            else if (rest[(slash + 1)..].SequenceEqual("udp")) tcp = false;
            else
            {
                error = $"{CatalogLines.Quote(text)}: the protocol must be tcp or udp";
                return false;
            }
            rest = rest[..slash];
        }
        foreach (var known in Known)
        {
            if (!rest.SequenceEqual(known.Name)) continue;
            if (tcp == true && !known.Tcp || tcp == false && !known.Udp)
            {
                error = $"{CatalogLines.Quote(text)}: {known.Name} does not run over {(tcp == true ? "tcp" : "udp")}";
                return false;
            }
            token = new(known.Transport, port ?? known.Port, tcp ?? known.Tcp, tcp is null ? known.Udp : tcp == false);
            error = null;
            return true;
        }
        error = $"{CatalogLines.Quote(text)} is no transport; known: {string.Join(", ", Known.Select(k => k.Name))}";
        return false;
    }

    /// <summary>The shortest text that reads back as this.</summary>
    public override string ToString()
    {
        var self = this;
        var known = Known.First(k => k.Transport == self.Transport);
        string protocol = Tcp == known.Tcp && Udp == known.Udp ? "" : Tcp ? "/tcp" : "/udp";
        return known.Name + protocol + (Port == known.Port ? "" : string.Create(CultureInfo.InvariantCulture, $":{Port}"));
    }
}
