using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Wayward.Web.Bundles;

/// <summary>The table of contents of an evidence bundle, schema <c>wayward.bundle/1</c>. What is signed is this file, byte by byte.</summary>
internal sealed record BundleManifest
{
    public const string SchemaId = "wayward.bundle/1";

    [AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    [DataType(DataType.DateTime)]
    public required string GeneratedAt { get; init; }
    public required string GeneratedBy { get; init; }
    [Description("Name and version of the program")]
    public required string Generator { get; init; }
    [Description("The incident whose findings these are; null for one finding")]
    public required int? Incident { get; init; }
    [Description("SHA-256 of the public key (SubjectPublicKeyInfo) of whoever signed; null when the bundle is not signed")]
    public required string? Signer { get; init; }
    public required string CatalogVersion { get; init; }
    [Description("Hash of the catalogue's entries, as findings name it")]
    public required string CatalogHash { get; init; }
    public required IReadOnlyList<BundleFinding> Findings { get; init; }
    public required IReadOnlyList<BundleObject> Objects { get; init; }
    [Description("Every other file of the bundle but manifest.sig")]
    public required IReadOnlyList<BundleMember> Members { get; init; }
}

internal sealed record BundleFinding
{
    [RegularExpression("^[0-9a-f]{32}$")]
    public required string Id { get; init; }
    public required string File { get; init; }
    [Description("Members of the finding that rest on records outside the bundle, such as counts over the whole fleet; a verification cannot derive them")]
    public required IReadOnlyList<string> Outside { get; init; }
}

internal sealed record BundleObject
{
    [Description("As the finding's evidence names it")]
    public required string ObjectId { get; init; }
    [Description("Bucket, or the last name of a folder")]
    public required string Container { get; init; }
    public required string Key { get; init; }
    [Description("Of the object's bytes at its source")]
    public required string Sha256 { get; init; }
    [Description("The lines are as they stood; false when they were written from the fields of an object without lines")]
    public required bool Raw { get; init; }
    [Description("The lines, headers among them")]
    public required string Lines { get; init; }
    [Description("Line number in the object (0 for a header) and SHA-256 of each line")]
    public required string Index { get; init; }
}

internal sealed record BundleMember(string Name, long Bytes, string Sha256);
