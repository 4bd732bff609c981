using System.Buffers;
using System.Globalization;
using System.Text;

namespace Wayward.FlowLogs;

/// <summary>The values of one line; what is null is written <c>-</c>.</summary>
public sealed record FlowRow
{
    /// <summary>Null: the highest version among the columns, as AWS writes it.</summary>
    public int? Version { get; init; }
    public string? AccountId { get; init; }
    public string? InterfaceId { get; init; }
    public string? InstanceId { get; init; }
    public string? VpcId { get; init; }
    public string? SubnetId { get; init; }
    public IpAddress? Source { get; init; }
    public IpAddress? Destination { get; init; }
    /// <summary>Null: as <see cref="Source"/>.</summary>
    public IpAddress? PacketSource { get; init; }
    /// <summary>Null: as <see cref="Destination"/>.</summary>
    public IpAddress? PacketDestination { get; init; }
    public int? SourcePort { get; init; }
    public int? DestinationPort { get; init; }
    public int? Protocol { get; init; }
    public long? Packets { get; init; }
    public long? Bytes { get; init; }
    /// <summary>Unix seconds.</summary>
    public long Start { get; init; }
    /// <summary>Unix seconds.</summary>
    public long End { get; init; }
    public FlowAction Action { get; init; }
    public LogStatus Status { get; init; }
    public int? TcpFlags { get; init; }
    public FlowDirection Direction { get; init; }
    public string? Region { get; init; }
    /// <summary>As it reads, not percent-encoded: the writer does that.</summary>
    public string? AsgTag { get; init; }
    /// <inheritdoc cref="AsgTag"/>
    public string? InstanceTag { get; init; }
    /// <summary>Values of any other field.</summary>
    public IReadOnlyDictionary<FlowField, string> Other { get; init; } = System.Collections.Frozen.FrozenDictionary<FlowField, string>.Empty;
}

/// <summary>Writes flow-log text as AWS does: a header of field names, then one line per row, fields in the header's order. Compress it by what it writes to.</summary>
public sealed class FlowLogTextWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly FlowField[] _fields;
    private readonly string _version;
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);

    /// <param name="stream">Not disposed.</param>
    /// <param name="fields">Any fields in any order; <see cref="FlowColumns.Default"/> and <see cref="FlowColumns.UpTo"/> are the usual ones.</param>
    public FlowLogTextWriter(Stream stream, IReadOnlyList<FlowField> fields, bool header = true)
    {
        _stream = stream;
        _fields = [.. fields];
        _version = _fields.Max(f => FlowColumns.Of(f).Version).ToString(CultureInfo.InvariantCulture);
        if (header) WriteLine(string.Join(' ', _fields.Select(f => FlowColumns.Of(f).Name)));
    }

    public void Write(FlowRow row)
    {
        for (int i = 0; i < _fields.Length; i++)
        {
            if (i > 0) _buffer.Write(" "u8);
            WriteField(_fields[i], row);
        }
        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount > 32 * 1024) Flush();
    }

    /// <summary>A line as it is: a repeated header, a malformed record.</summary>
    public void WriteLine(string text)
    {
        Encoding.UTF8.GetBytes(text, _buffer);
        _buffer.Write("\n"u8);
    }

    public void Flush()
    {
        _stream.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }

    public void Dispose() => Flush();

    private void WriteField(FlowField field, FlowRow row)
    {
        switch (field)
        {
            case FlowField.Version: Text(row.Version?.ToString(CultureInfo.InvariantCulture) ?? _version); break;
            case FlowField.AccountId: Text(row.AccountId); break;
            case FlowField.InterfaceId: Text(row.InterfaceId); break;
            case FlowField.InstanceId: Text(row.InstanceId); break;
            case FlowField.VpcId: Text(row.VpcId); break;
            case FlowField.SubnetId: Text(row.SubnetId); break;
            case FlowField.SourceAddress: Address(row.Source); break;
            case FlowField.DestinationAddress: Address(row.Destination); break;
            case FlowField.PacketSourceAddress: Address(row.PacketSource ?? row.Source); break;
            case FlowField.PacketDestinationAddress: Address(row.PacketDestination ?? row.Destination); break;
            case FlowField.SourcePort: Number(row.SourcePort); break;
            case FlowField.DestinationPort: Number(row.DestinationPort); break;
            case FlowField.Protocol: Number(row.Protocol); break;
            case FlowField.Packets: Number(row.Packets); break;
            case FlowField.Bytes: Number(row.Bytes); break;
            case FlowField.Start: Number(row.Start); break;
            case FlowField.End: Number(row.End); break;
            case FlowField.TcpFlags: Number(row.TcpFlags); break;
            case FlowField.Action: Text(row.Action switch { FlowAction.Accept => "ACCEPT", FlowAction.Reject => "REJECT", _ => null }); break;
            case FlowField.LogStatus: Text(row.Status switch { LogStatus.NoData => "NODATA", LogStatus.SkipData => "SKIPDATA", _ => "OK" }); break;
            case FlowField.FlowDirection: Text(row.Direction switch { FlowDirection.Ingress => "ingress", FlowDirection.Egress => "egress", _ => null }); break;
            case FlowField.Type: Text(row.Other.GetValueOrDefault(field) ?? (row.Source is { } a ? a.IsIPv4 ? "IPv4" : "IPv6" : null)); break;
            case FlowField.Region: Text(row.Region); break;
            case FlowField.AsgTag: Text(row.AsgTag is null ? null : Uri.EscapeDataString(row.AsgTag)); break;
            case FlowField.InstanceTag: Text(row.InstanceTag is null ? null : Uri.EscapeDataString(row.InstanceTag)); break;
            default: Text(row.Other.GetValueOrDefault(field)); break;
        }
    }

    private void Text(string? value)
    {
        if (string.IsNullOrEmpty(value)) _buffer.Write("-"u8);
        else Encoding.UTF8.GetBytes(value, _buffer);
    }

    private void Number(long? value)
    {
        if (value is null)
        {
            _buffer.Write("-"u8);
            return;
        }
        System.Buffers.Text.Utf8Formatter.TryFormat(value.Value, _buffer.GetSpan(20), out int written);
        _buffer.Advance(written);
    }

    private void Address(IpAddress? value) => Text(value is { IsNone: false } address ? address.ToString() : null);
}
