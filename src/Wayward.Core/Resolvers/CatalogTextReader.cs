using System.Globalization;

namespace Wayward.Core.Resolvers;

/// <summary>
/// The project's own catalogue format, for files that people review: see docs/catalog.md. Strict: an unknown key, a wrong column or an entry without a source is an error.
/// </summary>
internal static class CatalogTextReader
{
    public const string Magic = "wayward-catalog";

    /// <summary>Reads entries into the sink; returns the version line.</summary>
    public static string? Read(string text, CatalogLineSink sink)
    {
        string? version = null, provider = null;
        var sources = new List<string>();
        string source = "";
        bool sourcesOpen = false, magicSeen = false;
        long confirmed = 0, fileConfirmed = 0;
        foreach (var (number, full) in CatalogLines.Of(text))
        {
            string line = CatalogLines.WithoutComment(full);
            if (line.Length == 0) continue;
            if (!magicSeen)
            {
                magicSeen = true;
                if (line != Magic + " 1") sink.Error(number, $"the first line must be '{Magic} 1'");
                continue;
            }
            if (line[0] == '[')
            {
                if (line[^1] != ']' || line.Length < 3 || line[1..^1].Trim() is not { Length: > 0 and <= 80 } name || name.Any(char.IsControl))
                {
                    sink.Error(number, "a section is [Provider], 1 to 80 characters");
                    continue;
                }
                provider = name;
                sources.Clear();
                source = "";
                sourcesOpen = false;
                confirmed = fileConfirmed;
                continue;
            }
            if (TryKey(line, "version", out string value))
            {
                if (version is not null || provider is not null) sink.Error(number, "one version line, before the first section");
                version = value;
            }
            else if (TryKey(line, "source", out value))
            {
                if (provider is null) sink.Error(number, "a source belongs into a section");
                if (value.Length == 0) sink.Error(number, "an empty source");
                // Source lines next to each other go together; one that follows entries begins a new group.
                if (!sourcesOpen) sources.Clear();
                sourcesOpen = true;
                sources.Add(value);
                source = string.Join(' ', sources);
            }
            else if (TryKey(line, "confirmed", out value))
            {
                if (!TryTime(value, out confirmed)) sink.Error(number, $"confirmed: {CatalogLines.Quote(value)} is not a date (2026-11-24)");
                if (provider is null) fileConfirmed = confirmed;
            }
            else
            {
                sourcesOpen = false;
                ReadEntry(sink, number, line, provider, source, confirmed);
            }
        }
        if (version is null) sink.Error(1, "no version line");
        return version;
    }

    private static void ReadEntry(CatalogLineSink sink, int number, string line, string? provider, string source, long confirmed)
    {
        string[] columns = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (provider is null)
        {
            sink.Error(number, "an entry before the first [Provider]");
            return;
        }
        if (columns.Length < 3)
        {
            sink.Error(number, "an entry is: prefix transports tier [host] [key=value…]");
            return;
        }
        if (!IpPrefix.TryParse(columns[0], out var prefix, out string? error))
        {
            sink.Error(number, error!);
            return;
        }
        if (!CatalogTiers.TryParse(columns[2], out var tier))
        {
            sink.Error(number, $"tier {CatalogLines.Quote(columns[2])}: must be A, B, C, D, R, X or H");
            return;
        }
        string? host = null;
        var entry = CatalogLineSink.Template(provider, CatalogLineSink.Fold(prefix), tier, null, source) with { Provider = provider, LastConfirmed = confirmed };
        foreach (string column in columns.AsSpan(3))
        {
            int equals = column.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                if (host is not null || !CatalogLineSink.IsHost(column))
                {
                    sink.Error(number, $"{CatalogLines.Quote(column)}: want one host name or key=value");
                    return;
                }
                host = column;
                continue;
            }
            string key = column[..equals], value = column[(equals + 1)..];
            long time = 0;
            if (key is not ("source" or "provider") && !TryTime(value, out time))
            {
                sink.Error(number, $"{CatalogLines.Quote(column)}: not a date (2026-11-24) or time (2026-11-24T00:00:00Z)");
                return;
            }
            switch (key)
            {
                case "source" when value.Length > 0: entry = entry with { Source = value }; break;
                case "provider" when value.Length is > 0 and <= 80: entry = entry with { Provider = value }; break;
                case "confirmed": entry = entry with { LastConfirmed = time }; break;
                case "from": entry = entry with { ValidFrom = time }; break;
                case "to": entry = entry with { ValidTo = time }; break;
                case "alerts": entry = entry with { AlertsFrom = time }; break;
                default:
                    sink.Error(number, $"{CatalogLines.Quote(column)}: known keys are provider, source, confirmed, from, to, alerts");
                    return;
            }
        }
        if (entry.Source.Length == 0)
        {
            sink.Error(number, "no source: say where the fact comes from with a source: line above");
            return;
        }
        entry = entry with { HostName = host };
        foreach (string part in columns[1].Split(','))
        {
            if (!TransportToken.TryParse(part, out var token, out error))
            {
                sink.Error(number, error!);
                return;
            }
            if (tier.IsAuthoritative() && token.Port != 53)
            {
                sink.Error(number, $"tier {tier.Letter()} is for port 53 only");
                return;
            }
            sink.Add(number, token, entry, strict: true);
        }
    }

    private static bool TryKey(string line, string key, out string value)
    {
        bool matches = line.Length > key.Length && line[key.Length] == ':' && line.StartsWith(key, StringComparison.Ordinal);
        value = matches ? line[(key.Length + 1)..].Trim() : "";
        return matches;
    }

    private static bool TryTime(string text, out long seconds)
    {
        bool good = DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time);
        seconds = good ? time.ToUnixTimeSeconds() : 0;
        return good;
    }
}
