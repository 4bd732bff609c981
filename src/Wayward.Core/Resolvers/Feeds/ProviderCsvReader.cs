namespace Wayward.Core.Resolvers.Feeds;

/// <summary>
/// Comma-separated <c>provider,purpose,ip</c>, the shape in which Chromium's built-in DoH providers are often written down; purpose is <c>dns53</c>, <c>dot</c> or <c>doh</c>.
/// Tier D: a list alone does not prove that an address is dedicated to DNS.
/// </summary>
internal static class ProviderCsvReader
{
    public const string Header = "provider,purpose,ip";

    public static void Read(string text, CatalogLineSink sink)
    {
        foreach (var (number, full) in CatalogLines.Of(text))
        {
            string line = CatalogLines.WithoutComment(full);
            if (line.Length == 0 || line.StartsWith(Header, StringComparison.OrdinalIgnoreCase)) continue;
            string[] columns = line.Split(',', StringSplitOptions.TrimEntries);
            if (columns.Length != 3 || columns[0].Length is 0 or > 80)
            {
                sink.Malformed(number, $"want {Header}");
                continue;
            }
            // Such lists write addresses as the browser's source does, leading zeros in a group included; those are read, other slips are not.
            if (!IpPrefix.TryParse(columns[2], out var prefix, out string? error))
            {
                sink.Malformed(number, error!);
                continue;
            }
            DnsTransport[] transports = columns[1] switch
            {
                "dns53" => [DnsTransport.Dns],
                "dot" => [DnsTransport.DoT],
                "doh" => [DnsTransport.DoH, DnsTransport.DoH3],
                _ => [],
            };
            if (transports.Length == 0) sink.Malformed(number, $"purpose {CatalogLines.Quote(columns[1])}: must be dns53, dot or doh");
            var entry = CatalogLineSink.Template(columns[0], CatalogLineSink.Fold(prefix), CatalogTier.PersonalHost, null, sink.File);
            foreach (var transport in transports) sink.Add(number, TransportToken.Of(transport), entry);
        }
    }
}
