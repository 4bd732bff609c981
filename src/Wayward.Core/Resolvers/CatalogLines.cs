using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

internal static class CatalogLines
{
    /// <summary>Lines that are not blank, trimmed, with their numbers from 1.</summary>
    public static IEnumerable<(int Number, string Text)> Of(string text)
    {
        int number = 0, start = 0;
        while (start < text.Length)
        {
            int end = text.IndexOf('\n', start);
            if (end < 0) end = text.Length;
            number++;
            string line = text.AsSpan(start, end - start).Trim(" \t\r\uFEFF").ToString();
            if (line.Length > 0) yield return (number, line);
            start = end + 1;
        }
    }

    /// <summary>The line without its comment: <c>#</c> at the start or after a blank.</summary>
    public static string WithoutComment(string line)
    {
        for (int i = 0; i < line.Length; i++)
            if (line[i] == '#' && (i == 0 || line[i - 1] is ' ' or '\t')) return line[..i].TrimEnd();
        return line;
    }

    /// <summary>A piece of a foreign line for a message: short, and without control characters.</summary>
    public static string Quote(string text)
    {
        string shown = text.Length > 60 ? text[..60] + "…" : text;
        return "'" + string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c)) + "'";
    }
}

/// <summary>Collects what a reader finds.</summary>
internal sealed class CatalogLineSink(string file)
{
    public List<CatalogEntry> Entries { get; } = [];
    public List<CatalogError> Errors { get; } = [];
    public List<CatalogError> Notes { get; } = [];
    public string File { get; } = file;

    private readonly LedgerMap<CatalogKey, int> _lines = new();

    public void Error(int line, string reason) => Errors.Add(new(File, line, reason));

    public void Note(int line, string reason) => Notes.Add(new(File, line, reason));

    /// <summary>A line of a feed that is not what it should be. Feeds are other people's files, and one slip must not cost the rest: it becomes a note, and is counted.</summary>
    public void Malformed(int line, string reason)
    {
        MalformedCount++;
        Note(line, reason);
    }

    public int MalformedCount { get; private set; }

    /// <summary>Adds an entry unless one of the same id is there; says so when asked to be strict.</summary>
    public void Add(int line, CatalogEntry entry, bool strict = false)
    {
        ref int known = ref _lines.GetValueRefOrAddDefault(new(entry));
        if (known == 0)
        {
            known = line;
            Entries.Add(entry);
        }
        else if (strict) Error(line, $"{entry.Prefix} {entry.Transport.Name()} port {entry.Port} is already on line {known}");
    }

    /// <summary>Adds the endpoints that a token such as <c>dns</c> or <c>dnscrypt:8443</c> stands for.</summary>
    public void Add(int line, TransportToken token, CatalogEntry template, bool strict = false)
    {
        foreach (byte protocol in token.Protocols)
        {
            Add(line, template with
            {
                Protocol = protocol,
                Port = token.Port,
                Transport = token.Transport,
            }, strict);
        }
    }

    /// <summary>An entry with everything but its endpoint. Names come from foreign files: what could not be written back and read again, or could deceive the eye, is replaced.</summary>
    public static CatalogEntry Template(string provider, IpPrefix prefix, CatalogTier tier, string? host, string source) => new()
    {
        Provider = Name(provider),
        Prefix = prefix,
        Protocol = 0,
        Port = 0,
        Transport = default,
        Tier = tier,
        HostName = host is not null && IsHost(host) ? host : null,
        Source = WithoutControls(source),
    };

    /// <summary>Thousands of entries share one source: the usual text stays the same object.</summary>
    private static string WithoutControls(string text)
    {
        foreach (char c in text)
            if (char.IsControl(c)) return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        return text;
    }

    private const string HostCharacters = ".-_*", NameCharacters = " .-_()&+/:,'!";

    public static bool IsHost(string text) => text.Length is > 0 and <= 253 && Consists(text, HostCharacters);

    /// <summary>Of ASCII letters, digits and these. A plain loop: the vectorised search would have to be compiled at every start, for texts of a dozen characters.</summary>
    private static bool Consists(string text, string others)
    {
        foreach (char c in text)
            if (!char.IsAsciiLetterOrDigit(c) && !others.Contains(c, StringComparison.Ordinal)) return false;
        return true;
    }

    /// <summary>The usual name stays the same object: it is asked for with every entry.</summary>
    private static string Name(string text)
    {
        if (text.Length is > 0 and <= 80 && Consists(text, NameCharacters) && text[0] != ' ' && text[^1] != ' ') return text;
        string name = string.Concat(text.Take(80).Select(c => char.IsAsciiLetterOrDigit(c) || NameCharacters.Contains(c, StringComparison.Ordinal) ? c : '-')).Trim();
        return name.Length == 0 ? "unnamed" : name;
    }

    public static IpPrefix Fold(IpPrefix prefix) => prefix.IsSingle ? IpPrefix.Single(AddressSpace.Fold(prefix.Address)) : prefix;
}
