using System.Globalization;
using System.Text;

namespace Wayward.FlowLogs.Text;

/// <summary>What is wrong with a line. The numbers are internal.</summary>
internal enum FaultKind : byte
{
    None, ColumnCount, TooLong, NotPrintable, NotPort, NotTime, NoTime, StartAfterEnd, TooEarly, TooLate, LastsTooLong, NotStatus, NotAccount, NotInterface, NotInstance,
    NotAddress, NotProtocol, NotCount, NotAction, NotFlags, NotDirection, OtherVersion, NotRecord,
}

/// <summary>Turns a fault into words that are safe to show.</summary>
internal static class Fault
{
    private const int Longest = 200, LongestValue = 60;

    public static QuarantinedLine Describe(long line, FaultKind kind, string? column, ReadOnlySpan<byte> value, string? detail = null)
    {
        string text = kind switch
        {
            FaultKind.ColumnCount => "not as many fields as the header names",
            FaultKind.TooLong => "longer than the line limit",
            FaultKind.NotPrintable => "a byte that is not printable ASCII",
            FaultKind.NotPort => "not a port number",
            FaultKind.NotTime => "not a time in Unix seconds",
            FaultKind.NoTime => "no time",
            FaultKind.StartAfterEnd => "start after end",
            FaultKind.TooEarly => "before flow logs existed",
            FaultKind.TooLate => "later than the object itself",
            FaultKind.LastsTooLong => "an interval longer than a flow log can have",
            FaultKind.NotStatus => "not OK, NODATA or SKIPDATA",
            FaultKind.NotAccount => "not an account number",
            FaultKind.NotInterface => "not an interface id",
            FaultKind.NotInstance => "not an instance id",
            FaultKind.NotAddress => "not an IP address",
            FaultKind.NotProtocol => "not a protocol number",
            FaultKind.NotCount => "not a count",
            FaultKind.NotAction => "not ACCEPT or REJECT",
            FaultKind.NotFlags => "not TCP flags",
            FaultKind.NotDirection => "not ingress or egress",
            FaultKind.OtherVersion => "another record version than the layout's",
            FaultKind.NotRecord => "no flow-log record",
            _ => "malformed",
        };
        if (detail is not null) text += $" ({detail})";
        else if (!value.IsEmpty) text += $": '{Escape(value)}'";
        return new QuarantinedLine(line, column, text.Length <= Longest ? text : text[..Longest]);
    }

    public static string Escape(ReadOnlySpan<byte> value) => Escape(Encoding.Latin1.GetString(value[..Math.Min(value.Length, LongestValue + 1)]), LongestValue);

    /// <summary>Printable ASCII stays, all else becomes <c>\xNN</c> or <c>\uNNNN</c>.</summary>
    public static string Escape(string value, int longest)
    {
        var text = new StringBuilder();
        foreach (char c in value)
        {
            if (text.Length >= longest)
            {
                text.Append('…');
                break;
            }
            if (c is >= ' ' and < '\x7F') text.Append(c);
            else text.Append(c <= 0xFF ? "\\x" : "\\u").Append(((int)c).ToString(c <= 0xFF ? "x2" : "x4", CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }
}
