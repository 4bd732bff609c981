using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wayward.Web.Tests.SupplyChain;

/// <summary>Lists of what the program is made of: the notices of its packages, and a bill of materials in CycloneDX 1.6.</summary>
internal static class BillOfMaterials
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static string Notices(IEnumerable<ShippedPackage> packages)
    {
        var text = new StringBuilder("Wayward is shipped with the packages below. ./tests/supply.sh notices writes this file.\n");
        foreach (var package in packages)
        {
            text.Append('\n').Append(package.Id).Append(' ').Append(package.Version).Append('\n').Append("  Licence: ").Append(package.Licence).Append(" (https://spdx.org/licenses/").Append(package.Licence).Append(".html)\n");
            text.Append("  Copyright: ").Append(package.Copyright.Length > 0 ? package.Copyright : package.Authors).Append('\n');
            if (package.Address.Length > 0) text.Append("  Source: ").Append(package.Address).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The same packages give the same bytes: there is no time and no random number in it.</summary>
    public static string CycloneDx(IReadOnlyList<ShippedPackage> packages, string version, IReadOnlyList<string> direct)
    {
        string program = $"pkg:generic/wayward@{version}";
        var ids = packages.ToDictionary(p => p.Id, p => p.Purl, StringComparer.OrdinalIgnoreCase);
        JsonArray Names(IEnumerable<string> needs) => [.. needs.Where(ids.ContainsKey).Select(n => ids[n]).Order(StringComparer.Ordinal).Select(n => JsonValue.Create(n))];
        var document = new JsonObject
        {
            ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["version"] = 1,
            ["metadata"] = new JsonObject { ["component"] = new JsonObject { ["type"] = "application", ["bom-ref"] = program, ["name"] = "wayward", ["version"] = version, ["purl"] = program } },
            ["components"] = new JsonArray([.. packages.Select(Component)]),
            ["dependencies"] = new JsonArray([
                new JsonObject { ["ref"] = program, ["dependsOn"] = Names(direct) },
                .. packages.Select(p => new JsonObject { ["ref"] = p.Purl, ["dependsOn"] = Names(p.Needs) })]),
        };
        return document.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Component(ShippedPackage package) => new()
    {
        ["type"] = "library",
        ["bom-ref"] = package.Purl,
        ["name"] = package.Id,
        ["version"] = package.Version,
        ["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = package.Sha512 }),
        ["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = package.Licence } }),
        ["purl"] = package.Purl,
        ["properties"] = new JsonArray([.. package.Assemblies.Select(a => new JsonObject { ["name"] = "wayward:file", ["value"] = a })]),
    };
}
