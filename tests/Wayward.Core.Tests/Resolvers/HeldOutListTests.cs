using System.Globalization;
using System.Text;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Resolvers;

/// <summary>
/// What the catalogue would know of a list had it never seen it: every entry names its sources, so what rests on one family of lists alone can be taken out before that family is looked at.
/// </summary>
public sealed class HeldOutListTests(ITestOutputHelper output)
{
    /// <summary>Whose addresses several lists agree on must be known, whoever names them next.</summary>
    private const double Target = 0.9;

    /// <summary>Name, folder, files, and how its entries name it as their source.</summary>
    private static readonly (string Name, string Folder, string[] Files, string Source)[] Families =
    [
        ("Chromium", "chromium", ["doh-provider-entry.csv"], "https://source.chromium.org/"),
        ("systemd", "systemd", ["fallback-dns.txt"], "https://github.com/systemd/"),
        ("DNSCrypt", "dnscrypt", ["public-resolvers.md"], "https://github.com/DNSCrypt/"),
        ("oneoffdallas", "oneoffdallas", ["iplist.txt", "ipv6list.txt"], "https://github.com/oneoffdallas/"),
        ("crypt0rr", "crypt0rr", ["ipv4.list", "ipv6.list"], "https://github.com/crypt0rr/"),
        ("TheGreatWall", "thegreatwall", ["TheGreatWall_ipv4", "TheGreatWall_ipv6"], "https://github.com/Sekhan/"),
    ];

    /// <summary>The shipped catalogue without what only these told it.</summary>
    private static ResolverCatalog Without(IEnumerable<string> sources) => new("held out", ResolverCatalog.Shipped.Entries.Where(e =>
        e.Source.Split(' ').Any(s => !sources.Any(held => s.StartsWith(held, StringComparison.OrdinalIgnoreCase)))));

    private static HashSet<string> AddressesOf(string folder, string[] files)
    {
        // Against an empty catalogue everything in a list is unknown: that is how it is read.
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (string file in files)
            found.UnionWith(CatalogCheck.Run(ResolverCatalog.Empty, File.ReadAllText(Path.Combine(Places.SharedData!, "lists", folder, file)), file).Unknown
                .Where(u => AddressSpace.Default.IsPublic(u.Prefix.Address)).Select(u => u.Prefix.ToString()));
        return found;
    }

    private static CatalogCheck Check(ResolverCatalog catalog, IEnumerable<string> addresses) => CatalogCheck.Run(catalog, string.Join('\n', addresses), "held out");

    [Fact]
    public void Lists_that_were_never_seen_are_known_where_others_agree()
    {
        Assert.SkipUnless(Places.SharedData is not null, Places.NoSharedData);
        var lists = Families.Select(f => (f.Name, f.Source, Addresses: AddressesOf(f.Folder, f.Files))).ToList();
        var table = new StringBuilder("\n| Held out | Addresses | Known without it | Named by two others too | Known without it |\n| --- | ---: | ---: | ---: | ---: |\n");
        foreach (var (name, source, addresses) in lists)
        {
            var catalog = Without([source]);
            var agreed = addresses.Where(a => lists.Count(l => l.Name != name && l.Addresses.Contains(a)) >= 2).ToList();
            var (all, some) = (Check(catalog, addresses), Check(catalog, agreed));
            table.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {all.Addresses:N0} | {Percent(all)} | {some.Addresses:N0} | {Percent(some)} |");
            Assert.True(some.Coverage >= Target, $"{name}: {string.Join(", ", some.Unknown.Select(u => u.Prefix))}");
        }

        var (together, known) = (0, 0);
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        double worst = 1;
        string worstOf = "";
        foreach (var (a, b, c) in Triples(lists))
        {
            var check = Check(Without([a.Source, b.Source, c.Source]), a.Addresses.Where(x => b.Addresses.Contains(x) && c.Addresses.Contains(x)));
            (together, known) = (together + check.Addresses, known + check.Known);
            missing.UnionWith(check.Unknown.Select(u => u.Prefix.ToString()));
            if (check.Addresses > 0 && check.Coverage < worst) (worst, worstOf) = (check.Coverage, $"{a.Name}, {b.Name} and {c.Name}: {check.Known} of {check.Addresses}");
        }
        table.AppendLine(CultureInfo.InvariantCulture, $"\nThree lists at a time that were never seen, {Triples(lists).Count()} choices: of what all three name {known} of {together} are known ({100.0 * known / together:0.0} %); worst {worstOf}; missing {string.Join(", ", missing)}");
        output.WriteLine(table.ToString());
        Assert.True(known >= Target * together, $"{known} of {together}; missing {string.Join(", ", missing)}");
    }

    private static IEnumerable<(T A, T B, T C)> Triples<T>(IReadOnlyList<T> items) =>
        from i in Enumerable.Range(0, items.Count) from j in Enumerable.Range(i + 1, items.Count - i - 1) from k in Enumerable.Range(j + 1, items.Count - j - 1) select (items[i], items[j], items[k]);

    private static string Percent(CatalogCheck check) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(100 * check.Coverage):0} %");
}
