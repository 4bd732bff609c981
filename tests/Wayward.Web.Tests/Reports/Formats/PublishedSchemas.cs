using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Wayward.Testing;

namespace Wayward.Web.Tests.Reports.Formats;

/// <summary>The schemas that AWS, OCSF, OASIS, Elastic and CycloneDX publish, in the folder beside the repository. Tests that need them skip where it is absent.</summary>
internal static class PublishedSchemas
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, JsonSchema> Built = [];
    private static readonly Lazy<Dictionary<string, string>> Stix = new(() => Directory.EnumerateFiles(Of("stix21", "schemas"), "*.json", SearchOption.AllDirectories)
        .ToDictionary(f => (string)JsonNode.Parse(File.ReadAllText(f))!["$id"]!, f => f));

    public static string Of(params ReadOnlySpan<string> path) => Path.Combine([Places.SharedData!, "schemas", .. path]);

    public static void Need() => Assert.SkipWhen(Places.SharedData is null || !Directory.Exists(Of()), Places.NoSharedData);

    /// <summary>What a schema has against a document; empty when it is valid.</summary>
    public static IReadOnlyList<string> Problems(string schema, JsonNode document)
    {
        using var json = JsonDocument.Parse(document.ToJsonString());
        EvaluationResults results;
        // The library builds and evaluates through shared registries.
        lock (Gate)
        {
            if (!Built.TryGetValue(schema, out var built)) Built.Add(schema, built = Build(schema));
            results = built.Evaluate(json.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        }
        return results.IsValid ? [] : [.. (results.Details ?? []).Where(d => d.Errors is { Count: > 0 }).Select(d => $"{d.InstanceLocation}: {string.Join(", ", d.Errors!.Values)}").DefaultIfEmpty("invalid").Take(8)];
    }

    private static JsonSchema Build(string schema)
    {
        var registry = new SchemaRegistry();
        registry.Fetch = (uri, r) => FileOf(uri) is { } file ? JsonSchema.FromText(File.ReadAllText(file), new BuildOptions { SchemaRegistry = r }) : null;
        return JsonSchema.FromText(File.ReadAllText(Of(schema.Split('/'))), new BuildOptions { SchemaRegistry = registry });
    }

    private static string? FileOf(Uri uri) =>
        uri.Host == "cyclonedx.org" ? Of("cyclonedx", uri.Segments[^1]) : Stix.Value.GetValueOrDefault(uri.ToString());

    /// <summary>The STIX schema of an object's own type: the published schema of bundles refuses notes.</summary>
    public static string StixSchema(string type) => Path.GetRelativePath(Of(), Stix.Value.Single(s => s.Key.EndsWith($"/{type}.json", StringComparison.Ordinal)).Value).Replace('\\', '/');
}
