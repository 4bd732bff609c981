using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Wayward.Web.Tests.Reports.Formats;

/// <summary>What is wrong with one written document of a format; nothing when all is well.</summary>
internal static partial class FormatChecks
{
    public static IEnumerable<string> GuardDuty(JsonNode finding) => PublishedSchemas.Problems("guardduty/finding.wire.schema.json", finding)
        .Concat(finding["confidence"] is null ? [] : ["confidence is written"])
        .Concat(JsonNode.Parse((string)finding["service"]!["additionalInfo"]!["value"]!) is JsonObject value && value.All(m => (string?)finding["service"]!["additionalInfo"]![m.Key] == (string?)m.Value) ? [] : ["additionalInfo.value differs from its members"]);

    /// <summary>The schema, and what AWS says in prose only.</summary>
    public static IEnumerable<string> Asff(JsonNode finding)
    {
        foreach (string problem in PublishedSchemas.Problems("securityhub/asff-finding.schema.json", finding)) yield return problem;
        if (Encoding.UTF8.GetByteCount(finding.ToJsonString()) > 245_760) yield return "larger than 240 KB";
        foreach (string text in Texts(finding)) if (string.IsNullOrWhiteSpace(text) || text.Trim('\ufeff').Length == 0) yield return "a blank string";
        foreach (string type in finding["FindingProviderFields"]!["Types"]!.AsArray().Select(t => (string)t!))
            if (!AsffType().IsMatch(type)) yield return "Types: " + type;
        foreach (string member in (string[])["Severity", "Types", "Confidence", "Criticality", "RelatedFindings", "Network"]) if (finding[member] is not null) yield return member + " at the top belongs to the customer or is retired";
        if (finding["FindingProviderFields"]!["Severity"]!["Normalized"] is not null) yield return "Normalized is deprecated";
        string account = (string)finding["AwsAccountId"]!, region = (string)finding["Region"]!;
        if (!((string)finding["ProductArn"]!).EndsWith($":securityhub:{region}:{account}:product/{account}/default", StringComparison.Ordinal)) yield return "ProductArn";
        if (string.CompareOrdinal((string)finding["UpdatedAt"]!, (string)finding["CreatedAt"]!) < 0) yield return "UpdatedAt before CreatedAt";
        if (string.CompareOrdinal((string)finding["LastObservedAt"]!, (string)finding["FirstObservedAt"]!) < 0) yield return "LastObservedAt before FirstObservedAt";
        if (finding["Action"]?["NetworkConnectionAction"]?["RemoteIpDetails"]?["IpAddressV4"] is { } v4 && ((string)v4!).Contains(':', StringComparison.Ordinal)) yield return "IPv6 as IPv4";
    }

    /// <summary>The schema of the event's own version, and that an id and its caption agree, which no schema says.</summary>
    public static IEnumerable<string> Ocsf(JsonNode finding)
    {
        string version = (string)finding["metadata"]!["version"]!;
        var flat = Flat(version);
        return PublishedSchemas.Problems($"ocsf/ocsf-{version}-detection_finding.schema.json", finding).Concat(Siblings(flat, flat["class"]!["attributes"]!, finding.AsObject(), ""));
    }

    public static IEnumerable<string> Ecs(JsonNode document) => Fields(document.AsObject(), "").Concat(document["event"]!["type"]!.AsArray().Select(t => (string)t!)
        .Where(t => !document["event"]!["category"]!.AsArray().Any(c => EcsFields.Value["event.category"]!["expected_event_types"]![(string)c!] is JsonArray expected && expected.Any(e => (string)e! == t))).Select(t => $"event.type {t} is not expected"));

    public static IEnumerable<string> Stix(JsonNode bundle)
    {
        if ((string?)bundle["type"] != "bundle" || !((string?)bundle["id"])!.StartsWith("bundle--", StringComparison.Ordinal)) yield return "no bundle";
        var objects = bundle["objects"]!.AsArray();
        var ids = objects.Select(o => (string)o!["id"]!).ToList();
        if (ids.Distinct().Count() != ids.Count) yield return "an id comes twice";
        var known = ids.ToHashSet();
        foreach (var item in objects)
        {
            string type = (string)item!["type"]!;
            foreach (string problem in PublishedSchemas.Problems(PublishedSchemas.StixSchema(type), item)) yield return $"{type}: {problem}";
            foreach (var (name, value) in item.AsObject())
            {
                IEnumerable<string> references = name.EndsWith("_ref", StringComparison.Ordinal) ? [(string)value!] : name.EndsWith("_refs", StringComparison.Ordinal) ? value!.AsArray().Select(v => (string)v!) : [];
                foreach (string reference in references) if (!known.Contains(reference)) yield return $"{type}.{name} leads nowhere";
            }
        }
    }

    /// <summary>Cells of a strictly written file; throws where RFC 4180 is broken.</summary>
    public static List<List<string>> Csv(string text)
    {
        List<List<string>> rows = [];
        List<string> row = [];
        int i = 0;
        while (i < text.Length)
        {
            var cell = new StringBuilder();
            if (text[i] == '"')
            {
                for (i++; ; i++)
                {
                    if (i >= text.Length) throw new FormatException("a quote is not closed");
                    if (text[i] != '"') cell.Append(text[i]);
                    else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                    else break;
                }
                i++;
            }
            else
                for (; i < text.Length && text[i] is not (',' or '\r'); i++)
                {
                    if (text[i] is '"' or '\n') throw new FormatException("a cell needs quotes");
                    cell.Append(text[i]);
                }
            row.Add(cell.ToString());
            if (i < text.Length && text[i] == ',')
            {
                i++;
                continue;
            }
            if (i + 1 >= text.Length || text[i] != '\r' || text[i + 1] != '\n') throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"a row does not end in CR LF at {i}"));
            i += 2;
            rows.Add(row);
            row = [];
        }
        return rows;
    }

    public static bool IsFormula(string cell) => cell.Length > 0 && "=+-@\t\r\uff1d\uff0b\uff0d\uff20".Contains(cell[0], StringComparison.Ordinal) && !decimal.TryParse(cell, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(m => Texts(m.Value)),
        JsonArray a => a.SelectMany(Texts),
        JsonValue v when v.TryGetValue(out string? text) => [text],
        _ => [],
    };

    private static readonly Dictionary<string, JsonNode> Flats = [];

    private static JsonNode Flat(string version)
    {
        lock (Flats)
        {
            if (!Flats.TryGetValue(version, out var flat)) Flats.Add(version, flat = JsonNode.Parse(File.ReadAllText(PublishedSchemas.Of("ocsf", $"ocsf-{version}-detection_finding.flat.json")))!);
            return flat;
        }
    }

    private static IEnumerable<string> Siblings(JsonNode flat, JsonNode attributes, JsonObject item, string at)
    {
        foreach (var (name, value) in item)
        {
            if (attributes[name] is not { } attribute) continue;
            foreach (var one in value is JsonArray list ? list.ToList() : [value])
            {
                if ((string?)attribute["object"] is { } type && one is JsonObject inner && flat["objects"]![type] is { } described)
                    foreach (string problem in Siblings(flat, described["attributes"]!, inner, $"{at}/{name}")) yield return problem;
                else if (attribute["enum"] is { } captions && (string?)attribute["sibling"] is { } sibling && item[sibling] is { } caption && one!.ToJsonString() != "99" && (string?)captions[one.ToJsonString()] != (string?)caption)
                    yield return $"{at}/{name} {one} is not {caption}";
            }
        }
    }

    private static readonly Lazy<JsonNode> EcsFields = new(() => JsonNode.Parse(File.ReadAllText(PublishedSchemas.Of("ecs", "ecs-9.4.0-flat-subset.json")))!["fields"]!);

    private static IEnumerable<string> Fields(JsonObject item, string at)
    {
        foreach (var (member, value) in item)
        {
            string name = at + member;
            if (name == "wayward") continue;
            var field = EcsFields.Value[name];
            string? type = (string?)field?["type"];
            if (value is JsonObject inner && type is not ("object" or "flattened" or "geo_point"))
            {
                foreach (string problem in Fields(inner, name + ".")) yield return problem;
                continue;
            }
            if (field is null)
            {
                yield return "unknown " + name;
                continue;
            }
            if ((field["normalize"] is JsonArray normal && normal.Any(n => (string)n! == "array")) != value is JsonArray) yield return "array-ness of " + name;
            foreach (var one in value is JsonArray list ? list.ToList() : [value])
            {
                if (field["allowed"] is JsonArray allowed && allowed.All(a => (string)a! != (string)one!)) yield return $"{name} is {one}";
                var kind = one!.GetValueKind();
                if (type is "long" or "float" or "scaled_float" && kind != System.Text.Json.JsonValueKind.Number) yield return name + " is no number";
                if (type is "keyword" or "ip" or "date" or "match_only_text" or "wildcard" && kind != System.Text.Json.JsonValueKind.String) yield return name + " is no text";
            }
        }
    }

    [GeneratedRegex("^([^/]+)(/[^/]+){0,2}$")]
    private static partial Regex AsffType();
}
