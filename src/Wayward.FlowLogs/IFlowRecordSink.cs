namespace Wayward.FlowLogs;

/// <summary>
/// Where a reader pushes what it reads, in three steps of growing cost, so that a line which cannot matter is never parsed whole.
/// For each data line, in order: <see cref="Observe"/>; then, if the line has ports and one of them is in <see cref="Ports"/>,
/// <see cref="WantsAddresses"/>; then, if that says yes, the rest of the line is parsed and <see cref="Accept"/> is called. A line that proves malformed at any step
/// is quarantined by the reader instead of being passed on; <see cref="Observe"/> is not called for a line whose identity, times,
/// ports or status are malformed.
/// Implementations are structs or sealed classes so that the JIT can see through the calls.
/// </summary>
public interface IFlowRecordSink
{
    /// <summary>Ports worth a second look: a line with neither port in this set only counts for coverage.</summary>
    PortSet Ports { get; }

    /// <summary>Every data line, NODATA and SKIPDATA included. Called once per line.</summary>
    void Observe(in FlowIdentity identity);

    /// <summary>
    /// May this pair of endpoints matter? Called for status OK lines with a port in <see cref="Ports"/>. <paramref name="source"/> and <paramref name="destination"/> are the
    /// packet-level addresses where the format has them, else the interface-level ones.
    /// </summary>
    bool WantsAddresses(IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort);

    /// <summary>A whole, valid record.</summary>
    void Accept(in FlowRecord record);
}

/// <summary>A set of port numbers, one bit each (8 KiB).</summary>
public sealed class PortSet
{
    private readonly ulong[] _bits = new ulong[1024];

    public PortSet(params ReadOnlySpan<ushort> ports)
    {
        foreach (ushort port in ports) _bits[port >> 6] |= 1UL << port;
    }

    public PortSet(IEnumerable<ushort> ports)
    {
        foreach (ushort port in ports) _bits[port >> 6] |= 1UL << port;
    }

    public bool Contains(ushort port) => (_bits[port >> 6] >> port & 1) != 0;

    public IEnumerable<ushort> Enumerate()
    {
        for (int port = 0; port <= ushort.MaxValue; port++)
            if (Contains((ushort)port)) yield return (ushort)port;
    }
}
