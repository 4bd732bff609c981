using System.Globalization;
using System.Text;
using Wayward.FlowLogs;

namespace Wayward.Testing;

/// <summary>The columns that a generated flow log has.</summary>
public enum LineFormat
{
    /// <summary>AWS's default of 14 columns: no instance, no direction, no flags.</summary>
    V2,
    /// <summary>Version 5 with instance, VPC, subnet, flags, packet-level addresses and direction.</summary>
    V5,
    /// <summary>Version 5 with the ASG and instance tags of version 11.</summary>
    V11,
}

/// <summary>One flow record as a test writes it: plain text fields, <c>null</c> for absent. Fed to a sink directly, or written as a line of a log.</summary>
public sealed record FlowLine
{
    public string? Account { get; init; } = "111122223333";
    public string? Interface { get; init; } = "eni-0000000000000001";
    public string? Instance { get; init; }
    public bool HasInstanceColumn { get; init; } = true;
    public string? Vpc { get; init; }
    public string? Subnet { get; init; }
    public string? Asg { get; init; }
    public string? Name { get; init; }
    public string? Region { get; init; }
    public string Source { get; init; } = "10.0.0.10";
    public string Destination { get; init; } = "8.8.8.8";
    public string? PacketSource { get; init; }
    public string? PacketDestination { get; init; }
    public int SourcePort { get; init; } = 40_000;
    public int DestinationPort { get; init; } = 53;
    public int Protocol { get; init; } = 17;
    public long Packets { get; init; } = 1;
    public long Bytes { get; init; } = 70;
    public long Start { get; init; }
    public long End { get; init; }
    public bool Rejected { get; init; }
    /// <summary>Null: the format has none.</summary>
    public int? TcpFlags { get; init; }
    public FlowDirection Direction { get; init; }
    /// <summary>The <c>traffic-path</c>; 0 = absent. Not in the text formats.</summary>
    public int TrafficPath { get; init; }
    public LogStatus Status { get; init; }

    /// <summary>The other direction of the same exchange.</summary>
    public FlowLine Reply(bool rejected = false) => this with
    {
        Source = Destination,
        Destination = Source,
        SourcePort = DestinationPort,
        DestinationPort = SourcePort,
        PacketSource = PacketDestination,
        PacketDestination = PacketSource,
        Rejected = rejected,
        TcpFlags = TcpFlags is { } flags && (flags & 2) != 0 ? flags ^ 16 : TcpFlags,
        Direction = Direction switch { FlowDirection.Egress => FlowDirection.Ingress, FlowDirection.Ingress => FlowDirection.Egress, _ => FlowDirection.Unknown },
    };

    /// <summary>As the format can tell it: columns that it lacks are gone.</summary>
    public FlowLine In(LineFormat format) => format switch
    {
        LineFormat.V2 => this with
        {
            Instance = null, HasInstanceColumn = false, Vpc = null, Subnet = null, Asg = null, Name = null, Region = null, PacketSource = null, PacketDestination = null, TcpFlags = null, Direction = FlowDirection.Unknown,
        },
        LineFormat.V5 => this with { Asg = null, Name = null },
        _ => this,
    };

    /// <summary>Pushes the record through a sink's three steps, as a reader does.</summary>
    public void Push<TSink>(TSink sink, long line) where TSink : class, IFlowRecordSink
    {
        var identity = Identity(line);
        sink.Observe(identity);
        if (Status != LogStatus.Ok) return;
        bool wanted = sink.Ports.Contains((ushort)SourcePort) && sink.Wants(FlowEnd.Source, Address(PacketSource ?? Source), (ushort)SourcePort)
            || sink.Ports.Contains((ushort)DestinationPort) && sink.Wants(FlowEnd.Destination, Address(PacketDestination ?? Destination), (ushort)DestinationPort);
        if (!wanted) return;
        sink.Accept(new FlowRecord
        {
            Identity = identity,
            SourceAddress = Address(Source),
            DestinationAddress = Address(Destination),
            PacketSourceAddress = Address(PacketSource),
            PacketDestinationAddress = Address(PacketDestination),
            SourcePort = (ushort)SourcePort,
            DestinationPort = (ushort)DestinationPort,
            Protocol = (byte)Protocol,
            Packets = Packets,
            Bytes = Bytes,
            Action = Rejected ? FlowAction.Reject : FlowAction.Accept,
            TcpFlags = (byte)(TcpFlags ?? 0),
            HasTcpFlags = TcpFlags is not null,
            Direction = Direction,
            TrafficPath = (byte)TrafficPath,
            RawLine = Bytes_(ToText(HasInstanceColumn ? LineFormat.V11 : LineFormat.V2)),
        });
    }

    public static string Header(LineFormat format) => format switch
    {
        LineFormat.V2 => "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
        LineFormat.V5 => "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id tcp-flags pkt-srcaddr pkt-dstaddr region flow-direction",
        _ => "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id tcp-flags pkt-srcaddr pkt-dstaddr region flow-direction instance-tag asg-tag",
    };

    public string ToText(LineFormat format)
    {
        var text = new StringBuilder();
        bool ok = Status == LogStatus.Ok;
        text.Append(CultureInfo.InvariantCulture, $"{(format == LineFormat.V2 ? 2 : format == LineFormat.V5 ? 5 : 11)} {Account ?? "-"} {Interface ?? "-"} ");
        if (ok) text.Append(CultureInfo.InvariantCulture, $"{Source} {Destination} {SourcePort} {DestinationPort} {Protocol} {Packets} {Bytes} {Start} {End} {(Rejected ? "REJECT" : "ACCEPT")} OK");
        else text.Append(CultureInfo.InvariantCulture, $"- - - - - - - {Start} {End} - {(Status == LogStatus.NoData ? "NODATA" : "SKIPDATA")}");
        if (format == LineFormat.V2) return text.ToString();
        text.Append(CultureInfo.InvariantCulture, $" {Vpc ?? "-"} {Subnet ?? "-"} {Instance ?? "-"} ");
        string direction = Direction switch { FlowDirection.Egress => "egress", FlowDirection.Ingress => "ingress", _ => "-" };
        if (ok) text.Append(CultureInfo.InvariantCulture, $"{TcpFlags?.ToString(CultureInfo.InvariantCulture) ?? "-"} {PacketSource ?? Source} {PacketDestination ?? Destination} {Region ?? "-"} {direction}");
        else text.Append(CultureInfo.InvariantCulture, $"- - - {Region ?? "-"} -");
        if (format == LineFormat.V11) text.Append(CultureInfo.InvariantCulture, $" {Tag(Name)} {Tag(Asg)}");
        return text.ToString();
    }

    private FlowIdentity Identity(long line) => new()
    {
        Line = line,
        AccountId = Bytes_(Account),
        InterfaceId = Bytes_(Interface),
        InstanceId = Bytes_(Instance),
        HasInstanceColumn = HasInstanceColumn,
        VpcId = Bytes_(Vpc),
        SubnetId = Bytes_(Subnet),
        AsgTag = Bytes_(Asg is null ? null : Uri.EscapeDataString(Asg)),
        InstanceTag = Bytes_(Name is null ? null : Uri.EscapeDataString(Name)),
        Region = Bytes_(Region),
        Start = Start,
        End = Math.Max(Start, End),
        HasTimes = true,
        Status = Status,
    };

    private static string Tag(string? value) => value is null ? "-" : Uri.EscapeDataString(value);
    private static byte[] Bytes_(string? text) => text is null ? [] : Encoding.UTF8.GetBytes(text);
    private static IpAddress Address(string? text) => text is null ? IpAddress.None : IpAddress.Parse(text);
}
