using Wayward.FlowLogs.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Parquet;

/// <summary>
/// Fields out of OCSF's Network Activity (class 4001), as Security Lake writes VPC flow logs. Names and meanings: OCSF schema 1.0 to 1.5, and AWS's mapping "VPC Flow Logs v5" for Security Lake.
/// </summary>
internal sealed class OcsfLayout(ParquetLayout layout, ReadContext context)
{
    private ColumnPages? _direction;

    public void AddFields()
    {
        if (Column("class_uid") is { } classUid)
        {
            // Another class has none of these fields in the same sense.
            Derive(FlowField.Version, lazy: false, row => classUid.AsText(row) is var uid && uid.SequenceEqual("4001"u8) ? default : throw context.Refuse($"OCSF class {Fault.Escape(uid)}, not Network Activity (4001)"));
        }
        _direction = Column("connection_info.direction_id");
        Add(FlowField.AccountId, lazy: false, "cloud.account.uid", "cloud.account_uid");
        Add(FlowField.Region, lazy: false, "cloud.region");
        AddOwn(FlowField.InterfaceId, "interface_uid");
        AddOwn(FlowField.InstanceId, "instance_uid");
        AddOwn(FlowField.VpcId, "vpc_uid");
        AddOwn(FlowField.SubnetId, "subnet_uid");
        Add(FlowField.SourcePort, lazy: false, "src_endpoint.port");
        Add(FlowField.DestinationPort, lazy: false, "dst_endpoint.port");
        AddAddress(FlowField.PacketSourceAddress, FlowField.SourceAddress, "src_endpoint");
        AddAddress(FlowField.PacketDestinationAddress, FlowField.DestinationAddress, "dst_endpoint");
        Add(FlowField.Protocol, lazy: true, "connection_info.protocol_num");
        Add(FlowField.Packets, lazy: true, "traffic.packets");
        Add(FlowField.Bytes, lazy: true, "traffic.bytes");
        Add(FlowField.Start, lazy: false, "start_time_dt", "start_time", "time_dt", "time");
        Add(FlowField.End, lazy: false, "end_time_dt", "end_time");
        Add(FlowField.TcpFlags, lazy: true, "connection_info.tcp_flags");
        Add(FlowField.LogStatus, lazy: false, "status_code");
        if (_direction is not null) Derive(FlowField.FlowDirection, lazy: true, row => IsDirection(row, "1"u8) ? "ingress"u8 : IsDirection(row, "2"u8) ? "egress"u8 : default);
        if (Column(true, "disposition", "action", "action_id") is { } action)
        {
            Derive(FlowField.Action, lazy: true, row => action.AsText(row) is var a && (a.SequenceEqual("Allowed"u8) || a.SequenceEqual("1"u8)) ? "ACCEPT"u8
                : a.SequenceEqual("Blocked"u8) || a.SequenceEqual("Denied"u8) || a.SequenceEqual("2"u8) ? "REJECT"u8 : a);
        }
    }

    private bool IsDirection(int row, ReadOnlySpan<byte> id) => _direction is not null && _direction.AsText(row).SequenceEqual(id);

    private ColumnPages? Column(params string[] paths) => Column(false, paths);

    /// <summary>The first of these columns that the file has.</summary>
    private ColumnPages? Column(bool lazy, params string[] paths)
    {
        foreach (string path in paths)
            if (layout.Find(path) is >= 0 and var index) return layout.Use(index, lazy, isTime: path.Contains("time", StringComparison.Ordinal));
        return null;
    }

    private void Derive(FlowField field, bool lazy, DerivedCells.Value value) => layout.Fields.Add(new ParquetField(field, new DerivedCells(value), lazy));

    private void Add(FlowField field, bool lazy, params string[] paths)
    {
        if (Column(lazy, paths) is not { } cells) return;
        if (!cells.IsText && field is FlowField.AccountId or FlowField.Region or FlowField.LogStatus) Derive(field, lazy, cells.AsText);
        else layout.Fields.Add(new ParquetField(field, cells, lazy));
    }

    /// <summary>The interface, and what belongs to it, stands at the end that the flow enters or leaves by.</summary>
    private void AddOwn(FlowField field, string name)
    {
        var source = Column("src_endpoint." + name);
        var destination = Column("dst_endpoint." + name);
        if (source is null && destination is null) return;
        Derive(field, lazy: false, row =>
        {
            if (IsDirection(row, "1"u8)) return Text(destination, row);
            var text = Text(source, row);
            return text.IsEmpty && !IsDirection(row, "2"u8) ? Text(destination, row) : text;
        });
    }

    /// <summary>The packet's address is the end point's; where the interface's differs, it is the first on the way.</summary>
    private void AddAddress(FlowField packet, FlowField plain, string endpoint)
    {
        if (Column(true, endpoint + ".ip") is not { } ip) return;
        layout.Fields.Add(new ParquetField(packet, ip, IsLazy: true));
        int index = layout.Find(endpoint + ".intermediate_ips", isPrefix: true);
        var hop = index < 0 ? null : layout.Use(index, lazy: true, isTime: false);
        Derive(plain, lazy: true, row => Text(hop, row) is { IsEmpty: false } first ? first : ip.AsText(row));
    }

    private static ReadOnlySpan<byte> Text(ColumnPages? cells, int row) => cells is null ? default : cells.AsText(row);
}
