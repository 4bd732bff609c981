using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Wayward.Core.Reports.Contracts;
using Wayward.Core.Resolvers;

namespace Wayward.Web.Catalog;

/// <summary>How much of a list the catalogue knows, schema <c>wayward.catalog-check/1</c>. Several lists stand in a <see cref="CatalogChecksDocument"/>.</summary>
internal sealed record CatalogCheckDocument
{
    public const string SchemaId = "wayward.catalog-check/1";
    private const int MaxNotes = 100;

    [AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    [Description("The list as it was given")]
    public required string List { get; init; }
    public required CatalogDocument Catalog { get; init; }
    [Description("Distinct addresses and blocks of the list")]
    public required int Addresses { get; init; }
    [Description("Those that an entry of any tier covers")]
    public required int Known { get; init; }
    [Description("The others, in address order")]
    public required IEnumerable<string> Unknown { get; init; }
    [Description("Known addresses by the tier of their entry")]
    public required IReadOnlyDictionary<string, int> ByTier { get; init; }
    [Description("Why an address is not known, by address")]
    public required IReadOnlyDictionary<string, string> Reasons { get; init; }
    public required CatalogNamesDocument Names { get; init; }
    [Description("The first 100 lines that are neither address nor name")]
    public required IEnumerable<string> Notes { get; init; }
    public required int NotesCount { get; init; }

    public static CatalogCheckDocument Of(ResolverCatalog catalog, string list, CatalogCheck check) => new()
    {
        List = list,
        Catalog = new(catalog.Version, catalog.Hash),
        Addresses = check.Addresses,
        Known = check.Known,
        Unknown = check.Unknown.Select(u => u.Prefix.ToString()),
        ByTier = check.ByTier,
        Reasons = new OrderedDictionary<string, string>(check.Unknown.Select(u => KeyValuePair.Create(u.Prefix.ToString(), u.Reason))),
        Names = new(check.Names, check.KnownNames),
        Notes = check.Notes.Take(MaxNotes).Select(n => n.ToString()),
        NotesCount = check.Notes.Count,
    };
}

internal sealed record CatalogNamesDocument(int Count, int Known);

/// <summary>The answer for several lists.</summary>
internal sealed record CatalogChecksDocument(IEnumerable<CatalogCheckDocument> Lists)
{
    [JsonPropertyOrder(-1), AllowedValues(CatalogCheckDocument.SchemaId)]
    public string Schema { get; init; } = CatalogCheckDocument.SchemaId;
}
