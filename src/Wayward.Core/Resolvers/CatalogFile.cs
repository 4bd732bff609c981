using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Wayward.Core.Resolvers.Feeds;
using Wayward.FlowLogs;

namespace Wayward.Core.Resolvers;

/// <summary>What a catalogue file or feed is written in; told by its content.</summary>
public enum CatalogFormat
{
    /// <summary>The project's own format: see docs/catalog.md.</summary>
    Wayward,
    /// <summary>Addresses, one a line, optionally <c>address#host</c>.</summary>
    AddressList,
    /// <summary>Comma-separated with the header <c>provider,purpose,ip</c>.</summary>
    ProviderCsv,
    /// <summary>Markdown with <c>sdns://</c> stamps under <c>## name</c> headings.</summary>
    DnsStamps,
}

/// <summary>A line that cannot be taken, and why.</summary>
public sealed record CatalogError(string File, int Line, string Reason)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: {Reason}");
}

/// <summary>The file is not a catalogue: every error at once, each as <c>file:line: reason</c>.</summary>
public sealed class CatalogFormatException(IReadOnlyList<CatalogError> errors) : FormatException(string.Join(Environment.NewLine, errors.Take(20))
    + (errors.Count > 20 ? string.Create(CultureInfo.InvariantCulture, $"{Environment.NewLine}and {errors.Count - 20} more") : ""))
{
    public IReadOnlyList<CatalogError> Errors { get; } = errors;
}

/// <summary>A parsed catalogue file or feed.</summary>
public sealed record CatalogFile
{
    /// <summary>Name for messages and for the source of entries that state none.</summary>
    public required string Name { get; init; }
    public required CatalogFormat Format { get; init; }
    /// <summary>The version line of the own format; null for feeds.</summary>
    public string? Version { get; init; }
    public required IReadOnlyList<CatalogEntry> Entries { get; init; }
    /// <summary>Lines passed over, with the reason: those that name no public address, and in feeds those that are malformed.</summary>
    public IReadOnlyList<CatalogError> Notes { get; init; } = [];

    /// <summary>Files larger than this are refused: the largest public list is a tenth of it.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    /// <exception cref="CatalogFormatException">The own format: any line is wrong, all errors are named. Feeds: more lines are wrong than right.</exception>
    public static CatalogFile Parse(string text, string name) =>
        TryParse(text, name, out var file, out var errors) ? file! : throw new CatalogFormatException(errors);

    /// <inheritdoc cref="Parse(string, string)"/>
    public static CatalogFile Parse(Stream stream, string name)
    {
        using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: false), detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        char[] buffer = new char[64 * 1024];
        var text = new StringBuilder();
        int read;
        while ((read = reader.Read(buffer)) > 0)
        {
            if (text.Length + read > MaxLength) throw new CatalogFormatException([new(name, 1, $"larger than {MaxLength / 1024 / 1024} MiB")]);
            text.Append(buffer, 0, read);
        }
        return Parse(text.ToString(), name);
    }

    /// <summary>Reads a catalogue file or feed, telling its format by content.</summary>
    /// <param name="errors">Why the file is refused; it is null when there is any.</param>
    public static bool TryParse(string text, string name, out CatalogFile? file, out IReadOnlyList<CatalogError> errors)
    {
        var sink = new CatalogLineSink(name);
        var format = Detect(text);
        string? version = null;
        switch (format)
        {
            case CatalogFormat.Wayward: version = CatalogTextReader.Read(text, sink); break;
            case CatalogFormat.DnsStamps: DnsStampListReader.Read(text, sink); break;
            case CatalogFormat.ProviderCsv: ProviderCsvReader.Read(text, sink); break;
            default: AddressListReader.Read(text, sink); break;
        }
        if (sink.Errors.Count == 0 && sink.MalformedCount > sink.Entries.Count)
        {
            foreach (var note in sink.Notes.Take(5)) sink.Errors.Add(note);
            sink.Error(1, $"{sink.MalformedCount} lines are not understood: this is neither an address list, a stamp list, a provider CSV nor a catalogue file");
        }
        else if (sink.Errors.Count == 0 && sink.Entries.Count == 0) sink.Error(1, "no entry in it");
        errors = sink.Errors;
        file = sink.Errors.Count > 0 ? null : new() { Name = name, Format = format, Version = version, Entries = sink.Entries, Notes = sink.Notes };
        return file is not null;
    }

    private static CatalogFormat Detect(string text)
    {
        foreach (var (_, line) in CatalogLines.Of(text))
        {
            if (line.StartsWith(CatalogTextReader.Magic, StringComparison.Ordinal)) return CatalogFormat.Wayward;
            if (line.StartsWith(ProviderCsvReader.Header, StringComparison.OrdinalIgnoreCase)) return CatalogFormat.ProviderCsv;
            if (!line.StartsWith('#')) break;
        }
        return text.Contains("sdns://", StringComparison.Ordinal) ? CatalogFormat.DnsStamps : CatalogFormat.AddressList;
    }

    /// <summary>The id of an endpoint: the same wherever and whenever it is read.</summary>
    public static string IdOf(string provider, IpPrefix prefix, byte protocol, ushort port, DnsTransport transport)
    {
        var culture = CultureInfo.InvariantCulture;
        string text = string.Concat([provider, "\n", prefix.ToString(), "\n", protocol.ToString(culture), "\n", port.ToString(culture), "\n", transport.Name()]);
        // Thousands of these are made at every start, so what can be is on the stack, and nothing is used that would have to be compiled for it.
        Span<byte> utf8 = text.Length <= 160 ? stackalloc byte[480] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(text, utf8)], hash);
        Span<char> hex = stackalloc char[12];
        for (int i = 0; i < hex.Length; i++) hex[i] = "0123456789abcdef"[hash[i >> 1] >> (i % 2 == 0 ? 4 : 0) & 15];
        return new string(hex);
    }
}
