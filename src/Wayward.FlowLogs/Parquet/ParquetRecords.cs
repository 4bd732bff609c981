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
/// <remarks><see cref="ParquetLineSource"/>, which makes a line of every row, is the reference to which tests hold this, and reads what has other types, lists or encodings.</remarks>
internal sealed class ParquetRecords : IDisposable
{
    private const byte OtherIdentity = 1, OtherTimes = 2;
    private const long LatestTime = 9_999_999_999;

    private readonly ReadContext _context;
    private readonly RecordTally _tally;
    private readonly TextRecords _text;
    private readonly ParquetFooter _footer;
    private readonly ParquetFile _file;
    /// <summary>The columns in use in the file's order.</summary>
    private readonly List<Cell> _cells = [];
    private readonly ColumnPages?[] _byField = new ColumnPages?[FlowColumns.All.Count];
    private readonly List<ColumnPages> _lazy = [], _watched = [];
    private readonly bool[] _odd = new bool[ColumnPages.Batch], _interesting = new bool[ColumnPages.Batch];
    private readonly byte[] _other = new byte[ColumnPages.Batch];
    private readonly long[] _startTimes = new long[ColumnPages.Batch], _endTimes = new long[ColumnPages.Batch];
    private readonly int[] _sourcePorts = new int[ColumnPages.Batch], _destinationPorts = new int[ColumnPages.Batch];
    private byte[] _line = new byte[4096];
    private int _length;

    private sealed record Cell(FlowField Field, ColumnPages Column, int Leaf, bool IsLazy);

    private ParquetRecords(ParquetFooter footer, ParquetFile file, RecordTally tally, TextRecords text)
    {
        _footer = footer;
        _file = file;
        _context = file.Context;
        _tally = tally;
        _text = text;
    }

    /// <summary>Null for what only <see cref="ParquetLineSource"/> reads.</summary>
    public static ParquetRecords? Of(ParquetFooter footer, ParquetFile file, RecordTally tally, TextRecords text)
    {
        var limits = file.Context.Limits;
        // A line of clean texts is far below the usual limit.
        if (footer.Encrypted || footer.Leaves.Count > 4096 || limits.MaxLineBytes < 32 * 1024 || footer.Leaves.Any(l => l.Path == "src_endpoint.port")) return null;
        var records = new ParquetRecords(footer, file, tally, text);
        for (int i = 0; i < footer.Leaves.Count; i++)
        {
            var leaf = footer.Leaves[i];
            if (leaf.Path.Contains('.', StringComparison.Ordinal) || FlowColumns.Find(leaf.Path) is not { } field || FlowColumns.Of(field).Need == ColumnNeed.Ignored) continue;
            int at = i;
            if (!footer.Groups.All(g => ColumnPages.Reads(leaf, g.Chunks[at])) || !MayBe(field, leaf.Type)) return null;
            bool isTime = field is FlowField.Start or FlowField.End;
            records._cells.Add(new Cell(field, new ColumnPages(file, leaf with { IsTimestamp = leaf.IsTimestamp && isTime && leaf.Type == ParquetType.Int64 }), i, !ParquetLayout.IsEager(field)));
        }
        if (records._cells.Count == 0) return null;
        foreach (var cell in records._cells)
        {
            if (cell.IsLazy) records._lazy.Add(cell.Column);
            else if (cell.Column.IsText && cell.Field is not (FlowField.SourcePort or FlowField.DestinationPort or FlowField.Start or FlowField.End or FlowField.LogStatus)) records._watched.Add(cell.Column);
            records._byField[(int)cell.Field] = cell.Column;
        }
        return records;

        static bool MayBe(FlowField field, ParquetType type) => type == ParquetType.ByteArray || field is FlowField.Version or FlowField.SourcePort or FlowField.DestinationPort or FlowField.Start or FlowField.End
            or FlowField.Protocol or FlowField.Packets or FlowField.Bytes or FlowField.TcpFlags;
    }

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Read<TSink>(ref TSink sink) where TSink : IFlowRecordSink
    {
        byte[] header = Encoding.ASCII.GetBytes(string.Join(' ', _cells.Select(c => FlowColumns.Of(c.Field).Name)));
        _text.ReadLine(header, 0, ref sink);
        var plan = _text.Plan!;
        long line = 1;
        foreach (var group in _footer.Groups)
        {
            foreach (var cell in _cells) cell.Column.Begin(group.Chunks[cell.Leaf]);
            for (long left = group.Rows; left > 0;)
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                // A batch never crosses a page, so that texts can be told by where they stand.
                int rows = (int)Math.Min(left, ColumnPages.Batch);
                foreach (var cell in _cells)
                {
                    if (cell.Column.RowsLeft == 0) cell.Column.NextPage();
                    rows = Math.Min(rows, cell.Column.RowsLeft);
                }
                ReadBatch(rows, line, plan, ref sink);
                left -= rows;
                line += rows;
            }
            foreach (var cell in _cells) cell.Column.EndGroup();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadBatch<TSink>(int rows, long firstLine, ColumnPlan plan, ref TSink sink) where TSink : IFlowRecordSink
    {
        foreach (var cell in _cells)
            if (!cell.IsLazy) cell.Column.Read(rows);
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
        if (_text.Plan != plan) _odd.AsSpan(0, rows).Fill(true);
        ReadRows(rows, firstLine, plan, start, end, ref lazyRead, ref sink);
        if (!lazyRead)
            foreach (var column in _lazy) column.Skip(rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadRows<TSink>(int rows, long firstLine, ColumnPlan plan, ColumnPages startColumn, ColumnPages endColumn, ref bool lazyRead, ref TSink sink) where TSink : IFlowRecordSink
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

    private ColumnPages? this[FlowField field] => _byField[(int)field];

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
    private void Times(ColumnPages column, int rows, long[] target)
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

    private void Compare(ColumnPages column, int rows, byte flag)
    {
        if (column.IsConstant) return;
        var cells = column.Cells.AsSpan(0, rows);
        for (int row = 1; row < cells.Length; row++)
            if (cells[row] != cells[row - 1] && !column.Text(row).SequenceEqual(column.Text(row - 1))) _other[row] |= flag;
    }

    private bool IsIdentity(int row, ColumnPlan plan)
    {
        foreach (var column in _watched)
            if (!column.IsClean && !ColumnPages.IsCleanText(column.Text(row))) return false;
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
            if (!column.IsClean && !ColumnPages.IsCleanText(column.Text(row))) return false;
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
        AccountId = Text(FlowField.AccountId, plan.Account, row),
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
        bool wanted = IsPort(FlowField.SourcePort, row, sink.Ports) || IsPort(FlowField.DestinationPort, row, sink.Ports);
        if (wanted) ReadLazy(rows, ref lazyRead);
        _length = 0;
        foreach (var cell in _cells)
        {
            if (_length > 0) Reserve(1)[0] = (byte)' ';
            if (cell.IsLazy && !wanted || !cell.Column.IsText && cell.Column.AnyNull && cell.Column.Nulls[row]) Reserve(1)[0] = (byte)'-';
            else if (!cell.Column.IsText)
            {
                Utf8Formatter.TryFormat(cell.Column.Cells[row], Reserve(20), out int written);
                _length += written - 20;
            }
            else if (cell.Column.Text(row) is { IsEmpty: false } text)
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

    public void Dispose()
    {
        foreach (var cell in _cells) cell.Column.Dispose();
    }
}
