using System.Text.Json;
using System.Text.Json.Nodes;
using Wayward.Web.Hosting;
using Wayward.Web.Tests.Reports.Formats;

namespace Wayward.Web.Tests.SupplyChain;

/// <summary>What the program is shipped with: licences, notices, bill of materials and lock files. <c>WAYWARD_WRITE</c> names a file to write instead of comparing it.</summary>
public sealed class SupplyChainTests
{
    private static readonly string Notices = RepositoryFolder.Of("src", "Wayward.Web", "THIRD-PARTY-NOTICES.txt");
    private static readonly IReadOnlyList<ShippedPackage> Packages = ShippedPackages.Read();

    [Fact]
    public void Every_shipped_package_has_an_allowed_licence()
    {
        Assert.True(Packages.Count >= 25, $"{Packages.Count} packages");
        Assert.Empty(ShippedPackages.Refused(Packages));
    }

    [Theory]
    [InlineData("GPL-3.0-only")]
    [InlineData("MIT OR GPL-3.0-only")]
    [InlineData("LICENSE.txt")]
    [InlineData("")]
    public void A_package_under_another_licence_is_named(string licence) =>
        Assert.Single(ShippedPackages.Refused([.. Packages, Packages[0] with { Id = "Planted", Licence = licence }]));

    [Fact]
    public void The_notices_name_every_shipped_package_as_it_is()
    {
        string text = BillOfMaterials.Notices(Packages);
        if (Environment.GetEnvironmentVariable("WAYWARD_WRITE") == "notices") File.WriteAllText(Notices, text);
        Assert.True(File.ReadAllText(Notices) == text, "THIRD-PARTY-NOTICES.txt is out of date: run ./tests/supply.sh notices");
    }

    [Fact]
    public void The_bill_of_materials_names_every_assembly_beside_the_program()
    {
        string bill = Bill();
        if (Environment.GetEnvironmentVariable("WAYWARD_SBOM") is { Length: > 0 } path) File.WriteAllText(path, bill);
        var named = Packages.SelectMany(p => p.Assemblies).ToHashSet(StringComparer.OrdinalIgnoreCase);
        string folder = RepositoryFolder.Of("src", "Wayward.Web", "bin", Configuration(), "net10.0");
        string[] shipped = [.. Directory.GetFiles(folder, "*.dll").Select(f => Path.GetFileName(f)).Where(f => !f.StartsWith("Wayward.", StringComparison.OrdinalIgnoreCase) && f != "wayward.dll")];
        Assert.True(shipped.Length > 20, $"{shipped.Length} assemblies in {folder}");
        Assert.DoesNotContain(shipped, f => !named.Contains(f));
    }

    [Fact]
    public void The_bill_of_materials_is_CycloneDX_1_6()
    {
        PublishedSchemas.Need();
        Assert.SkipUnless(File.Exists(PublishedSchemas.Of("cyclonedx", "bom-1.6.schema.json")), "There is no schema of CycloneDX.");
        Assert.Empty(Problems(Bill()));
        // The schema refuses a licence that SPDX does not list.
        Assert.NotEmpty(Problems(BillOfMaterials.CycloneDx([Packages[0] with { Licence = "Planted" }], "1", [])));
    }

    [Fact]
    public void What_the_lock_files_name_is_what_is_built()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(RepositoryFolder.Of("src", "Wayward.Web", "packages.lock.json")));
        var locked = file.RootElement.GetProperty("dependencies").EnumerateObject().First().Value.EnumerateObject()
            .Where(p => p.Value.TryGetProperty("resolved", out _))
            .ToDictionary(p => p.Name, p => (p.Value.GetProperty("resolved").GetString(), Hash: Convert.ToHexStringLower(Convert.FromBase64String(p.Value.GetProperty("contentHash").GetString()!))), StringComparer.OrdinalIgnoreCase);
        foreach (var package in Packages) Assert.Equal((package.Version, package.Sha512), locked[package.Id]);
    }

    private static string Bill()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(RepositoryFolder.Of("src", "Wayward.Web", "obj", "project.assets.json")));
        var root = file.RootElement;
        // Projects of this repository pass on what they need.
        string[] direct = [.. root.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject()
            .Where(e => e.Value.GetProperty("type").GetString() == "project" && e.Value.TryGetProperty("dependencies", out _))
            .SelectMany(e => e.Value.GetProperty("dependencies").EnumerateObject().Select(d => d.Name))
            .Concat(root.GetProperty("project").GetProperty("frameworks").EnumerateObject().First().Value.GetProperty("dependencies").EnumerateObject().Select(d => d.Name))
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        return BillOfMaterials.CycloneDx(Packages, typeof(WaywardHost).Assembly.GetName().Version!.ToString(3), direct);
    }

    private static IReadOnlyList<string> Problems(string bill) => PublishedSchemas.Problems("cyclonedx/bom-1.6.schema.json", JsonNode.Parse(bill)!);

    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
}
