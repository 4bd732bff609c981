using System.Globalization;
using Wayward.FlowLogs;

namespace Wayward.Core.Reports;

/// <summary>The two ends of a raw record, as seen from the instance.</summary>
/// <param name="Interface">The network interface; null when the record names none.</param>
/// <param name="Local">The address at the instance's end.</param>
/// <param name="Protocol">IANA number.</param>
public sealed record RecordEnds(string? Interface, IpAddress Local, int LocalPort, IpAddress Remote, int RemotePort, int Protocol)
{
    /// <summary>Reads a line of evidence. Null when it does not have the columns, or an end is missing.</summary>
    /// <param name="columns">Column names of the object's format, separated by blanks; not needed for a line of <c>name=value</c> pairs.</param>
    /// <param name="remotes">Addresses of the finding: the end that has one of them is the remote one.</param>
    public static RecordEnds? Of(string columns, string line, IReadOnlyCollection<IpAddress> remotes)
    {
        string[] values = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] names = columns.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (values.Length > 0 && values.All(v => v.Contains('=', StringComparison.Ordinal)))
            foreach (string pair in values) fields[Plain(pair[..pair.IndexOf('=', StringComparison.Ordinal)])] = pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
        else if (names.Length == values.Length)
            for (int i = 0; i < names.Length; i++) fields[Plain(names[i])] = values[i];
        if (Address("srcaddr") is not { } source || Address("dstaddr") is not { } destination) return null;
        if (Port("srcport") is not { } sourcePort || Port("dstport") is not { } destinationPort) return null;
        if (!int.TryParse(fields.GetValueOrDefault("protocol"), NumberStyles.None, CultureInfo.InvariantCulture, out int protocol)) return null;
        string? @interface = fields.GetValueOrDefault("interfaceid") is { Length: > 1 } id ? id : null;
        bool inward = remotes.Contains(source) && !remotes.Contains(destination);
        return inward ? new(@interface, destination, destinationPort, source, sourcePort, protocol) : new(@interface, source, sourcePort, destination, destinationPort, protocol);

        IpAddress? Address(string name) => fields.TryGetValue(name, out string? text) && IpAddress.TryParse(text, out var address) && !address.IsNone ? address : null;
        int? Port(string name) => ushort.TryParse(fields.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? port : null;
        static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
    }
}
