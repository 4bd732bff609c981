using System.Globalization;
using System.Text;
using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>
/// A record as printable ASCII, for evidence: the line as it stood, or its fields where there was no line (parquet). The only escaper of raw lines: what the ledger keeps and what is
/// read again later are the same text.
/// </summary>
public static class EvidenceText
{
    /// <summary>Longest text, in characters; a longer line is cut.</summary>
    public const int MaxLength = 2_000;

    public static string Of(in FlowRecord record) => record.RawLine.IsEmpty ? Fields(record) : Escape(record.RawLine);

    /// <summary>
    /// Printable ASCII stays; a backslash and every other byte become <c>\xNN</c>, so that nothing in a log can act on what shows it, and no escape can be forged.
    /// </summary>
    public static string Escape(ReadOnlySpan<byte> line) => line.Length <= MaxLength - 4 && IsPlain(line) ? Encoding.ASCII.GetString(line) : EscapeEach(line);

    private static bool IsPlain(ReadOnlySpan<byte> line)
    {
        foreach (byte b in line)
            if (b is < 0x20 or >= 0x7F or (byte)'\\') return false;
        return true;
    }

    private static string EscapeEach(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder(Math.Min(line.Length, MaxLength));
        foreach (byte b in line)
        {
            if (text.Length + 4 > MaxLength) break;
            if (b is >= 0x20 and < 0x7F and not (byte)'\\') text.Append((char)b);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
        }
        return text.ToString();
    }

    private static string Fields(in FlowRecord record)
    {
        var culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder()
            .Append(culture, $"interface-id={Escape(record.Identity.InterfaceId)} srcaddr={record.SourceAddress} dstaddr={record.DestinationAddress} ")
            .Append(culture, $"srcport={record.SourcePort} dstport={record.DestinationPort} protocol={record.Protocol} packets={record.Packets} bytes={record.Bytes} ")
            .Append(culture, $"start={record.Identity.Start} end={record.Identity.End} action={(record.Action == FlowAction.Reject ? "REJECT" : "ACCEPT")}");
        if (record.HasTcpFlags) text.Append(culture, $" tcp-flags={record.TcpFlags}");
        if (!record.PacketSourceAddress.IsNone) text.Append(culture, $" pkt-srcaddr={record.PacketSourceAddress}");
        if (!record.PacketDestinationAddress.IsNone) text.Append(culture, $" pkt-dstaddr={record.PacketDestinationAddress}");
        if (record.Direction != FlowDirection.Unknown) text.Append(culture, $" flow-direction={(record.Direction == FlowDirection.Egress ? "egress" : "ingress")}");
        return text.Length > MaxLength ? text.ToString(0, MaxLength) : text.ToString();
    }
}
