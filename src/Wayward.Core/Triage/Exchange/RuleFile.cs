using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wayward.Core.Text;

namespace Wayward.Core.Triage.Exchange;

/// <summary>The form of a file of rules.</summary>
public enum RuleFormat : byte { Json = 1, Csv = 2 }

/// <summary>Something in a file that cannot be taken.</summary>
/// <param name="Line">1-based line, or for JSON the number of the rule; 0 = the whole file.</param>
public sealed record RuleFault(int Line, string Text);

/// <summary>A file of rules as it was read. Nothing is taken from a file that has a fault.</summary>
/// <param name="Rules">Each rule once, in the order of the file.</param>
/// <param name="Repeated">Rules that stand in the file more than once; only the first of each is taken.</param>
public sealed record RuleFileContent(IReadOnlyList<ExpectedTarget> Rules, IReadOnlyList<RuleFault> Faults, int Repeated);

/// <summary>What a list of addresses without more is taken for.</summary>
/// <param name="To">Unix seconds, whole hour; null = no end.</param>
public sealed record ListDefaults(string Reason, string Owner = "", string Ticket = "", long? To = null);

/// <summary>
/// Files of rules: JSON and CSV are written and read; a list of addresses, one a line, as GuardDuty takes for a trusted IP list, is read only and becomes one rule for everywhere. The same rules give the
/// same bytes, and what was written is read back without a difference.
/// </summary>
public static class RuleFile
{
    public const string SchemaId = "wayward.expected/1";
    /// <summary>Larger files are refused.</summary>
    public const int MaxBytes = 16 << 20;
    private const int MaxRules = 10_000, MaxFaults = 50;
    private static readonly string[] Columns = ["action", "targets", "transports", "ports", "scope", "from", "to", "owner", "reason", "ticket"];

    public static byte[] Write(IEnumerable<ExpectedTarget> rules, RuleFormat format)
    {
        var rows = rules.Select(RuleRow.Of).OrderBy(r => r.Key, StringComparer.Ordinal).ThenBy(r => r.To, StringComparer.Ordinal).ThenBy(r => r.Owner, StringComparer.Ordinal)
            .ThenBy(r => r.Reason, StringComparer.Ordinal).ThenBy(r => r.Ticket, StringComparer.Ordinal).ToList();
        return format == RuleFormat.Csv ? Csv(rows) : [.. JsonSerializer.SerializeToUtf8Bytes(new RuleDocument(SchemaId, rows), RuleJsonContext.Default.RuleDocument), (byte)'\n'];
    }

    /// <param name="defaults">For a list of addresses, which says nothing but the addresses.</param>
    public static RuleFileContent Read(ReadOnlySpan<byte> content, ListDefaults defaults)
    {
        if (content.Length > MaxBytes) return Refused($"The file is larger than {MaxBytes >> 20} MiB.");
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content.StartsWith("\uFEFF"u8) ? content[3..] : content);
        }
        catch (DecoderFallbackException)
        {
            return Refused("The file is not UTF-8 text.");
        }
        string first = text.TrimStart().Split('\n', 2)[0].Trim();
        return first.Length == 0 ? Refused("The file is empty.")
            : first[0] == '{' ? FromJson(text)
            : first.StartsWith("action,", StringComparison.OrdinalIgnoreCase) ? FromCsv(text)
            : FromList(text, defaults);
    }

    private static RuleFileContent Refused(string why) => new([], [new(0, why)], 0);

    private static RuleFileContent FromJson(string text)
    {
        try
        {
            var document = JsonSerializer.Deserialize(text, RuleJsonContext.Default.RuleDocument);
            if (document?.Schema != SchemaId || document.Rules is null) return Refused($"This is JSON, but no file of rules: its member 'schema' must be {SchemaId}.");
            return Checked(document.Rules.Select((row, i) => (i + 1, row)));
        }
        catch (JsonException e)
        {
            return Refused($"The JSON cannot be read at line {(e.LineNumber + 1)?.ToString(CultureInfo.InvariantCulture) ?? "?"}.");
        }
    }

    private static RuleFileContent FromCsv(string text)
    {
        List<(int, RuleRow)> rows = [];
        List<RuleFault> faults = [];
        string[]? header = null;
        foreach (var (line, cells) in CsvReader.Read(text))
        {
            if (header is null)
            {
                header = [.. cells.Select(c => c.Trim().ToLowerInvariant())];
                if (header.Except(Columns).FirstOrDefault() is { } unknown) return Refused($"There is no column '{SafeText.Plain(unknown, 40)}'; columns: {string.Join(", ", Columns)}.");
                continue;
            }
            if (cells.Count == 1 && cells[0].Length == 0) continue;
            if (cells.Count != header.Length)
            {
                faults.Add(new(line, string.Create(CultureInfo.InvariantCulture, $"{cells.Count} values where the first line names {header.Length} columns.")));
                continue;
            }
            string[] columns = header;
            string Cell(string name) => Array.IndexOf(columns, name) is >= 0 and var at ? CsvReader.Unguarded(cells[at]) : "";
            var ports = Parts(Cell("ports"));
            if (ports.FirstOrDefault(p => !int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _)) is { } wrong) faults.Add(new(line, $"'{SafeText.Plain(wrong, 40)}' is not a port."));
            else rows.Add((line, new()
            {
                Action = Cell("action"), Targets = Parts(Cell("targets")), Transports = Parts(Cell("transports")), Ports = [.. ports.Select(p => int.Parse(p, CultureInfo.InvariantCulture))], Scope = Parts(Cell("scope")),
                From = Cell("from"), To = Cell("to"), Owner = Cell("owner"), Reason = Cell("reason"), Ticket = Cell("ticket"),
            }));
        }
        return Checked(rows, faults);
    }

    private static RuleFileContent FromList(string text, ListDefaults defaults)
    {
        List<string> targets = [];
        List<RuleFault> faults = [];
        int line = 0;
        foreach (string entry in text.Split('\n'))
        {
            line++;
            string value = entry.Split('#', 2)[0].Trim();
            if (value.Length == 0) continue;
            if (Resolvers.IpPrefix.TryParse(value, out _, out string? error)) targets.Add(value);
            else if (faults.Count < MaxFaults) faults.Add(new(line, SafeText.Plain(error!, 120) + "."));
        }
        var row = new RuleRow { Targets = targets, Reason = defaults.Reason, Owner = defaults.Owner, Ticket = defaults.Ticket, To = defaults.To is { } to ? UtcTime.Iso(to) : "" };
        return Checked(targets.Count == 0 ? [] : [(0, row)], faults) with { Repeated = targets.Count - targets.Distinct(StringComparer.Ordinal).Count() };
    }

    private static RuleFileContent Checked(IEnumerable<(int Line, RuleRow Row)> rows, List<RuleFault>? before = null)
    {
        List<RuleFault> faults = before ?? [];
        List<ExpectedTarget> rules = [];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int repeated = 0;
        foreach (var (line, row) in rows)
        {
            if (row is null || row.Targets.Concat(row.Transports).Concat(row.Scope).Any(v => v is null))
            {
                faults.Add(new(line, "This is not a rule."));
                continue;
            }
            var rule = row.ToRule(out var wrong);
            foreach (string fault in wrong.Count > 0 ? wrong : ExpectedRules.Faults(rule))
                if (faults.Count < MaxFaults) faults.Add(new(line, fault));
            if (!seen.Add(RuleRow.Of(rule).Key)) repeated++;
            else if (rules.Count < MaxRules) rules.Add(rule);
            else return Refused(string.Create(CultureInfo.InvariantCulture, $"The file has more than {MaxRules} rules."));
        }
        return new(faults.Count > 0 ? [] : rules, faults, repeated);
    }

    private static byte[] Csv(List<RuleRow> rows)
    {
        using var text = new StringWriter();
        var csv = new Csv(text);
        csv.Header(Columns);
        foreach (var row in rows)
        {
            foreach (string value in (string[])[row.Action, Joined(row.Targets), Joined(row.Transports), Joined(row.Ports.Select(p => p.ToString(CultureInfo.InvariantCulture))), Joined(row.Scope), row.From, row.To, row.Owner, row.Reason, row.Ticket])
                csv.Text(CsvReader.Guarded(value));
            csv.EndRow();
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Members of a list stand in one cell, separated by semicolons; a semicolon inside one has a backslash before it.</summary>
    private static string Joined(IEnumerable<string> parts) => string.Join(';', parts.Select(p => p.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(";", "\\;", StringComparison.Ordinal)));

    private static List<string> Parts(string cell)
    {
        List<string> parts = [];
        var part = new StringBuilder();
        for (int i = 0; i <= cell.Length; i++)
        {
            if (i < cell.Length && cell[i] == '\\' && i + 1 < cell.Length) part.Append(cell[++i]);
            else if (i < cell.Length && cell[i] != ';') part.Append(cell[i]);
            else
            {
                if (part.ToString().Trim() is { Length: > 0 } value) parts.Add(value);
                part.Clear();
            }
        }
        return parts;
    }
}

/// <summary>The document of a JSON file.</summary>
internal sealed record RuleDocument(string? Schema, IReadOnlyList<RuleRow>? Rules);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n", UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RuleDocument))]
internal sealed partial class RuleJsonContext : JsonSerializerContext;
