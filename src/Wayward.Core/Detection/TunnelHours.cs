using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>An hour in which a destination took in more than questions.</summary>
/// <param name="Bytes">Sent in that hour.</param>
/// <param name="MeanBytes">Of a packet.</param>
/// <param name="Usual">The instance's own 95th percentile of hours before, bytes.</param>
internal readonly record struct TunnelHour(long Start, long End, long Bytes, long MeanBytes, long Received, long Usual);

/// <summary>Tunnels by volume (section 10 of the rules), hour by hour, from one instance's cells.</summary>
internal static class TunnelHours
{
    /// <summary>Could this hour be one of them, now or when the hours before it look different?</summary>
    public static bool IsMuch(ContactHour cell, Parameters parameters) => cell.OutAccepted.Bytes >= parameters.LeastTunnelBytes;

    /// <summary>By destination; empty for nearly every instance.</summary>
    public static Dictionary<Destination, TunnelHour[]> Of(IReadOnlyList<DestinationPairs> pairs, Parameters parameters)
    {
        var options = parameters.Options.Patterns;
        var found = new Dictionary<Destination, TunnelHour[]>();
        List<(int Hour, long Bytes)>? usual = null;
        foreach (var destination in pairs)
        {
            bool plain = destination.Destination.Transport == DnsTransport.Dns;
            bool encrypted = destination.Destination.Transport is DnsTransport.DoT or DnsTransport.DoQ
                || (destination.Destination.Transport is DnsTransport.DoH or DnsTransport.DoH3 && destination.Entry?.Tier is CatalogTier.Dedicated or CatalogTier.ServiceAssigned);
            if (!plain && !encrypted) continue;
            List<TunnelHour>? hours = null;
            foreach (var (endpoint, _, cells) in destination.Endpoints)
            {
                if (plain && endpoint.Protocol != 17) continue;
                foreach (var cell in cells)
                {
                    var sent = cell.OutAccepted;
                    // Cheap and almost always false: questions of an hour seldom reach the smallest threshold.
                    if (sent.Bytes < parameters.LeastTunnelBytes || sent.Packets == 0) continue;
                    long mean = sent.Bytes / sent.Packets;
                    if (encrypted)
                    {
                        if (sent.Bytes >= options.EncryptedTunnelBytes && sent.Bytes >= options.EncryptedTunnelRatio * cell.InAccepted.Bytes)
                            (hours ??= []).Add(new(cell.FirstContact, cell.LastContact, sent.Bytes, mean, cell.InAccepted.Bytes, 0));
                        continue;
                    }
                    bool large = sent.Bytes >= options.TunnelBytes && mean >= (IsIPv4(endpoint, cell) ? options.TunnelMeanBytes : options.TunnelMeanBytesV6);
                    long percentile = 0;
                    bool much = sent.Bytes >= options.TunnelVolume;
                    if (much)
                    {
                        percentile = Percentile(usual ??= HoursOf(pairs), cell.Hour, parameters);
                        much = sent.Bytes >= options.TunnelVolumeFactor * percentile;
                    }
                    if (large || much) (hours ??= []).Add(new(cell.FirstContact, cell.LastContact, sent.Bytes, mean, cell.InAccepted.Bytes, percentile));
                }
            }
            if (hours is not null) found.Add(destination.Destination, [.. hours.OrderBy(h => h.Start)]);
        }
        return found;
    }

    /// <summary>NAT64 is spoken to in IPv6, whose header has 20 bytes more.</summary>
    private static bool IsIPv4(Endpoint endpoint, ContactHour cell) => endpoint.Address.IsIPv4 && (cell.Flags & ContactFlags.Nat64) == 0;

    /// <summary>Bytes sent by plain DNS over UDP, by hour, all destinations together.</summary>
    private static List<(int, long)> HoursOf(IReadOnlyList<DestinationPairs> pairs)
    {
        var sums = new SortedDictionary<int, long>();
        foreach (var destination in pairs)
        {
            if (destination.Destination.Transport != DnsTransport.Dns) continue;
            foreach (var (endpoint, _, cells) in destination.Endpoints)
            {
                if (endpoint.Protocol != 17) continue;
                foreach (var cell in cells)
                    if (cell.OutAccepted.Bytes > 0) sums[cell.Hour] = sums.GetValueOrDefault(cell.Hour) + cell.OutAccepted.Bytes;
            }
        }
        return [.. sums.Select(p => (p.Key, p.Value))];
    }

    /// <summary>95th percentile (nearest rank) of the hours with DNS within H before; 0 when there were none.</summary>
    private static long Percentile(List<(int Hour, long Bytes)> hours, int before, Parameters parameters)
    {
        long from = before - parameters.History / UnixTime.HourSeconds;
        var bytes = hours.Where(h => h.Hour < before && h.Hour >= from).Select(h => h.Bytes).Order().ToList();
        return bytes.Count == 0 ? 0 : bytes[(int)Math.Ceiling(bytes.Count * 0.95) - 1];
    }
}
