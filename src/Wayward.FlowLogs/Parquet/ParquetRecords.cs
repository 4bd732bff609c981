using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Wayward.FlowLogs.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Parquet;

/// <summary>
/// AWS's parquet straight into records, column by column: ports first; interface, times and status are compared with the row before, mostly by dictionary entry, and checked where they change; addresses are
/// looked at only in rows with a port of interest, and the rest only when the sink wants these. A row that is wanted, or is odd in anything, becomes a line, and is taken or set aside as the text reader does it.
/// </summary>
internal sealed class ParquetRecords
{
    private const byte OtherIdentity = 1, OtherTimes = 2;
    private const long LatestTime = 9_999_999_999;

    private readonly ReadContext _context;
    private readonly RecordTally _tally;
    private readonly TextRecords _text;
    private readonly ParquetFooter _footer;
    private readonly ParquetLayout _layout;
    private readonly List<ParquetField> _fields;
    private readonly ColumnCells?[] _byField = new ColumnCells?[FlowColumns.All.Count];
    private readonly ColumnCells[] _eager, _lazy, _watched;
    private readonly ColumnPages[] _lazyPages;
    private readonly (int Leaf, ColumnPages Pages)[] _columns;
    private readonly bool[] _odd = new bool[ColumnCells.Batch], _interesting = new bool[ColumnCells.Batch];
    private readonly byte[] _other = new byte[ColumnCells.Batch];
    private readonly long[] _startTimes = new long[ColumnCells.Batch], _endTimes = new long[ColumnCells.Batch];
    private readonly int[] _sourcePorts = new int[ColumnCells.Batch], _destinationPorts = new int[ColumnCells.Batch];
    private byte[] _line = new byte[4096];
    private int _length;

    public ParquetRecords(ParquetFooter footer, ParquetLayout layout, ParquetFile file, RecordTally tally, TextRecords text)
    {
        (_footer, _layout, _context, _tally, _text) = (footer, layout, file.Context, tally, text);
        _fields = layout.Fields;
        (_eager, _lazy, _lazyPages, _columns) = (layout.Eager, layout.Lazy, layout.LazyPages, [.. layout.Columns]);
        _watched = [.. _fields.Where(f => !f.IsLazy && f.Cells.IsText
            && f.Field is not (FlowField.SourcePort or FlowField.DestinationPort or FlowField.Start or FlowField.End or FlowField.LogStatus)).Select(f => f.Cells)];
        foreach (var field in _fields) _byField[(int)field.Field] = field.Cells;
    }

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Read<TSink>(ref TSink sink) where TSink : IFlowRecordSink
    {
        if (_layout.IsTransitGateway)
        {
            _text.ReadLine("resource-type tgw-id tgw-attachment-id"u8, 0, ref sink);
            foreach (var group in _footer.Groups) _tally.TransitGateway += group.Rows;
            return;
        }
        byte[] header = Encoding.ASCII.GetBytes(string.Join(' ', _fields.Select(f => FlowColumns.Of(f.Field).Name)));
        _text.ReadLine(header, 0, ref sink);
        var plan = _text.Plan!;
        long line = 1;
        foreach (var group in _footer.Groups)
        {
            foreach (var (leaf, pages) in _columns) pages.Begin(group.Chunks[leaf]);
            for (long left = group.Rows; left > 0;)
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                // A batch never crosses a page, so that texts can be told by where they stand.
                int rows = (int)Math.Min(left, ColumnCells.Batch);
                foreach (var (_, pages) in _columns)
                {
                    if (pages.RowsLeft == 0) pages.NextPage();
                    rows = Math.Min(rows, pages.RowsLeft);
                }
                ReadBatch(rows, line, plan, ref sink);
                left -= rows;
                line += rows;
            }
            foreach (var (_, pages) in _columns) pages.EndGroup();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadBatch<TSink>(int rows, long firstLine, ColumnPlan plan, ref TSink sink) where TSink : IFlowRecordSink
    {
        foreach (var cells in _eager) cells.Read(rows);
        _odd.AsSpan(0, rows).Clear();
        _other.AsSpan(0, rows).Clear();
        Column(FlowField.SourcePort, rows, _sourcePorts);
        Column(FlowField.DestinationPort, rows, _destinationPorts);
        var ports = sink.Ports;
        for (int row = 0; row < rows; row++)
        {
            int source = _sourcePorts[row], destination = _destinationPorts[row];
            // Without a branch: which rows these are cannot be foreseen.
            _interesting[row] = source >= 0 & ports.Contains((ushort)source) | destination >= 0 & ports.Contains((ushort)destination);
        }
        var start = this[FlowField.Start] ?? this[FlowField.End]!;
        var end = this[FlowField.End] ?? start;
        Times(start, rows, _startTimes);
        if (end != start) Times(end, rows, _endTimes);
        foreach (var column in _watched) Compare(column, rows, OtherIdentity);
        if (this[FlowField.LogStatus] is { } status) Compare(status, rows, OtherTimes);
        bool lazyRead = false;
        if (_text.Plan != plan || !_context.Tuning.FastLines) _odd.AsSpan(0, rows).Fill(true);
        if (_layout.TransitGateway is { } gateway)
            for (int row = 0; row < rows; row++) _odd[row] |= !gateway.AsText(row).IsEmpty;
        ReadRows(rows, firstLine, plan, start, end, ref lazyRead, ref sink);
        if (!lazyRead)
            foreach (var column in _lazyPages) column.Skip(rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadRows<TSink>(int rows, long firstLine, ColumnPlan plan, ColumnCells startColumn, ColumnCells endColumn, ref bool lazyRead, ref TSink sink) where TSink : IFlowRecordSink
    {
        bool known = false;
        long pending = 0, pendingFirst = 0, start = 0, end = 0;
        var status = LogStatus.Ok;
        for (int row = 0; row < rows; row++)
        {
            long line = firstLine + row;
            byte other = known ? _other[row] : (byte)(OtherIdentity | OtherTimes);
            bool careful = _odd[row], checkedRow = false;
            if (other == 0 && !careful && status == LogStatus.Ok && !_interesting[row])
            {
                if (pending++ == 0) pendingFirst = line;
                continue;
            }
            if (pending > 0)
            {
                sink.ObserveMore(pendingFirst, pending, start, end, LogStatus.Ok);
                _tally.Records += pending;
                pending = 0;
            }
            if (!careful && (other & OtherIdentity) != 0) careful = !IsIdentity(row, plan);
            if (!careful && (other & OtherTimes) != 0)
            {
                (start, end) = (_startTimes[row], endColumn == startColumn ? _startTimes[row] : _endTimes[row]);
                careful = start > end || start < _tally.EarliestStart || start > _tally.LatestStart || end - start > _tally.LongestInterval || !IsStatus(row, out status);
            }
            if (!careful && _interesting[row])
            {
                checkedRow = true;
                ReadLazy(rows, ref lazyRead);
                careful = !IsClean(row) || status == LogStatus.Ok && Wants(row, ref sink);
            }
            if (careful)
            {
                // As the text reader takes it, or sets it aside. A row that is a header would change everything.
                known = ReadCarefully(row, rows, line, ref lazyRead, ref sink) && checkedRow && _text.Plan == plan;
                if (_text.Plan != plan) _odd.AsSpan(0, rows).Fill(true);
                continue;
            }
            if ((other & OtherIdentity) == 0) sink.ObserveMore(line, 1, start, end, status);
            else sink.Observe(Identity(row, plan, line, start, end, status));
            if (status == LogStatus.NoData) _tally.NoData++;
            else if (status == LogStatus.SkipData) _tally.SkipData++;
            _tally.Records++;
            if (start < _tally.FirstStart) _tally.FirstStart = start;
            if (end > _tally.LastEnd) _tally.LastEnd = end;
            known = true;
        }
        if (pending > 0)
        {
            sink.ObserveMore(pendingFirst, pending, start, end, LogStatus.Ok);
            _tally.Records += pending;
        }
    }

    private ColumnCells? this[FlowField field] => _byField[(int)field];

    /// <summary>Ports as numbers, -1 for none; whatever is no port makes its row odd.</summary>
    private void Column(FlowField field, int rows, int[] target)
    {
        var column = this[field]!;
        var cells = column.Cells.AsSpan(0, rows);
        if (column.IsText)
        {
            for (int row = 0; row < cells.Length; row++)
            {
                var text = column.Text(row);
                target[row] = -1;
                if (text.IsEmpty) continue;
                if (FieldText.TryPort(ref MemoryMarshal.GetReference(text), text.Length, out int port)) target[row] = port;
                else _odd[row] = true;
            }
            return;
        }
        for (int row = 0; row < cells.Length; row++)
        {
            long value = cells[row];
            if ((ulong)value > ushort.MaxValue)
            {
                _odd[row] = true;
                value = -1;
            }
            target[row] = (int)value;
        }
        if (!column.AnyNull) return;
        for (int row = 0; row < cells.Length; row++)
            if (column.Nulls[row]) target[row] = -1;
    }

    /// <summary>Times as numbers, and where they are others than in the row before; whatever is no time makes its row odd.</summary>
    private void Times(ColumnCells column, int rows, long[] target)
    {
        var cells = column.Cells.AsSpan(0, rows);
        if (column.IsText)
        {
            for (int row = 0; row < cells.Length; row++)
            {
                var text = column.Text(row);
                if (text.IsEmpty || !FieldText.TryTime(ref MemoryMarshal.GetReference(text), text.Length, out target[row])) _odd[row] = true;
            }
        }
        else
        {
            for (int row = 0; row < cells.Length; row++)
            {
                long value = target[row] = cells[row];
                if ((ulong)value > LatestTime) _odd[row] = true;
            }
            if (column.AnyNull)
                for (int row = 0; row < cells.Length; row++) _odd[row] |= column.Nulls[row];
        }
        if (column.IsConstant) return;
        for (int row = 1; row < cells.Length; row++)
            if (target[row] != target[row - 1]) _other[row] |= OtherTimes;
    }

    private void Compare(ColumnCells column, int rows, byte flag)
    {
        if (column.IsConstant) return;
        var cells = column.Cells.AsSpan(0, rows);
        for (int row = 1; row < cells.Length; row++)
            if (cells[row] != cells[row - 1] && !column.Text(row).SequenceEqual(column.Text(row - 1))) _other[row] |= flag;
    }

    private bool IsIdentity(int row, ColumnPlan plan)
    {
        foreach (var column in _watched)
            if (!column.IsClean && !ColumnCells.IsCleanText(column.Text(row))) return false;
        var text = Text(FlowField.AccountId, plan.Account, row);
        if (!text.IsEmpty && !FieldText.IsAccount(ref MemoryMarshal.GetReference(text), text.Length)) return false;
        text = Text(FlowField.InterfaceId, plan.Interface, row);
        if (!text.IsEmpty && !FieldText.IsInterface(ref MemoryMarshal.GetReference(text), text.Length)) return false;
        text = Text(FlowField.InstanceId, plan.Instance, row);
        return text.IsEmpty || FieldText.IsInstance(ref MemoryMarshal.GetReference(text), text.Length);
    }

    private bool IsStatus(int row, out LogStatus status)
    {
        status = LogStatus.Ok;
        if (this[FlowField.LogStatus] is not { } column) return true;
        var text = column.Text(row);
        if (text.SequenceEqual("OK"u8)) return true;
        status = text.SequenceEqual("NODATA"u8) ? LogStatus.NoData : LogStatus.SkipData;
        return status == LogStatus.NoData || text.SequenceEqual("SKIPDATA"u8);
    }

    /// <summary>Does the sink want one of the ends that are of interest, or is what stands there no address?</summary>
    private bool Wants<TSink>(int row, ref TSink sink) where TSink : IFlowRecordSink =>
        WantsEnd(row, FlowEnd.Source, _sourcePorts[row], FlowField.PacketSourceAddress, FlowField.SourceAddress, ref sink)
        || WantsEnd(row, FlowEnd.Destination, _destinationPorts[row], FlowField.PacketDestinationAddress, FlowField.DestinationAddress, ref sink);

    /// <param name="port">-1 when there is none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool WantsEnd<TSink>(int row, FlowEnd end, int port, FlowField packetField, FlowField field, ref TSink sink) where TSink : IFlowRecordSink
    {
        if (port < 0 || !sink.Ports.Contains((ushort)port)) return false;
        if (!Address(packetField, row, out var address)) return true;
        if (address.IsNone && !Address(field, row, out address)) return true;
        return sink.Wants(end, address, (ushort)port);
    }

    private bool Address(FlowField field, int row, out IpAddress address)
    {
        address = IpAddress.None;
        return this[field] is not { } column || LineParser.Address(column.Text(row), out address);
    }

    private bool IsClean(int row)
    {
        foreach (var column in _lazy)
            if (!column.IsClean && !ColumnCells.IsCleanText(column.Text(row))) return false;
        return true;
    }

    private void ReadLazy(int rows, ref bool read)
    {
        if (read) return;
        read = true;
        foreach (var column in _lazy) column.Read(rows);
    }

    private ReadOnlySpan<byte> Text(FlowField field, int planned, int row) => planned < 0 ? default : this[field]!.Text(row);

    private FlowIdentity Identity(int row, ColumnPlan plan, long line, long start, long end, LogStatus status) => new()
    {
        Line = line,
        Layout = plan.Layout,
        AccountId = plan.Account12(Text(FlowField.AccountId, plan.Account, row)),
        InterfaceId = Text(FlowField.InterfaceId, plan.Interface, row),
        InstanceId = Text(FlowField.InstanceId, plan.Instance, row),
        HasInstanceColumn = plan.Instance >= 0,
        VpcId = Text(FlowField.VpcId, plan.Vpc, row),
        SubnetId = Text(FlowField.SubnetId, plan.Subnet, row),
        AsgTag = Text(FlowField.AsgTag, plan.AsgTag, row),
        InstanceTag = Text(FlowField.InstanceTag, plan.InstanceTag, row),
        Region = Text(FlowField.Region, plan.Region, row),
        Start = start,
        End = end,
        HasTimes = true,
        Status = status,
    };

    /// <returns>Was it taken?</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool ReadCarefully<TSink>(int row, int rows, long line, ref bool lazyRead, ref TSink sink) where TSink : IFlowRecordSink
    {
        if (_layout.TransitGateway is { } gateway && !gateway.AsText(row).IsEmpty)
        {
            _tally.TransitGateway++;
            return false;
        }
        bool wanted = IsPort(FlowField.SourcePort, row, sink.Ports) || IsPort(FlowField.DestinationPort, row, sink.Ports);
        if (wanted) ReadLazy(rows, ref lazyRead);
        _length = 0;
        foreach (var field in _fields)
        {
            if (_length > 0) Reserve(1)[0] = (byte)' ';
            if (field.IsLazy && !wanted || !field.Cells.IsText && field.Cells.AnyNull && field.Cells.Nulls[row]) Reserve(1)[0] = (byte)'-';
            else if (!field.Cells.IsText)
            {
                Utf8Formatter.TryFormat(field.Cells.Cells[row], Reserve(20), out int written);
                _length += written - 20;
            }
            else if (field.Cells.Text(row) is { IsEmpty: false } text)
            {
                var target = Reserve(text.Length);
                for (int i = 0; i < text.Length; i++) target[i] = text[i] <= ' ' ? (byte)'_' : text[i];
            }
            else Reserve(1)[0] = (byte)'-';
        }
        long before = _tally.Records;
        _text.ReadLine(_line.AsSpan(0, _length), line, ref sink);
        return _tally.Records == before + 1;
    }

    private Span<byte> Reserve(int count)
    {
        if (_length + count > _line.Length) Array.Resize(ref _line, Math.Max(2 * _line.Length, _length + count));
        _length += count;
        return _line.AsSpan(_length - count, count);
    }

    /// <summary>As loosely as the line-based way asks it: an odd port may name one too.</summary>
    private bool IsPort(FlowField field, int row, PortSet ports)
    {
        var column = this[field]!;
        if (column.IsText) return ushort.TryParse(column.Text(row), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && ports.Contains(port);
        return !(column.AnyNull && column.Nulls[row]) && column.Cells[row] is >= 0 and <= ushort.MaxValue and var value && ports.Contains((ushort)value);
    }
}
