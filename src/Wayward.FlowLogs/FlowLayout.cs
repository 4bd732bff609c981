namespace Wayward.FlowLogs;

/// <summary>The columns of a format, by which the records of two flow logs over one interface are told apart.</summary>
/// <param name="names">Field names in their order, hyphenated as in AWS's table.</param>
public sealed class FlowLayout(IReadOnlyList<string> names)
{
    /// <summary>Of records whose fields are named one by one. Which fields such a record has depends on its values, so all are one format.</summary>
    public static readonly FlowLayout Members = new([]);

    public IReadOnlyList<string> Names => names;

    /// <summary>How much the format tells of who spoke with whom, 0 to 31: the direction first, then flags, packet-level addresses, path and instance.</summary>
    public int Richness { get; } =
        (Has(names, FlowField.FlowDirection) ? 16 : 0) | (Has(names, FlowField.TcpFlags) ? 8 : 0) | (Has(names, FlowField.PacketSourceAddress) && Has(names, FlowField.PacketDestinationAddress) ? 4 : 0)
        | (Has(names, FlowField.TrafficPath) ? 2 : 0) | (Has(names, FlowField.InstanceId) ? 1 : 0);

    private static bool Has(IReadOnlyList<string> names, FlowField field) => names.Contains(FlowColumns.Of(field).Name);
}
