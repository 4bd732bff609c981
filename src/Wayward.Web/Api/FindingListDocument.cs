using System.ComponentModel.DataAnnotations;
using Wayward.Core.Detection;
using Wayward.Core.Reports.Contracts;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;

namespace Wayward.Web.Api;

/// <summary>A page of the queue, schema <c>wayward.findings/1</c>: the answer of <c>GET /api/findings</c>.</summary>
internal sealed record FindingListDocument
{
    public const string SchemaId = "wayward.findings/1";

    [AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    public required int Total { get; init; }
    public required int Skip { get; init; }
    public required int Take { get; init; }
    public required IEnumerable<FindingRowDocument> Findings { get; init; }
}

internal sealed record FindingRowDocument(
    string Id, string Type, string Subject, [property: AllowedValues("instance", "cohort")] string SubjectKind, string? Name, string? Account, string Transport, string? Provider,
    string Address, int AddressCount, int MemberCount, [property: DataType(DataType.DateTime)] string First, [property: DataType(DataType.DateTime)] string Last, long Count,
    decimal Severity, int Confidence, bool Reported, string Status, string? Assignee, bool Provisional, string Why)
{
    public static FindingRowDocument Of(FindingRow row) => new(
        row.Id, row.Type.Name, row.Subject.Id, row.Subject.Kind == Core.Detection.SubjectKind.Instance ? "instance" : "cohort", row.InstanceName, row.AccountId, row.Transport.Name(), row.Provider,
        row.Address, row.AddressCount, row.MemberCount, UtcTime.Iso(row.First), UtcTime.Iso(row.Last), row.Count,
        ContractValues.Tenths(row.Severity), row.Confidence, row.Reported, row.Status.Name(), row.Assignee, row.Provisional, row.Why);
}
