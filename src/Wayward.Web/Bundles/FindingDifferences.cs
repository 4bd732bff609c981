using System.Text.Json.Nodes;
using Wayward.Core.Detection;
using Wayward.Core.Serialization;
using Wayward.Core.Text;

namespace Wayward.Web.Bundles;

/// <summary>One member that differs.</summary>
/// <param name="Path">Such as <c>severityFactors[2].points</c>.</param>
/// <param name="Claimed">As JSON; null = absent.</param>
internal sealed record FindingDifference(string Path, string? Claimed, string? Derived)
{
    public string Text => $"{Path} is {Shown(Claimed)} in the bundle, and {Shown(Derived)} by its lines";

    private static string Shown(string? json) => json is null ? "absent" : SafeText.Plain(json, 120);
}

/// <summary>Compares a finding with the one that was derived again, member by member.</summary>
internal static class FindingDifferences
{
    /// <param name="withoutText">Objects whose lines were written from fields: their evidence is compared by number only.</param>
    public static IReadOnlyList<FindingDifference> Of(Finding claimed, Finding derived, IReadOnlySet<long> withoutText)
    {
        List<FindingDifference> found = [];
        Walk("", Node(claimed), Node(derived), found);
        return found;

        JsonNode? Node(Finding finding) =>
            JsonNode.Parse(WaywardJson.Write(finding with { Evidence = [.. finding.Evidence.Select(e => withoutText.Contains(e.ObjectId) ? e with { Text = "" } : e)] }));
    }

    private static void Walk(string path, JsonNode? claimed, JsonNode? derived, List<FindingDifference> found)
    {
        switch (claimed, derived)
        {
            case (JsonObject a, JsonObject b):
                foreach (string name in a.Select(p => p.Key).Union(b.Select(p => p.Key))) Walk(path.Length == 0 ? name : $"{path}.{name}", a[name], b[name], found);
                break;
            case (JsonArray a, JsonArray b) when a.Count == b.Count:
                for (int i = 0; i < a.Count; i++) Walk($"{path}[{i}]", a[i], b[i], found);
                break;
            case var _ when !JsonNode.DeepEquals(claimed, derived):
                found.Add(new(path, claimed?.ToJsonString(), derived?.ToJsonString()));
                break;
        }
    }
}
