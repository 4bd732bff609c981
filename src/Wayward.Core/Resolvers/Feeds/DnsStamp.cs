using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers.Feeds;

/// <summary>One decoded <c>sdns://</c> stamp, as far as flow logs care.</summary>
/// <param name="Address">Null when the stamp gives a host name only.</param>
/// <param name="Port">From the address, else from the host name, else the usual one.</param>
/// <param name="HostName">Null for plain DNS and DNSCrypt.</param>
/// <param name="IsRelay">An anonymising relay, not a resolver.</param>
/// <remarks>Format: the DNS stamps specification, dnscrypt.info/stamps-specifications. Protocol byte, then (except relays) 8 bytes of properties, then length-prefixed fields.</remarks>
public sealed record DnsStamp(DnsTransport Transport, IpAddress? Address, ushort Port, string? HostName, bool IsRelay)
{
    public const string Scheme = "sdns://";

    public static bool TryParse(string text, out DnsStamp? stamp, out string? error)
    {
        stamp = null;
        error = null;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            error = "not an sdns:// stamp";
            return false;
        }
        string encoded = text[Scheme.Length..].TrimEnd('=');
        if (encoded.Length > 4096 || !Base64Url.IsValid(encoded))
        {
            error = "the stamp is not base64url";
            return false;
        }
        byte[] bytes = Base64Url.DecodeFromChars(encoded);
        var reader = new FieldReader(bytes);
        byte kind = reader.Byte();
        bool relay = kind is 0x81 or 0x85;
        if (kind != 0x81) reader.Skip(8);
        string addressText;
        string? host = null;
        DnsTransport transport;
        switch (kind)
        {
            case 0x00:
                transport = DnsTransport.Dns;
                addressText = reader.Text();
                break;
            case 0x01:
                transport = DnsTransport.DnsCrypt;
                addressText = reader.Text();
                break;
            case 0x02 or 0x03 or 0x04 or 0x85:
                transport = kind switch { 0x03 => DnsTransport.DoT, 0x04 => DnsTransport.DoQ, _ => DnsTransport.DoH };
                addressText = reader.Text();
                reader.SkipSet();
                host = reader.Text();
                break;
            case 0x05:
                // An oblivious target is reached through a relay; the stamp has a name but no address.
                transport = DnsTransport.DoH;
                addressText = "";
                host = reader.Text();
                break;
            case 0x81:
                transport = DnsTransport.DnsCrypt;
                addressText = reader.Text();
                break;
            default:
                error = string.Create(CultureInfo.InvariantCulture, $"unknown stamp protocol 0x{kind:x2}");
                return false;
        }
        if (reader.Failed)
        {
            error = "the stamp is cut short";
            return false;
        }
        ushort usual = transport is DnsTransport.DnsCrypt ? (ushort)443 : TransportToken.Of(transport).Port;
        ushort? hostPort = null;
        if (host is not null && !TrySplitPort(host, out host, out hostPort))
        {
            error = $"wrong port in {CatalogLines.Quote(host)}";
            return false;
        }
        if (!TryAddress(addressText, out var address, out ushort? port))
        {
            error = $"{CatalogLines.Quote(addressText)} is not an address";
            return false;
        }
        stamp = new(transport, address, port ?? hostPort ?? usual, string.IsNullOrEmpty(host) ? null : host, relay);
        return true;
    }

    /// <summary><c>1.2.3.4</c>, <c>1.2.3.4:8443</c>, <c>[2001:db8::1]</c>, <c>[2001:db8::1]:8443</c>, <c>:8443</c> or nothing.</summary>
    private static bool TryAddress(string text, out IpAddress? address, out ushort? port)
    {
        address = null;
        port = null;
        if (text.Length == 0) return true;
        string host = text;
        if (text[0] == '[')
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0) return false;
            host = text[1..close];
            if (close + 1 < text.Length && !(text[close + 1] == ':' && TryPort(text[(close + 2)..], out port))) return false;
        }
        else if (text.Count(c => c == ':') == 1 && !TrySplitPort(text, out host, out port)) return false;
        if (host.Length == 0) return true;
        if (!IpAddress.TryParse(host.AsSpan(), out var parsed)) return false;
        address = AddressSpace.Fold(parsed);
        return true;
    }

    private static bool TrySplitPort(string text, out string host, out ushort? port)
    {
        host = text;
        port = null;
        int colon = text.LastIndexOf(':');
        if (colon < 0) return true;
        host = text[..colon];
        return TryPort(text[(colon + 1)..], out port);
    }

    private static bool TryPort(string text, out ushort? port)
    {
        bool good = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && number > 0;
        port = good ? number : null;
        return good;
    }

    private ref struct FieldReader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public bool Failed { get; private set; }

        public byte Byte()
        {
            if (_rest.IsEmpty)
            {
                Failed = true;
                return 0xFF;
            }
            byte value = _rest[0];
            _rest = _rest[1..];
            return value;
        }

        public void Skip(int count)
        {
            if (_rest.Length < count) Failed = true;
            else _rest = _rest[count..];
        }

        public string Text()
        {
            int length = Byte();
            if (Failed || _rest.Length < length)
            {
                Failed = true;
                return "";
            }
            string text = Encoding.UTF8.GetString(_rest[..length]);
            _rest = _rest[length..];
            return text;
        }

        /// <summary>A set of length-prefixed values; the high bit of a length says that another follows.</summary>
        public void SkipSet()
        {
            byte length;
            do
            {
                length = Byte();
                Skip(length & 0x7F);
            }
            while (!Failed && (length & 0x80) != 0);
        }
    }
}
