using System.Buffers;
using ParquetSharp;
using Wayward.FlowLogs.Text;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>Which columns of a parquet schema make which fields.</summary>
internal sealed class ParquetLayout
{
    private delegate ReadOnlySpan<byte> Cell(int row);

    private readonly List<(FlowField Field, Cell Value)> _cells = [];
    private readonly List<ParquetColumn> _eager = [], _lazy = [];
    private readonly SchemaDescriptor _schema;
    private readonly ReadContext _context;

    private ParquetLayout(SchemaDescriptor schema, ReadContext context)
    {
        _schema = schema;
        _context = context;
    }

    public bool IsOcsf { get; private init; }

    public static ParquetLayout Of(SchemaDescriptor schema, ReadContext context)
    {
        int columns = schema.NumColumns;
        if (columns > 4096) throw context.Refuse($"a parquet schema of {columns} columns");
        var paths = Enumerable.Range(0, columns).Select(i => (Path: schema.Column(i).Path.ToDotString().ToLowerInvariant(), Index: i)).ToList();
        bool ocsf = paths.Exists(p => p.Path == "src_endpoint.port");
        var layout = new ParquetLayout(schema, context) { IsOcsf = ocsf };
        if (ocsf) layout.AddOcsf(paths);
        else layout.AddFields(paths);
        return layout;
    }

    public void WriteHeader(ArrayBufferWriter<byte> lines)
    {
        lines.Write(System.Text.Encoding.ASCII.GetBytes(string.Join(' ', _cells.Select(c => FlowColumns.Of(c.Field).Name)) + "\n"));
    }

    public void Begin(RowGroupReader group)
    {
        foreach (var column in _eager) column.Begin(group);
        foreach (var column in _lazy) column.Begin(group);
    }

    /// <summary>One batch of rows as lines. Fields that only a contact needs read <c>-</c> in rows without a port of interest.</summary>
    public void Write(int rows, PortSet ports, bool[] wanted, ArrayBufferWriter<byte> lines)
    {
        foreach (var column in _eager) column.Read(rows, null);
        bool any = false;
        for (int row = 0; row < rows; row++) any |= wanted[row] = IsPort(FlowField.SourcePort, row, ports) || IsPort(FlowField.DestinationPort, row, ports);
        foreach (var column in _lazy)
        {
            if (any) column.Read(rows, wanted);
            else column.Skip(rows);
        }
        for (int row = 0; row < rows; row++)
        {
            bool first = true;
            foreach (var (_, value) in _cells)
            {
                if (!first) lines.Write(" "u8);
                first = false;
                Field(lines, value(row));
            }
            lines.Write("\n"u8);
        }
    }

    private bool IsPort(FlowField field, int row, PortSet ports)
    {
        foreach (var (f, value) in _cells)
        {
            if (f != field) continue;
            var text = value(row);
            return ushort.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ushort port) && ports.Contains(port);
        }
        return false;
    }

    private static void Field(ArrayBufferWriter<byte> lines, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            lines.Write("-"u8);
            return;
        }
        // White space and controls would end the field or the line.
        var target = lines.GetSpan(value.Length);
        for (int i = 0; i < value.Length; i++) target[i] = value[i] <= ' ' ? (byte)'_' : value[i];
        lines.Advance(value.Length);
    }

    /// <summary>Read for every row: who, when and which ports. The rest only for rows with a port of interest.</summary>
    public static bool IsEager(FlowField field) => field is not (FlowField.SourceAddress or FlowField.DestinationAddress or FlowField.PacketSourceAddress or FlowField.PacketDestinationAddress
        or FlowField.Protocol or FlowField.Packets or FlowField.Bytes or FlowField.Action or FlowField.TcpFlags or FlowField.FlowDirection or FlowField.TrafficPath);

    private void AddFields(List<(string Path, int Index)> paths)
    {
        foreach (var (path, index) in paths)
        {
            if (path.Contains('.', StringComparison.Ordinal) || FlowColumns.Find(path) is not { } field || FlowColumns.Of(field).Need == ColumnNeed.Ignored) continue;
            var column = Use(index, IsEager(field), field is FlowField.Start or FlowField.End && _schema.Column(index).LogicalType is TimestampLogicalType);
            _cells.Add((field, column.Text));
        }
        if (_cells.Count == 0) throw _context.Refuse("parquet without any flow-log column");
    }

    private void AddOcsf(List<(string Path, int Index)> paths)
    {
        var at = paths.ToDictionary(p => p.Path, p => p.Index);
        if (Column("class_uid", true) is { } classUid)
        {
            // Another class has none of these fields in the same sense.
            _cells.Add((FlowField.Version, row => classUid.Text(row) is var uid && uid.SequenceEqual("4001"u8) ? default : throw _context.Refuse($"OCSF class {Fault.Escape(uid)}, not Network Activity (4001)")));
        }
        var direction = Column("connection_info.direction_id", true);
        Add(FlowField.AccountId, Column("cloud.account.uid", true) ?? Column("cloud.account_uid", true));
        Add(FlowField.Region, Column("cloud.region", true));
        Own(FlowField.InterfaceId, "interface_uid");
        Own(FlowField.InstanceId, "instance_uid");
        Own(FlowField.VpcId, "vpc_uid");
        Own(FlowField.SubnetId, "subnet_uid");
        Add(FlowField.SourcePort, Column("src_endpoint.port", true));
        Add(FlowField.DestinationPort, Column("dst_endpoint.port", true));
        Address(FlowField.PacketSourceAddress, FlowField.SourceAddress, "src_endpoint");
        Address(FlowField.PacketDestinationAddress, FlowField.DestinationAddress, "dst_endpoint");
        Add(FlowField.Protocol, Column("connection_info.protocol_num", false));
        Add(FlowField.Packets, Column("traffic.packets", false));
        Add(FlowField.Bytes, Column("traffic.bytes", false));
        Add(FlowField.Start, Time("start_time_dt") ?? Time("start_time") ?? Time("time_dt") ?? Time("time"));
        Add(FlowField.End, Time("end_time_dt") ?? Time("end_time"));
        Add(FlowField.TcpFlags, Column("connection_info.tcp_flags", false));
        Add(FlowField.LogStatus, Column("status_code", true));
        if (direction is not null) _cells.Add((FlowField.FlowDirection, row => direction.Text(row) is var d && d.SequenceEqual("1"u8) ? "ingress"u8 : d.SequenceEqual("2"u8) ? "egress"u8 : default));
        var action = Column("disposition", false) ?? Column("action", false) ?? Column("action_id", false);
        if (action is not null)
        {
            _cells.Add((FlowField.Action, row => action.Text(row) is var a && (a.SequenceEqual("Allowed"u8) || a.SequenceEqual("1"u8)) ? "ACCEPT"u8
                : a.SequenceEqual("Blocked"u8) || a.SequenceEqual("Denied"u8) || a.SequenceEqual("2"u8) ? "REJECT"u8 : a));
        }

        ParquetColumn? Column(string path, bool eager) => at.TryGetValue(path, out int index) ? Use(index, eager, false) : null;

        ParquetColumn? Time(string path) => at.TryGetValue(path, out int index) ? Use(index, true, true) : null;

        void Add(FlowField field, ParquetColumn? column)
        {
            if (column is not null) _cells.Add((field, column.Text));
        }

        // The interface stands at the end that the flow enters or leaves by.
        void Own(FlowField field, string name)
        {
            var source = Column("src_endpoint." + name, true);
            var destination = Column("dst_endpoint." + name, true);
            if (source is null && destination is null) return;
            _cells.Add((field, row =>
            {
                bool ingress = direction is not null && direction.Text(row).SequenceEqual("1"u8), egress = direction is not null && direction.Text(row).SequenceEqual("2"u8);
                var mine = ingress ? Of(destination, row) : Of(source, row);
                return mine.IsEmpty && !egress ? ingress ? default : Of(destination, row) : mine;
            }));
        }

        // The packet's address is the end point's; where the interface's differs, it is the first on the way.
        void Address(FlowField packet, FlowField plain, string endpoint)
        {
            if (Column(endpoint + ".ip", false) is not { } ip) return;
            _cells.Add((packet, ip.Text));
            var (path, index) = paths.Find(p => p.Path.StartsWith(endpoint + ".intermediate_ips", StringComparison.Ordinal));
            var hop = path is null ? null : Use(index, false, false);
            _cells.Add((plain, row => hop is not null && hop.Text(row) is { IsEmpty: false } first ? first : ip.Text(row)));
        }

        static ReadOnlySpan<byte> Of(ParquetColumn? column, int row) => column is null ? default : column.Text(row);
    }

    private ParquetColumn Use(int index, bool eager, bool scaledTime)
    {
        var known = _eager.Concat(_lazy).FirstOrDefault(c => c.Index == index);
        if (known is not null) return known;
        var column = ParquetColumn.Of(_schema.Column(index), index, scaledTime) ?? throw _context.Refuse($"the parquet column {Fault.Escape(_schema.Column(index).Path.ToDotString(), 64)} has the type {_schema.Column(index).PhysicalType}");
        (eager ? _eager : _lazy).Add(column);
        return column;
    }
}
