using System.Globalization;
using System.Text;

namespace Wayward.Core.Resolvers;

/// <summary>Writes entries in the project's own format, so that <see cref="CatalogFile.Parse(string, string)"/> reads the same entries back.</summary>
public static class CatalogWriter
{
    /// <param name="version">For the version line; no line breaks.</param>
    /// <param name="entries">In any order; the file is sorted by provider, source, address.</param>
    public static string Write(string version, IEnumerable<CatalogEntry> entries)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{CatalogTextReader.Magic} 1\nversion: {version}\n");
        foreach (var provider in entries.GroupBy(e => e.Provider, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[{provider.Key}]\n");
            foreach (var source in provider.GroupBy(e => e.Source, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"source: {source.Key}\n");
                foreach (var line in source.GroupBy(Shape).OrderBy(g => g.Key.Prefix.Address).ThenBy(g => g.Key.Prefix.Bits).ThenBy(g => g.Key.Tail, StringComparer.Ordinal))
                    text.Append(CultureInfo.InvariantCulture, $"{line.Key.Prefix}  {Tokens(line)}  {line.Key.Tail}\n");
            }
        }
        return text.ToString();
    }

    /// <summary>What entries must share to stand on one line.</summary>
    private static (IpPrefix Prefix, string Tail) Shape(CatalogEntry entry)
    {
        var tail = new StringBuilder(entry.Tier.Letter());
        if (entry.HostName is { } host) tail.Append("  ").Append(host);
        Time("from", entry.ValidFrom, 0);
        Time("to", entry.ValidTo, long.MaxValue);
        Time("confirmed", entry.LastConfirmed, 0);
        Time("alerts", entry.AlertsFrom, 0);
        return (entry.Prefix, tail.ToString());

        void Time(string key, long value, long absent)
        {
            if (value == absent) return;
            var time = DateTimeOffset.FromUnixTimeSeconds(value);
            tail.Append(CultureInfo.InvariantCulture, $"  {key}={(value % 86_400 == 0 ? $"{time:yyyy-MM-dd}" : $"{time:yyyy-MM-dd'T'HH:mm:ss'Z'}")}");
        }
    }

    private static string Tokens(IEnumerable<CatalogEntry> line) => string.Join(',', line
        .GroupBy(e => (e.Transport, e.Port))
        .OrderBy(g => g.Key.Transport).ThenBy(g => g.Key.Port)
        .Select(g => new TransportToken(g.Key.Transport, g.Key.Port, g.Any(e => e.Protocol == 6), g.Any(e => e.Protocol == 17)).ToString()));
}
