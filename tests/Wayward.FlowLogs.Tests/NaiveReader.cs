using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Wayward.FlowLogs.Tests;

/// <summary>
/// The text format once more, written for plainness only: strings, <see cref="string.Split(char[])"/>, regular expressions. What the fast reader says is held against it.
/// It knows headers, versions in AWS's order aside.
/// </summary>
internal sealed partial class NaiveReader(ushort[] ports, Func<FlowEnd, string, ushort, bool> wants)
{
    public List<string> Observed { get; } = [];
    public List<string> Accepted { get; } = [];
    /// <summary>Line and column of each quarantined line.</summary>
    public List<string> Quarantined { get; } = [];

    private List<string>? _columns;

    public NaiveReader Read(string text)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (i == lines.Length - 1 && lines[i].Length == 0) break;
            Line(i + 1, lines[i]);
        }
        return this;
    }

    private void Line(int number, string raw)
    {
        if (raw.EndsWith('\r')) raw = raw[..^1];
        string[] fields = raw.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length == 0) return;
        string[] names = [.. fields.Select(f => f.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant())];
        if (new[] { "srcport", "dstport", "protocol" }.All(names.Contains))
        {
            _columns = [.. names];
            return;
        }
        string? bad = Record(number, raw, fields);
        if (bad is not null) Quarantined.Add($"{number} {bad}");
    }

    /// <summary>Null when the line is good, else its column, or <c>-</c>.</summary>
    private string? Record(int number, string raw, string[] fields)
    {
        if (raw.Any(c => c is not '\t' and (< ' ' or > '~'))) return "-";
        if (fields.Length != _columns!.Count) return "-";

        int source = 0, destination = 0;
        foreach (string end in new[] { "srcport", "dstport" })
        {
            string value = Value(fields, end);
            if (value.Length == 0) continue;
            if (!Digits().IsMatch(value) || value.Length > 5 || int.Parse(value, CultureInfo.InvariantCulture) > 65535) return end;
            if (end == "srcport") source = int.Parse(value, CultureInfo.InvariantCulture);
            else destination = int.Parse(value, CultureInfo.InvariantCulture);
        }
        string status = "OK";
        if (_columns.Contains("logstatus"))
        {
            status = fields[_columns.IndexOf("logstatus")];
            if (status is not ("OK" or "NODATA" or "SKIPDATA")) return "log-status";
        }

        string startColumn = _columns.Contains("start") ? "start" : "end";
        if (!Time(Value(fields, startColumn), out long start)) return startColumn;
        long finish = start;
        if (_columns.Contains("end"))
        {
            if (!Time(Value(fields, "end"), out finish)) return "end";
            if (finish < start) return startColumn;
        }
        if (start < 1_356_998_400) return startColumn;
        if (finish - start > 86_400) return "end";

        string account = Value(fields, "accountid"), @interface = Value(fields, "interfaceid"), instance = Value(fields, "instanceid");
        if (account.Length > 0 && account != "unknown" && (account.Length > 20 || !account.All(char.IsAsciiDigit))) return "account-id";
        if (@interface.Length > 0 && !InterfaceId().IsMatch(@interface)) return "interface-id";
        if (instance.Length > 0 && !InstanceId().IsMatch(instance)) return "instance-id";

        // A number that lost the zeros it begins with.
        if (account.Length > 0 && account.All(char.IsAsciiDigit)) account = account.PadLeft(12, '0');
        string identity = $"{number} acc={account} eni={@interface} inst={instance}/{_columns.Contains("instanceid")} vpc={Value(fields, "vpcid")} sub={Value(fields, "subnetid")} asg={Value(fields, "asgtag")} tag={Value(fields, "instancetag")} reg={Value(fields, "region")} {start}-{finish}/True {status switch { "OK" => "Ok", "NODATA" => "NoData", _ => "SkipData" }}";
        if (status == "OK")
        {
            bool wanted = false;
            foreach (var (end, name, port) in new[] { (FlowEnd.Source, "src", source), (FlowEnd.Destination, "dst", destination) })
            {
                if (wanted || Value(fields, name + "port").Length == 0 || !ports.Contains((ushort)port)) continue;
                string asked = "::";
                foreach (string column in new[] { $"pkt{name}addr", $"{name}addr" })
                {
                    string value = Value(fields, column);
                    if (asked != "::" || value.Length == 0) continue;
                    if (Address(value) is not { } address) return column.Replace("pkt", "pkt-", StringComparison.Ordinal);
                    asked = address;
                }
                wanted = wants(end, asked, (ushort)port);
            }
            if (wanted)
            {
                var addresses = new Dictionary<string, string>();
                foreach (string end in new[] { "srcaddr", "dstaddr", "pktsrcaddr", "pktdstaddr" })
                {
                    string value = Value(fields, end);
                    if (value.Length == 0) addresses[end] = "::";
                    else if (Address(value) is { } address) addresses[end] = address;
                    else return end.Replace("pkt", "pkt-", StringComparison.Ordinal);
                }
                if (!Number(Value(fields, "protocol"), 255, out long protocol)) return "protocol";
                if (!Number(Value(fields, "packets"), long.MaxValue, out long packets)) return "packets";
                if (!Number(Value(fields, "bytes"), long.MaxValue, out long bytes)) return "bytes";
                string action = Value(fields, "action");
                if (action is not ("" or "ACCEPT" or "REJECT")) return "action";
                string flags = Value(fields, "tcpflags");
                if (!Number(flags, 255, out long bits)) return "tcp-flags";
                string direction = Value(fields, "flowdirection");
                if (direction is not ("" or "ingress" or "egress")) return "flow-direction";
                Accepted.Add(string.Create(CultureInfo.InvariantCulture, $"{identity} {addresses["srcaddr"]}:{source}>{addresses["dstaddr"]}:{destination} ({addresses["pktsrcaddr"]}>{addresses["pktdstaddr"]}) proto {protocol} packets {packets} bytes {bytes} {action switch { "" => "None", "ACCEPT" => "Accept", _ => "Reject" }} flags {(flags.Length == 0 ? -1 : bits)} {direction switch { "" => "Unknown", "egress" => "Egress", _ => "Ingress" }} [{raw}]"));
            }
        }
        Observed.Add(identity);
        return null;
    }

    /// <summary>Empty when the column is absent or reads a hyphen.</summary>
    private string Value(string[] fields, string column)
    {
        int at = _columns!.IndexOf(column);
        return at < 0 || fields[at] == "-" ? "" : fields[at];
    }

    private static bool Time(string value, out long seconds)
    {
        seconds = 0;
        return Digits().IsMatch(value) && value.Length <= 10 && long.TryParse(value, CultureInfo.InvariantCulture, out seconds);
    }

    private static bool Number(string value, long most, out long number)
    {
        number = 0;
        return value.Length == 0 || Digits().IsMatch(value) && value.Length <= 18 && long.TryParse(value, CultureInfo.InvariantCulture, out number) && number <= most;
    }

    private static string? Address(string value)
    {
        if (value.Contains(':', StringComparison.Ordinal))
        {
            if (!V6().IsMatch(value) || !IPAddress.TryParse(value, out var six)) return null;
            return six.IsIPv4MappedToIPv6 ? six.MapToIPv4().ToString() : six.ToString();
        }
        return V4().IsMatch(value) && value.Split('.').All(o => int.Parse(o, CultureInfo.InvariantCulture) <= 255) ? value : null;
    }

    [GeneratedRegex("^(0|[1-9][0-9]*)\\z")]
    private static partial Regex Digits();

    [GeneratedRegex("^eni-[a-z0-9]{1,32}\\z")]
    private static partial Regex InterfaceId();

    [GeneratedRegex("^i-[a-z0-9]{1,32}\\z")]
    private static partial Regex InstanceId();

    [GeneratedRegex("^(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}\\z")]
    private static partial Regex V4();

    /// <summary>What <see cref="IPAddress"/> would also take: brackets, zones, ports, prefixes, dotted tails with leading zeros.</summary>
    [GeneratedRegex("^[0-9a-fA-F:]+((?<=:)(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3})?\\z")]
    private static partial Regex V6();
}
