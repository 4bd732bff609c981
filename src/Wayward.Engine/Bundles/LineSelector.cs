using System.Globalization;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Engine.Bundles;

/// <summary>
/// Selects the lines of one object from which the history of some instances can be folded again: each line that the folder would take whole, and for each interface and hour the line with the first start and the one with the
/// last end, which make its coverage. It asks for every line whole, so that each is observed by itself.
/// </summary>
/// <param name="folder">Knows which lines matter; nothing is folded.</param>
/// <param name="wanted">Instance and interface ids as lines name them, with the seconds that share one pair of coverage lines; null = all, by the hour.</param>
/// <param name="limit">Most lines to select.</param>
internal sealed class LineSelector(ContactFolder folder, IReadOnlyDictionary<string, long>? wanted, long limit) : IFlowRecordSink
{
    private static readonly PortSet AllPorts = new(Enumerable.Range(0, ushort.MaxValue + 1).Select(p => (ushort)p));
    /// <summary>Written where the object names no columns: what the folder reads, without the instance.</summary>
    private static readonly FlowField[] Members =
    [
        FlowField.Version, FlowField.AccountId, FlowField.InterfaceId, FlowField.VpcId, FlowField.SubnetId, FlowField.Region, FlowField.AsgTag, FlowField.InstanceTag, FlowField.SourceAddress, FlowField.DestinationAddress,
        FlowField.PacketSourceAddress, FlowField.PacketDestinationAddress, FlowField.SourcePort, FlowField.DestinationPort, FlowField.Protocol, FlowField.Packets, FlowField.Bytes, FlowField.Start, FlowField.End,
        FlowField.Action, FlowField.LogStatus, FlowField.TcpFlags, FlowField.FlowDirection, FlowField.TrafficPath,
    ];

    private readonly record struct CoverKey(string Instance, string Interface, long Span, LogStatus Status);

    private struct Cover
    {
        public long FirstStart, FirstLine, LastEnd, LastLine;
    }

    private readonly SortedDictionary<long, FlowLayout> _whole = [];
    private readonly Dictionary<CoverKey, Cover> _cover = [];
    private readonly Dictionary<long, (FlowRow Row, FlowLayout Layout, bool HasInstance)> _rows = [];
    private FlowLayout _layout = FlowLayout.Members;
    private FlowRow _row = new();
    private string _instance = "", _interface = "";
    private long _span, _line;
    private bool _isWanted, _hasInstance, _covers;

    public PortSet Ports => AllPorts;

    public bool Wants(FlowEnd end, IpAddress address, ushort port) => true;

    public void Observe(in FlowIdentity identity)
    {
        _layout = identity.Layout ?? FlowLayout.Members;
        _instance = Encoding.UTF8.GetString(identity.InstanceId);
        _interface = Encoding.UTF8.GetString(identity.InterfaceId);
        _hasInstance = identity.HasInstanceColumn;
        _span = UnixTime.HourSeconds;
        _isWanted = wanted is null || wanted.TryGetValue(_instance, out _span) || wanted.TryGetValue(_interface, out _span);
        if (!_isWanted) return;
        _row = new FlowRow
        {
            AccountId = Text(identity.AccountId), InterfaceId = _interface, InstanceId = _instance, VpcId = Text(identity.VpcId), SubnetId = Text(identity.SubnetId), Region = Text(identity.Region),
            AsgTag = Tag(identity.AsgTag), InstanceTag = Tag(identity.InstanceTag), PacketSource = IpAddress.None, PacketDestination = IpAddress.None,
        };
        if (identity.HasTimes) Count(identity.Line, identity.Start, identity.End, identity.Status);
    }

    public void ObserveMore(long first, long lines, long start, long end, LogStatus status)
    {
        // Lines that nobody wants may come many at once; every other line is asked for whole, and comes by itself.
        if (_isWanted) Count(first, start, end, status);
    }

    public void Accept(in FlowRecord record)
    {
        if (!_isWanted || record.Identity.Line != _line) return;
        bool whole = IsFolded(record);
        if (whole && _whole.TryAdd(_line, _layout) && _whole.Count > limit) throw TooMany();
        if (whole || _covers) _rows[_line] = (Filled(record), _layout, _hasInstance);
    }

    /// <summary>The numbers of the selected lines with their formats, ascending.</summary>
    public SortedDictionary<long, FlowLayout> Selected()
    {
        var selected = new SortedDictionary<long, FlowLayout>(_whole);
        foreach (var cover in _cover.Values)
        {
            selected.TryAdd(cover.FirstLine, _rows[cover.FirstLine].Layout);
            selected.TryAdd(cover.LastLine, _rows[cover.LastLine].Layout);
        }
        if (selected.Count > limit) throw TooMany();
        return selected;
    }

    /// <summary>A selected line written from its fields, with the header that it stands under.</summary>
    public (string Header, byte[] Line) Written(long number)
    {
        var (row, layout, hasInstance) = _rows[number];
        FlowField[] fields = layout.Names.Count > 0 ? [.. layout.Names.Select(n => FlowColumns.Find(n)).OfType<FlowField>()] : hasInstance ? [.. Members, FlowField.InstanceId] : Members;
        using var stream = new MemoryStream();
        using (var writer = new FlowLogTextWriter(stream, fields, header: false)) writer.Write(row);
        return (string.Join(' ', fields.Select(f => FlowColumns.Of(f).Name)), stream.ToArray()[..^1]);
    }

    private void Count(long line, long start, long end, LogStatus status)
    {
        _line = line;
        _row = _row with { Start = start, End = end, Status = status };
        var key = new CoverKey(_instance, _interface, start / _span, status);
        bool known = _cover.TryGetValue(key, out var cover);
        _covers = !known || start < cover.FirstStart || end > cover.LastEnd;
        if (!_covers) return;
        if (!known || start < cover.FirstStart) (cover.FirstStart, cover.FirstLine) = (start, line);
        if (!known || end > cover.LastEnd) (cover.LastEnd, cover.LastLine) = (end, line);
        _cover[key] = cover;
        _rows[line] = (_row, _layout, _hasInstance);
    }

    /// <summary>As a reader asks the folder: the source first, by the packet-level address where there is one.</summary>
    private bool IsFolded(in FlowRecord record) =>
        folder.Ports.Contains(record.SourcePort) && folder.Wants(FlowEnd.Source, record.PacketSourceAddress.IsNone ? record.SourceAddress : record.PacketSourceAddress, record.SourcePort)
        || folder.Ports.Contains(record.DestinationPort) && folder.Wants(FlowEnd.Destination, record.PacketDestinationAddress.IsNone ? record.DestinationAddress : record.PacketDestinationAddress, record.DestinationPort);

    private FlowRow Filled(in FlowRecord record) => _row with
    {
        Source = record.SourceAddress, Destination = record.DestinationAddress, PacketSource = record.PacketSourceAddress, PacketDestination = record.PacketDestinationAddress,
        SourcePort = record.SourcePort, DestinationPort = record.DestinationPort, Protocol = record.Protocol, Packets = record.Packets, Bytes = record.Bytes, Action = record.Action,
        TcpFlags = record.HasTcpFlags ? record.TcpFlags : null, Direction = record.Direction,
        Other = record.TrafficPath == 0 ? _row.Other : new Dictionary<FlowField, string> { [FlowField.TrafficPath] = record.TrafficPath.ToString(CultureInfo.InvariantCulture) },
    };

    private BundleException TooMany() => new($"more than {limit.ToString("N0", CultureInfo.InvariantCulture)} lines bear on it; bundle one finding at a time");

    private static string? Text(ReadOnlySpan<byte> field) => field.IsEmpty ? null : Encoding.UTF8.GetString(field);

    private static string? Tag(ReadOnlySpan<byte> field) => field.IsEmpty ? null : Uri.UnescapeDataString(Encoding.UTF8.GetString(field));
}
