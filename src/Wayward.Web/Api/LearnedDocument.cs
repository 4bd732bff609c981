using System.ComponentModel.DataAnnotations;
using Wayward.Web.Scan;

namespace Wayward.Web.Api;

/// <summary>What the fleet learned, schema <c>wayward.learned/1</c>: the answer of <c>GET /api/learned</c>. Servers that answered and that the catalogue does not name come first.</summary>
internal sealed record LearnedDocument
{
    public const string SchemaId = "wayward.learned/1";

    [AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    public required int Total { get; init; }
    /// <summary>How many of them can be read, from the first on.</summary>
    public required int Listed { get; init; }
    public required int Skip { get; init; }
    public required int Take { get; init; }
    public required IEnumerable<AcceptedDocument> Contacts { get; init; }
}
