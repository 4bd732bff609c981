using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>Why a data line cannot be a contact; names appear in output.</summary>
public enum SkipReason : byte
{
    /// <summary>status NODATA</summary>
    NoData,
    /// <summary>status SKIPDATA</summary>
    SkipData,
    /// <summary>The instance-id column reads <c>-</c>: NAT gateway, load balancer, endpoint.</summary>
    ServiceEni,
    /// <summary>Neither direction, addresses nor inventory tell which side is local. Counted only for lines with a DNS port.</summary>
    UnresolvedSide,
    /// <summary>A DNS port under a protocol other than TCP and UDP.</summary>
    NotTcpUdp,
    /// <summary>A transit-gateway record.</summary>
    TransitGateway,
    /// <summary>No interface-id and no instance-id: no subject.</summary>
    NoSubject,
    /// <summary>A column that the judgement needs is not in the format (ports, addresses, protocol).</summary>
    MissingField,
}

/// <summary>
/// What one or more objects contribute to the ledger: cells, coverage, facts and evidence, folded. The unit that the writer commits.
/// Filled by <see cref="ContactFolder"/>, merged by <see cref="Merge"/>; merging is commutative and associative.
/// </summary>
public sealed class ContactBatch
{
    public Dictionary<InstanceKey, InstanceContribution> Instances { get; } = [];
    /// <summary>Largest start over all records, for the watermark; 0 when there were none.</summary>
    public long MaxStart { get; set; }
    public Dictionary<SkipReason, long> Skipped { get; } = [];
    /// <summary>Records that were contacts.</summary>
    public long ContactRecords { get; set; }

    public void Merge(ContactBatch other) => throw new NotSupportedException();
}

/// <summary>One instance's share of a batch.</summary>
public sealed class InstanceContribution
{
    /// <summary>By (endpoint, hour).</summary>
    public Dictionary<(Endpoint Endpoint, int Hour), ContactHour> Cells { get; } = [];
    public Dictionary<int, CoverageDay> Coverage { get; } = [];
    public Dictionary<(InstanceAttribute Attribute, string Value), InstanceFact> Facts { get; } = [];
    public Dictionary<Endpoint, List<EvidenceLine>> Evidence { get; } = [];
}
