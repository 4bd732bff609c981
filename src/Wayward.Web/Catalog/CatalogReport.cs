using System.Globalization;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Resolvers;
using Wayward.Web.Api;
using Wayward.Web.Scan;

namespace Wayward.Web.Catalog;

/// <summary>The catalogue commands' answers as text and JSON.</summary>
internal static class CatalogReport
{
    /// <summary>One list gives an object, several give them under <c>lists</c>.</summary>
    public static void WriteJson(Stream output, ResolverCatalog catalog, IReadOnlyList<(string List, CatalogCheck Check)> checks)
    {
        var documents = checks.Select(c => CatalogCheckDocument.Of(catalog, c.List, c.Check));
        if (checks.Count == 1) WebContracts.CatalogCheck.Write(output, documents.Single());
        else WebContracts.CatalogChecks.Write(output, new(documents));
    }

    public static void WriteTable(TextWriter output, ResolverCatalog catalog, IReadOnlyList<(string List, CatalogCheck Check)> checks)
    {
        output.WriteLine($"Catalogue {catalog.Version} ({catalog.Hash}), {catalog.Entries.Count.ToString("N0", CultureInfo.InvariantCulture)} endpoints");
        output.WriteLine();
        var table = new TextTable("List", "Addresses", "Known", "%", "A", "B", "C", "D", "R", "X", "H", "Names", "Known").RightAlign(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        foreach (var (list, check) in checks)
        {
            table.Add(list, Number(check.Addresses), Number(check.Known), check.Addresses == 0 ? "" : (100 * check.Coverage).ToString("0.0", CultureInfo.InvariantCulture),
                Number(check.ByTier["A"]), Number(check.ByTier["B"]), Number(check.ByTier["C"]), Number(check.ByTier["D"]), Number(check.ByTier["R"]), Number(check.ByTier["X"]), Number(check.ByTier["H"]),
                Number(check.Names), Number(check.KnownNames));
        }
        table.Write(output);
        foreach (var (list, check) in checks.Where(c => c.Check.Unknown.Count > 0 || c.Check.Notes.Count > 0))
        {
            output.WriteLine();
            output.WriteLine($"{Core.Text.SafeText.Plain(list)}: {check.Unknown.Count} unknown");
            foreach (var group in check.Unknown.GroupBy(u => u.Reason).OrderByDescending(g => g.Count()))
                output.WriteLine($"  {group.Count()} {group.Key}: {string.Join(", ", group.Take(20).Select(u => u.Prefix))}{(group.Count() > 20 ? ", …" : "")}");
            foreach (var note in check.Notes.Take(10)) output.WriteLine($"  {Core.Text.SafeText.Plain(note.ToString())}");
        }

        static string Number(int value) => value == 0 ? "" : value.ToString(CultureInfo.InvariantCulture);
    }

    /// <param name="done">It has been taken in; else it only would be.</param>
    public static void WriteDiff(TextWriter output, CatalogDiff diff, bool done = false)
    {
        Section(done ? "were added" : "would be added", diff.Added);
        Section(done ? "changed" : "would change", diff.Changed);
        Section("say what is known", diff.Known);
        Section("left out: inside a range shared with other sites", diff.Shared);
        Section("left out: a relay, not a resolver", diff.Relays);
        if (diff.Notes.Count > 0) output.WriteLine($"{diff.Notes.Count} lines passed over");
        foreach (var note in diff.Notes.Take(20)) output.WriteLine($"  {Core.Text.SafeText.Plain(note.ToString())}");

        void Section(string title, IReadOnlyList<CatalogEntry> entries)
        {
            output.WriteLine($"{entries.Count} endpoints {title}");
            foreach (var group in entries.GroupBy(e => (e.Prefix, e.Provider)).Take(20))
                output.WriteLine(Core.Text.SafeText.Plain($"  {group.Key.Prefix}  {group.Key.Provider}  {string.Join(' ', group.Select(e => e.Transport.Name()).Distinct())}"));
            if (entries.Count > 0 && entries.Select(e => (e.Prefix, e.Provider)).Distinct().Count() > 20) output.WriteLine("  …");
        }
    }

    public static void WriteAdditions(TextWriter output, CatalogStore store, DateTimeOffset now)
    {
        output.WriteLine($"Catalogue {store.Current.Version} ({store.Current.Hash})");
        var table = new TextTable("Name", "Endpoints", "Training", "Retained", "Fetched", "Problem").RightAlign(1, 2, 3);
        foreach (var a in store.Additions)
        {
            table.Add(a.Name, a.Entries.Count.ToString(CultureInfo.InvariantCulture), a.Training(now.ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture),
                a.Retained.ToString(CultureInfo.InvariantCulture), a.Modified.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture), a.Problem);
        }
        table.Write(output);
    }

    /// <returns>False when there is none.</returns>
    public static bool WriteEntries(TextWriter output, ResolverCatalog catalog, string what)
    {
        var entries = IpAddress.TryParse(what.AsSpan(), out var address)
            ? catalog.Entries.Where(e => e.Prefix.Contains(AddressSpace.Fold(address)))
            : catalog.Entries.Where(e => e.Provider.Contains(what, StringComparison.OrdinalIgnoreCase) || (e.HostName?.Contains(what, StringComparison.OrdinalIgnoreCase) ?? false));
        var found = entries.ToList();
        if (found.Count == 0)
        {
            output.WriteLine($"Nothing in catalogue {catalog.Version} covers {Core.Text.SafeText.Plain(what)}.");
            return false;
        }
        var table = new TextTable("Prefix", "Endpoint", "Transport", "Tier", "Provider", "Host", "Confirmed", "Source");
        foreach (var e in found.Take(500))
        {
            table.Add(e.Prefix.ToString(), $"{(e.Protocol == 6 ? "tcp" : "udp")}/{e.Port}", e.Transport.Name(), e.Tier.Letter(), e.Provider, e.HostName,
                e.LastConfirmed == 0 ? "" : DateTimeOffset.FromUnixTimeSeconds(e.LastConfirmed).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), e.Source);
        }
        table.Write(output);
        if (found.Count > 500) output.WriteLine($"and {found.Count - 500} more");
        return true;
    }
}
