using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Wayward.FlowLogs.Text;

/// <summary>
/// Lines without a header: taken only where the first line settles the layout. The record version must be that of the layout, the number of fields must be its own, and
/// every field must be of its column's kind. Version 2 is AWS's default format, the others are all fields up to a version in the order of AWS's table.
/// </summary>
internal static class Headerless
{
    private static readonly int[] Versions = [2, 3, 4, 5, 7, 8, 9, 10];

    public static ColumnPlan? Layout(ReadOnlySpan<byte> text)
    {
        Span<Range> ranges = stackalloc Range[64];
        int count = text.Split(ranges, (byte)' ');
        if (count < 2) return null;
        bool timeFirst = IsTime(text[ranges[0]]);
        int first = timeFirst ? 1 : 0;
        foreach (int version in Versions)
        {
            var fields = FlowColumns.UpTo(version);
            if (fields.Count != count - first) continue;
            var stated = text[ranges[first]];
            if (!FieldText.TryCount(ref MemoryMarshal.GetReference(stated), stated.Length, out long number) || number != version) return null;
            for (int i = 0; i < fields.Count; i++)
                if (!Fits(fields[i], text[ranges[first + i]])) return null;
            return ColumnPlan.ForVersion(version, timeFirst);
        }
        return null;
    }

    /// <summary>A header given by the operator, for a line that has none.</summary>
    public static ColumnPlan Given(string header, ReadOnlySpan<byte> text, Wrapping.ReadContext context)
    {
        string[] names = FlowColumns.HeaderNames(header);
        int blank = text.IndexOf((byte)' ');
        if (names.Length == text.Count((byte)' ') && IsTime(text[..blank])) names = ["time", .. names];
        return ColumnPlan.FromHeader(names, context.Limits.MaxColumns, out string problem) ?? throw context.Refuse($"the given header: {problem}");
    }

    /// <summary>A time as CloudWatch Logs writes it before each event of an export, such as <c>2023-11-14T22:13:20.000Z</c>.</summary>
    private static bool IsTime(ReadOnlySpan<byte> text) => text.Length is >= 20 and <= 30 && text[10] == 'T' && text[^1] == 'Z'
        && Utf8Parser.TryParse(text[..10], out int year, out int used) && used == 4 && year is > 2000 and < 2200;

    private static int Split(this ReadOnlySpan<byte> text, Span<Range> ranges, byte separator)
    {
        int n = 0, from = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] != separator) continue;
            if (n == ranges.Length) return -1;
            ranges[n++] = from..i;
            from = i + 1;
        }
        return n;
    }

    private static bool Fits(FlowField field, ReadOnlySpan<byte> value)
    {
        ref byte first = ref MemoryMarshal.GetReference(value);
        if (field is not (FlowField.Version or FlowField.Start or FlowField.End or FlowField.LogStatus) && value.SequenceEqual("-"u8)) return true;
        switch (field)
        {
            case FlowField.AccountId:
                return FieldText.TryCount(ref first, value.Length, out _) || value.SequenceEqual("unknown"u8) || !value.ContainsAnyExceptInRange((byte)'0', (byte)'9');
            case FlowField.InterfaceId or FlowField.NextHopInterfaceId:
                return value.StartsWith("eni-"u8);
            case FlowField.InstanceId:
                return value.StartsWith("i-"u8);
            case FlowField.VpcId:
                return value.StartsWith("vpc-"u8);
            case FlowField.SubnetId:
                return value.StartsWith("subnet-"u8);
            case FlowField.SourceAddress or FlowField.DestinationAddress or FlowField.PacketSourceAddress or FlowField.PacketDestinationAddress:
                return IpText.TryParse(value, out _);
            case FlowField.Version or FlowField.Packets or FlowField.Bytes or FlowField.Start or FlowField.End:
                return FieldText.TryCount(ref first, value.Length, out _);
            case FlowField.SourcePort or FlowField.DestinationPort:
                return FieldText.TryCount(ref first, value.Length, out long port) && port <= ushort.MaxValue;
            case FlowField.Protocol or FlowField.TcpFlags:
                return FieldText.TryCount(ref first, value.Length, out long number) && number <= byte.MaxValue;
            case FlowField.TrafficPath:
                return FieldText.TryCount(ref first, value.Length, out long path) && path is >= 1 and <= 8;
            case FlowField.Action:
                return value.SequenceEqual("ACCEPT"u8) || value.SequenceEqual("REJECT"u8);
            case FlowField.LogStatus:
                return value.SequenceEqual("OK"u8) || value.SequenceEqual("NODATA"u8) || value.SequenceEqual("SKIPDATA"u8);
            case FlowField.Type:
                return value.SequenceEqual("IPv4"u8) || value.SequenceEqual("IPv6"u8) || value.SequenceEqual("EFA"u8);
            case FlowField.FlowDirection:
                return value.SequenceEqual("ingress"u8) || value.SequenceEqual("egress"u8);
            case FlowField.EncryptionStatus:
                return value.Length == 1 && value[0] is >= (byte)'0' and <= (byte)'3';
            default:
                return true;
        }
    }
}
