using Wayward.Core.Resolvers;
using Wayward.Testing;

namespace Wayward.Core.Tests.Resolvers;

public sealed class CatalogCheckTests
{
    [Fact]
    public void Addresses_and_names_are_counted_apart_and_the_unknown_are_explained()
    {
        var check = CatalogCheck.Run(ResolverCatalog.Shipped, """
            # a list
            8.8.8.8
            8.8.8.8   # again
            9.9.9.77
            10.1.2.3
            203.0.114.9
            64:ff9b::808:808
            104.21.1.1
            0.0.0.0 dns.google
            0.0.0.0 sub.dns.google
            0.0.0.0 unknown.example
            ???
            """, "list");
        Assert.Equal((5, 2), (check.Addresses, check.Known));
        Assert.Equal((1, 1), (check.ByTier["A"], check.ByTier["C"]));
        Assert.Equal((3, 2), (check.Names, check.KnownNames));
        Assert.Equal(["9.9.9.77", "10.1.2.3", "203.0.114.9"], check.Unknown.Select(u => u.Prefix.ToString()));
        Assert.Contains("Quad9", check.Unknown[0].Reason, StringComparison.Ordinal);
        Assert.Equal("not a public address", check.Unknown[1].Reason);
        Assert.Single(check.Notes);
    }

    [Fact]
    public void An_empty_list_is_covered() => Assert.Equal(1, CatalogCheck.Run(ResolverCatalog.Shipped, "", "empty").Coverage);

    [Fact]
    public void Public_lists_are_covered_and_their_common_core_nearly_whole()
    {
        Assert.SkipUnless(Places.SharedData is not null, Places.NoSharedData);
        string lists = Path.Combine(Places.SharedData!, "lists");
        var holders = new Dictionary<IpPrefix, int>();
        foreach (string folder in Directory.GetDirectories(lists))
        {
            var seen = new HashSet<IpPrefix>();
            foreach (string path in Directory.GetFiles(folder).Where(p => !p.Contains("LICENSE", StringComparison.Ordinal)))
            {
                string text = File.ReadAllText(path);
                var check = CatalogCheck.Run(ResolverCatalog.Shipped, text, Path.GetFileName(path));
                TestContext.Current.TestOutputHelper?.WriteLine($"{Path.GetFileName(folder)}/{Path.GetFileName(path)}: {check.Known} of {check.Addresses}, {check.KnownNames} of {check.Names} names; {string.Join(" ", check.ByTier.Select(t => $"{t.Key}={t.Value}"))}; {string.Join(", ", check.Unknown.Take(8).Select(u => u.Prefix))}");
                Assert.InRange(check.Coverage, 0.9, 1);
                if (CatalogFile.TryParse(text, path, out var file, out _)) seen.UnionWith(file!.Entries.Select(e => e.Prefix));
            }
            foreach (var prefix in seen) holders[prefix] = holders.GetValueOrDefault(prefix) + 1;
        }
        string core = string.Join('\n', holders.Where(h => h.Value >= 3).Select(h => h.Key));
        Assert.InRange(CatalogCheck.Run(ResolverCatalog.Shipped, core, "core").Coverage, 0.95, 1);
    }
}
