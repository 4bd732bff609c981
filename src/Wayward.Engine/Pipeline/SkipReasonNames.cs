using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Engine.Pipeline;

/// <summary>Names of the reasons why records are no contacts, as output and ledger have them.</summary>
public static class SkipReasonNames
{
    /// <summary>Adds the records that the reader set aside itself, which no sink saw, to the batch's reasons.</summary>
    public static void CountUnread(ContactBatch batch, FlowReadResult read)
    {
        if (read.TransitGateway > 0)
            batch.Skipped[SkipReason.TransitGateway] = batch.Skipped.GetValueOrDefault(SkipReason.TransitGateway) + read.TransitGateway;
    }

    /// <summary>The name in output: <c>no-data</c>, <c>skip-data</c>, <c>service-eni</c>, <c>unresolved-side</c>, <c>not-tcp-udp</c>, <c>transit-gateway</c>, <c>no-subject</c>, <c>missing-field</c>.</summary>
    public static string Name(SkipReason reason) => reason switch
    {
        SkipReason.NoData => "no-data",
        SkipReason.SkipData => "skip-data",
        SkipReason.ServiceEni => "service-eni",
        SkipReason.UnresolvedSide => "unresolved-side",
        SkipReason.NotTcpUdp => "not-tcp-udp",
        SkipReason.TransitGateway => "transit-gateway",
        SkipReason.NoSubject => "no-subject",
        SkipReason.MissingField => "missing-field",
        _ => "other",
    };
}
