using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Wayward.Core.Text;

namespace Wayward.Core.Reports.Contracts;

/// <summary>One finding with what was decided on it, schema <c>wayward.finding/1</c>: the answer of <c>GET /api/findings/ID</c>.</summary>
public sealed record FindingAnswer : FindingDocument
{
    public const string SchemaId = "wayward.finding/1";

    [JsonPropertyOrder(-1), AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    [JsonPropertyOrder(1), AllowedValues("true-positive", "benign-positive", "false-positive", "duplicate", "insufficient-data", null)]
    public required string? Resolution { get; init; }
    [JsonPropertyOrder(1)]
    public required string? Assignee { get; init; }
    [JsonPropertyOrder(1)]
    public required int Revision { get; init; }
    [JsonPropertyOrder(1), DataType(DataType.DateTime)]
    public required string DetectedAt { get; init; }
    [JsonPropertyOrder(1), DataType(DataType.DateTime)]
    public required string UpdatedAt { get; init; }

    public FindingAnswer() { }

    [SetsRequiredMembers]
    private FindingAnswer(FindingDossier dossier) : base(dossier.Finding, dossier.Status)
    {
        Resolution = ContractValues.Name(dossier.Resolution);
        Assignee = dossier.Assignee;
        Revision = dossier.Revision;
        DetectedAt = UtcTime.Iso(dossier.DetectedAt);
        UpdatedAt = UtcTime.Iso(dossier.UpdatedAt);
    }

    public static FindingAnswer Of(FindingDossier dossier) => new(dossier);
}
