using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers.Feeds;

/// <summary>
/// DNSCrypt-style lists: Markdown whose <c>## name</c> headings are followed by prose and <c>sdns://</c> stamps. A heading's name, less what tells
/// its variants apart (address family, transport, filtering), is the provider. Tier D.
/// </summary>
internal static class DnsStampListReader
{
    public static void Read(string text, CatalogLineSink sink)
    {
        string? name = null;
        foreach (var (number, line) in CatalogLines.Of(text))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                name = line[3..].Trim();
                continue;
            }
            if (!line.StartsWith(DnsStamp.Scheme, StringComparison.Ordinal)) continue;
            if (!DnsStamp.TryParse(line, out var stamp, out string? error))
            {
                sink.Malformed(number, error!);
                continue;
            }
            if (stamp!.IsRelay)
            {
                sink.Note(number, "an anonymising relay, not a resolver");
                continue;
            }
            if (stamp.Address is not { } address)
            {
                sink.Note(number, $"{stamp.HostName} is given without an address; names cannot be matched in flow logs");
                continue;
            }
            if (!AddressSpace.Default.IsPublic(address))
            {
                sink.Note(number, $"{address} is not a public address");
                continue;
            }
            var entry = CatalogLineSink.Template(ProviderOf(name ?? sink.File), IpPrefix.Single(address), CatalogTier.PersonalHost, stamp.HostName, sink.File);
            sink.Add(number, TransportToken.Of(stamp.Transport, stamp.Port), entry);
            // A DoH server answers over HTTP/3 on the same port or not at all; the stamp does not say.
            if (stamp.Transport == DnsTransport.DoH) sink.Add(number, TransportToken.Of(DnsTransport.DoH3, stamp.Port), entry);
        }
    }

    private static readonly HashSet<string> Variants = new(StringComparer.OrdinalIgnoreCase)
    {
        "ipv4", "ipv6", "ip4", "ip6", "v4", "v6", "doh", "dot", "doq", "dnscrypt", "crypto", "dns", "pri", "sec", "alt", "filter", "nofilter", "filtered", "unfiltered", "family",
        "adblock", "ads", "security", "safe", "adult", "nolog", "ecs", "noads", "malware", "default", "uncensored", "plus", "light", "base", "extended", "all",
    };

    /// <summary>"quad9-doh-ip4-port443-filter-pri" -> "quad9"; a name with nothing to cut stays whole.</summary>
    internal static string ProviderOf(string name)
    {
        string[] parts = name.Split(['-', ' '], StringSplitOptions.RemoveEmptyEntries);
        int keep = parts.Length;
        while (keep > 1 && (Variants.Contains(parts[keep - 1]) || parts[keep - 1].StartsWith("port", StringComparison.Ordinal) || parts[keep - 1].All(char.IsAsciiDigit))) keep--;
        string provider = string.Join('-', parts.Take(keep));
        if (parts[0].StartsWith("dnscry.pt", StringComparison.OrdinalIgnoreCase)) provider = "dnscry.pt";
        return provider.Length is 0 or > 80 ? name[..Math.Min(name.Length, 80)] : provider;
    }
}
