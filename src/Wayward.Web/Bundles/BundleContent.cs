using System.Globalization;
using System.Text;
using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Serialization;
using Wayward.Core.Triage;
using Wayward.Engine.Bundles;
using Wayward.Web.Configuration;

namespace Wayward.Web.Bundles;

/// <summary>The files of a bundle, from what findings are a function of and back again.</summary>
internal static class BundleContent
{
    public const string Catalog = "catalog.txt", Parameters = "parameters.json", Rules = "rules.json", Inventory = "inventory.json";

    public static byte[] Write(ResolverCatalog catalog) => Encoding.UTF8.GetBytes(CatalogWriter.Write(catalog.Version, catalog.Entries));

    public static byte[] Write(DetectionOptions options)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach (var (key, value) in DetectionParameters.List(options)) json.WriteString(key, value);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    public static byte[] Write(IReadOnlyList<ExpectedTarget> rules) => Encoding.UTF8.GetBytes(rules.Count == 0 ? "[]\n" : $"[\n{string.Join(",\n", rules.Select(WaywardJson.Write))}\n]\n");

    public static byte[] Write(IReadOnlyList<InventoryItem> items) => InventoryFile.Write(items);

    public static byte[] Write(Finding finding) => Encoding.UTF8.GetBytes(WaywardJson.Write(finding) + "\n");

    /// <summary>Line number and SHA-256 of each line.</summary>
    public static byte[] Index(BundledObject item)
    {
        var text = new StringBuilder();
        foreach (var line in item.Lines) text.Append(CultureInfo.InvariantCulture, $"{line.Number} {BundleArchive.Hash(line.Text)}\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <exception cref="FormatException"/>
    /// <exception cref="JsonException"/>
    public static ResolverCatalog ReadCatalog(byte[] content)
    {
        var file = CatalogFile.Parse(Encoding.UTF8.GetString(content), Catalog);
        return new ResolverCatalog(file.Version ?? "", file.Entries);
    }

    /// <exception cref="UsageException">A parameter is not known, or has no value that it may have.</exception>
    /// <exception cref="JsonException"/>
    public static DetectionOptions ReadParameters(byte[] content)
    {
        var values = JsonSerializer.Deserialize<Dictionary<string, string?>>(content) ?? [];
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var reader = new OptionsReader(configuration);
        var options = DetectionSettings.Read(reader, configuration);
        reader.ThrowIfAny();
        return options;
    }

    /// <exception cref="JsonException"/>
    public static IReadOnlyList<ExpectedTarget> ReadRules(byte[] content)
    {
        using var json = JsonDocument.Parse(content);
        if (json.RootElement.ValueKind != JsonValueKind.Array) throw new JsonException("not a list of rules");
        return [.. json.RootElement.EnumerateArray().Select(r => WaywardJson.ReadExpectedTarget(r.GetRawText()))];
    }

    /// <exception cref="InventoryFormatException"/>
    public static Inventory ReadInventory(byte[] content) => InventoryFile.Parse(Encoding.UTF8.GetString(content), Inventory);

    /// <exception cref="JsonException"/>
    public static Finding ReadFinding(byte[] content) => WaywardJson.ReadFinding(Encoding.UTF8.GetString(content));

    /// <summary>Lines of a file; what follows the last line feed is a line too.</summary>
    public static IReadOnlyList<byte[]> Lines(byte[] content)
    {
        List<byte[]> lines = [];
        for (int start = 0; start < content.Length;)
        {
            int end = Array.IndexOf(content, (byte)'\n', start);
            if (end < 0) end = content.Length;
            lines.Add(content[start..end]);
            start = end + 1;
        }
        return lines;
    }

    /// <exception cref="FormatException"/>
    public static IReadOnlyList<(long Number, string Sha256)> ReadIndex(byte[] content) =>
        [.. Lines(content).Select(l => Encoding.ASCII.GetString(l).Split(' ') is [var number, { Length: 64 } hash] ? (long.Parse(number, CultureInfo.InvariantCulture), hash) : throw new FormatException("not a line number and a SHA-256"))];
}
