namespace Wayward.FlowLogs;

/// <summary>The <c>log-status</c> column.</summary>
public enum LogStatus : byte
{
    /// <summary>Data were logged as usual. Assumed when the format has no <c>log-status</c> column.</summary>
    Ok,
    /// <summary>No traffic in the interval: proof that the interface was watched.</summary>
    NoData,
    /// <summary>Records were lost in the interval: coverage is partial.</summary>
    SkipData,
}

/// <summary>The <c>action</c> column.</summary>
public enum FlowAction : byte { None, Accept, Reject }

/// <summary>The <c>flow-direction</c> column, relative to the interface.</summary>
public enum FlowDirection : byte { Unknown, Ingress, Egress }

/// <summary>An end of a flow, as its columns name it.</summary>
public enum FlowEnd : byte { Source, Destination }

/// <summary>
/// What every data line tells, whatever its ports: whose it is, when, and whether the interface was watched. Spans point into the
/// reader's buffer and are valid only during the call. An absent field, or one that reads <c>-</c>, is an empty span.
/// </summary>
public readonly ref struct FlowIdentity
{
    /// <summary>1-based line in the expanded object (row for parquet).</summary>
    public long Line { get; init; }
    /// <summary>The format of the line: one object for all lines of a format within a run of lines.</summary>
    public FlowLayout? Layout { get; init; }
    public ReadOnlySpan<byte> AccountId { get; init; }
    public ReadOnlySpan<byte> InterfaceId { get; init; }
    /// <summary>Empty when absent or <c>-</c>; <see cref="HasInstanceColumn"/> tells the two apart.</summary>
    public ReadOnlySpan<byte> InstanceId { get; init; }
    /// <summary>The format has an <c>instance-id</c> column, so an empty <see cref="InstanceId"/> means a service-managed interface.</summary>
    public bool HasInstanceColumn { get; init; }
    public ReadOnlySpan<byte> VpcId { get; init; }
    public ReadOnlySpan<byte> SubnetId { get; init; }
    /// <summary>Version 11 <c>asg-tag</c>, still percent-encoded.</summary>
    public ReadOnlySpan<byte> AsgTag { get; init; }
    /// <summary>Version 11 <c>instance-tag</c>, still percent-encoded.</summary>
    public ReadOnlySpan<byte> InstanceTag { get; init; }
    public ReadOnlySpan<byte> Region { get; init; }
    /// <summary>Unix seconds; 0 when <see cref="HasTimes"/> is false.</summary>
    public long Start { get; init; }
    /// <summary>Unix seconds, at least <see cref="Start"/>.</summary>
    public long End { get; init; }
    public bool HasTimes { get; init; }
    public LogStatus Status { get; init; }
}

/// <summary>
/// One whole flow record, every field validated. Addresses are as written, not folded: folding NAT64 is the caller's business.
/// Field facts: AWS VPC user guide, "Flow log records", versions 2 to 11.
/// </summary>
public readonly ref struct FlowRecord
{
    public FlowIdentity Identity { get; init; }
    public IpAddress SourceAddress { get; init; }
    public IpAddress DestinationAddress { get; init; }
    /// <summary><see cref="IpAddress.None"/> when the column is absent or <c>-</c>.</summary>
    public IpAddress PacketSourceAddress { get; init; }
    /// <inheritdoc cref="PacketSourceAddress"/>
    public IpAddress PacketDestinationAddress { get; init; }
    public ushort SourcePort { get; init; }
    public ushort DestinationPort { get; init; }
    /// <summary>IANA protocol number: 6 TCP, 17 UDP.</summary>
    public byte Protocol { get; init; }
    public long Packets { get; init; }
    public long Bytes { get; init; }
    public FlowAction Action { get; init; }
    /// <summary>FIN 1, SYN 2, RST 4, ACK 16 (shown only with SYN); 0 when absent or <c>-</c>.</summary>
    public byte TcpFlags { get; init; }
    /// <summary>False when the format has no <c>tcp-flags</c> column or the field is <c>-</c>.</summary>
    public bool HasTcpFlags { get; init; }
    public FlowDirection Direction { get; init; }
    /// <summary>The <c>traffic-path</c> of an egress record, 1 to 8; 0 when absent, <c>-</c> or no small number.</summary>
    public byte TrafficPath { get; init; }
    /// <summary>The line as it stood, without its line end (empty for parquet): kept as evidence.</summary>
    public ReadOnlySpan<byte> RawLine { get; init; }
}
