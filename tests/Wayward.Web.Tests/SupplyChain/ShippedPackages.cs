using System.Text.Json;
using System.Xml.Linq;

namespace Wayward.Web.Tests.SupplyChain;

/// <summary>A package of which files are shipped with the program.</summary>
/// <param name="Licence">SPDX expression of the package, or its file name or address where it gives no expression.</param>
/// <param name="Sha512">Checksum of the package file, hexadecimal.</param>
/// <param name="Assemblies">File names of its assemblies and native libraries.</param>
internal sealed record ShippedPackage(string Id, string Version, string Licence, string Copyright, string Authors, string Address, string Sha512, IReadOnlyList<string> Assemblies, IReadOnlyList<string> Needs)
{
    public string Purl => $"pkg:nuget/{Id}@{Version}";
}

/// <summary>What the program is made of, read from what the restore of <c>Wayward.Web</c> wrote and from the packages themselves.</summary>
internal static class ShippedPackages
{
    /// <summary>Licences under which Wayward may be passed on without further duties than naming them.</summary>
    public static IReadOnlyList<string> Allowed { get; } = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL"];

    public static IReadOnlyList<ShippedPackage> Read()
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(RepositoryFolder.Of("src", "Wayward.Web", "obj", "project.assets.json")));
        var root = assets.RootElement;
        string[] folders = [.. root.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name)];
        List<ShippedPackage> packages = [];
        foreach (var entry in root.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject())
        {
            if (entry.Value.GetProperty("type").GetString() != "package") continue;
            string[] files = [.. Files(entry.Value, "runtime"), .. Files(entry.Value, "runtimeTargets")];
            // What only builds the program is not shipped.
            if (files.Length == 0) continue;
            var library = root.GetProperty("libraries").GetProperty(entry.Name);
            string folder = folders.Select(f => Path.Combine(f, library.GetProperty("path").GetString()!)).First(Directory.Exists);
            packages.Add(Read(entry, library, folder, [.. files.Select(f => Path.GetFileName(f)).Where(f => f != "_._").Distinct().Order(StringComparer.Ordinal)]));
        }
        return [.. packages.OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Packages whose licence is not in <see cref="Allowed"/>, each with its licence.</summary>
    public static IReadOnlyList<string> Refused(IEnumerable<ShippedPackage> packages) => [.. packages.Where(p => !Allowed.Contains(p.Licence)).Select(p => $"{p.Id} {p.Version}: {p.Licence}")];

    private static ShippedPackage Read(JsonProperty entry, JsonElement library, string folder, IReadOnlyList<string> files)
    {
        string[] name = entry.Name.Split('/');
        var metadata = XDocument.Load(Directory.GetFiles(folder, "*.nuspec").Single()).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
        string Text(string element) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == element)?.Value.Trim() ?? "";
        string needs(JsonProperty d) => d.Name;
        return new(name[0], name[1], Text("license") is { Length: > 0 } licence ? licence : Text("licenseUrl"), Text("copyright"), Text("authors"), Text("projectUrl"),
            Convert.ToHexStringLower(Convert.FromBase64String(library.GetProperty("sha512").GetString()!)), files,
            entry.Value.TryGetProperty("dependencies", out var dependencies) ? [.. dependencies.EnumerateObject().Select(needs)] : []);
    }

    private static IEnumerable<string> Files(JsonElement package, string kind) =>
        package.TryGetProperty(kind, out var files) ? files.EnumerateObject().Select(f => f.Name).Where(f => !f.EndsWith("/_._", StringComparison.Ordinal)) : [];
}
