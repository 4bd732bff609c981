using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers.Feeds;

/// <summary>
/// A plain list of addresses, one or several a line, comments after <c>#</c> or <c>;</c>, lines of rules and decoration passed over.
/// <para>A bare address is taken as a DoH server of tier D, on TCP 443 and UDP 443: such lists are made for blocking DoH, and an address in one proves neither
/// that it serves DNS only nor for how long. <c>address#host</c>, as systemd writes it, is a plain and DoT resolver of that name, tier D too.</para>
/// </summary>
internal static class AddressListReader
{
    public static void Read(string text, CatalogLineSink sink)
    {
        foreach (var (number, full) in CatalogLines.Of(text))
        {
            if (IsDecoration(full)) continue;
            foreach (string part in CatalogLines.WithoutComment(full).Split([' ', '\t', ',', ';'], StringSplitOptions.RemoveEmptyEntries))
                if (!ReadOne(sink, number, part)) break;
        }
    }

    /// <summary>Comments and ruler lines.</summary>
    internal static bool IsDecoration(string line) => line[0] is '#' or ';' or '!' || line.All(c => c is '=' or '-' or '*' or '_');

    private static bool ReadOne(CatalogLineSink sink, int number, string part)
    {
        int hash = part.IndexOf('#', StringComparison.Ordinal);
        string addressText = hash < 0 ? part : part[..hash];
        if (!IpPrefix.TryParse(addressText, out var prefix, out string? error))
        {
            sink.Malformed(number, $"{CatalogLines.Quote(part)} is not an address or CIDR block (names cannot be matched in flow logs){(addressText.Contains('/', StringComparison.Ordinal) ? $": {error}" : "")}");
            return false;
        }
        prefix = CatalogLineSink.Fold(prefix);
        if (prefix.Address == IpAddress.FromIPv4(0) && prefix.IsSingle)
        {
            sink.Malformed(number, "a hosts file: names cannot be matched in flow logs, a list of addresses is wanted");
            return false;
        }
        if (!AddressSpace.Default.IsPublic(prefix.Address))
        {
            sink.Note(number, $"{prefix} is not a public address");
            return true;
        }
        if (hash >= 0 && part[(hash + 1)..] is { Length: > 0 } host)
        {
            var named = CatalogLineSink.Template(host, prefix, CatalogTier.PersonalHost, host, sink.File);
            sink.Add(number, TransportToken.Of(DnsTransport.Dns), named);
            sink.Add(number, TransportToken.Of(DnsTransport.DoT), named);
            return true;
        }
        // One provider per address: findings are joined by provider, and two strangers on one list have nothing to do with each other.
        var entry = CatalogLineSink.Template($"listed DoH {prefix}", prefix, CatalogTier.PersonalHost, null, sink.File);
        sink.Add(number, TransportToken.Of(DnsTransport.DoH), entry);
        sink.Add(number, TransportToken.Of(DnsTransport.DoH3), entry);
        return true;
    }
}
