using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Wayward.Core.Detection;
using Wayward.Engine;
using Wayward.Engine.Inventories;
using Wayward.Engine.Resolvers;
using Wayward.Storage;
using Wayward.Storage.Maintenance;

namespace Wayward.Web.Configuration;

/// <summary>
/// Refuses a section that nobody reads, since the options in it would be ignored. In the environment, which is shared with other programs, only a name close to a section's is refused.
/// </summary>
internal static class OptionSections
{
    /// <summary>Sections of Wayward's own, and those that the framework reads.</summary>
    private static readonly string[] Own =
    [
        Access.AccessOptions.Section, Audit.AuditOptions.Section, HostingOptions.Section, DeskOptions.Section, Reports.Pdf.ReportsOptions.Section, StorageOptions.Section, DetectionOptions.Section, IngestOptions.Section, CatalogOptions.Section, InventoryOptions.Section, RetentionOptions.Section,
    ];

    private static readonly string[] OfFramework = ["Logging", "Kestrel", "AllowedHosts", "Urls", "$schema"];

    /// <summary>Edits that still count as a slip of the finger.</summary>
    private const int Close = 2;

    public static void Check(OptionsReader reader, IConfigurationRoot configuration)
    {
        foreach (var provider in configuration.Providers)
        {
            foreach (string name in provider.GetChildKeys([], null).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                if (Own.Concat(OfFramework).Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
                bool section = provider.GetChildKeys([], name).Any();
                bool refused = provider switch
                {
                    EnvironmentVariablesConfigurationProvider => section && Own.Any(o => Edits(o, name) <= Close),
                    JsonConfigurationProvider => true,
                    _ => section,
                };
                if (refused) reader.Add($"{name} is not a section of options; there are {string.Join(", ", Own.Order(StringComparer.Ordinal))}");
            }
        }
    }

    /// <summary>How many letters differ (Levenshtein), upper and lower case alike.</summary>
    private static int Edits(string a, string b)
    {
        int[] before = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] row = new int[b.Length + 1];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                row[j] = Math.Min(Math.Min(row[j - 1], before[j]) + 1, before[j - 1] + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1));
            before = row;
        }
        return before[^1];
    }
}
