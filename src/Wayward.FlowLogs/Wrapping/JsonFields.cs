using System.Buffers;
using Wayward.FlowLogs.Text;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// JSON objects whose members are flow-log fields, as lines under a header. Shippers leave out members without a value, so a member that is missing is <c>-</c>: records are gathered until the columns
/// of many are known, and the header names the default format's columns and all that were seen.
/// </summary>
/// <param name="beginHeader">Called with the names of the fields of the lines that are written next; null = they have no header.</param>
internal sealed class JsonFields(ReadContext context, Action<ArrayBufferWriter<byte>, string?> beginHeader)
{
    private const int FewestFields = 4, MostHeld = 256, MostHeldBytes = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _values = new();
    private readonly List<Record> _held = [];
    private readonly bool[] _seen = new bool[FlowColumns.All.Count], _columns = new bool[FlowColumns.All.Count];
    private Range?[] _cells = new Range?[FlowColumns.All.Count];
    private int _start, _count;
    private FlowField? _repeated;
    private bool _headerHolds, _anyData;

    /// <param name="Cells">Where the values of its fields stand; null for a transit gateway's record.</param>
    private readonly record struct Record(Range?[]? Cells);

    public bool IsTransitGateway { get; set; }
    public bool IsTooLong { get; set; }
    public bool IsFull => _held.Count >= MostHeld || _values.WrittenCount >= MostHeldBytes;

    /// <summary>Required columns that no record has; empty when nothing is missing, or when no record tells of traffic.</summary>
    public string Missing => _anyData ? ColumnPlan.Missing(_seen) : "";

    public void Begin()
    {
        if (_held.Count == 0) _values.ResetWrittenCount();
        _start = _values.WrittenCount;
        _count = 0;
        _repeated = null;
        IsTransitGateway = IsTooLong = false;
        Array.Clear(_cells);
    }

    public void Add(FlowField field, ReadOnlySpan<byte> value)
    {
        ref var cell = ref _cells[(int)field];
        if (cell is not null)
        {
            _repeated ??= field;
            return;
        }
        IsTooLong |= _values.WrittenCount - _start + value.Length > context.Limits.MaxLineBytes;
        int at = _values.WrittenCount;
        if (!IsTooLong && !value.SequenceEqual("-"u8)) _values.Write(value);
        cell = at.._values.WrittenCount;
        _count++;
    }

    /// <summary>The object ends.</summary>
    /// <returns>Null when it is a record; else what is wrong with it, empty when it is no flow-log record at all.</returns>
    public string? End()
    {
        string? fault = _count < FewestFields && !IsTransitGateway ? ""
            : IsTooLong ? $"a JSON record longer than the limit of {context.Limits.MaxLineBytes} bytes"
            : _repeated is { } field ? $"a JSON record with {FlowColumns.Of(field).Name} twice" : null;
        if (fault is not null) return fault;
        if (IsTransitGateway)
        {
            _held.Add(new Record(null));
            return null;
        }
        for (int i = 0; i < _cells.Length; i++) _seen[i] |= _cells[i] is not null;
        _anyData |= _cells[(int)FlowField.LogStatus] is not { } status || !_values.WrittenSpan[status].EndsWith("DATA"u8);
        _held.Add(new Record(_cells));
        _cells = new Range?[FlowColumns.All.Count];
        return null;
    }

    /// <summary>Writes the records that are held.</summary>
    public void Flush(ArrayBufferWriter<byte> lines)
    {
        if (_held.Count == 0) return;
        bool changed = !_headerHolds;
        for (int i = 0; i < _columns.Length; i++)
        {
            bool column = _seen[i] || FlowColumns.All[i].Version == 2;
            changed |= column != _columns[i];
            _columns[i] = column;
        }
        if (changed) WriteHeader(lines);
        foreach (var record in _held)
        {
            if (record.Cells is null) lines.Write("TransitGateway\n"u8);
            else WriteRecord(record.Cells, lines);
        }
        _held.Clear();
        _values.ResetWrittenCount();
        _start = 0;
    }

    /// <summary>What follows is not under the header written last.</summary>
    public void EndHeader(ArrayBufferWriter<byte> lines)
    {
        if (!_headerHolds) return;
        _headerHolds = false;
        beginHeader(lines, null);
    }

    private void WriteHeader(ArrayBufferWriter<byte> lines)
    {
        _headerHolds = true;
        beginHeader(lines, string.Join(' ', FlowColumns.All.Where((_, i) => _columns[i]).Select(c => c.Name)));
    }

    private void WriteRecord(Range?[] cells, ArrayBufferWriter<byte> lines)
    {
        bool first = true;
        for (int i = 0; i < _columns.Length; i++)
        {
            if (!_columns[i]) continue;
            if (!first) lines.Write(" "u8);
            first = false;
            // A record of traffic whose status was left out is as one of a format without the column.
            if (i == (int)FlowField.LogStatus && cells[i] is null && cells[(int)FlowField.SourceAddress] is not null) lines.Write("OK"u8);
            else LineSource.WriteField(lines, cells[i] is { } cell ? _values.WrittenSpan[cell] : default);
        }
        lines.Write("\n"u8);
    }
}
